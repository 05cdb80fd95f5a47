"""A bad night, in real time, every process and server real: the expected mails to the expected people, each once.

An uplink with forty circuits behind it is cut, a circuit flaps, another is down in its announced maintenance; meanwhile
the collector is restarted, Alertmanager is killed, and the escalator is killed with a page in its hands.
"""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from facilities.inventory import read_inventory
from facilities.registration import register_inventory
from p2i.broker import installed_mosquitto, start_broker
from p2i.demo_processes import free_port
from store.connection import Connection
from store.readings import INTERVAL, write_readings
from store.registry import circuit_numbers
from store.rows import ExclusionRow
from tests.acceptance.night_feed import PACKETS, Night
from tests.acceptance.night_park import (
    CIRCUITS,
    EVERY_CIRCUIT,
    FLAPPING,
    IN_WORKS,
    STEP_SECONDS,
    STEPS,
    write_inventory,
)
from tests.alerting.alertmanager.running import RunningAlertmanager, wait_for
from tests.alerting.escalation.conftest import smtp_environment
from tests.mail_box import MailBox

LASTS = 135
"""Seconds of readings; the ends are told after them."""
SETTLE_SECONDS = 25
FLAPS = ((10, 21), (32, 43), (54, 65))
CUT = (30, 90)
WORKS, IN_THE_MIDDLE = (15, 85), (20, 60)
HISTORY_SECONDS = 4000

STAFF = ("amina", "youssef")
ONCALL = {
    "people.toml": "".join(
        f'[[person]]\ncode = "{name}"\nname = "{name.title()}"\nlanguage = "fr"\n'
        + ('teams = ["noc"]\n' if name in STAFF else "")
        + f'[[person.channel]]\ncode = "email"\nkind = "email"\naddress = "{name}@night.example"\n'
        for name in (*STAFF, "owner", *(f"contact-{letter}" for letter in "abcdef"))
    ),
    "rotas.toml": '[[rota]]\ncode = "noc"\nmembers = ["amina"]\ntime_zone = "Africa/Casablanca"\n'
    'hand_over_on = "monday"\nhand_over_at = "09:00"\nshift_weeks = 1\nstarts_on = 2026-01-05\n',
    "policies.toml": '[[policy]]\ncode = "page"\nrepeat_minutes = 60\nrepeat_times = 1\ntaken_minutes = 240\n'
    '[[policy.level]]\nafter_minutes = 0\nwho = ["rota:noc"]\n'
    '[[policy.level]]\nafter_minutes = 1\nwho = ["person:youssef"]\n'
    '[[policy.level]]\nafter_minutes = 30\nwho = ["team:noc"]\n'
    '[[policy]]\ncode = "inform"\n[[policy.level]]\nafter_minutes = 0\nwho = ["contacts"]\n',
    "routes.toml": '[[route]]\ncode = "staff"\naudience = "on_call"\npolicy = "page"\n'
    + "".join(
        f'[[route]]\ncode = "tenant-{letter}"\naudience = "tenant"\ntenants = ["locataire-{letter}"]\n'
        f'policy = "inform"\ncontacts = ["contact-{letter}"]\n'
        for letter in "abcdef"
    )
    + '[[route]]\ncode = "owner"\naudience = "owner"\npolicy = "inform"\ncontacts = ["owner"]\n',
}


