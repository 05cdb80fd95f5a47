"""Nothing lost, nothing twice: servers that are down, refuse or hang, senders that are killed, two at once."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest

from alerting.escalation.oncall import read_oncall
from alerting.escalation.smtp_sender import send_mails
from facilities.inventory import Inventory
from facilities.mail_server import mail_server
from facilities.mail_text import SMTP
from store.connection import Connection, connect
from store.outbox import GONE_AFTER, LEASE, hold_sender
from tests.alerting.escalation.conftest import NOW, PEOPLE, Gateway, Night, alert, ended, smtp_environment, write_folder
from tests.mail_box import MailBox


def rows(connection: Connection, columns: str) -> list[tuple[object, ...]]:
    return connection.execute(f"SELECT {columns} FROM message ORDER BY message_id".encode()).fetchall()


def test_a_mail_has_a_stable_identity_a_thread_and_says_it_is_a_machines(night: Night, mailbox: MailBox) -> None:
    night.take(alert(1))
    night.round()
    night.take(ended(alert(1), night.now))
    night.go(1)
    first, last = mailbox.mails
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] != last["Message-ID"]
    assert last["In-Reply-To"] == last["References"] == first["Message-ID"]
    assert first["In-Reply-To"] is None
    assert first["Importance"] == "high"
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]
    plain = first.get_body(("plain",))
    assert plain is not None
    assert "https://page.example/l/" in plain.get_content()


def test_a_mail_server_that_is_down_loses_nothing_and_repeats_nothing(night: Night, mailbox: MailBox) -> None:
    mailbox.stop()
    night.take(alert(1, severity="page"))
    night.go(3)
    assert mailbox.mails == []
    mailbox.start()
    night.environment["AMINA_SMS"] = "json://127.0.0.1:9/"
    night.go(30)
    got = mailbox.names()
    assert got.count("youssef") >= 1
    assert len(set(rows(night.connection, "once_key"))) == len(rows(night.connection, "once_key"))


def test_the_last_channel_goes_on_trying_until_its_server_is_back(night: Night, mailbox: MailBox) -> None:
    one = alert(1, audience="tenant", tenant="locataire-a")
    mailbox.stop()
    night.take(one)
    night.go(45)
    mailbox.start()
    night.go(20)
    assert mailbox.names() == ["contact-a"]
    ((attempts, sent_at),) = rows(night.connection, "attempts, sent_at")
    assert isinstance(attempts, int)
    assert attempts > 3
    assert sent_at is not None


def test_a_refusal_for_good_goes_over_the_next_channel_at_once_and_keeps_addresses_out(
    night: Night, mailbox: MailBox, gateway: Gateway
) -> None:
    mailbox.refuse["amina@example.org"] = "550 5.1.1 <amina@example.org>: no such user"
    night.environment["AMINA_SMS"] = f"json://127.0.0.1:{gateway.port}/sms"
    number = night.take(alert(1)).notice_id
    assert number is not None
    night.round()
    night.round()
    assert mailbox.mails == []
    (body,) = gateway.bodies
    assert len(body["message"]) <= 160
    assert "undelivered" in night.steps(number)
    kept = str(rows(night.connection, "last_error, once_key, person, channel"))
    assert "mail server: 550 5.1.1" in kept
    assert "example.org" not in kept
    assert "127.0.0.1" not in kept
    detail = night.connection.execute("SELECT string_agg(detail::text, ' ') FROM notice_step").fetchone()
    assert "example.org" not in str(detail)


def test_where_no_channel_is_left_the_next_level_is_told_at_once(night: Night, mailbox: MailBox) -> None:
    mailbox.refuse["amina@example.org"] = "550 5.1.1 no such user"
    night.environment["AMINA_SMS"] = "nonsense://nowhere"
    night.take(alert(1))
    for _ in range(4):
        night.round()
    assert mailbox.names() == ["youssef"]


def test_a_gateway_that_hangs_is_killed_and_holds_up_no_mail(
    night: Night,
    mailbox: MailBox,
    gateway: Gateway,
    tmp_path: Path,
    inventory: Inventory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("alerting.escalation.gateways.SECONDS", 2.0)
    gateway.hangs.set()
    people = PEOPLE.replace(
        'code = "email"\nkind = "email"\naddress = "amina@example.org"',
        'code = "hook"\nkind = "webhook"\naddress_environment = "HOOK"',
    )
    oncall = read_oncall(write_folder(tmp_path / "other", people=people), inventory)
    night = night._replace(oncall=oncall)
    night.environment["HOOK"] = f"http://127.0.0.1:{gateway.port}/x"
    night.environment["AMINA_SMS"] = "json://127.0.0.1:9"
    night.take(alert(1))
    night.take(alert(2, audience="tenant", tenant="locataire-a"))
    done = threading.Event()

    def webhooks() -> None:
        with connect(str(night.connection.info.dsn), "tests") as connection:
            night.worker("webhook").send(connection)
        done.set()

    night.round_notices()
    thread = threading.Thread(target=webhooks)
    thread.start()
    night.worker("email").send(night.connection)
    assert mailbox.names() == ["contact-a"]
    assert not done.is_set()
    thread.join(20)
    assert done.is_set()
    assert "no answer within 2 s" in str(rows(night.connection, "last_error"))


def test_two_senders_at_once_send_each_message_once(night: Night, mailbox: MailBox, dsn: str) -> None:
    for number in range(1, 41):
        tenant = alert(number, audience="tenant", tenant="locataire-a", alertname=f"rule-{number}")
        night.take(tenant)
    night.round_notices()
    failures: list[BaseException] = []
    start = threading.Barrier(2)

    def work(name: str) -> None:
        try:
            with connect(dsn, "tests") as connection:
                worker = night.worker("email", name)
                start.wait(10)
                while worker.send(connection):
                    pass
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("w1", "w2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    identities = [mail["Message-ID"] for mail in mailbox.mails]
    assert len(identities) == len(set(identities))
    told = night.connection.execute(
        "SELECT count(*) FROM message WHERE kind <> 'digest' AND sent_at IS NULL"
    ).fetchone()
    assert told == (0,)


KILLED = """
import os, signal, sys
from datetime import datetime, timezone
from pathlib import Path
import alerting.escalation.lane as lane
from facilities.mail_text import SMTP
from alerting.escalation.oncall import read_oncall
from facilities.mail_server import mail_server
from facilities.inventory import DEMO_INVENTORY, read_inventory
from store.connection import connect

