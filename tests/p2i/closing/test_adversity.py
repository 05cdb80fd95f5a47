"""What the world does to a dispatch: clocks that jump, forged reports, people who act while mail is sent."""

from __future__ import annotations

import logging
from threading import Event
from typing import Any

import pytest

from p2i.closing import files as closing_files
from p2i.closing.problems import Problems
from p2i.closing.running import Job
from p2i.closing.sending import Sender
from store.connection import Connection
from store.dispatches import end_attempt, read_recipients_of
from store.errors import InputError
from store.rows import ExclusionRow
from tests.p2i.closing.conftest import RECIPIENTS, ClosingOffice
from tests.p2i.closing.test_command import report
from tests.p2i.closing.test_passes import NUMBER, STEM, due_again
from tests.sla_engine.ledger_cases import OUTAGE

WEEK_AHEAD = """
import datetime, p2i.closing.command as command
class Ahead(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.now(tz) + datetime.timedelta(days=7)
command.datetime = Ahead
"""


RESEND = ("resend", NUMBER, "--reason", "asked for")


def test_a_machine_whose_clock_is_ahead_gives_nobody_up(office: ClosingOffice) -> None:
    office.box.refuse["samira@acme.example"] = "451 4.7.1 come back later"
    done = office.run("run", "--once", before=WEEK_AHEAD)
    assert done.returncode == 1, done.stderr.decode()
    assert office.value("SELECT state FROM dispatch_recipient WHERE address = 'samira@acme.example'") == "waiting"
    assert office.value("SELECT max(next_try_at) < now() + interval '5 minutes' FROM dispatch_recipient") is True
    assert office.value("SELECT max(happened_at) < now() + interval '5 minutes' FROM dispatch_event") is True


