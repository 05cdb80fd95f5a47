"""`p2i hooks` over real HTTP into a real database: recorded bodies, refusals, and a database that goes away."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import logging
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from collectors.feeds import open_feeds
from collectors.hooks_app import HookLimits, Hooks
from collectors.hooks_drain import HookDrain
from collectors.hooks_metrics import watch_queue
from collectors.hooks_queue import HookQueue
from collectors.hooks_secrets import hooks_of
from facilities.http_server import BoundedProtocol, http_server, listening
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from facilities.sensors import secret_setting
from store.connection import connect
from store.embedded import EmbeddedServer
from store.migrations import migrate

SECRET = "a secret of thirty-two characters"  # noqa: S105
FEEDS = """
[[feed]]
code = "xovis"
facility = "casanearshore"
source = "xovis"
auth = { kind = "basic", user = "sensor" }

[[feed]]
code = "vergesense"
facility = "casanearshore"
source = "vergesense"

[[feed]]
code = "disruptive"
facility = "casanearshore"
source = "disruptive"

[[feed]]
code = "lwm2m"
facility = "casanearshore"
source = "lwm2m"
auth = { kind = "hmac", header = "X-Hub-Signature-256", prefix = "sha256=" }

[[feed]]
code = "tts"
facility = "casanearshore"
source = "the-things-stack"
auth = { kind = "header", header = "X-P2I-Secret" }

[[feed]]
code = "terabee"
facility = "casanearshore"
source = "generic-json"
[feed.options]
device = "/uid"
instant = { at = "/time", format = "epoch_seconds" }
reading = [
    { at = "/value/in", quantity = "people_in_total" },
    { at = "/value/out", quantity = "people_out_total" },
]

[[feed]]
code = "yanzi"
facility = "casanearshore"
source = "generic-json"
auth = { kind = "query", parameter = "key" }
[feed.options]
each = "/values"
instant = { at = "/sampleTime", format = "epoch_milliseconds" }
reading = [
    { at = "/value", quantity = "temperature_celsius", factor = "0.1", when = { at="/resourceType", is="SampleTemp" } },
    { at = "/value", quantity = "motion_total", when = { at = "/resourceType", is = "SampleMotion" } },
]

[[feed]]
code = "edge"
facility = "casanearshore"
source = "generic-json"
[feed.options]
reading = [{ at = "/value", quantity = "occupied" }]