when, folder, dsn, now = sys.argv[1:5]
sent = lane.send_mails
def send_mails(server, mails, has_time):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    for number, outcome in sent(server, mails, has_time):
        os.kill(os.getpid(), signal.SIGKILL)
        yield number, outcome
lane.send_mails = send_mails
worker = lane.LaneWorker("email", read_oncall(Path(folder), read_inventory(DEMO_INVENTORY)), os.environ,
    mail_server=mail_server(os.environ), base_url="https://page.example", claimed_by="killed",
    clock=lambda: datetime.fromisoformat(now))
with connect(dsn, "tests") as connection:
    worker.send(connection)
"""


@pytest.mark.parametrize(("when", "mails"), [("before", 1), ("after", 2)])
def test_killed_between_claim_and_confirmation(night: Night, mailbox: MailBox, dsn: str, when: str, mails: int) -> None:
    """Killed before sending: sent once, later. Killed between the server's 250 and our commit: again, as the same."""
    night.take(alert(1, audience="tenant", tenant="locataire-a"))
    night.round_notices()
    died = subprocess.run(
        [sys.executable, "-c", KILLED, when, str(night.oncall.path), dsn, night.now.isoformat()],
        env=os.environ | night.environment, timeout=60, check=False, capture_output=True,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert night.worker("email").send(night.connection) == 0, "the claim holds"
    night.time[0] += GONE_AFTER
    assert night.worker("email").send(night.connection) == 1, "who is gone is not waited for"
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1
    assert len(mailbox.mails) == mails
    assert night.worker("email").send(night.connection) == 0


def test_a_sender_that_lives_and_hangs_keeps_its_claim_for_the_lease(night: Night, mailbox: MailBox, dsn: str) -> None:
    night.take(alert(1, audience="tenant", tenant="locataire-a"))
    night.round_notices()
    with connect(dsn, "tests") as hanging:
        worker = night.worker("email", "hanging")
        hold_sender(hanging, "hanging:email")
        assert len(worker._claim(hanging)) == 1
        night.time[0] += LEASE - timedelta(seconds=1)
        assert night.worker("email").send(night.connection) == 0
        night.time[0] += timedelta(seconds=1)
        assert night.worker("email").send(night.connection) == 1
    assert mailbox.names() == ["contact-a"]


def test_what_was_sent_while_the_database_went_away_is_confirmed_and_not_sent_again(
    night: Night, mailbox: MailBox, dsn: str, server_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.take(alert(1, audience="tenant", tenant="locataire-a"))
    night.round_notices()
    worker = night.worker("email")
    name = night.connection.info.dbname

    def cut(*arguments: object) -> Iterator[object]:
        for done in send_mails(*arguments):  # type: ignore[arg-type]
            with psycopg.connect(server_dsn, autocommit=True) as server:
                server.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = %s AND application_name = 'p2i cut'", (name,)
                )  # fmt: skip
            yield done

    monkeypatch.setattr("alerting.escalation.lane.send_mails", cut)
    with connect(dsn, "cut") as connection, pytest.raises(psycopg.OperationalError):
        worker.send(connection)
    with connect(dsn, "tests") as connection:
        night.time[0] += LEASE * 2
        assert worker.send(connection) == 0
    assert mailbox.names() == ["contact-a"]
    assert rows(night.connection, "sent_at IS NOT NULL") == [(True,)]


@contextmanager
def peak_kilobytes() -> Iterator[list[int]]:
    """The growth of this process's resident memory inside, in kB."""

    def status(name: str) -> int:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name))

    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, found = status("VmRSS"), [0]
    yield found
    found[0] = status("VmHWM") - before