def test_whom_somebody_replaced_while_others_were_sent_to_gets_nothing(
    office: ClosingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replacing(self: Sender, work: Any) -> None:
        real(self, work)
        if len(office.box.mails) == 1:
            office.run(*RESEND, "--to", "new@acme.example", "--instead-of", "samira@acme.example")

    real = Sender._write
    monkeypatch.setattr(Sender, "_write", replacing)
    office.look()
    monkeypatch.undo()
    assert office.look() == []
    assert office.box.recipients == ["audit@acme.example", "new@acme.example"]


def test_what_was_replaced_during_its_attempt_stays_replaced(office: ClosingOffice) -> None:
    office.box.refuse["samira@acme.example"] = "451 4.7.1 come back later"
    office.look()
    office.run(*RESEND, "--to", "new@acme.example", "--instead-of", "samira@acme.example")
    connection = office.months.connection
    of = next(one for one in read_recipients_of(connection, 1) if one.state == "replaced")
    end_attempt(connection, of, "refused")
    connection.commit()
    assert office.look() == []


def test_a_tenant_that_was_taken_from_the_recipients_is_sent_nothing_more(office: ClosingOffice) -> None:
    office.box.stop()
    office.look()
    office.box.start()
    due_again(office)
    office.recipients.write_text("")
    assert office.look() == [f"{NUMBER}: mail waits: locataire-a is not among the recipients now"]
    office.recipients.write_text(RECIPIENTS)
    assert office.look() == []
    assert len(office.box.mails) == 2


def test_a_correction_does_not_overtake_the_statement_that_it_corrects(
    office: ClosingOffice, decide_by_two: object
) -> None:
    office.box.stop()
    office.look()
    office.do("UPDATE dispatch_recipient SET next_try_at = now() + interval '1 hour'")
    assert callable(decide_by_two)
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    desk = office.months.desk(office.now())
    desk.contest("YEAR", "2025-09", "announced to us")
    desk.restate("YEAR", "2025-09", "customer's works")
    office.box.start()
    office.look()
    first: dict[str, str] = {}
    for who, mail in zip(office.box.recipients, office.box.mails, strict=True):
        first.setdefault(who, str(mail["Message-ID"]))
    assert set(first.values()) == {f"<{STEM}.statement@park.example>"}
    assert office.value("SELECT count(*) FROM statement") == 2


def test_a_contest_is_not_told_before_the_statement_that_it_is_about(
    office: ClosingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise InputError("No space left on device")

    monkeypatch.setattr(closing_files, "write_statement", full)
    office.look()
    office.months.desk(office.now()).contest("YEAR", "2025-09", "announced to us")
    office.look()
    assert office.box.mails == []
    monkeypatch.undo()
    assert office.look() == []
    assert office.box.mails[0]["In-Reply-To"] is None
    assert office.value("SELECT count(*) FROM dispatch WHERE kind = 'contested'") == 2


def test_a_forged_report_of_a_delivery_stops_no_mail(office: ClosingOffice) -> None:
    office.box.refuse["samira@acme.example"] = "451 4.7.1 come back later"
    office.look()
    forged = report("1.1", "samira@acme.example", "delivered", "2.0.0").replace(
        b"\r\n--X--",
        b"\r\n--X\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <%s.statement@park.example>\r\n\r\n--X--"
        % STEM.encode(),
    )
    done = office.run("bounce", "-", content=forged)
    assert done.returncode == 0, done.stderr.decode()
    assert office.value("SELECT state FROM dispatch_recipient WHERE address = 'samira@acme.example'") == "waiting"
    office.box.refuse.clear()
    due_again(office)
    assert office.look() == []
    assert "samira@acme.example" in office.box.recipients


def test_a_report_that_comes_while_the_database_is_away_is_to_be_brought_again(office: ClosingOffice) -> None:
    gone = f"import os; os.environ['P2I_DSN'] = {office.dsn.replace('port=', 'port=1')!r}"
    done = office.run("bounce", "-", before=gone, content=report("1.1", "audit@acme.example"))
    assert done.returncode == 75, "EX_TEMPFAIL: a mail server keeps it and tries again"
    assert len(done.stderr.decode().splitlines()) == 1


def test_a_contest_that_reached_nobody_can_be_sent_again(office: ClosingOffice) -> None:
    office.look()
    office.months.desk(office.now()).contest("YEAR", "2025-09", "announced to us")
    office.box.refuse["samira@acme.example"] = "550 5.1.1 no such user"
    assert len(office.look()) == 1
    done = office.run(*RESEND, "--to", "new@acme.example", "--instead-of", "samira@acme.example")
    assert done.returncode == 0, done.stderr.decode()
    assert office.look() == []
    assert office.box.recipients.count("new@acme.example") == 3, "the statement, and a contest a segment"


@pytest.mark.parametrize("written", ["DÉMO-P2I-2025-09-locataire-a-v1", "demo-p2i-2025-09-LOCATAIRE-A-v1"])
def test_a_number_is_known_however_a_keyboard_writes_it(office: ClosingOffice, written: str) -> None:
    from p2i.closing.acts import known_number

    office.box.stop()
    office.look()
    assert known_number(office.months.connection, written) == NUMBER


def test_what_a_log_line_repeats_is_without_addresses(caplog: pytest.LogCaptureFixture) -> None:
    problems = Problems()
    said = "mail waits: mail.example:25: rubbish <samira.b@acme.example> 'x@y.example'"
    with caplog.at_level(logging.WARNING):
        assert problems.found("N", said)
    assert "@" not in caplog.text
    assert problems.texts == ["N: mail waits: mail.example:25: rubbish <(address)> '(address)'"]


def test_what_reached_nobody_can_be_left_at_that(office: ClosingOffice) -> None:
    office.box.refuse["samira@acme.example"] = "550 5.1.1 no such user"
    assert len(office.look()) == 1
    assert office.run(*RESEND, "--instead-of", "nobody@acme.example").returncode == 2
    done = office.run(*RESEND, "--instead-of", "samira@acme.example")
    assert done.returncode == 0, done.stderr.decode()
    assert office.look() == []
    assert office.box.recipients == ["audit@acme.example"]


def test_a_database_that_goes_after_the_mail_server_took_it_sends_nothing_twice(
    office: ClosingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from p2i.closing import sending

    def cut(connection: Connection, *rest: Any) -> None:
        if len(office.box.mails) == 1:
            office.do(f"SELECT pg_terminate_backend({connection.info.backend_pid})")
        real(connection, *rest)

    real = end_attempt
    monkeypatch.setattr(sending, "end_attempt", cut)
    job = Job(office.dsn, office.settings, Event())
    job.look()
    assert office.value("SELECT count(*) FROM dispatch_event WHERE event = 'handed_over'") == 0
    monkeypatch.undo()
    due_again(office)
    job.look()
    job.close()
    assert office.box.recipients == ["audit@acme.example", "samira@acme.example"]
    assert office.value("SELECT array_agg(state) FROM dispatch_recipient") == ["handed_over"] * 2


def test_many_recipients_and_one_of_other_letters(office: ClosingOffice) -> None:
    many = ", ".join(f'"a{number}@acme.example"' for number in range(500))
    both = '"Samira B. <samira@acme.example>", "audit@acme.example"'
    office.recipients.write_text(RECIPIENTS.replace(both, f'{many}, "amélie@acme.example"'))
    found = office.look()
    rows = office.months.connection.execute("SELECT state, count(*) FROM dispatch_recipient GROUP BY 1").fetchall()
    states: dict[str, int] = dict(rows)
    office.months.connection.rollback()
    assert states["handed_over"] == len(set(office.box.recipients)) == len(office.box.recipients)
    assert sum(states.values()) == 501
    assert states["handed_over"] == 501 or found == [
        f"{NUMBER} statement: 1 of its recipients refused: p2i closing show {NUMBER}"
    ]
