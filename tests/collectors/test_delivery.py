"""Collector, broker and database killed (-9) at each point between receiving, committing and acknowledging.

Real processes; two relays stand between them, so that a kill meets exactly the moment it names.
`python tests/drills/delivery.py` runs this and prints the table.
"""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from facilities.inventory import DEMO_INVENTORY
from p2i.broker import RunningBroker, installed_mosquitto, start_broker
from store.connection import connect
from store.embedded import EmbeddedServer
from store.errors import StoreUnavailable
from store.migrations import migrate

if TYPE_CHECKING:
    from tests.collectors.conftest import Message, Site

Record = Callable[[str, object], None]
Address = tuple[str, int] | str

BEFORE, AFTER, BAD = 300, 200, 3
"""Messages in the moment of the kill and while the victim is away; of the first, some that cannot be read."""
UNDATED_BEFORE, UNDATED_AFTER = 60, 40
"""Beside them, messages that say no instant: two of each content, so that an equal one is no redelivery."""
UNDATED = UNDATED_BEFORE + UNDATED_AFTER


class Relay:
    """Passes bytes between clients and a server, and holds them back when told to."""

    def __init__(self, listens: Address, target: Address) -> None:
        self._target = target
        self._family = socket.AF_UNIX if isinstance(listens, str) else socket.AF_INET
        self._server = socket.socket(self._family)
        self._server.bind(listens)
        self._server.listen()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._ending = threading.Event()
        self.holds_up = threading.Event()
        """Nothing passes from clients to the server."""
        self.holds_down = threading.Event()
        """Nothing passes from the server to clients."""
        self.holds_answer_to: bytes | None = None
        """When a client says this, what the server answers is held."""
        self.bytes_down = 0
        self.tail_down = b""
        """The last of what went to clients."""
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.getsockname()[1])

    def cut(self) -> None:
        """Ends all connections; what was held is gone. From then on everything passes."""
        self.holds_answer_to = None
        for ends in self._pairs:
            for end in ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self.let_pass()

    def let_pass(self) -> None:
        """Passes on what was held."""
        self.holds_answer_to = None
        self.holds_up.clear()
        self.holds_down.clear()

    def close(self) -> None:
        self._ending.set()
        self._thread.join()
        for one in (self._server, *(end for ends in self._pairs for end in ends)):
            one.close()

    def _run(self) -> None:
        while not self._ending.is_set():
            passing: dict[socket.socket, tuple[socket.socket, bool]] = {}
            for client, server in self._pairs:
                if not self.holds_up.is_set():
                    passing[client] = server, True
                if not self.holds_down.is_set():
                    passing[server] = client, False
            readable, _, _ = select.select([self._server, *passing], [], [], 0.02)
            for ready in readable:
                if ready is self._server:
                    self._accept()
                elif any(ready in ends for ends in self._pairs) and not self._passed(ready, *passing[ready]):
                    self._drop(ready)

    def _accept(self) -> None:
        client, _ = self._server.accept()
        server = socket.socket(self._family)
        try:
            server.connect(self._target)
        except OSError:
            client.close()
            server.close()
            return
        self._pairs.append((client, server))

    def _passed(self, source: socket.socket, target: socket.socket, is_up: bool) -> bool:
        if (self.holds_up if is_up else self.holds_down).is_set():
            return True  # held since select looked
        try:
            data = source.recv(65_536)
            if is_up and self.holds_answer_to is not None and self.holds_answer_to in data:
                self.holds_down.set()
            target.sendall(data)
        except OSError:
            return False
        if not is_up:
            self.bytes_down += len(data)
            self.tail_down = (self.tail_down + data)[-100_000:]
        return bool(data)

    def _drop(self, end: socket.socket) -> None:
        for ends in [ends for ends in self._pairs if end in ends]:
            self._pairs.remove(ends)
            for one in ends:
                one.close()