EXPECTED = Counter(
    {
        ("amina", "Interruption – liaison tech-flap, Technopolis"): 1,
        ("amina", "Terminé – Interruption – liaison tech-flap, Technopolis"): 1,
        ("amina", "Site coupé – Liaison amont, Casanearshore"): 1,
        ("amina", "Terminé – Site coupé – Liaison amont, Casanearshore"): 1,
        ("youssef", "ESCALADE – Site coupé – Liaison amont, Casanearshore"): 1,
        ("youssef", "Terminé – Site coupé – Liaison amont, Casanearshore"): 1,
        ("contact-e", "Interruption de service – liaison tech-flap, Technopolis"): 1,
        ("contact-e", "Terminé – Interruption de service – liaison tech-flap, Technopolis"): 1,
        ("owner", "Site coupé – Liaison amont, Casanearshore"): 1,
        ("owner", "Terminé – Site coupé – Liaison amont, Casanearshore"): 1,
        **{
            (f"contact-{letter}", f"{end}Interruption de service – dix liaisons, Casanearshore"): 1
            for letter in "abcd"
            for end in ("", "Terminé – ")
        },
    }
)
"""Every mail of the night. Nobody hears of the forty circuits one by one, of the flapping one more than once, or of the
one in its maintenance; what amina has taken is not escalated, what nobody has taken is."""


class Box(MailBox):
    """A mail server that never answers the first page of the cut: who hands it in is killed in the middle."""

    def __init__(self) -> None:
        super().__init__()
        self.holds, self.held = threading.Event(), threading.Event()
        self.holds.set()
        self.times: list[float] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        one = message_from_bytes(content, EmailMessage, policy=policy.default)
        if self.holds.is_set() and who(one) == "amina" and what(one) == "uplink":
            self.held.set()
            while self.holds.is_set():
                await asyncio.sleep(0.05)
            return "451 later"
        self.times.append(time.time())
        return await super().handle_DATA(server, session, envelope)


def who(mail: EmailMessage) -> str:
    """The person it went to."""
    return str(mail["To"]).partition("@")[0]


def what(mail: EmailMessage) -> str:
    """Which of the night's troubles it is of."""
    text = f"{mail['Subject']} {mail.get_body(('plain',)).get_content()}"  # type: ignore[union-attr]
    return "uplink" if "amont" in text else "flapping" if FLAPPING in text else "other"


def said(mail: EmailMessage) -> str:
    """Its subject without the labels; which of ten circuits is named first is no matter."""
    subject = str(mail["Subject"]).replace("[DÉMO] ", "").replace("ASTREINTE – ", "")
    subject = re.sub(r" \((la liaison répond|les liaisons répondent) de nouveau\)", "", subject)  # by the second
    return re.sub(r"liaison casa-\d\d, (\w+) \(et 9 autres\)", r"dix liaisons, \1", subject)


