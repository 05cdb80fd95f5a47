"""Nobody falls silent: what opens again, what is refused, what was closed by hand, what joins and what waits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerting.escalation.acts import Act, act
from alerting.escalation.oncall import OnCall, read_oncall
from alerting.escalation.payload import notifications
from alerting.escalation.tokens import NotAllowed, act_by_link, new_link
from facilities.inventory import Inventory
from store.alert_rows import Announcement
from tests.alerting.escalation.conftest import NOW, PEOPLE, POLICIES, ROTAS, Night, alert, ended, write_folder
from tests.alerting.escalation.test_night import write_alert
from tests.mail_box import MailBox

Folder = Callable[..., OnCall]


@pytest.fixture
def folder(tmp_path: Path, inventory: Inventory) -> Folder:
    """Reads the on-call folder with other files in it."""
    return lambda **changed: read_oncall(write_folder(tmp_path / "other", **changed), inventory)


def do(night: Night, number: int | None, wanted: Act, actor: str = "amina") -> None:
    assert number is not None
    act(night.connection, night.oncall, number, wanted, actor=actor, via="test", now=night.now)
    night.connection.commit()


def told(night: Night, mailbox: MailBox, minutes: int) -> list[tuple[int, str]]:
    """(after how many minutes, to whom) of what is sent from now on."""
    found = []
    for minute in range(minutes):
        night.round()
        found += [(minute, name) for name in sorted(mailbox.names())]
        night.time[0] += timedelta(minutes=1)
    return found


def become_page(ticket: Announcement) -> Announcement:
    return ticket._replace(labels={**ticket.labels, "severity": "page"})


def test_a_first_level_that_waits_does_so_once(night: Night, mailbox: MailBox, folder: Folder) -> None:
    waits = POLICIES.replace('after_minutes = 0\nwho = ["rota:noc"]\n[[policy.level]]\nafter_minutes = 10',
                             'after_minutes = 2\nwho = ["rota:noc"]\n[[policy.level]]\nafter_minutes = 10')  # fmt: skip
    night = night._replace(oncall=folder(policies=waits))
    number = night.take(alert(1)).notice_id
    assert told(night, mailbox, 5) == [(2, "amina")]
    do(night, number, Act("acknowledge"))
    night.take(alert(2, "casa-2"))
    assert told(night, mailbox, 3) == [(0, "amina")], "what opens again is told at once"
    do(night, number, Act("snooze", minutes=30))
    assert told(night, mailbox, 33) == [(30, "amina")]
    do(night, number, Act("acknowledge"))
    assert told(night, mailbox, 250)[0] == (240, "amina")


def test_refusals_for_good_use_no_repetition_up_and_a_page_nobody_took_goes_on(
    night: Night, mailbox: MailBox, folder: Folder
) -> None:
    sms = PEOPLE[PEOPLE.index('[[person.channel]]\ncode = "sms"') : PEOPLE.index('[[person]]\ncode = "youssef"')]
    night = night._replace(oncall=folder(people=PEOPLE.replace(sms, "")))
    for name in ("amina", "youssef", "sara"):
        mailbox.refuse[f"{name}@example.org"] = "550 no"
    number = night.take(alert(1)).notice_id
    assert number is not None
    for _ in range(12):
        night.round()
        night.time[0] += timedelta(seconds=5)
    assert night.steps(number).count("escalated") == 2, "every level at once, each once"
    mailbox.refuse.clear()
    everybody = ["amina", "sara", "youssef"]
    found = told(night, mailbox, 150)
    assert [name for _, name in found] == everybody * 3
    first = found[0][0]
    assert first <= 15
    assert sorted({minute - first for minute, _ in found}) == [0, 60, 120]
    assert night.steps(number).count("exhausted") == 1
    do(night, number, Act("acknowledge"), "sara")
    assert told(night, mailbox, 70) == []


def test_a_ticket_nobody_takes_ends(night: Night, mailbox: MailBox, folder: Folder) -> None:
    ladder = POLICIES.replace('code = "ticket"\n', 'code = "ticket"\nrepeat_minutes = 15\nrepeat_times = 1\n')
    night = night._replace(oncall=folder(policies=ladder))
    night.time[0] = NOW.replace(hour=10)
    night.take(alert(1, severity="ticket"))
    assert len(told(night, mailbox, 150)) == 2


def test_a_ticket_closed_by_hand_that_becomes_a_page_pages(night: Night, mailbox: MailBox) -> None:
    night.time[0] = NOW.replace(hour=10)
    ticket = alert(1, severity="ticket", alertname="budget")
    number = night.take(ticket).notice_id
    night.round()
    do(night, number, Act("resolve"))
    night.go(1)
    mailbox.take()
    assert night.take(ticket).outcome == "nothing"
    page = night.take(become_page(ticket))
    assert page.outcome == "opened"
    assert told(night, mailbox, 2) == [(0, "youssef")]
    assert night.take(become_page(ticket)).outcome == "known"
    do(night, page.notice_id, Act("resolve"))
    assert night.take(become_page(ticket)).outcome == "nothing", "closed again, as a page"


def test_what_was_closed_by_hand_joins_no_other_notice_and_is_remembered_for_as_long_as_it_lasts(
    night: Night,
) -> None:
    first, second = alert(1), alert(2, "casa-2")
    number = night.take(first).notice_id
    night.round()
    do(night, number, Act("resolve"))
    assert night.take(first, second).outcome == "opened"
    assert night.take(first, second).outcome == "known", "the one closed by hand does not join it"
    assert night.take(ended(second, night.now)).outcome == "resolved"
    assert night.take(first).outcome == "nothing", "another notice of the group was closed since"
    night.take(ended(first, night.now))
    assert night.take(first._replace(starts_at=night.now)).outcome == "opened"


def test_what_is_new_on_a_taken_notice_is_told_to_its_holder_and_to_whoever_has_the_duty(
    night: Night, mailbox: MailBox
) -> None:
    number = night.take(alert(1)).notice_id
    night.round()
    do(night, number, Act("acknowledge"), "sara")
    mailbox.take()
    night.take(alert(2, "casa-2"))
    night.round()
    assert sorted(mailbox.names()) == ["amina", "sara"]


def test_that_an_alert_joined_is_told_although_somebody_took_the_notice_meanwhile(
    night: Night, mailbox: MailBox
) -> None:
    number = night.take(alert(1)).notice_id
    night.round()
    mailbox.take()
    night.take(alert(2, "casa-2"))
    night.time[0] += timedelta(seconds=20)
    do(night, number, Act("acknowledge"))
    night.go(3)
    assert mailbox.names() == ["amina"]
    night.take(alert(3, "casa-3"), alert(4, "casa-4"))
    night.take(*(ended(alert(n, f"casa-{n}"), night.now) for n in range(1, 5)))
    night.go(3)
    assert [("Terminé" in subject) for _, subject in mailbox.take()] == [True], "over, only that is told"


def test_a_new_page_on_a_notice_nobody_took_begins_the_policy_again(night: Night, mailbox: MailBox) -> None:
    number = night.take(alert(1)).notice_id
    assert number is not None
    night.go(55)
    assert night.steps(number)[-1] == "exhausted"
    mailbox.take()
    night.take(alert(2, "casa-2"))
    assert told(night, mailbox, 12) == [(0, "amina"), (10, "youssef")]


def test_a_ticket_that_waits_for_the_morning_and_becomes_a_page_is_told_once(night: Night, mailbox: MailBox) -> None:
    ticket = alert(1, severity="ticket", alertname="budget")
    night.take(ticket)
    night.round()
    night.take(become_page(ticket))
    night.round()
    assert mailbox.names() == ["amina"]
    night.time[0] = NOW.replace(hour=7, minute=31)
    night.round()
    assert mailbox.names() == ["youssef"], "the page's second level, and not the ticket's own message"


def test_updates_and_ends_of_tickets_keep_quiet_hours(night: Night, mailbox: MailBox) -> None:
    night.time[0] = NOW.replace(hour=8)
    ticket, more = alert(1, severity="ticket"), alert(2, "casa-2", severity="ticket")
    night.take(ticket)
    night.round()
    assert mailbox.names() == ["amina"]
    night.time[0] = NOW + timedelta(days=1)
    night.take(more)
    night.go(5)
    assert mailbox.names() == []
    night.time[0] = NOW.replace(hour=7, minute=30) + timedelta(days=1)
    night.round()
    assert mailbox.names() == ["amina"]
    night.time[0] = NOW + timedelta(days=2)
    night.take(ended(ticket, night.now), ended(more, night.now))
    night.go(5)
    assert mailbox.names() == []
    night.time[0] = NOW.replace(hour=7, minute=30) + timedelta(days=2)
    night.round()
    assert mailbox.names() == ["amina"]


def test_the_link_of_somebody_who_left_the_folder_does_nothing(night: Night, folder: Folder) -> None:
    number = night.take(alert(1)).notice_id
    assert number is not None
    token = new_link(night.connection, number, "amina", night.now)
    people = PEOPLE.replace('code = "amina"', 'code = "nadia"').replace("amina@", "nadia@")
    without = folder(people=people, rotas=ROTAS.replace("amina", "nadia"))
    with pytest.raises(NotAllowed, match="unknown"):
        act_by_link(night.connection, without, token, Act("resolve"), night.now)
    assert night.state(number) == "open"
    assert night.steps(number) == ["opened", "refused"]
    act_by_link(night.connection, night.oncall, token, Act("acknowledge"), night.now)
    assert night.state(number) == "acknowledged"


@pytest.mark.parametrize(
    ("starts_at", "kept"),
    [
        ("0001-01-01T00:00:00+01:00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59-01:00", datetime(9999, 12, 31, tzinfo=UTC)),
    ],
)
def test_an_instant_beyond_the_calendar_is_kept_at_its_end(night: Night, starts_at: str, kept: datetime) -> None:
    body = f'{{"alerts": [{{"status": "firing", "labels": {{"alertname": "x"}}, "startsAt": "{starts_at}"}}]}}'
    ((one,),) = notifications(body.encode(), "on_call").groups.values()
    assert one.starts_at == kept
    assert night.take(one).outcome == "opened"
    assert night.take(one).outcome == "known"


def test_pages_get_through_a_channel_that_tickets_have_used_up(night: Night, mailbox: MailBox, folder: Folder) -> None:
    few = PEOPLE.replace('address = "amina@example.org"', 'address = "amina@example.org"\nper_hour = 5')
    night = night._replace(oncall=folder(people=few))
    night.time[0] = NOW.replace(hour=8)
    for number in range(1, 20):
        night.take(alert(number, severity="ticket", alertname=f"rule-{number}"))
        night.go(2)
    assert len(mailbox.take()) <= 4
    night.take(alert(99))
    night.round()
    assert [name for name, subject in mailbox.take() if "Interruption" in subject] == ["amina"]


def test_what_joins_a_gathered_notice_is_in_the_next_digest(night: Night, mailbox: MailBox) -> None:
    night.take(alert(1, audience="owner", alertname="cable_down"))
    night.round()
    night.time[0] = NOW.replace(hour=8)
    night.round()
    assert mailbox.names() == ["owner"]
    night.go(60)
    night.take(alert(2, "casa-2", audience="owner", alertname="cable_down"))
    night.go(5)
    night.take(alert(3, "casa-3", audience="owner", alertname="cable_down"))
    night.go(5)
    assert mailbox.names() == []
    night.time[0] = NOW.replace(hour=7, minute=59) + timedelta(days=1)
    night.round()
    assert mailbox.names() == []
    night.go(2)
    assert mailbox.names() == ["owner"]
    night.time[0] += timedelta(days=1)
    night.round()
    assert mailbox.names() == [], "told once"


@pytest.mark.parametrize("audience", ["on_call", "tenant", "owner"])
def test_what_maintenance_mutes_is_told_to_nobody(night: Night, mailbox: MailBox, audience: str) -> None:
    write_alert(night.connection, 1)
    write_alert(night.connection, 2)
    night.connection.execute("UPDATE alert SET muted_by = 'exclusion M-7', cause_id = 2 WHERE alert_id = 1")
    one = alert(1, audience=audience, tenant="locataire-a")
    assert night.take(one).outcome == "nothing"
    night.connection.execute("UPDATE alert SET muted_by = NULL, cause_id = NULL")
    number = night.take(one).notice_id
    assert number is not None
    night.connection.execute("UPDATE alert SET muted_by = 'exclusion M-7'")
    night.round()
    assert night.state(number) == "resolved"
    assert mailbox.names() == []
