"""Real brokers, a real collector in a thread, and waiting for conditions instead of sleeping."""

import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from prometheus_client import REGISTRY

from collectors.ingest import Ingest, IngestSettings
from collectors.known import Known, Series
from collectors.mqtt_address import BrokerAddress
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from p2i.broker import RunningBroker, installed_mosquitto, start_broker
from store.connection import connect
from store.registry import register_circuits, register_zones
from store.rows import CircuitRow, ZoneRow

Message = tuple[str, bytes]


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Returns when the condition is true; fails when it does not come true in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not true within {seconds} s"
        time.sleep(0.02)


def interval_message(number: int, sent: int = 10, lost: int = 0, collector: str = "edge") -> Message:
    """One message with one interval of casa-a1, `number` × 10 s after 2026-09-01."""
    starts_at = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(seconds=10 * number)
    reading = {"starts_at": starts_at.isoformat(), "sent": sent, "lost": lost}
    payload = json.dumps({"circuit": "casa-a1", "readings": [reading]}).encode()
    return f"p2i/v1/casanearshore/{collector}/intervals", payload


def metric(name: str, **labels: str) -> float:
    """The present value of one of our metrics."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


@contextmanager
def publisher(port: int) -> Iterator[mqtt.Client]:
    """A client that publishes in a thread of its own."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(500)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


class Site:
    """A broker and a database with one circuit and one zone, and what tests do with them."""

    def __init__(self, dsn: str, broker: RunningBroker) -> None:
        self.dsn = dsn
        self.broker = broker
        with connect(dsn, "tests") as connection:
            circuits = register_circuits(connection, [CircuitRow("casa-a1", "casanearshore", "locataire-a", True)])
            zones = register_zones(connection, [ZoneRow("casa-z1", "casanearshore", "locataire-a", 120, True)])
        self.known = Known(
            {"casa-a1": Series(circuits["casa-a1"], "casanearshore")},
            {"casa-z1": Series(zones["casa-z1"], "casanearshore")},
        )

    def publish(self, *messages: Message, retain: bool = False) -> None:
        """Publishes with QoS 1 and returns when the broker has everything."""
        with publisher(self.broker.port) as client:
            for info in [client.publish(topic, body, qos=1, retain=retain) for topic, body in messages]:
                info.wait_for_publish(60)
                assert info.is_published()

    def publish_intervals(self, numbers: Iterable[int]) -> None:
        """Publishes one healthy interval per number, each in a message of its own."""
        self.publish(*(interval_message(number) for number in numbers))

    @contextmanager
    def collecting(self, **settings: Any) -> Iterator[Ingest]:
        """Runs the collector in a thread, subscribed when this is entered; an error of it fails the test."""
        address = BrokerAddress("127.0.0.1", self.broker.port)
        ingest = Ingest(address, self.dsn, self.known, IngestSettings(**settings), lambda: datetime.now(UTC))
        stop = threading.Event()
        errors: list[BaseException] = []

        def body() -> None:
            try:
                ingest.run(stop)
            except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
                errors.append(error)

        thread = threading.Thread(target=body)
        thread.start()
        try:
            wait_for(lambda: errors or ingest.subscribed.is_set())
            yield ingest
        finally:
            stop.set()
            thread.join()
            for error in errors:
                raise error

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with connect(self.dsn, "tests") as connection:
            return connection.execute(query.encode()).fetchall()

    def execute(self, statement: str) -> None:
        """Changes something in the database."""
        with connect(self.dsn, "tests") as connection:
            connection.execute(statement.encode())

    def intervals(self) -> int:
        """How many intervals are stored."""
        return int(self.rows("SELECT count(*) FROM circuit_interval")[0][0])

    def wait_for_intervals(self, number: int, seconds: float = 20.0) -> None:
        """Returns when exactly so many intervals are stored."""
        wait_for(lambda: self.intervals() >= number, seconds)
        assert self.intervals() == number


@pytest.fixture(scope="session")
def demo() -> Inventory:
    """The packaged demonstration inventory."""
    return read_inventory(DEMO_INVENTORY)


@pytest.fixture
def eventually() -> Callable[..., None]:
    """`wait_for`, for tests."""
    return wait_for


@pytest.fixture
def free_port() -> int:
    """A TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an account without rights may enter; pytest's own is closed to others."""
    with tempfile.TemporaryDirectory(prefix="p2i-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def mosquitto(folder: Path, free_port: int) -> Iterator[RunningBroker]:
    """A real Mosquitto."""
    if installed_mosquitto() is None:
        pytest.skip("Mosquitto is not installed here")
    with start_broker(folder / "broker", free_port, "mosquitto") as broker:
        yield broker


@pytest.fixture
def amqtt(folder: Path, free_port: int) -> Iterator[RunningBroker]:
    """amqtt in its own process: MQTT 3.1.1 only."""
    with start_broker(folder / "broker", free_port, "amqtt") as broker:
        yield broker


@pytest.fixture
def site(dsn: str, mosquitto: RunningBroker) -> Site:
    """Mosquitto and a database."""
    return Site(dsn, mosquitto)


@pytest.fixture
def older_site(dsn: str, amqtt: RunningBroker) -> Site:
    """amqtt and a database."""
    return Site(dsn, amqtt)


@pytest.fixture
def new_site() -> type[Site]:
    """`Site`, for a database of the test's own."""
    return Site