class Plant:
    """A broker, a database and a collector between relays, each of which can be killed and started again."""

    def __init__(
        self, folder: Path, port: int, stack: ExitStack, new_site: Callable[[str, RunningBroker], Site]
    ) -> None:
        self._folder = folder
        self._stack = stack
        self.server = EmbeddedServer(folder / "server")
        dsn = stack.enter_context(self.server.running())
        with connect(dsn, "tests") as connection:
            migrate(connection)
        self._brokers = stack.enter_context(ExitStack())
        self.broker = self._brokers.enter_context(start_broker(folder / "broker", port, "mosquitto"))
        self.site = new_site(dsn, self.broker)
        self.to_broker = Relay(("127.0.0.1", 0), ("127.0.0.1", port))
        stack.callback(self.to_broker.close)
        sockets = folder / "relay"
        sockets.mkdir()
        self.to_database = Relay(str(sockets / ".s.PGSQL.5432"), str(self.server.sockets / ".s.PGSQL.5432"))
        stack.callback(self.to_database.close)
        self._dsn = re.sub(r"host=\S+", f"host={sockets}", dsn, count=1)
        self.log = folder / "collector.log"
        self.collector: subprocess.Popen[bytes] | None = None
        stack.callback(self._kill_collector)
        self.first = 0

    def start_collector(self, *words: str) -> None:
        environment = {
            **os.environ,
            "P2I_DSN": self._dsn,
            "P2I_MQTT_URL": f"mqtt://127.0.0.1:{self.to_broker.port}",
            "P2I_INVENTORY": str(DEMO_INVENTORY),
        }
        with self.log.open("ab") as output:
            self.collector = subprocess.Popen(
                [sys.executable, "-m", "collectors", *words], env=environment, stdout=output, stderr=subprocess.STDOUT
            )

    def said(self, words: str) -> int:
        return self.log.read_text(encoding="utf-8").count(words) if self.log.exists() else 0

    def save_session(self) -> None:
        """Has the broker write its sessions, as it does by itself every autosave_interval."""
        file = self.broker.log.parent / "mosquitto.db"
        before = file.stat().st_mtime_ns if file.exists() else 0
        self.broker.process.send_signal(signal.SIGUSR1)
        while not file.exists() or file.stat().st_mtime_ns == before:
            threading.Event().wait(0.01)

    def kill(self, victim: str) -> None:
        {"collector": self._kill_collector, "broker": self._kill_broker, "database": self._kill_database}[victim]()
        # What was held for the dead one goes with its sockets; between the living it passes.
        for relay, other in ((self.to_broker, "broker"), (self.to_database, "database")):
            if victim in ("collector", other):
                relay.cut()
            else:
                relay.let_pass()

    def start(self, victim: str) -> None:
        if victim == "collector":
            self.start_collector()
        elif victim == "broker":
            self.broker = self._brokers.enter_context(
                start_broker(self.broker.log.parent, self.broker.port, "mosquitto")
            )
        else:
            with self.server.running():  # and it goes on running: the plant uses it, too
                return

    def _kill_collector(self) -> None:
        if self.collector is not None:
            self.collector.kill()
            self.collector.wait()

    def _kill_broker(self) -> None:
        self.broker.process.kill()
        self.broker.process.wait()

    def _kill_database(self) -> None:
        first = int((self.server.data / "postmaster.pid").read_text().split()[0])
        family = {first}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                if int(stat.read_text().rpartition(")")[2].split()[1]) == first:
                    family.add(int(stat.parent.name))
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(is_running(pid) for pid in family):
            threading.Event().wait(0.01)
        # Dead, but until init collects it (a container may have none) its number would look taken.
        (self.server.data / "postmaster.pid").unlink()
        (self.server.sockets / ".s.PGSQL.5432.lock").unlink()

    def instant(self, number: int) -> str:
        """When the interval of that number starts."""
        return (datetime(2026, 9, 1, tzinfo=UTC) + timedelta(seconds=10 * number)).isoformat()

    def is_quiet(self) -> bool:
        """Whether nothing came from the broker for half a second."""
        seen = self.to_broker.bytes_down
        threading.Event().wait(0.5)
        return self.to_broker.bytes_down == seen

    def holds_a_commit(self, count: int) -> bool:
        """Whether a batch of this row is committed and the answer held; another transaction's answer is passed on."""
        if not self.to_database.holds_down.is_set():
            return False
        if self.stored(count) == 0 and self.is_quiet() and self.stored(count) == 0:
            self.to_database.let_pass()
            self.to_database.holds_answer_to = b"COMMIT"
            return False
        return True

    def stored(self, count: int) -> int:
        """How many of this row's readings are in the database, 0 while it is away."""
        with suppress(StoreUnavailable, psycopg.OperationalError):
            rows = self.site.rows(f"SELECT count(*) FROM circuit_interval WHERE {self.of_this_row(count)}")
            return int(rows[0][0])
        return 0

    def of_this_row(self, count: int) -> str:
        start = f"'2026-09-01T00:00Z'::timestamptz + {self.first} * interval '10 s'"
        return f"starts_at >= {start} AND starts_at < {start} + {count} * interval '10 s'"


