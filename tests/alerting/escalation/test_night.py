"""A notice from its first alert to its last: exactly the expected messages to exactly the expected people."""

from datetime import timedelta

import pytest

from alerting.escalation.acts import Act, Refusal, act
from alerting.escalation.intake import intake
from store.connection import Connection
from tests.alerting.escalation.conftest import NOW, Night, alert, ended
from tests.mail_box import MailBox


def do(night: Night, number: int, wanted: Act, actor: str) -> None:
    act(night.connection, night.oncall, number, wanted, actor=actor, via="test", now=night.now)
    night.connection.commit()


def opened(night: Night) -> int:
    taken = night.take(alert(1))
    assert taken.notice_id is not None
    return taken.notice_id


def test_nobody_answers_and_everybody_is_told_in_turn_until_it_is_over(night: Night, mailbox: MailBox) -> None:
    number = opened(night)
    told = []
    for minute in range(60):
        night.round()
        told += [(minute, name) for name in sorted(mailbox.names())]
        night.time[0] += timedelta(minutes=1)
    assert told == [
        (0, "amina"),
        (10, "youssef"),
        (20, "amina"), (20, "sara"), (20, "youssef"),
        (35, "amina"), (35, "sara"), (35, "youssef"),
    ]  # fmt: skip
    assert night.steps(number) == ["opened", "told", "escalated", "escalated", "escalated", "exhausted"]
    night.take(ended(alert(1), night.now))
    night.go(2)
    assert sorted(mailbox.names()) == ["amina", "sara", "youssef"]
    assert night.state(number) == "resolved"


def test_the_same_notification_again_says_nothing_again(night: Night, mailbox: MailBox) -> None:
    number = opened(night)
    night.round()
    for _ in range(3):
        assert night.take(alert(1)).outcome == "known"
        night.go(1)
    assert mailbox.names() == ["amina"]
    assert night.take(ended(alert(1), night.now)).outcome == "resolved"
    assert night.take(ended(alert(1), night.now)).outcome == "nothing"
    night.go(2)
    assert mailbox.names() == ["amina"]
    assert night.steps(number) == ["opened", "told", "left", "resolved"]


def test_taken_stops_the_climb_and_only_who_was_told_hears_the_end(night: Night, mailbox: MailBox) -> None:
    number = opened(night)
    night.round()
    do(night, number, Act("acknowledge"), "amina")
    night.go(30)
    assert mailbox.names() == ["amina"]
    night.take(ended(alert(1), night.now))
    night.go(1)
    assert mailbox.names() == ["amina"]


def test_taken_and_forgotten_wakes_again_with_its_holder_first(night: Night, mailbox: MailBox) -> None:
    number = opened(night)
    night.round()
    do(night, number, Act("acknowledge"), "sara")
    mailbox.take()
    night.go(240)
    assert mailbox.names() == ["sara"]
    night.go(10)
    assert mailbox.names() == ["youssef"]
    assert night.steps(number)[-3:] == ["woken", "told", "escalated"]


def test_a_new_alert_opens_again_what_somebody_has_taken(night: Night, mailbox: MailBox) -> None:
    number = opened(night)
    night.round()
    do(night, number, Act("acknowledge"), "amina")
    mailbox.take()
    night.take(alert(2, "casa-2"))
    night.round()
    assert mailbox.names() == ["amina"]
    assert night.state(number) == "open"
    night.go(10)
    assert mailbox.names() == ["youssef"]


def test_a_new_alert_of_an_open_notice_is_one_update_to_who_was_told(night: Night, mailbox: MailBox) -> None:
    opened(night)
    night.round()
    mailbox.take()
    for extra in range(2, 8):
        night.take(alert(extra, f"casa-{extra}"))
    night.go(3)
    assert [name for name, _ in mailbox.take()] == ["amina"]


def test_put_off_and_woken(night: Night, mailbox: MailBox) -> None:
    number = opened(night)
    night.round()
    do(night, number, Act("snooze", minutes=30), "amina")
    mailbox.take()
    night.go(29)
    assert mailbox.names() == []
    night.go(1)
    assert mailbox.names() == ["amina"]


def test_handed_over_and_if_the_other_sleeps_the_policy_goes_on(night: Night, mailbox: MailBox) -> None:
    number = opened(night)
    night.round()
    do(night, number, Act("hand_over", to="sara"), "amina")
    mailbox.take()
    night.go(1)
    ((name, subject),) = mailbox.take()
    assert name == "sara"
    assert "Passation" in subject
    night.go(10)
    assert mailbox.names() == ["youssef"]
    with pytest.raises(Refusal, match="contact-a"):
        do(night, number, Act("hand_over", to="contact-a"), "amina")


def test_what_a_person_closed_while_it_lasts_is_told_again_only_when_it_comes_again(
    night: Night, mailbox: MailBox
) -> None:
    number = opened(night)
    night.round()
    do(night, number, Act("resolve"), "amina")
    night.go(1)
    assert mailbox.names() == ["amina", "amina"]
    assert night.take(alert(1)).outcome == "nothing"
    again = alert(1)._replace(starts_at=night.now)
    night.take(ended(alert(1), night.now))
    assert night.take(again).outcome == "opened"
    with pytest.raises(Refusal, match="is over"):
        do(night, number, Act("acknowledge"), "amina")


