"""Speed of intake: messages against a bare subscriber, batches and files against the server's own COPY."""

import io
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import paho.mqtt.client as mqtt
from measured import Benchmark, Bound, Result, told_in_turn
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from prometheus_client import REGISTRY

from collectors.import_command import main as p2i_import
from collectors.ingest import Ingest, IngestSettings
from collectors.known import Known, Series
from collectors.mqtt_address import BrokerAddress
from collectors.native_topic import SUBSCRIPTION
from facilities.inventory import DEMO_INVENTORY
from p2i.broker import installed_mosquitto, start_broker
from p2i.demo_processes import free_port
from store.binary_copy import copy_in
from store.connection import Connection, connect
from store.embedded import EmbeddedServer
from store.migrations import migrate
from store.readings import INTERVAL, write_readings
from store.registry import register_circuits
from store.rows import CircuitRow

CIRCUITS = 100
MESSAGES = 20_000
BATCH_ROWS, BATCHES, REPEATED_ROWS = 10_000, 50, 1_000
FILE_ROWS = 500_000
START = int(datetime(2026, 9, 1, tzinfo=UTC).timestamp())
COPIED = "circuit_id, starts_at, sent, lost, received_at"


@contextmanager
def bench_store() -> Iterator[tuple[str, Connection, dict[str, int], Path]]:
    """A migrated database of this benchmark alone, its circuits by code, and a folder the server may read."""
    with tempfile.TemporaryDirectory(prefix="p2i-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedServer(folder).running() as dsn, connect(dsn, "bench") as connection:
            migrate(connection)
            rows = [CircuitRow(f"bench-{number}", "casanearshore", "bench", True) for number in range(CIRCUITS)]
            numbers = register_circuits(connection, rows)
            connection.commit()
            yield dsn, connection, numbers, folder


def emptied(connection: Connection) -> None:
    """The same empty table before every run."""
    connection.execute("TRUNCATE circuit_interval, ingest")
    connection.commit()


def server_of(connection: Connection) -> str:
    """Which server was measured."""
    version = connection.info.server_version
    return f"PostgreSQL {version // 10000}.{version % 10000}"


# One reading per message, through the broker.


class Subscribers:
    """Ours and a bare one, each with a session on one broker, which holds the messages until it is their turn."""

    def __init__(self, port: int, dsn: str, numbers: dict[str, int]) -> None:
        self._port = port
        self._dsn = dsn
        self._known = Known({code: Series(number, "casanearshore") for code, number in numbers.items()}, {})
        self._settings = IngestSettings(client_id="bench-ours")
        self._published = 0
        self.ours(0)
        self.bare(0)

    def publish(self) -> None:
        """MESSAGES new readings, each in a message of its own, with QoS 1; in the broker when this returns."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.max_inflight_messages_set(1000)
        client.connect("127.0.0.1", self._port)
        client.loop_start()
        for number in range(self._published, self._published + MESSAGES):
            code, at = f"bench-{number % CIRCUITS}", START + number // CIRCUITS * 10
            starts_at = datetime.fromtimestamp(at, UTC).isoformat()
            payload = f'{{"circuit":"{code}","readings":[{{"starts_at":"{starts_at}","sent":10,"lost":0}}]}}'
            last = client.publish("p2i/v1/casanearshore/bench/intervals", payload, qos=1)
        last.wait_for_publish(60)
        self._published += MESSAGES
        client.disconnect()
        client.loop_stop()

    def ours(self, count: int) -> float:
        """Seconds from connecting until `count` new readings are committed."""
        address = BrokerAddress("127.0.0.1", self._port)
        ingest = Ingest(address, self._dsn, self._known, self._settings, lambda: datetime.now(UTC))
        stop, wanted = threading.Event(), committed() + count
        thread = threading.Thread(target=ingest.run, args=(stop,))
        began = time.perf_counter()
        thread.start()
        ingest.subscribed.wait()
        while committed() < wanted:
            time.sleep(0.005)
        seconds = time.perf_counter() - began
        stop.set()
        thread.join()
        return seconds

    def bare(self, count: int) -> float:
        """Seconds from connecting until `count` messages are acknowledged, nothing else being done with them."""
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, "bench-bare", protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        left = count

        def connected(*_: object) -> None:
            client.subscribe(SUBSCRIPTION, 1)

        def subscribed(*_: object) -> None:
            if not count:
                client.disconnect()

        def arrived(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
            nonlocal left
            left -= 1
            client.ack(message.mid, message.qos)
            if not left:
                client.disconnect()

        client.on_connect, client.on_subscribe, client.on_message = connected, subscribed, arrived
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = self._settings.receive_maximum
        properties.SessionExpiryInterval = 3600
        began = time.perf_counter()
        client.connect("127.0.0.1", self._port, clean_start=False, properties=properties)
        client.loop_forever()
        return time.perf_counter() - began


def committed() -> float:
    """New readings committed by this process so far."""
    return REGISTRY.get_sample_value("collectors_readings_total", {"kind": "intervals", "outcome": "stored"}) or 0.0


def mqtt_vs_paho() -> Result:
    if installed_mosquitto() is None:
        return Result("ingest_mqtt_vs_paho", None, 0, None, "readings/s", "not measured: no Mosquitto here")
    with bench_store() as (dsn, connection, numbers, folder):
        with start_broker(folder / "broker", free_port(socket.SOCK_STREAM), "mosquitto") as broker:
            subscribers = Subscribers(broker.port, dsn, numbers)
            waiting = 0

            def before() -> None:  # what is published waits for both, so every second time there is enough
                nonlocal waiting
                if waiting % 2 == 0:
                    subscribers.publish()
                waiting += 1

            our_seconds, their_seconds = told_in_turn(
                lambda: subscribers.ours(MESSAGES), lambda: subscribers.bare(MESSAGES), 3, before
            )
        ((stored,),) = connection.execute("SELECT count(*) FROM circuit_interval").fetchall()
        assert stored == 4 * MESSAGES
        return Result(
            "ingest_mqtt_vs_paho",
            their_seconds / our_seconds,
            MESSAGES / our_seconds,
            MESSAGES / their_seconds,
            "readings/s",
            f"{MESSAGES} QoS 1 messages that wait in a session of the same Mosquitto: one native reading each, checked,"
            " committed and then acknowledged, against a bare paho subscriber that acknowledges by hand",
            server_of(connection),
        )


# Batches.


def batch_vs_copy() -> Result:
    with bench_store() as (_, connection, numbers, _folder):
        random = np.random.default_rng(1)
        rows = BATCHES * BATCH_ROWS
        series = np.tile(np.array(list(numbers.values()), np.int64), rows // CIRCUITS)
        at = (START + np.arange(rows, dtype=np.int64) // CIRCUITS * 10) * 1_000_000
        sent, lost = np.full(rows, 10, np.int64), random.integers(0, 2, rows)
        received_at = datetime(2026, 11, 1, tzinfo=UTC)
        received = np.full(rows, int(received_at.timestamp()) * 1_000_000, np.int64)

        def ours() -> float:
            began, new = time.perf_counter(), 0
            for start in range(0, rows, BATCH_ROWS):
                again = slice(max(0, start - REPEATED_ROWS), start + BATCH_ROWS)  # what was unacknowledged comes again
                new += write_readings(
                    connection, INTERVAL, [column[again] for column in (series, at, sent, lost)], received_at
                ).inserted
                connection.commit()
            assert new == rows
            return time.perf_counter() - began

        def theirs() -> float:
            began = time.perf_counter()
            for start in range(0, rows, BATCH_ROWS):
                columns = [column[start : start + BATCH_ROWS] for column in (series, at, sent, lost, received)]
                copy_in(
                    connection,
                    f"COPY circuit_interval ({COPIED}) FROM STDIN (FORMAT BINARY)",
                    columns,
                    ["int4", "timestamptz", "int4", "int4", "timestamptz"],
                )
                connection.commit()
            return time.perf_counter() - began

        our_seconds, their_seconds = told_in_turn(ours, theirs, 3, lambda: emptied(connection))
        given = rows + (BATCHES - 1) * REPEATED_ROWS
        return Result(
            "ingest_batch_vs_copy",
            given / our_seconds / (rows / their_seconds),
            given / our_seconds,
            rows / their_seconds,
            "readings/s",
            f"transactions of {BATCH_ROWS + REPEATED_ROWS} readings, {REPEATED_ROWS} of which were stored before and"
            f" are told apart, against binary COPY of {BATCH_ROWS} new rows a transaction into the same keyed table",
            server_of(connection),
        )


# Files.


def csv_vs_copy() -> Result:
    with bench_store() as (dsn, connection, numbers, folder):
        file, mapping = folder / "readings.csv", folder / "mapping.toml"
        with file.open("w", encoding="ascii") as opened:
            opened.write("starts_at,sent,lost\n")
            for number in range(FILE_ROWS):
                starts_at = datetime.fromtimestamp(START - number * 10, UTC).isoformat()
                opened.write(f"{starts_at.replace('+00:00', 'Z')},10,{number % 3 // 2}\n")
        mapping.write_text(
            'kind = "intervals"\ncircuit = "casa-a1"\n[instant]\ncolumn = "starts_at"\nformat = "iso"\n'
            '[counts]\nsent = "sent"\nlost = "lost"\n'
        )
        number = next(iter(numbers.values()))
        for column, value in (("circuit_id", str(number)), ("received_at", "now()")):
            connection.execute(f"ALTER TABLE circuit_interval ALTER {column} SET DEFAULT {value}".encode())
        connection.commit()
        os.environ["P2I_DSN"] = dsn

        def before() -> None:
            emptied(connection)
            connection.execute("TRUNCATE import_progress")
            connection.commit()

        def ours() -> float:
            said = io.StringIO()
            began = time.perf_counter()
            with redirect_stdout(said):
                code = p2i_import([str(file), "--mapping", str(mapping), "--inventory", str(DEMO_INVENTORY)])
            seconds = time.perf_counter() - began
            assert code == 0
            assert f"{FILE_ROWS} new" in said.getvalue(), said.getvalue()
            return seconds

        def theirs() -> float:
            began = time.perf_counter()
            copied = connection.execute(
                f"COPY circuit_interval (starts_at, sent, lost) FROM '{file}' (FORMAT CSV, HEADER)".encode()
            ).rowcount
            connection.commit()
            assert copied == FILE_ROWS
            return time.perf_counter() - began

        our_seconds, their_seconds = told_in_turn(ours, theirs, 3, before)
        return Result(
            "import_csv_vs_copy",
            their_seconds / our_seconds,
            FILE_ROWS / our_seconds,
            FILE_ROWS / their_seconds,
            "rows/s",
            f"p2i import of {FILE_ROWS} rows, checked, told apart and resumable, against the server's own COPY of the"
            " same file into the same keyed table",
            server_of(connection),
        )


def benchmarks() -> Iterator[Benchmark]:
    """The benchmarks of intake."""
    yield Benchmark("ingest_mqtt_vs_paho", Bound("at least", 0.6), mqtt_vs_paho)
    yield Benchmark("ingest_batch_vs_copy", Bound("at least", 0.5), batch_vs_copy)
    yield Benchmark("import_csv_vs_copy", Bound("at least", 0.3), csv_vs_copy)
