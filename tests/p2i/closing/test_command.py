"""`p2i closing` as an operator uses it: what it says, its exit status, and what it does when things are missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

from p2i.closing.running import Job
from store.connection import Connection
from tests.mail_box import MailBox
from tests.p2i.closing.conftest import RECIPIENTS, ClosingOffice
from tests.sla_engine.ledger_cases import DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

NUMBER = "DÉMO-P2I-2025-09-locataire-a-v1"
REPORT = """From: MAILER-DAEMON@mail.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="X"

--X
Content-Type: text/plain

It did not work.
--X
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Original-Envelope-Id: {envelope}

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--X--
"""


def report(envelope: str, address: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A delivery status notification (RFC 3464) as a mail server writes it."""
    return (
        REPORT.format(envelope=envelope, address=address, action=action, status=status).replace("\n", "\r\n").encode()
    )


def envelope(office: ClosingOffice, attempt: int = 1) -> str:
    """What the first message is called in reports: servers were told it with the message."""
    sha256 = office.value("SELECT message_sha256 FROM dispatch ORDER BY dispatch_id LIMIT 1")
    assert isinstance(sha256, str)
    return f"1.{attempt}.{sha256[:16]}"


def test_list_says_what_each_month_waits_for(office: ClosingOffice) -> None:
    done = office.run("list")
    assert done.returncode == 0, done.stderr.decode()
    assert [line.split() for line in done.stdout.decode().splitlines()] == [
        ["tenant", "month", "statement", "files", "mail"],
        ["locataire-a", "2025-09", "-", "-", "-"],
        ["YEAR:", "publication", "is", "due"],
    ]
    office.look()
    line = office.run("list").stdout.decode().splitlines()[1]
    assert line.split() == ["locataire-a", "2025-09", NUMBER, "all", "2", "handed_over"]
    office.recipients.write_text("")
    out = office.run("list").stdout.decode().splitlines()
    assert out[1] == "not among the recipients, so nothing is published or sent by itself: locataire-a"


def test_a_bounce_is_on_record_once_and_stays_told_until_somebody_acts(office: ClosingOffice) -> None:
    office.look()
    bounced = report(envelope(office), "audit@acme.example")
    done = office.run("bounce", "-", content=bounced)
    assert done.stdout.decode() == f"{NUMBER}: bounced 5.1.1: audit@acme.example\n", done.stderr.decode()
    again = office.run("bounce", "-", content=bounced)
    assert (again.returncode, again.stdout.decode()) == (0, f"{NUMBER}: this report is on record already\n")
    assert office.look() == [f"{NUMBER} statement: 1 of its recipients bounced: p2i closing show {NUMBER}"]
    done = office.run("resend", NUMBER.replace("É", "E"), "--to", "audit@acme.example", "--reason", "mended there")
    assert done.returncode == 0, done.stderr.decode()
    assert office.look() == []
    assert office.box.recipients.count("audit@acme.example") == 2
    shown = office.run("show", NUMBER).stdout.decode()
    assert "bounced audit@acme.example" in shown
    assert "requested audit@acme.example (by " in shown
    assert "mended there" in shown


def test_a_delivery_that_is_reported_is_part_of_the_proof(office: ClosingOffice) -> None:
    office.look()
    office.run("bounce", "-", content=report(envelope(office), "samira@acme.example", "delayed", "4.4.1"))
    assert office.look() == []
    office.run("bounce", "-", content=report(envelope(office), "SAMIRA@acme.example", "delivered", "2.0.0"))
    line = office.run("list").stdout.decode().splitlines()[1]
    assert "1 delivered, 1 handed_over" in line


def test_what_is_no_report_of_ours_is_one_line(office: ClosingOffice) -> None:
    office.look()
    for content in (
        b"",
        b"Subject: I am away\r\nAuto-Submitted: auto-replied\r\n\r\nback soon",
        report("999.1", "a@b.example"),
        report("1.1", "audit@acme.example"),
        report("1.1.0123456789abcdef", "audit@acme.example"),
    ):
        done = office.run("bounce", "-", content=content)
        assert done.returncode == 2
        assert len(done.stderr.decode().splitlines()) == 1, done.stderr.decode()
    assert office.value("SELECT count(*) FROM dispatch_event WHERE event = 'bounced'") == 0


def test_check_reaches_everything_and_sends_nothing(office: ClosingOffice) -> None:
    done = office.run("check")
    assert done.returncode == 0, done.stderr.decode()
    assert "recipients: 1 tenants, 2 addresses" in done.stdout.decode()
    office.box.stop()
    done = office.run("check")
    assert done.returncode == 2
    assert done.stderr.decode().startswith("mail server 127.0.0.1:")
    assert office.box.mails == []


def test_a_month_for_want_of_data_waits_for_a_person(
    connection: Connection, dsn: str, tmp_path: Path, mail_box: MailBox
) -> None:
    text = agreement_text("casa-a1", starts_on="2025-09-01")
    months = Months(connection, promise(tmp_path, text.replace('coverage_percent = "50"', 'coverage_percent = "100"')))
    months.register()
    months.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, gaps=[OUTAGE])
    months.engine(OCTOBER + DAY)
    office = ClosingOffice(months, tmp_path, mail_box, dsn)
    (problem,) = office.look()
    assert problem.startswith("YEAR 2025-09: ")
    assert "p2i verdict issue YEAR 2025-09" in problem
    assert office.value("SELECT count(*) FROM verdict_entry") == 0
    assert "YEAR: held: " in office.run("list").stdout.decode()
    months.desk(OCTOBER + 9 * DAY).issue("YEAR", "2025-09", "looked at it")
    assert office.look() == []
    assert len(office.box.mails) == 2


def test_it_runs_until_it_is_told_to_stop(office: ClosingOffice) -> None:
    code = "import sys\nfrom p2i.cli import main\nsys.exit(main(sys.argv[1:]))"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "closing", "run", "--every-seconds", "1"],
        env={**os.environ, **office.environment},
        stderr=subprocess.PIPE,
    )
    try:
        office.box.wait_for(2)
        until = time.monotonic() + 30
        while office.value("SELECT count(*) FROM dispatch_recipient WHERE state = 'handed_over'") != 2:
            assert time.monotonic() < until
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0
    assert b"Traceback" not in err
    assert len(office.box.mails) == 2


def test_a_database_that_goes_and_comes_back_is_told_once_each_way(office: ClosingOffice) -> None:
    job = Job(office.dsn, office.settings, Event())
    job.look()
    assert job._connection is not None
    pid = job._connection.info.backend_pid
    office.months.connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
    office.months.connection.commit()
    job.look()
    assert job._connection is None
    job.look()
    job.close()
    assert len(office.box.mails) == 2


def test_a_mistake_in_the_recipients_leaves_a_running_job_as_it_was(office: ClosingOffice) -> None:
    passes = office.passes()
    passes.run(office.months.connection)
    office.recipients.write_text(RECIPIENTS.replace("from = ", "form = "))
    passes._published_at = None
    (problem,) = passes.run(office.months.connection)
    assert problem.startswith("settings: ")
    assert "recipients.toml" in problem
    assert set(passes.settings.recipients) == {"locataire-a"}