def write_alert(connection: Connection, number: int) -> None:
    connection.execute(
        "INSERT INTO alert (alert_id, rule, subject, severity, reason, is_demo, since_at, opened_at, seen_at, facts)"
        " OVERRIDING SYSTEM VALUE VALUES (%s, 'outage', 'circuit:c' || %s, 'page', 'outage', false, %s, %s, %s, '{}')",
        (number, number, NOW, NOW, NOW),
    )
    connection.commit()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("cause_id = 2", "Expliqué"),
        ("muted_by = 'exclusion M-7'", "En maintenance"),
        ("closed_at = '2026-11-23 02:10Z'", "Terminé"),
    ],
)
def test_what_our_own_record_explains_mutes_or_ends_leaves_and_the_message_says_why(
    night: Night, mailbox: MailBox, connection: Connection, change: str, word: str
) -> None:
    write_alert(connection, 1)
    write_alert(connection, 2)
    number = opened(night)
    night.round()
    mailbox.take()
    connection.execute(f"UPDATE alert SET {change} WHERE alert_id = 1".encode())
    night.go(20)
    ((name, subject),) = mailbox.take()
    assert name == "amina"
    assert word in subject
    assert night.state(number) == "resolved"
    assert night.take(alert(1)).outcome == "nothing", "a notification that comes late does not open it again"


def test_alertmanager_calling_it_resolved_is_no_end_while_our_record_says_it_lasts(
    night: Night, connection: Connection
) -> None:
    write_alert(connection, 1)
    number = opened(night)
    assert night.take(ended(alert(1), night.now)).outcome == "known"
    assert night.state(number) == "open"


def test_an_alert_that_is_raised_pages_whatever_order_its_old_and_new_labels_come_in(
    night: Night, mailbox: MailBox, connection: Connection
) -> None:
    write_alert(connection, 1)
    was = alert(1, severity="ticket", alertname="budget")
    number = night.take(was).notice_id
    assert number is not None
    night.round()
    do(night, number, Act("acknowledge"), "amina")
    night.take(alert(1, alertname="budget"), ended(was, night.now))
    night.round()
    assert mailbox.names() == ["amina"]
    assert night.take(alert(1, alertname="budget"), ended(was, night.now)).outcome == "known"
    assert night.steps(number)[-2:] == ["reopened", "told"]


def test_what_is_explained_within_the_hold_is_told_to_nobody(
    night: Night, mailbox: MailBox, connection: Connection
) -> None:
    write_alert(connection, 1)
    write_alert(connection, 2)
    one = alert(1)
    taken = intake(connection, "on_call", "g", [one], night.now, hold=timedelta(seconds=90))
    connection.commit()
    night.go(1)
    assert mailbox.names() == []
    connection.execute("UPDATE alert SET cause_id = 2 WHERE alert_id = 1")
    night.go(5)
    assert mailbox.names() == []
    assert taken.notice_id is not None
    assert night.state(taken.notice_id) == "resolved"


def test_over_before_anybody_was_told_says_nothing(night: Night, mailbox: MailBox) -> None:
    opened(night)
    night.take(ended(alert(1), night.now))
    night.go(3)
    assert mailbox.names() == []


def test_a_ticket_waits_for_the_morning_and_is_withdrawn_if_it_is_over_by_then(night: Night, mailbox: MailBox) -> None:
    night.take(alert(1, severity="ticket"))
    night.take(alert(2, severity="ticket", alertname="no_data"))
    night.go(60)
    assert mailbox.names() == []
    night.take(ended(alert(2, severity="ticket", alertname="no_data"), night.now))
    night.time[0] = NOW.replace(hour=7, minute=29)
    night.round()
    assert mailbox.names() == []
    night.go(1)
    assert mailbox.names() == ["amina"]


def test_a_tenant_is_told_plainly_and_only_its_contact(night: Night, mailbox: MailBox) -> None:
    one = alert(1, audience="tenant", tenant="locataire-a", explained="true")
    night.take(one)
    night.take(alert(2, audience="tenant", tenant="locataire-b"))
    night.round()
    mails = list(mailbox.mails)
    assert mailbox.names() == ["contact-a"]
    body = mails[0].get_body(("plain",))
    assert body is not None
    assert "/l/" not in body.get_content(), "a tenant has nothing to acknowledge"
    night.take(ended(one, night.now))
    night.go(1)
    assert mailbox.names() == ["contact-a"]


def test_the_owner_gets_one_digest_in_the_morning_of_what_is_over_too(night: Night, mailbox: MailBox) -> None:
    night.take(alert(1, audience="owner", alertname="carrier_down"))
    night.go(5)
    night.take(ended(alert(1, audience="owner", alertname="carrier_down"), night.now))
    night.go(5)
    night.take(alert(2, audience="owner", alertname="objective_breached"))
    night.go(5)
    assert mailbox.names() == []
    night.time[0] = NOW.replace(hour=8)
    night.round()
    assert mailbox.names() == ["owner"]
    night.go(10)
    assert mailbox.names() == []


def test_a_ticket_that_becomes_a_page_pages(night: Night, mailbox: MailBox) -> None:
    number = night.take(alert(1, severity="ticket")).notice_id
    assert number is not None
    night.round()
    assert mailbox.names() == []
    night.take(alert(2, "casa-2"))
    night.round()
    assert mailbox.names() == ["amina"]
    assert night.steps(number)[-2:] == ["reopened", "told"]
