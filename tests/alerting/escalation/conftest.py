"""A real SMTP server, a small HTTP server, an on-call folder, and a night that can be moved through by the minute."""

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from alerting.escalation.hooks import Hooks
from alerting.escalation.intake import Taken, intake
from alerting.escalation.lane import LaneWorker
from alerting.escalation.oncall import OnCall, read_oncall
from alerting.escalation.page_app import Pages
from alerting.escalation.rounds import LANES, Rounds
from alerting.grouping import audience_of, group_key
from facilities.http_server import http_server
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from facilities.mail_server import MailServer, mail_server
from store.alert_rows import Announcement
from store.connection import Connection, connect
from tests.mail_box import MailBox

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BASE_URL = "https://page.example"

PEOPLE = """
[[person]]
code = "amina"
name = "Amina"
language = "fr"
teams = ["noc"]
[[person.channel]]
code = "email"
kind = "email"
address = "amina@example.org"
[[person.channel]]
code = "sms"
kind = "apprise"
address_environment = "AMINA_SMS"
short = true

[[person]]
code = "youssef"
name = "Youssef"
language = "en"
teams = ["noc"]
[[person.channel]]
code = "email"
kind = "email"
address = "youssef@example.org"

[[person]]
code = "sara"
name = "Sara"
language = "fr"
teams = ["noc"]
[[person.channel]]
code = "email"
kind = "email"
address = "sara@example.org"

[[person]]
code = "contact-a"
name = "Contact A"
language = "fr"
[[person.channel]]
code = "email"
kind = "email"
address = "contact-a@tenant.example"

[[person]]
code = "owner"
name = "Owner"
language = "fr"
[[person.channel]]
code = "email"
kind = "email"
address = "owner@owner.example"
"""
ROTAS = """
[[rota]]
code = "noc"
members = ["amina", "youssef"]
time_zone = "Africa/Casablanca"
hand_over_on = "monday"
hand_over_at = "09:00"
shift_weeks = 1
starts_on = 2026-11-16
"""
POLICIES = """
[[policy]]
code = "page"
repeat_minutes = 15
repeat_times = 1
taken_minutes = 240
[[policy.level]]
after_minutes = 0
who = ["rota:noc"]
[[policy.level]]
after_minutes = 10
who = ["person:youssef"]
[[policy.level]]
after_minutes = 20
who = ["team:noc"]

[[policy]]
code = "ticket"
[policy.quiet]
starts = "20:00"
ends = "07:30"
time_zone = "Africa/Casablanca"
[[policy.level]]
after_minutes = 0
who = ["rota:noc"]

[[policy]]
code = "inform"
[[policy.level]]
after_minutes = 0
who = ["contacts"]
"""
ROUTES = """
[[route]]
code = "pages"
audience = "on_call"
severity = "page"
policy = "page"
[[route]]
code = "tickets"
audience = "on_call"
severity = "ticket"
policy = "ticket"
[[route]]
code = "tenant-a"
audience = "tenant"
tenants = ["locataire-a"]
policy = "inform"
contacts = ["contact-a"]
[[route]]
code = "owner"
audience = "owner"
policy = "inform"
contacts = ["owner"]
[route.digest]
at = "08:00"
time_zone = "Africa/Casablanca"
"""

FILES = {"people.toml": PEOPLE, "rotas.toml": ROTAS, "policies.toml": POLICIES, "routes.toml": ROUTES}


@pytest.fixture
def mailbox() -> Iterator[MailBox]:
    """A running SMTP server."""
    box = MailBox().start()
    yield box
    box.end()


class Gateway:
    """An HTTP server on the loopback that keeps the JSON it gets, answering `status`, or never while it `hangs`."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.status = 200
        self.hangs = threading.Event()
        self.may_end = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.hangs.is_set():
                    outer.may_end.wait(30)
                    return
                outer.bodies.append(json.loads(body))
                self.send_response(outer.status)
                self.end_headers()

            def do_GET(self) -> None:
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self.may_end.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A running HTTP server."""
    one = Gateway()
    yield one
    one.end()


@pytest.fixture(scope="session")
def inventory() -> Inventory:
    """The demonstration's inventory."""
    return read_inventory(DEMO_INVENTORY)