[[feed]]
code = "counts"
facility = "casanearshore"
source = "generic-json"
[feed.options]
instant = { at = "/at", format = "epoch_seconds" }
reading = [{ at = "/people", quantity = "people" }]
"""
DEVICES = [
    ("xovis", "80:1F:12:D5:30:DC"), ("xovis", "80:1F:12:D3:27:CA"), ("xovis", "00:6E:02:01:AB:7C"), ("xovis", "old-1"),
    ("vergesense", "602439"), ("vergesense", "820755"), ("disruptive", "cj5jpe7r23r0008c1pmg"), ("disruptive", "dt-1"),
    ("lwm2m", "IMEI:861518040266396"), ("terabee", "pcm807d3a86224b"), ("yanzi", "yanzi-1"), ("edge", "door"),
]  # fmt: skip


def written_inventory(folder: Path) -> Path:
    """The demonstration inventory with the feeds and sensors of these tests."""
    shutil.copytree(DEMO_INVENTORY, folder)
    (folder / "feeds.toml").write_text(FEEDS)
    sensors = [
        f'[[sensor]]\ncode = "s{number}"\nfeed = "{feed}"\ndevice = "{device}"\nlabel = "capteur"\n'
        for number, (feed, device) in enumerate(DEVICES)
    ]
    sensors.append('[[sensor]]\ncode = "people"\nfeed = "counts"\ndevice = "p"\nlabel = "x"\nzone = "casa-z1"\n')
    (folder / "sensors.toml").write_text("\n".join(sensors))
    return folder


@pytest.fixture
def inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inventory:
    for feed in ("xovis", "vergesense", "disruptive", "lwm2m", "tts", "terabee", "yanzi", "edge", "counts"):
        monkeypatch.setenv(secret_setting(feed), SECRET)
    return read_inventory(written_inventory(tmp_path / "inventory"))


def token(body: bytes) -> str:
    """What Disruptive's cloud puts into X-Dt-Signature."""

    def part(told: dict[str, Any]) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=")

    claims = {"checksum_sha256": hashlib.sha256(body).hexdigest(), "exp": time.time() + 3600}
    text = part({"alg": "HS256", "typ": "JWT"}) + b"." + part(claims)
    mac = hmac.new(SECRET.encode(), text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def proof(feed: str, body: bytes) -> tuple[dict[str, str], str]:
    """The headers and the query of a sender who holds the secret."""
    match feed:
        case "xovis":
            return {"Authorization": "Basic " + base64.b64encode(f"sensor:{SECRET}".encode()).decode()}, ""
        case "disruptive":
            return {"x-dt-signature": token(body)}, ""
        case "lwm2m":
            digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            return {"X-Hub-Signature-256": f"sha256={digest}"}, ""
        case "tts":
            return {"X-P2I-Secret": SECRET}, ""
        case "yanzi":
            return {}, "?key=" + SECRET.replace(" ", "%20")
        case _:
            return {"Authorization": f"Bearer {SECRET}"}, ""


class Receiver:
    """A running `p2i hooks` in threads of this process, and a sender."""

    def __init__(self, inventory: Inventory, queue: HookQueue, limits: HookLimits) -> None:
        self.queue = queue
        self.hooks = Hooks(
            hooks_of(open_feeds(inventory).by_code.values(), inventory.path), queue, limits, lambda: datetime.now(UTC)
        )
        self.server = http_server(self.hooks.application)
        self._listener = listening("127.0.0.1", 0)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=lambda: self.server.run(sockets=[self._listener]))
        self._thread.start()

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join()
        self.queue.close()

    def request(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, str, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()

    def post(self, path: str, body: bytes) -> int:
        """The status for a sender who holds the secret of the feed in the path."""
        headers, query = proof(path.split("/")[0], body)
        return self.request("POST", f"/hooks/{path}{query}", body, **headers)[0]

    def talk(self, *pieces: bytes) -> bytes:
        """Everything the server says to bytes that are sent as they are, until it closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            for piece in pieces:
                connection.sendall(piece)
            said = b""
            with contextlib.suppress(ConnectionResetError):
                while more := connection.recv(65536):
                    said += more
            return said


@pytest.fixture
def receiver(inventory: Inventory, tmp_path: Path) -> Iterator[Callable[..., Receiver]]:
    started: list[Receiver] = []

    def start(queue_bytes: int = 1 << 24, **limits: Any) -> Receiver:
        started.append(Receiver(inventory, HookQueue(tmp_path / "queue", queue_bytes), HookLimits(**limits)))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@contextmanager
def draining(queue: HookQueue, dsn: str, inventory: Inventory) -> Iterator[None]:
    """The drain in a thread; an error of it fails the test."""
    drain = HookDrain(queue, dsn, inventory, 1 << 18, lambda: datetime.now(UTC))
    stop = threading.Event()
    errors: list[BaseException] = []

    def body() -> None:
        try:
            drain.run(stop)
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            errors.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        queue.wake()
        thread.join()
        for error in errors:
            raise error


def rows(dsn: str, query: str) -> list[tuple[Any, ...]]:
    with connect(dsn, "tests") as connection:
        return connection.execute(query.encode()).fetchall()


READINGS = (
    "SELECT sensor, channel, quantity, measured_at, coalesce(counted::float8, value)"
    " FROM sensor_reading JOIN sensor_series USING (series_id) ORDER BY sensor, channel, quantity, measured_at"
)
SAMPLES = {
    # file: (path after /hooks/, values by quantity in the store, or the reasons in quarantine)
    "xovis/xovis_PC2S_01.json": ("xovis", {"people_in": [1]}),
    "xovis/xovis_PC2SV5_01.json": ("xovis/old-1", {"people_out": [1]}),
    "xovis/xovis_PC2SV5_03.json": (
        "xovis/old-1",
        {"people": [0, 0, 0, 0], "people_in": [1, 3, 0, 0], "people_out": [0, 1, 0, 0]},
    ),
    "xovis/xovis_PC2SV5_05.json": ("xovis/old-1", {"people_in": [1, 1], "people_out": [1, 1]}),
    "xovis/xovis_PC2SV5_07.json": ("xovis", {}),  # positions and attributes of people only: nothing of it is taken
    "xovis/xovis_PC2SV5_09.json": ("xovis", {"people_in": [1], "people_out": [0]}),
    "xovis/xovis_PC2SV5_11.json": ("xovis", {"dwell_seconds": [4.202]}),
    "xovis/xovis_PC2SV5_13.json": ("xovis", {"people_in": [0], "people_out": [1]}),
    "webhooks/vergeSense_cloudConnector_01.json": ("vergesense", {"people": [0]}),
    "webhooks/vergeSense_cloudConnector_03.json": ("vergesense", {"people": [150]}),
    "webhooks/disruptiveTechnologies_co2_01.json": (
        "disruptive/dt-1",
        {"humidity_ratio": [0.17], "temperature_celsius": [22.45]},
    ),
    "webhooks/disruptiveTechnologies_co2_03.json": ("disruptive/dt-1", {"co2_ratio": [0.000617]}),
    "webhooks/disruptiveTechnologies_desk_02.json": ("disruptive", {"occupied": [1]}),
    "webhooks/disruptiveTechnologies_motion_01.json": ("disruptive/dt-1", {"occupied": [1]}),
    "webhooks/disruptiveTechnologies_proximity_01.json": ("disruptive/dt-1", {"object_present": [0]}),
    "webhooks/disruptiveTechnologies_proximity_03.json": ("disruptive/dt-1", {"touches": [1]}),
    "webhooks/disruptiveTechnologies_proximity_05.json": ("disruptive/dt-1", {"object_present": [0]}),
    "webhooks/IMBuildings_PeopleCounter_01.json": (
        "lwm2m",
        {"battery_volts": [2.67], "people_in": [0], "people_out": [0]},
    ),
    "webhooks/terabee_peopleCountingM_01.json": ("terabee", ["clock_not_set"]),
    "webhooks/yanzi_comfort_01.json": ("yanzi/yanzi-1", {"temperature_celsius": [29.2405]}),
    "webhooks/yanzi_motionPlus_01.json": ("yanzi/yanzi-1", {"temperature_celsius": [29.21]}),
    "webhooks/yanzi_motionPlus_03.json": ("yanzi/yanzi-1", {"motion_total": [7875]}),
    "webhooks/yanzi_presenceMini_01.json": ("yanzi/yanzi-1", {"temperature_celsius": [29.2405]}),
    "webhooks/yanzi_presenceMini_03.json": ("yanzi/yanzi-1", {"motion_total": [24873]}),
    "webhooks/buldingEdge_occupancy_01.json": ("edge/door", {"occupied": [0]}),
    "tts/captured_ttn_lobaro_up.json": ("tts", ["unknown_device"]),
    "tts/downlink_failed_event_message_example.json": ("tts", {}),
    "tts/join_message_example.json": ("tts", {}),
    "tts/mqtt_join_accept_message_example.json": ("tts", {}),
    "tts/uplink_message_example.json": ("tts", ["malformed"]),
}


def test_every_recorded_body_is_posted_and_becomes_what_it_says(
    receiver: Callable[..., Receiver],
    inventory: Inventory,
    dsn: str,
    samples: Path,
    eventually: Callable[..., None],
) -> None:
    folders = ("xovis", "webhooks", "tts")
    files = {
        f"{folder}/{file.name}"
        for folder in folders
        for file in (samples / "payloads" / folder).glob("*.json")
        if not file.name.endswith(".expected.json")
    }
    assert files == SAMPLES.keys()
    running = receiver()
    outcomes = {}
    with draining(running.queue, dsn, inventory):
        for name, (path, _) in SAMPLES.items():
            assert running.post(path, (samples / "payloads" / name).read_bytes()) == 200, name
            eventually(lambda: running.queue.count == 0)
            stored: dict[str, list[float]] = {}
            for _, _, quantity, _, value in rows(dsn, READINGS):
                stored.setdefault(quantity, []).append(value)
            refused = [reason for (reason,) in rows(dsn, "SELECT reason FROM quarantine")]
            outcomes[name] = refused or stored
            with connect(dsn, "tests") as connection:
                connection.execute("TRUNCATE sensor_reading, quarantine")
    print()
    for name, outcome in outcomes.items():
        print(f"{name:52} {outcome}")
    assert outcomes == {name: expected for name, (_, expected) in SAMPLES.items()}


def test_a_zone_is_counted_and_a_body_that_comes_again_changes_nothing(
    receiver: Callable[..., Receiver], inventory: Inventory, dsn: str, eventually: Callable[..., None]
) -> None:
    running = receiver()
    with draining(running.queue, dsn, inventory):
        for body in (b'{"at": 1795000000, "people": 7}', b'{"at": 1795000060, "people": 8}') * 3:
            assert running.post("counts/p", body) == 200
        eventually(lambda: running.queue.count == 0)
    assert rows(dsn, "SELECT people FROM occupancy ORDER BY measured_at") == [(7,), (8,)]
    assert len(rows(dsn, READINGS)) == 2
    assert rows(dsn, "SELECT count(*) FROM quarantine") == [(0,)]


def test_bodies_without_an_instant_are_told_apart_by_when_they_came(
    receiver: Callable[..., Receiver], inventory: Inventory, dsn: str, eventually: Callable[..., None]
) -> None:
    running = receiver()
    for _ in range(5):
        assert running.post("edge/door", b'{"value": 1}') == 200
    with draining(running.queue, dsn, inventory):
        eventually(lambda: running.queue.count == 0)
    assert len(rows(dsn, READINGS)) == 5


def test_strangers_learn_nothing(receiver: Callable[..., Receiver]) -> None:
    running = receiver()
    body = b'{"people": 1}'
    answers = set()
    for feed in ("xovis", "vergesense", "disruptive", "lwm2m", "tts", "yanzi", "no-such-feed"):
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"X-P2I-Secret": "wrong"},
            {"x-dt-signature": "a.b.c", "X-Hub-Signature-256": "sha256=00"},
        ):
            for content in (body, bytes(300_000)):
                status, text, told = running.request("POST", f"/hooks/{feed}?key=wrong", content, **headers)
                answers.add((status, text, tuple(sorted(key for key in told if key != "date"))))
    assert {answer[:2] for answer in answers} == {(401, "unauthorised\n")}
    assert len(answers) == 1
    assert running.queue.count == 0


def test_the_secret_of_one_feed_does_not_open_another(
    receiver: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secret_setting("vergesense"), "quite another secret")
    running = receiver()
    assert running.request("POST", "/hooks/edge/door", b"{}", Authorization=f"Bearer {SECRET}")[0] == 200
    assert running.request("POST", "/hooks/vergesense", b"{}", Authorization=f"Bearer {SECRET}")[0] == 401


def test_a_body_above_the_limit_is_413_and_never_kept(receiver: Callable[..., Receiver]) -> None:
    running = receiver(body_bytes=1024)
    assert running.post("edge/door", bytes(1024)) == 200
    assert running.post("edge/door", bytes(1025)) == 413
    headers = f"POST /hooks/edge/door HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n".encode()
    chunk = b"400\r\n" + bytes(1024) + b"\r\n"
    said = running.talk(headers + b"Transfer-Encoding: chunked\r\n\r\n", chunk * 2, b"0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 413 ")
    # A sender that never ends is cut off after a few limits, however large its Content-Length.
    said = running.talk(headers + b"Content-Length: 1000000000\r\n\r\n" + bytes(1024 * 8 + 1))
    assert said.startswith(b"HTTP/1.1 413 ")
    assert running.queue.count == 1


def test_who_sends_a_byte_now_and_then_is_cut_off(
    receiver: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facilities.http_server.HEAD_SECONDS", 0.3)
    monkeypatch.setattr("facilities.http_server.KEEP_ALIVE_SECONDS", 1)
    running = receiver(body_seconds=0.3)
    headers = f"POST /hooks/edge/door HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n".encode()
    assert running.talk(headers + b"Content-Length: 100\r\n\r\n" + b"1").startswith(b"HTTP/1.1 408 ")
    for pieces, answers in (((), 0), ((headers,), 0), ((headers + b"Content-Length: 2\r\n\r\n{}POST /hooks/",), 1)):
        assert running.talk(*pieces).count(b"HTTP/1.1 ") == answers
    assert running.post("edge/door", b"{}") == 200


def test_requests_at_a_time_are_bounded(receiver: Callable[..., Receiver], eventually: Callable[..., None]) -> None:
    running = receiver(requests=1, body_seconds=20.0)
    headers = f"POST /hooks/edge/door HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n".encode()
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as slow:
        slow.sendall(headers + b"Content-Length: 2\r\nConnection: close\r\n\r\n{")
        eventually(lambda: running.post("edge/door", b"{}") == 503)
        slow.sendall(b"}")
        assert slow.recv(100).startswith(b"HTTP/1.1 200 ")
    assert running.post("edge/door", b"{}") == 200


def test_bodies_about_persons_leave_no_byte_anywhere(
    receiver: Callable[..., Receiver],
    inventory: Inventory,
    dsn: str,
    tmp_path: Path,
    eventually: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    running = receiver()
    attempts = [
        ("edge/door", b'{"observations": [{"clientMac": "aa:bb:cc:dd:ee:ff"}]}'),
        ("edge/door", b"SECRETNAME\t2026-11-22 08:00:00\t0\t1\n"),
        ("edge/SECRETNAME%2Ficlock%2Fcdata", b"{}"),
    ]
    with caplog.at_level(logging.DEBUG), draining(running.queue, dsn, inventory):
        for path, body in attempts:
            assert running.post(path, body) == 422
        files = b"".join(file.read_bytes() for file in tmp_path.glob("queue*"))
        eventually(lambda: running.queue.count == 0)
    for word in (b"aa:bb:cc", b"SECRETNAME"):
        assert word not in files
        assert word.decode() not in caplog.text
    assert rows(dsn, "SELECT source, origin, reason, payload, arrivals FROM quarantine") == [
        ("webhook", "hooks/edge", "identity", b"", 3)
    ]


def test_what_cannot_be_read_is_in_quarantine_with_its_body(
    receiver: Callable[..., Receiver], inventory: Inventory, dsn: str, eventually: Callable[..., None]
) -> None:
    running = receiver()
    bodies = [("edge/door", b"{"), ("edge", b'{"value": 1}'), ("edge/nobody", b'{"value": 1}'), ("edge/door", b"")]
    with draining(running.queue, dsn, inventory):
        for path, body in bodies:
            assert running.post(path, body) == 200
        assert running.post("edge/door", b'{"value": 1}') == 200
        eventually(lambda: running.queue.count == 0)
    assert rows(dsn, "SELECT origin, reason, payload FROM quarantine ORDER BY quarantine_id") == [
        ("hooks/edge/door", "malformed", b"{"),
        ("hooks/edge", "unknown_device", b'{"value": 1}'),
        ("hooks/edge/nobody", "unknown_device", b'{"value": 1}'),
        ("hooks/edge/door", "malformed", b""),
    ]
    assert len(rows(dsn, READINGS)) == 1


def test_other_addresses_methods_and_encodings(receiver: Callable[..., Receiver]) -> None:
    running = receiver()
    bearer = {"Authorization": f"Bearer {SECRET}"}
    assert running.request("GET", "/healthz")[:2] == (200, "ok\n")
    assert running.request("GET", "/hooks/edge")[0] == 405
    assert running.request("POST", "/other")[0] == 404
    assert running.request("POST", "/hooks/edge/" + "x" * 257, b"{}", **bearer)[0] == 400
    assert running.request("POST", "/hooks/edge/a%00b", b"{}", **bearer)[0] == 400
    assert running.request("POST", "/hooks/edge/x", b"{}", **bearer, **{"Content-Encoding": "gzip"})[0] == 415
    # Whatever a sender calls its body: the feed says what it is.
    for kind in ("application/json", "text/plain", "application/octet-stream", "nonsense"):
        assert running.request("POST", "/hooks/edge/x", b"{}", **bearer, **{"Content-Type": kind})[0] == 200


def test_a_full_queue_is_503_with_retry_after_and_nobody_is_lost(
    receiver: Callable[..., Receiver], inventory: Inventory, dsn: str, eventually: Callable[..., None]
) -> None:
    running = receiver(queue_bytes=1000)
    taken = []
    headers = {"Authorization": f"Bearer {SECRET}"}
    for number in range(20):
        body = json.dumps({"at": 1_795_000_000 + number, "people": number}).encode()
        status, _, told = running.request("POST", "/hooks/counts/p", body, **headers)
        if status == 200:
            taken.append(number)
        else:
            assert (status, told["retry-after"]) == (503, "60")
    assert 0 < len(taken) < 20
    assert running.request("GET", "/healthz")[0] == 503
    with draining(running.queue, dsn, inventory):
        eventually(lambda: running.queue.count == 0)
        assert running.request("GET", "/healthz")[0] == 200
        assert running.post("counts/p", b'{"at": 1795010000, "people": 99}') == 200
        eventually(lambda: running.queue.count == 0)
    assert [people for (people,) in rows(dsn, "SELECT people FROM occupancy ORDER BY measured_at")] == [*taken, 99]


def test_a_database_that_goes_away_costs_nothing_but_time(
    receiver: Callable[..., Receiver],
    inventory: Inventory,
    eventually: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    running = receiver()

    def send(numbers: range) -> None:
        for number in numbers:
            body = json.dumps({"at": 1_795_000_000 + number, "people": number % 100}).encode()
            assert running.post("counts/p", body) == 200

    with tempfile.TemporaryDirectory(prefix="p2i-test-") as name:
        Path(name).chmod(0o755)
        server = EmbeddedServer(Path(name))
        with server.running() as dsn, connect(dsn, "tests") as connection:
            migrate(connection)
        # Not there when we start, there, cut off, there again: bodies are taken all the while.
        with draining(running.queue, dsn, inventory):
            send(range(50))
            eventually(lambda: "database away" in caplog.text)
            with server.running():
                eventually(lambda: running.queue.count == 0)
                send(range(50, 100))
                eventually(lambda: running.queue.count == 0)
            caplog.clear()
            send(range(100, 200))
            eventually(lambda: "database away" in caplog.text)
            send(range(200, 250))
            assert running.queue.count == 150
            with server.running():
                eventually(lambda: running.queue.count == 0, 40)
                assert rows(dsn, "SELECT count(*), count(DISTINCT measured_at) FROM occupancy") == [(250, 250)]
                assert rows(dsn, "SELECT count(*) FROM quarantine") == [(0,)]
    assert "database back" in caplog.text


def test_numbers_that_a_sender_counted_and_we_never_saw_are_a_gap(
    receiver: Callable[..., Receiver], inventory: Inventory, dsn: str, eventually: Callable[..., None]
) -> None:
    running = receiver()

    def send(number: int) -> None:
        info = {"version": "5.0", "id": number, "agent_id": 7}
        body = {"logics_data": {"package_info": info, "sensor_info": {"serial_number": "old-1"}, "logics": []}}
        assert running.post("xovis", json.dumps(body).encode()) == 200
        eventually(lambda: running.queue.count == 0)

    skipped = "SELECT source, series, messages, reason FROM gap"
    before = REGISTRY.get_sample_value("collectors_skipped_messages_total", {"facility": "casanearshore"}) or 0.0
    with draining(running.queue, dsn, inventory):
        for number in (1, 2, 2, 5):
            send(number)
        assert rows(dsn, skipped) == [("webhook", "xovis/old-1/agent_7", 2, "sequence")]
    after = REGISTRY.get_sample_value("collectors_skipped_messages_total", {"facility": "casanearshore"}) or 0.0
    assert after - before == 2
    with draining(running.queue, dsn, inventory):  # a new process knows where the last one was
        for number in (5, 6, 8):
            send(number)
    assert [row[2] for row in rows(dsn, skipped + " ORDER BY ends_at")] == [2, 1]


def test_requests_and_the_queue_are_counted(receiver: Callable[..., Receiver]) -> None:
    running = receiver()

    def requests(feed: str, outcome: str) -> float:
        labels = {"feed": feed, "outcome": outcome}
        return REGISTRY.get_sample_value("collectors_hooks_requests_total", labels) or 0.0

    wanted = [("edge", "taken"), ("edge", "unauthorised"), ("unknown", "unauthorised"), ("edge", "identity")]
    before = [requests(*one) for one in wanted]
    watch_queue(running.queue, lambda: datetime.now(UTC) + timedelta(seconds=100))
    assert running.post("edge/door", b"{}") == 200
    assert running.request("POST", "/hooks/edge/door", b"{}")[0] == 401
    assert running.request("POST", "/hooks/who", b"{}", Host="[not a host")[0] == 401
    assert running.post("edge/door", b'{"cardNumber": 1}') == 422
    assert [requests(*one) for one in wanted] == [count + 1 for count in before]
    assert REGISTRY.get_sample_value("collectors_hooks_queue_bodies") == 2
    assert REGISTRY.get_sample_value("collectors_hooks_queue_bytes") == running.queue.size_bytes
    assert 100 <= (REGISTRY.get_sample_value("collectors_hooks_oldest_seconds") or 0) < 200
    running.queue.remove(0, 1000)
    assert REGISTRY.get_sample_value("collectors_hooks_oldest_seconds") == 0


def test_refusals_are_logged_once_a_minute(receiver: Callable[..., Receiver], caplog: pytest.LogCaptureFixture) -> None:
    running = receiver()
    for _ in range(5):
        running.request("POST", "/hooks/edge/door", b"{}")
        running.request("POST", "/hooks/someone-elses-name", b"{}")
    lines = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert sorted(lines) == [
        "webhook of edge refused with 401: unauthorised",
        "webhook of unknown refused with 401: unauthorised",
    ]


def test_many_senders_at_once(
    receiver: Callable[..., Receiver], inventory: Inventory, dsn: str, eventually: Callable[..., None]
) -> None:
    running = receiver()
    statuses: list[int] = []

    def send(first: int) -> None:
        for number in range(first, first + 40):
            body = json.dumps({"at": 1_795_000_000 + number, "people": number}).encode()
            statuses.append(running.post("counts/p", body))

    senders = [threading.Thread(target=send, args=(40 * number,)) for number in range(10)]
    with draining(running.queue, dsn, inventory):
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        eventually(lambda: running.queue.count == 0)
    assert statuses == [200] * 400
    assert rows(dsn, "SELECT count(*), sum(people) FROM occupancy") == [(400, sum(range(400)))]


def test_more_connections_than_we_hold_are_closed(
    receiver: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch, eventually: Callable[..., None]
) -> None:
    monkeypatch.setattr("facilities.http_server.CONNECTIONS", 3)
    running = receiver()
    held = [socket.create_connection(("127.0.0.1", running.port), timeout=20) for _ in range(3)]
    eventually(lambda: len(running.server.server_state.connections) == 3)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        running.request("GET", "/healthz")
    for one in held:
        one.close()
    eventually(lambda: not running.server.server_state.connections)
    assert running.request("GET", "/healthz")[0] == 200
    assert issubclass(running.server.config.http_protocol_class, BoundedProtocol)
