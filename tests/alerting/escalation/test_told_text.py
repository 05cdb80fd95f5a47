"""What the words are given of a notice as it stands in the store: real mails of a night, read as they arrive."""

from datetime import timedelta

from psycopg.types.json import Jsonb

from alerting.escalation.acts import Act, act
from tests.alerting.escalation.conftest import NOW, Night, alert, ended
from tests.mail_box import MailBox


def record(night: Night, number: int, *, is_closed: bool = False, **facts: str) -> None:
    """Our own record of an alert as the alerting process writes it."""
    night.connection.execute(
        "INSERT INTO alert (alert_id, rule, subject, severity, reason, is_demo, since_at, opened_at, seen_at,"
        " closed_at, facts) OVERRIDING SYSTEM VALUE VALUES (%(id)s, 'outage', %(subject)s, 'page', 'outage', false,"
        " %(at)s, %(at)s, %(at)s, %(closed)s, %(facts)s) ON CONFLICT (alert_id) DO UPDATE SET facts = excluded.facts,"
        " closed_at = excluded.closed_at",
        {
            "id": number, "subject": f"circuit:casa-{number}", "at": NOW - timedelta(minutes=1),
            "closed": night.now if is_closed else None, "facts": Jsonb(facts),
        },
    )  # fmt: skip
    night.connection.commit()


def body(mailbox: MailBox, which: int = -1) -> str:
    part = mailbox.mails[which].get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\u00a0", " ").replace("\u202f", " ")


def test_an_update_names_what_has_joined_since_its_reader_was_told_however_old_it_is(
    night: Night, mailbox: MailBox
) -> None:
    night.take(alert(1))
    night.round()
    night.time[0] += timedelta(seconds=30)
    old = alert(2, "casa-2")
    night.take(alert(1), old._replace(starts_at=NOW - timedelta(hours=2)))
    night.go(2)
    subject = str(mailbox.mails[-1]["Subject"])
    assert subject.startswith("ASTREINTE – Mise à jour – + Interruption – liaison casa-2"), subject
    before, _, _ = body(mailbox).partition("Quoi")
    assert "+ Interruption – liaison casa-2" in before
    assert "casa-1" not in before


def test_a_level_told_again_has_its_own_number_and_is_called_a_reminder(night: Night, mailbox: MailBox) -> None:
    night.take(alert(1))
    night.go(40)
    texts = [body(mailbox, n) for n in range(len(mailbox.mails))]
    levels = {level for level in range(1, 9) if any(f"(level {level})" in t or f"(niveau {level})" in t for t in texts)}
    assert levels == {2, 3}, "the policy has three levels and repeats the last"
    assert any("RAPPEL" in str(mail["Subject"]) or "REMINDER" in str(mail["Subject"]) for mail in mailbox.mails)


def test_who_is_handed_a_notice_is_not_said_to_have_taken_it(night: Night, mailbox: MailBox) -> None:
    number = night.take(alert(1)).notice_id
    assert number is not None
    night.round()
    wanted = Act("hand_over", to="youssef")
    act(night.connection, night.oncall, number, wanted, actor="amina", via="command", now=night.now)
    night.connection.commit()
    night.round()
    assert "Handed to: Youssef, no answer so far" in body(mailbox)
    assert "Taken by" not in body(mailbox)


def test_what_our_record_knows_to_be_well_is_told_so_although_nobody_announced_it(
    night: Night, mailbox: MailBox
) -> None:
    record(night, 1)
    night.take(alert(1))
    record(night, 1, well_since="2026-11-23T01:59:30Z")
    night.round()
    assert "répond de nouveau depuis 01 h 59 ; clos si cela tient" in body(mailbox)
    record(night, 1)
    night.go(11)
    assert "answers again" not in body(mailbox), "it has relapsed"
    record(night, 1, is_closed=True, well_since="2026-11-23T02:05:00Z")
    night.take(ended(alert(1), night.now))
    night.go(1)
    assert "02:05" in body(mailbox) or "02 h 05" in body(mailbox)
    assert "02:11" not in body(mailbox)
    assert "Acknowledge" not in body(mailbox)
