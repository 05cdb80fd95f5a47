"""`p2i page` as processes: a notification becomes a mail, its link acts, a kill loses nothing, no secret is printed."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import conninfo

from facilities.inventory import DEMO_INVENTORY
from tests.alerting.escalation.conftest import SECRET, smtp_environment, write_folder
from tests.mail_box import MailBox

ROOT = Path(__file__).parents[3]
Start = Callable[[], "Running"]


class Running:
    """A `p2i page run` on a free port."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.log = log
        self.process = subprocess.Popen(
            [sys.executable, "-m", "p2i", "page", "run", "--port", "0", "--every-seconds", "0.2"],
            cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stderr is not None
        first = self.process.stderr.readline()
        found = re.search(r"on 127\.0\.0\.1:(\d+)$", first.strip())
        assert found is not None, first + self.process.stderr.read()
        self.port = int(found[1])
        self.printed = first

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body.encode(), headers)
        answer = connection.getresponse()
        found = answer.status, answer.getheader("location") or answer.read().decode()
        connection.close()
        return found

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        _, rest = self.process.communicate(timeout=60)
        self.printed += rest
        return self.process.returncode


@pytest.fixture
def environment(tmp_path: Path, mailbox: MailBox, dsn: str) -> dict[str, str]:
    """The settings of an escalator over this test's database and mail server."""
    people = write_folder(tmp_path / "oncall") / "people.toml"
    text = people.read_text(encoding="utf-8").replace(
        'address_environment = "AMINA_SMS"', 'address = "json://127.0.0.1:9/"'
    )
    people.write_text(text, encoding="utf-8")
    return os.environ | smtp_environment(mailbox.port) | {
        "P2I_DSN": dsn, "P2I_ONCALL": str(tmp_path / "oncall"), "P2I_INVENTORY": str(DEMO_INVENTORY),
        "P2I_PAGE_HOOK_SECRET": SECRET, "P2I_PAGE_BASE_URL": "https://page.example", "PYTHONPATH": str(ROOT),
    }  # fmt: skip


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts an escalator; all are ended afterwards."""
    running: list[Running] = []

    def started() -> Running:
        running.append(Running(environment, tmp_path / "log"))
        return running[-1]

    yield started
    for one in running:
        one.end(signal.SIGKILL)


def notification(number: int, status: str = "firing") -> str:
    now = datetime.now(UTC).isoformat()
    alert: dict[str, Any] = {
        "status": status, "startsAt": now, "endsAt": now, "annotations": {},
        "labels": {"alertname": "outage", "severity": "page", "facility": "casanearshore", "alert": str(number)},
    }  # fmt: skip
    return json.dumps({"alerts": [alert]})


def p2i(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "p2i", "page", *words], cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_from_the_notification_to_the_acknowledgement_and_over_a_kill(
    start: Start, environment: dict[str, str], mailbox: MailBox
) -> None:
    bearer = {"Authorization": f"Bearer {SECRET}"}
    first = start()
    assert first.ask("GET", "/healthz")[0] == 200
    mailbox.stop()
    assert first.ask("POST", "/hooks/alertmanager/on_call", notification(1), **bearer)[0] == 200
    first.end(signal.SIGKILL)
    mailbox.start()
    second = start()
    mailbox.wait_for(1)
    body = mailbox.mails[0].get_body(("plain",))
    assert body is not None
    found = re.search(r"https://page\.example(/l/[\w-]+)", body.get_content())
    assert found is not None
    assert second.ask("GET", found[1])[0] == 200
    status, location = second.ask("POST", found[1], "act=acknowledge")
    assert status == 303
    listed = p2i(environment, "list")
    assert re.search(r"1 page +acknowledged .*outage casanearshore \((Amina|Youssef)\)", listed.stdout), listed
    resolved = p2i(environment, "resolve", "1")
    assert resolved.stdout.startswith("notice 1: resolved"), resolved
    mailbox.wait_for(2)
    shown = p2i(environment, "show", "1")
    assert re.search(r"resolved +\w+ \(cli, login \w+\)", shown.stdout)
    assert second.end() == 0
    for text in (first.printed, second.printed, listed.stdout, shown.stdout):
        for secret in (found[1][3:], location, "example.org", SECRET):
            assert secret not in text


def test_a_database_that_throws_everybody_out_is_come_back_to(
    start: Start, mailbox: MailBox, dsn: str, server_dsn: str
) -> None:
    running = start()
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            " AND application_name LIKE 'p2i%%'",
            (conninfo.conninfo_to_dict(dsn)["dbname"],),
        )
    bearer = {"Authorization": f"Bearer {SECRET}"}
    assert running.ask("POST", "/hooks/alertmanager/on_call", notification(1), **bearer)[0] == 200
    mailbox.wait_for(1)
    assert running.end() == 0
    assert len(mailbox.mails) == 1
    assert "database away" in running.printed


@pytest.mark.parametrize(
    ("words", "change", "line"),
    [
        (("run",), {"P2I_PAGE_HOOK_SECRET": ""}, "P2I_PAGE_HOOK_SECRET"),
        (("run",), {"P2I_PAGE_HOOK_SECRET": "short"}, "at least 16 characters"),
        (("run",), {"P2I_SMTP_HOST": ""}, "e-mail needs P2I_SMTP_HOST"),
        (("check",), {"P2I_ONCALL": "/nowhere"}, "no such on-call folder"),
        (("check",), {"P2I_SMTP_USER": "u", "P2I_SMTP_PASSWORD": "secret-word"}, "the password in the clear"),
        (("check",), {"P2I_PAGE_BASE_URL": "page.example"}, "P2I_PAGE_BASE_URL"),
        (("check",), {"P2I_PAGE_WATCHDOG_SECONDS": "5"}, "neither 0"),
        (("acknowledge", "77"), {}, "notice 77: there is no such notice"),
        (("show", "77"), {}, "notice 77: there is no such notice"),
        (("who", "--at", "tomorrow"), {}, "is not an ISO 8601 instant"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_exit_2(
    environment: dict[str, str], words: tuple[str, ...], change: dict[str, str], line: str
) -> None:
    done = p2i(environment | change, *words)
    assert done.returncode == 2
    assert line in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "secret-word" not in done.stderr


def test_check_says_what_the_folder_comes_to_without_an_address(environment: dict[str, str]) -> None:
    done = p2i(environment, "check")
    assert done.returncode == 0, done.stderr
    assert "policy page: after 0 min rota:noc; after 10 min person:youssef; after 20 min team:noc" in done.stdout
    assert "missing: P2I_PAGE_HEARTBEAT_URL" in done.stdout
    assert "example.org" not in done.stdout