def take(box: Box, circuit: str) -> None:
    """Amina presses the button on the page that the link in her mail leads to; looking at the page does nothing."""
    wait_for(lambda: any(circuit in str(one["Subject"]) for one in box.mails), 10)
    mail = next(one for one in box.mails if circuit in str(one["Subject"]) and who(one) == "amina")
    link = re.search(r"http://127\.0\.0\.1:\d+/l/\S+", mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert link is not None
    with urllib.request.urlopen(link[0], timeout=10) as page:
        assert circuit in page.read().decode()
    with urllib.request.urlopen(link[0], data=b"act=acknowledge", timeout=10) as page:
        assert page.status == 200


class Stage:
    """Processes of ours by name, that can be ended, killed and started again."""

    def __init__(self, environment: dict[str, str], logs: Path) -> None:
        self._environment, self._logs = environment, logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._words: dict[str, tuple[str, ...]] = {}

    def start(self, *words: str) -> None:
        """Starts `p2i WORD …`, named by its first word."""
        name = words[0]
        self._words[name] = words
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "p2i", *words], env=self._environment, stdout=log, stderr=log
            )

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends one and waits until it has."""
        process = self._running.pop(name)
        process.send_signal(how)
        process.wait(30)

    def again(self, name: str) -> None:
        """Starts one that was ended."""
        self.start(*self._words[name])

    def end_all(self) -> None:
        """Ends what runs."""
        for name in list(self._running):
            self.end(name)

    def all_run(self) -> bool:
        """True; fails with what it said when one has ended by itself."""
        assert all(process.poll() is None for process in self._running.values()), self.logs()
        return True

    def logs(self) -> str:
        """What all of them said."""
        return "\n".join(f"--- {file.name}\n{file.read_text()[-3000:]}" for file in sorted(self._logs.iterdir()))


@pytest.fixture
def box() -> Iterator[Box]:
    one = Box()
    one.start()
    yield one
    one.holds.clear()
    one.end()


def test_exactly_the_expected_mails_go_to_exactly_the_expected_people(
    dsn: str,
    connection: Connection,
    decide_by_two: Callable[[Iterable[ExclusionRow]], None],
    box: Box,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    if installed_mosquitto() is None:
        pytest.skip("no mosquitto installed")
    program = os.environ.get("P2I_ALERTMANAGER") or shutil.which("prometheus-alertmanager")
    if program is None:
        pytest.skip("no prometheus-alertmanager installed (P2I_ALERTMANAGER names one)")
    inventory = write_inventory(tmp_path / "inventory")
    oncall, logs, folder = tmp_path / "oncall", tmp_path / "logs", tmp_path / "alertmanager"
    for one in (oncall, logs, folder):
        one.mkdir()
    for name, text in ONCALL.items():
        (oncall / name).write_text(text, encoding="utf-8")
    (tmp_path / "token").write_text("the-token-of-the-night\n")
    page_port, mqtt_port = (free_port(socket.SOCK_STREAM) for _ in range(2))
    good_history(connection, inventory)
    alertmanager = RunningAlertmanager(program, folder)
    environment = {
        **os.environ,
        **smtp_environment(box.port),
        "P2I_DSN": dsn,
        "P2I_INVENTORY": str(inventory),
        "P2I_ONCALL": str(oncall),
        "P2I_MQTT_URL": f"mqtt://127.0.0.1:{mqtt_port}",
        "P2I_ALERTMANAGER_URL": f"http://127.0.0.1:{alertmanager.port}",
        "P2I_PAGE_HOOK_SECRET_FILE": str(tmp_path / "token"),
        "P2I_PAGE_BASE_URL": f"http://127.0.0.1:{page_port}",
        "P2I_PAGE_WATCHDOG_SECONDS": "0",
        "P2I_ALERT_SETTLE_SECONDS": str(SETTLE_SECONDS),
        "P2I_ALERTMANAGER_EVERY_SECONDS": "10",
    }
    rhythm = [word for name in ("page", "ticket", "tenant", "owner") for word in ("--rhythm", f"{name}=2s,2s,1h")]
    subprocess.run(
        [
            *(sys.executable, "-m", "p2i", "alert", "config", "--out", str(folder / "alertmanager.yml")),
            *("--escalator-url", f"http://127.0.0.1:{page_port}", "--token-file", str(tmp_path / "token"), *rhythm),
        ],
        env=environment,
        check=True,
    )
    stage = Stage(environment, logs)
    with ExitStack() as stack:
        # As root the broker has an account of its own, which may not enter pytest's folders.
        broker = Path(stack.enter_context(TemporaryDirectory(prefix="p2i-night-")))
        broker.chmod(0o755)
        stack.enter_context(start_broker(broker / "broker", mqtt_port, "mosquitto"))
        alertmanager.start()
        stack.callback(alertmanager.stop)
        stack.callback(stage.end_all)
        stage.start("collect")
        stage.start("engine", "--every-seconds", "1")
        stage.start("alert", "--every-seconds", "1")
        stage.start("page", "run", "--port", str(page_port), "--every-seconds", "1")
        wait_for(lambda: stage.all_run() and beating(connection), 60)
        begins = int(time.time()) + 2
        works(decide_by_two, begins)
        night = Night(
            mqtt_port, begins, LASTS, {**dict.fromkeys(CIRCUITS, (CUT,)), FLAPPING: FLAPS, IN_WORKS: (IN_THE_MIDDLE,)}
        )
        night.start()
        until(begins + 28)
        take(box, FLAPPING)
        until(begins + 33)
        stage.end("collect")
        until(begins + 36)
        stage.again("collect")
        assert box.held.wait(60), seen(connection, box)
        stage.end("page", signal.SIGKILL)
        box.holds.clear()
        stage.again("page")
        until(begins + 62)
        alertmanager.stop(signal.SIGKILL)
        alertmanager.start()
        # Killed, it forgets whom it has told; the escalator does not.
        night.join(LASTS + 60)
        try:
            wait_for(lambda: stage.all_run() and notices(connection) == 0, 90)
        finally:
            seen_text = seen(connection, box)
            print(seen_text)
    told = Counter((who(one), said(one)) for one in box.mails)
    first = next(at for at, one in zip(box.times, box.mails, strict=True) if FLAPPING in str(one["Subject"]))
    record_property("told", sorted(told.items()))
    record_property("seconds_to_page", round(first - begins - FLAPS[0][0], 1))
    assert first - begins - FLAPS[0][0] > STEPS * STEP_SECONDS, "an outage is one only after n·Δt"
    assert told == EXPECTED, seen_text


def seen(connection: Connection, box: Box) -> str:
    """What was recorded and what was sent, for whoever reads why this failed."""
    connection.rollback()
    tables = (
        "SELECT alert_id, rule, subject, reason, opened_at, closed_at, cause_id, muted_by FROM alert ORDER BY alert_id",
        "SELECT notice_id, audience, group_key, state, level, opened_at, closed_at FROM notice ORDER BY notice_id",
        "SELECT notice_id, stepped_at, step, actor, via FROM notice_step ORDER BY step_id",
        "SELECT message_id, notice_id, kind, person, sent_at, last_error FROM message ORDER BY message_id",
        "SELECT * FROM heartbeat",
    )
    rows = [
        " | ".join(f"{cell:%H:%M:%S}" if isinstance(cell, datetime) else str(cell) for cell in row)
        for one in tables
        for row in connection.execute(one.encode()).fetchall()
    ]
    return "\n".join([*rows, *(f"{who(one):12} {one['Subject']}" for one in box.mails)])


def good_history(connection: Connection, inventory: Path) -> None:
    """More than an hour without a loss, so that a minute of it is no burning budget."""
    register_inventory(connection, read_inventory(inventory), datetime.now(UTC))
    numbers = circuit_numbers(connection)
    at = (int(time.time()) - HISTORY_SECONDS) * 1_000_000 + np.arange(HISTORY_SECONDS) * 1_000_000
    for circuit in EVERY_CIRCUIT:
        columns = [np.full(at.size, number, np.int64) for number in (numbers[circuit], PACKETS, 0)]
        write_readings(connection, INTERVAL, [columns[0], at, *columns[1:]], datetime.now(UTC))
    connection.commit()


def works(decide_by_two: Callable[[Iterable[ExclusionRow]], None], begins: int) -> None:
    """The announced maintenance of one circuit, accepted by a second person."""
    starts_at, ends_at = (datetime.fromtimestamp(begins + second, UTC) for second in WORKS)
    announced_at = starts_at - timedelta(days=7)
    decide_by_two([ExclusionRow("M-1", IN_WORKS, "maintenance", starts_at, ends_at, announced_at, "accepted")])


def beating(connection: Connection) -> bool:
    """Whether the engine, the alerts, Alertmanager and the escalator have all given a sign of life."""
    connection.rollback()
    row = connection.execute(
        "SELECT (SELECT count(*) FROM heartbeat) >= 3 AND (SELECT isfinite(passed_at) FROM engine_watermark)"
    ).fetchone()
    return row is not None and bool(row[0])


def notices(connection: Connection) -> int:
    """How many are open, or have a message that is not sent."""
    connection.rollback()
    row = connection.execute(
        "SELECT (SELECT count(*) FROM notice WHERE closed_at IS NULL)"
        " + (SELECT count(*) FROM message WHERE sent_at IS NULL AND given_up_at IS NULL AND digest_id IS NULL)"
    ).fetchone()
    assert row is not None
    return int(row[0])


def until(at: float) -> None:
    """Waits for the instant: this is real time."""
    time.sleep(max(0.0, at - time.time()))