def is_running(pid: int) -> bool:
    """Whether the process is more than an entry that nobody has collected yet."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture(scope="module")
def plant_stack() -> Iterator[tuple[ExitStack, list[Plant]]]:
    with ExitStack() as stack:
        yield stack, []


@pytest.fixture
def plant(
    plant_stack: tuple[ExitStack, list[Plant]],
    free_port: int,
    new_site: Callable[[str, RunningBroker], Site],
    eventually: Callable[..., None],
) -> Plant:
    """One plant for all rows of the table, its collector subscribed and its session on the broker's disk."""
    if installed_mosquitto() is None:
        pytest.skip("Mosquitto is not installed here")
    stack, plants = plant_stack
    if not plants:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="p2i-test-")))
        folder.chmod(0o755)
        plants.append(Plant(folder, free_port, stack, new_site))
        plants[0].start_collector()
        eventually(lambda: plants[0].said("subscribed"), 40)
        plants[0].save_session()
    plants[0].first += 1000
    return plants[0]


VICTIMS = ("collector", "broker", "database")
WRITING, COMMITTED, UNACKNOWLEDGED, ACKNOWLEDGED = (
    "received, being written",
    "committed, the collector does not know",
    "committed, not acknowledged",
    "acknowledged",
)
SENT = BEFORE + AFTER


def undated(first: int, places: range) -> list[Message]:
    """What a Zigbee2MQTT without `last_seen` publishes: two messages in a row are equal."""
    topic = "technopolis/z2m/bâtiment B/salle 4"
    return [(topic, f'{{"illuminance": {first + place // 2}}}'.encode()) for place in places]


def undated_stored(plant: Plant) -> tuple[int, int]:
    """Of this row's messages without an instant: how many are missing, and how many are there too often."""
    last = plant.first + UNDATED // 2 - 1
    ((lost, doubled),) = plant.site.rows(
        "SELECT sum(greatest(2 - count, 0)), sum(greatest(count - 2, 0)) FROM"
        f" (SELECT count(measured_at) FROM generate_series({plant.first}, {last}) AS sent (lux)"
        " LEFT JOIN (sensor_reading JOIN sensor_series USING (series_id))"
        " ON value = lux AND quantity = 'illuminance_lux'"
        " GROUP BY lux) AS counted"
    )
    return int(lost), int(doubled)