def write_folder(folder: Path, **changed: str) -> Path:
    """An on-call folder; `people="…"` writes another people.toml."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(changed.get(name.removesuffix(".toml"), text), encoding="utf-8")
    return folder


@pytest.fixture
def oncall(tmp_path: Path, inventory: Inventory) -> OnCall:
    """The on-call folder of these tests."""
    return read_oncall(write_folder(tmp_path / "oncall"), inventory)


def smtp_environment(port: int) -> dict[str, str]:
    """The settings by which mails go to the test's server."""
    return {
        "P2I_SMTP_HOST": "127.0.0.1",
        "P2I_SMTP_PORT": str(port),
        "P2I_SMTP_SECURITY": "none",
        "P2I_SMTP_FROM": "P2I <p2i@p2i.example>",
    }


def alert(number: int, circuit: str = "casa-1", **labels: str) -> Announcement:
    """An outage of a circuit at Casanearshore, unless labels say otherwise."""
    named = {
        "alertname": "outage",
        "severity": "page",
        "audience": "on_call",
        "facility": "casanearshore",
        "circuit": circuit,
        "alert": str(number),
    }
    return Announcement(named | labels, {"since": "2026-11-23T01:59:00Z"}, NOW - timedelta(minutes=1), None)


def ended(one: Announcement, at: datetime) -> Announcement:
    """The same alert, over."""
    return one._replace(ends_at=at)


class Night(NamedTuple):
    """An escalator whose clock a test moves."""

    connection: Connection
    oncall: OnCall
    environment: dict[str, str]
    time: list[datetime]

    @property
    def now(self) -> datetime:
        return self.time[0]

    def take(self, *announcements: Announcement) -> Taken:
        """Takes in announcements of one group."""
        labels = announcements[0].labels
        taken = intake(self.connection, audience_of(labels), group_key(labels), announcements, self.now)
        self.connection.commit()
        return taken

    def worker(self, lane: str = "email", name: str = "w1", **options: Any) -> LaneWorker:
        """A sender of one lane."""
        server: MailServer | None = mail_server(self.environment)
        return LaneWorker(
            next(one for one in LANES if one == lane), self.oncall, self.environment, mail_server=server,
            base_url=BASE_URL, claimed_by=name, clock=lambda: self.now, **options,
        )  # fmt: skip

    def round_notices(self) -> None:
        """One round over notices; nothing is sent."""
        Rounds(self.oncall, lambda: self.now, silent_for=timedelta(minutes=10), started_at=NOW)(self.connection)

    def round(self) -> None:
        """One round over notices, then everything that is due is sent."""
        self.round_notices()
        for lane in LANES:
            worker = self.worker(lane)
            while worker.send(self.connection):
                pass

    def go(self, minutes: float) -> None:
        """Moves the clock, a minute at a time, with a round after each."""
        until = self.now + timedelta(minutes=minutes)
        while self.now < until:
            self.time[0] = min(until, self.now + timedelta(minutes=1))
            self.round()

    def steps(self, notice_id: int) -> list[str]:
        rows = self.connection.execute(
            "SELECT step FROM notice_step WHERE notice_id = %s ORDER BY step_id", (notice_id,)
        ).fetchall()
        return [step for (step,) in rows]

    def state(self, notice_id: int) -> str:
        row = self.connection.execute("SELECT state FROM notice WHERE notice_id = %s", (notice_id,)).fetchone()
        assert row is not None
        return str(row[0])


@pytest.fixture
def night(connection: Connection, oncall: OnCall, mailbox: MailBox) -> Night:
    """An escalator with a mail server, at two in the morning of a Monday."""
    return Night(connection, oncall, smtp_environment(mailbox.port), [NOW])


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A port of the loopback nobody listens on."""

    def found() -> int:
        with socket.create_server(("127.0.0.1", 0)) as one:
            return int(one.getsockname()[1])

    return found


SECRET = "a-secret-of-the-hooks-0123"  # noqa: S105


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str


class Site:
    """The application served by uvicorn on the loopback."""

    def __init__(self, application: Starlette) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.server = http_server(application)
        self.server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]}, daemon=True)
        self.thread.start()

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        found = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode("utf-8"))
        connection.close()
        return found

    def post(self, path: str, **form: str) -> Answer:
        return self.ask("POST", path, urlencode(form).encode(), Content_Type="application/x-www-form-urlencoded")

    def end(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.listener.close()


@pytest.fixture
def site(night: Night, dsn: str) -> Iterator[Site]:
    """Pages and hooks over this test's database, on the night's clock."""

    def connected() -> Connection:
        return connect(dsn, "tests")

    pages = Pages(night.oncall, connected, lambda: night.now)
    hooks = Hooks((SECRET.encode(),), connected, lambda: night.now)
    one = Site(Starlette(routes=[*pages.routes, *hooks.routes]))
    yield one
    one.end()