def test_a_digest_of_one_says_what_that_one_would_have_said(night: Night, mailbox: MailBox) -> None:
    for number in range(1, 7):  # one more than go alone
        night.take(alert(number, facility=f"park-{number}"))
        night.round()
    assert len(mailbox.mails) == 6
    last = mailbox.mails[-1]
    assert str(last["Subject"]) == str(mailbox.mails[0]["Subject"]).replace("park-1", "park-6")
    assert "/l/" in last.get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "subject",
    ["[DÉMO] ASTREINTE – Panne d’opérateur – Opérateur A (fictif)", "plain", "é" * 200, "a – b " * 40 + "\u200f 😀"],
)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    one = EmailMessage(policy=SMTP)
    one["Subject"] = subject.strip()
    written = one.as_bytes()
    assert message_from_bytes(written, policy=policy.default)["Subject"] == subject.strip()
    assert max(map(len, written.splitlines())) <= 78


def test_a_storm_of_five_thousand_is_a_few_messages_with_what_matters_first(night: Night, mailbox: MailBox) -> None:
    for number in range(1, 5001):
        one = alert(number, facility=f"park-{number}", severity="page" if number == 2500 else "ticket")
        labels = one.labels
        night.connection.execute(
            "INSERT INTO notice (audience, group_key, severity, is_demo, facility, rule, opened_at, state, reason,"
            " next_step_at) VALUES ('on_call', %s, %s, false, %s, 'outage', %s, 'open', 'alerts', %s)",
            (f"g{number}", labels["severity"], labels["facility"], NOW, NOW),
        )
    night.connection.execute(
        "INSERT INTO notice_alert (notice_id, fingerprint, alert_id, labels, annotations, starts_at)"
        " SELECT notice_id, 'alert:' || notice_id, NULL, jsonb_build_object('alertname', 'outage',"
        " 'severity', severity, 'facility', facility, 'circuit', 'c' || notice_id), '{}', %s FROM notice",
        (NOW,),
    )
    night.connection.commit()
    night.time[0] = NOW.replace(hour=8)  # tickets may be told
    with peak_kilobytes() as growth:
        for _ in range(3):
            night.round()
    mails = list(mailbox.mails)
    subjects = mailbox.take()
    assert "park-2500" in str(mails[0].get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert len(mails) <= 6
    digest = next(
        mail for mail, (_, subject) in zip(mails, subjects, strict=True) if "4" in subject and "999" in subject
    )
    assert digest is not None
    size = max(len(mail.as_bytes()) for mail in mails)
    assert size < 200_000
    told = night.connection.execute(
        "SELECT count(DISTINCT notice_id) FROM message WHERE sent_at IS NOT NULL AND kind = 'firing'"
    ).fetchone()
    assert told == (5000,)
    assert growth[0] < 60_000
    print((mails[-1].get_body(("plain",)) or mails[-1]).get_content()[:1500])
    print(f"storm: {len(mails)} mails, largest {size} bytes, memory {growth[0]} kB")


def test_settings_of_the_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    server = mail_server(smtp_environment(25) | {"P2I_SMTP_SECURITY": "starttls", "P2I_SMTP_PORT": ""})
    assert server is not None
    assert server.port == 587
    monkeypatch.setenv("P2I_SMTP_PASSWORD", "a secret of the mail server")
    with_password = mail_server(smtp_environment(25) | {"P2I_SMTP_SECURITY": "tls", "P2I_SMTP_USER": "u"})
    assert "secret" not in repr(with_password)
    assert timedelta(0) < LEASE