@contextmanager
def at_the_moment(
    plant: Plant, moment: str, publish: Callable[[], None], eventually: Callable[..., None]
) -> Iterator[None]:
    """Publishes, and is entered when the messages are exactly that far."""
    with ExitStack() as holding:
        if moment == WRITING:
            blocker = holding.enter_context(connect(plant.site.dsn, "tests"))
            blocker.execute("LOCK TABLE circuit_interval IN ACCESS EXCLUSIVE MODE")
            holding.callback(plant.to_database.let_pass)
            publish()
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            eventually(lambda: blocker.execute(waiting).fetchone() != (0,))
        elif moment == COMMITTED:
            plant.to_database.holds_answer_to = b"COMMIT"
            publish()
            eventually(lambda: plant.holds_a_commit(SENT))
        elif moment == UNACKNOWLEDGED:
            plant.to_broker.holds_up.set()
            publish()
            eventually(lambda: plant.stored(SENT) == BEFORE)
        else:
            publish()
            eventually(lambda: plant.stored(SENT) == BEFORE)
        yield
        with suppress(psycopg.OperationalError):
            holding.close()


@pytest.mark.parametrize("moment", [WRITING, COMMITTED, UNACKNOWLEDGED, ACKNOWLEDGED])
@pytest.mark.parametrize("victim", VICTIMS)
def test_nothing_is_lost_or_doubled(
    plant: Plant, victim: str, moment: str, eventually: Callable[..., None], record_property: Record
) -> None:
    bad = [("p2i/v1/casanearshore/edge/intervals", f"{{{victim} {moment} {number}".encode()) for number in range(BAD)]

    def publish() -> None:
        plant.site.publish_intervals(range(plant.first, plant.first + BEFORE))
        plant.site.publish(*undated(plant.first, range(UNDATED_BEFORE)), *bad)

    refused_before = refused(plant)
    with at_the_moment(plant, moment, publish, eventually):
        eventually(lambda: bad[-1][1] in plant.to_broker.tail_down)
        plant.kill(victim)
    rest = range(plant.first + BEFORE, plant.first + SENT)
    if victim == "broker":
        plant.start(victim)
    plant.site.publish_intervals(rest)
    plant.site.publish(*undated(plant.first, range(UNDATED_BEFORE, UNDATED)))
    if victim != "broker":
        plant.start(victim)
    eventually(lambda: plant.stored(SENT) == SENT, 60)
    eventually(lambda: undated_stored(plant)[0] == 0)
    eventually(lambda: refused(plant) - refused_before == BAD)
    where = plant.of_this_row(SENT)
    ((stored, distinct, probes),) = plant.site.rows(
        f"SELECT count(*), count(DISTINCT starts_at), sum(sent) FROM circuit_interval WHERE {where}"
    )
    ((inserted, total),) = plant.site.rows(
        "SELECT sum(rows), (SELECT count(*) FROM circuit_interval) FROM ingest WHERE kind = 'interval'"
    )
    eventually(plant.is_quiet)
    undated_lost, undated_doubled = undated_stored(plant)
    lost, doubled = SENT - distinct + undated_lost, stored - distinct + inserted - total + undated_doubled
    sent, there = SENT + UNDATED + BAD, stored + UNDATED - undated_lost + undated_doubled
    record_property("row", (victim, moment, sent, there, lost, doubled, refused(plant) - refused_before))
    assert (stored, probes, lost, doubled) == (SENT, 10 * SENT, 0, 0)
    assert plant.site.rows("SELECT count(*) FROM gap") == [(0,)]
    plant.save_session()


def test_what_a_killed_broker_forgot_to_be_acknowledged_is_delivered_again_and_stored_once(
    plant: Plant, eventually: Callable[..., None], record_property: Record
) -> None:
    """Its file is from before our acknowledgements; the messages have no instant by which they were told apart."""
    sent = undated(plant.first, range(UNDATED))
    plant.to_broker.holds_up.set()
    plant.site.publish(*sent)
    eventually(lambda: undated_stored(plant) == (0, 0))
    plant.save_session()
    plant.to_broker.let_pass()
    eventually(plant.is_quiet)
    plant.to_broker.tail_down = b""
    plant.kill("broker")
    plant.start("broker")
    eventually(lambda: plant.to_broker.tail_down.count(sent[-1][1]) == 2, 60)
    eventually(plant.is_quiet)
    lost, doubled = undated_stored(plant)
    words = "acknowledged, and killed before it wrote so"
    record_property("row", ("broker", words, UNDATED, UNDATED - lost + doubled, lost, doubled, 0))
    assert (lost, doubled) == (0, 0)
    plant.save_session()


def refused(plant: Plant) -> int:
    """Distinct refused messages, all of them those meant to be."""
    ((count, others),) = plant.site.rows(
        "SELECT count(*), count(*) FILTER (WHERE reason <> 'malformed') FROM quarantine"
    )
    assert others == 0
    return int(count)


def test_what_the_broker_had_not_written_when_it_was_killed_is_told_as_a_gap(
    plant: Plant, eventually: Callable[..., None], record_property: Record
) -> None:
    """Nobody else has it: the broker said it had, and the collector was away. The sender's numbers tell."""

    def numbered(number: int) -> Message:
        place = plant.first + number
        reading = f'{{"starts_at": "{plant.instant(place)}", "sent": 10, "lost": 0}}'
        body = f'{{"circuit": "casa-a1", "seq": {number}, "readings": [{reading}]}}'
        return "p2i/v1/casanearshore/counting/intervals", body.encode()

    plant.site.publish(*(numbered(number) for number in range(100)))
    eventually(lambda: plant.stored(SENT) == 100)
    plant.kill("collector")
    plant.save_session()
    plant.site.publish(*(numbered(number) for number in range(100, 140)))
    plant.kill("broker")
    plant.start("broker")
    plant.start("collector")
    plant.site.publish(*(numbered(number) for number in range(140, 200)))
    eventually(lambda: plant.stored(SENT) == 160, 60)
    ((series, missing, reason),) = plant.site.rows("SELECT series, messages, reason FROM gap")
    assert (series, missing, reason) == ("casanearshore/counting", 40, "sequence")
    words = "collector away, broker -9 within autosave_interval"
    record_property("row", ("collector, then broker", words, 200, 160, "40, recorded as a gap", 0, 0))


PADDING = 8 * 1024
FLOOD = 10_000
BOUND_BYTES = 160 * 1024 * 1024


def test_a_flood_with_the_database_away_waits_in_the_broker_and_not_in_our_memory(
    plant: Plant, eventually: Callable[..., None], record_property: Record
) -> None:
    plant.kill("collector")
    plant.start_collector("--receive-maximum", "65535")
    subscribed = plant.said("subscribed")
    eventually(lambda: plant.said("subscribed") > subscribed, 40)
    assert plant.collector is not None
    before = resident_bytes(plant.collector.pid)
    plant.kill("database")
    padding = " " * PADDING
    for number in range(plant.first, plant.first + FLOOD, 1000):
        readings = (
            f'{{"starts_at": "{plant.instant(one)}", "sent": 10, "lost": 0}}' for one in range(number, number + 1000)
        )
        bodies = (f'{{"circuit": "casa-a1", "readings": [{reading}]}}{padding}' for reading in readings)
        plant.site.publish(*(("p2i/v1/casanearshore/edge/intervals", body.encode()) for body in bodies))
    eventually(lambda: plant.said("database away"))
    eventually(lambda: plant.is_quiet())
    most = resident_bytes(plant.collector.pid)
    plant.start("database")
    eventually(lambda: plant.stored(FLOOD) == FLOOD, 60)
    after = resident_bytes(plant.collector.pid)
    assert max(most, after) - before < BOUND_BYTES
    grown = f"{FLOOD * PADDING >> 20} MiB sent, the collector grew by {max(most, after) - before >> 20} MiB"
    record_property("row", ("database", f"away during a flood ({grown})", FLOOD, FLOOD, 0, 0, 0))


def resident_bytes(pid: int) -> int:
    """The process's memory that is in RAM."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
