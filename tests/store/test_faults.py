"""Real faults on a real server: nothing may be lost, and what is said must be clear.

`python tests/drills/faults.py` runs these and prints what each recorded as a table.
"""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import psycopg
import pytest
from psycopg import conninfo, sql

from collectors.batch import Arrival, Batch, KindRows, RowSource, decoded_batch
from collectors.readings_writer import ReadingsWriter
from collectors.registration import registered
from facilities.inventory import DEMO_INVENTORY, read_inventory
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.connection import Connection, connect
from store.embedded import EmbeddedServer
from store.errors import StoreUnavailable
from store.instants import microseconds
from store.migrations import known_migrations, migrate
from store.plain import refresh_rollups
from store.readings import INTERVAL, write_readings
from store.timescale import extension_version

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
MIB = 1 << 20

Record = Callable[[str, object], None]


def batch(circuits: int, minutes: int, first: datetime = NOON) -> Batch:
    """Minutes of healthy intervals of circuits 1, 2 … as one batch of the collector."""
    at = microseconds(first) + 60_000_000 * np.arange(minutes, dtype=np.int64)
    count = circuits * minutes
    series = np.repeat(np.arange(1, circuits + 1, dtype=np.int64), minutes)
    columns = [series, np.tile(at, circuits), np.full(count, 10), np.zeros(count, dtype=np.int64)]
    return Batch(NOON, {"intervals": 1}, {"intervals": KindRows(columns, [0], [RowSource("a/b", "casa-a1")])}, [], [])


def stored(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM circuit_interval").fetchone()
    connection.commit()
    assert row is not None
    return int(row[0])


@pytest.fixture
def empty_dsn(server_dsn: str) -> Iterator[str]:
    name = f"p2i_empty_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield conninfo.make_conninfo(server_dsn, dbname=name)
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def small_disk(server_dsn: str) -> Iterator[Path]:
    """A file system of 64 MiB in memory that belongs to the server's account."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    with psycopg.connect(server_dsn) as server:
        data = Path(next(server.execute("SHOW data_directory"))[0])
    if not data.is_dir():
        pytest.skip("the server of P2I_TEST_DSN is on another machine")
    with tempfile.TemporaryDirectory(prefix="p2i-disk-") as folder:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m", "p2i", folder], capture_output=True, text=True
        )
        if mounted.returncode != 0:
            pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
        try:
            os.chown(folder, data.stat().st_uid, data.stat().st_gid)
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def tmp_home() -> Iterator[Path]:
    """A folder that a server under another account may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="p2i-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def small_dsn(server_dsn: str, template_database: str, small_disk: Path) -> Iterator[str]:
    """A migrated database on the small disk."""
    name = f"p2i_small_{uuid4().hex[:12]}"
    named = sql.Identifier(name)
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(named, sql.Literal(str(small_disk))))
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} TABLESPACE {}").format(
                named, sql.Identifier(template_database), named
            )
        )
    yield conninfo.make_conninfo(server_dsn, dbname=name)
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(named))
        server.execute(sql.SQL("DROP TABLESPACE {}").format(named))


def test_a_full_disk(small_dsn: str, small_disk: Path, record_property: Record) -> None:
    per_batch = 20_000
    others = small_disk / "other people's files"
    with others.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(small_disk).free - 8 * MIB)
    batches = (batch(20, per_batch // 20, NOON + timedelta(minutes=number * per_batch // 20)) for number in range(100))
    writer = ReadingsWriter(small_dsn)
    with connect(small_dsn, "tests") as connection:
        written, said = 0, ""
        for refused in batches:
            try:
                written += writer.write(refused).readings["intervals", "stored"]
            except StoreUnavailable as error:
                said = str(error)
                break
        assert said.startswith("database: could not extend file ")
        assert said.endswith("No space left on device")
        assert stored(connection) == written >= per_batch
        with pytest.raises(StoreUnavailable, match=r"No space left on device|could not write init file"):
            writer.write(refused)
        others.unlink()
        assert writer.write(refused).readings["intervals", "stored"] == per_batch
        assert stored(connection) == written + per_batch
    writer.close()
    record_property(
        "fault",
        ("disk full (64 MiB)", said, f"all {written} rows kept; the refused batch is written once there is room"),
    )


def test_a_full_disk_under_the_servers_log(small_disk: Path, tmp_home: Path, record_property: Record) -> None:
    server = EmbeddedServer(tmp_home)
    with server.running() as dsn, connect(dsn, "tests") as connection:
        migrate(connection)
    log = server.data / "pg_wal"
    subprocess.run(["cp", "-a", log, small_disk / "pg_wal"], check=True)
    shutil.rmtree(log)
    log.symlink_to(small_disk / "pg_wal")
    said, written = "", 0
    with server.running() as dsn:
        writer = ReadingsWriter(dsn)
        for number in range(100):
            refused = batch(20, 1000, NOON + timedelta(minutes=number * 1000))
            try:
                written += writer.write(refused).readings["intervals", "stored"]
            except StoreUnavailable as error:
                said = str(error)
                break
        # It starts itself once more and needs room for that, too. Asked to stop in between, it would hang.
        until = time.monotonic() + 60
        while (server.data / "postmaster.pid").exists():
            assert time.monotonic() < until
            time.sleep(0.02)
    subprocess.run(["mount", "-o", "remount,size=256m", small_disk], check=True)
    assert said.startswith("database: ")
    assert 'PANIC:  could not write to file "pg_wal/' in (server.data / "server.log").read_text()
    with server.running() as dsn, connect(dsn, "tests") as connection:
        assert stored(connection) == written > 0
        writer = ReadingsWriter(dsn)
        assert writer.write(refused).readings["intervals", "stored"] == 20_000
        writer.close()
    record_property(
        "fault",
        ("disk full under the log (WAL)", said, f"the server stops; started with room, it has all {written} rows"),
    )


def test_a_connection_cut_in_the_middle_of_copy(dsn: str, connection: Connection, record_property: Record) -> None:
    sent = batch(50, 20_000)
    done = threading.Event()
    cut = 0

    def terminate() -> None:
        nonlocal cut
        with connect(dsn, "tests") as killer:
            killer.autocommit = True
            while not cut and not done.is_set():
                cut = len(
                    killer.execute(
                        # pg_stat_progress_copy does not know a COPY into a hypertable.
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND application_name = 'p2i collectors'"
                        " AND state = 'active' AND query LIKE 'COPY %'"
                        " AND clock_timestamp() - query_start > interval '50 ms'"
                    ).fetchall()
                )

    killing = threading.Thread(target=terminate)
    killing.start()
    writer = ReadingsWriter(dsn)
    try:
        with pytest.raises(StoreUnavailable) as error:
            writer.write(sent)
        assert str(error.value).startswith("database: ")
        assert stored(connection) == 0
        assert connection.execute("SELECT count(*) FROM ingest").fetchone() == (0,)
        connection.commit()
        small = batch(50, 100)
        assert writer.write(small).readings["intervals", "stored"] == 5000
        assert stored(connection) == 5000
    finally:
        done.set()
        killing.join()
        writer.close()
    assert cut == 1
    record_property(
        "fault", ("connection cut in COPY", str(error.value), "nothing half stored; the next write connects anew")
    )


def test_two_migrators_at_once(empty_dsn: str, record_property: Record) -> None:
    start = threading.Barrier(2)
    applied: list[list[str]] = []

    def bring_up() -> None:
        with connect(empty_dsn, "tests") as connection:
            start.wait()
            applied.append(migrate(connection))

    migrators = [threading.Thread(target=bring_up) for _ in range(2)]
    for each in migrators:
        each.start()
    for each in migrators:
        each.join()
    assert sorted(applied) == [[], [migration.name for migration in known_migrations()]]
    with connect(empty_dsn, "tests") as connection:
        assert migrate(connection) == []
    record_property(
        "fault",
        (
            "two migrators at once",
            "the schema is current; nothing to apply",
            "one applies all, the other waits and applies nothing",
        ),
    )


def test_a_clock_set_back_while_collecting(dsn: str, connection: Connection, record_property: Record) -> None:
    known = registered(connection, read_inventory(DEMO_INVENTORY))
    connection.commit()
    body = b'{"circuit": "casa-a1", "readings": [{"starts_at": "2026-10-05T12:00:00Z", "sent": 10, "lost": 1}]}'
    topic = "p2i/v1/casanearshore/edge/intervals"
    writer = ReadingsWriter(dsn)
    tally = writer.write(decoded_batch([Arrival(topic, body, NOON - timedelta(hours=1))], known, MIB))
    assert dict(tally.quarantined) == {"future": 1}
    detail, kept = connection.execute("SELECT detail, payload FROM quarantine").fetchone() or ("", b"")
    connection.commit()
    assert b'"starts_at":"2026-10-05T12:00:00Z","sent":10,"lost":1' in bytes(kept).replace(b" ", b"")
    assert stored(connection) == 0
    again = writer.write(decoded_batch([Arrival(topic, bytes(kept), NOON)], known, MIB))
    assert again.readings["intervals", "stored"] == 1
    writer.close()
    record_property(
        "fault",
        (
            "clock set back, collector",
            f"quarantine future: {detail}",
            "the reading is kept whole and is taken when published again",
        ),
    )


def test_a_clock_set_back_while_scoring(connection: Connection, record_property: Record) -> None:
    inventory = read_inventory(DEMO_INVENTORY)
    registered(connection, inventory)
    promised = Promised.of(inventory)
    scorer = Scorer(promised)

    def measure(at: datetime) -> None:
        number = connection.execute("SELECT circuit_id FROM circuit WHERE circuit = 'casa-a1'").fetchone()
        assert number is not None
        write_readings(connection, INTERVAL, [np.array([each]) for each in (number[0], microseconds(at), 10, 10)], at)
        connection.commit()

    def documents() -> list[tuple[object, ...]]:
        rows = connection.execute("SELECT agreement, period_starts_at, document FROM score ORDER BY 1, 2").fetchall()
        connection.commit()
        return list(rows)

    for minutes in (0, 10, -3 * 1440, 20):
        measure(NOON + timedelta(minutes=minutes))
        scorer.run_pass(connection, NOON + timedelta(minutes=minutes))
    later = NOON + timedelta(hours=1)
    scorer.run_pass(connection, later)
    after_the_fault = documents()
    connection.execute("DELETE FROM verdict")
    connection.execute("DELETE FROM score")
    connection.commit()
    Scorer(promised).run_pass(connection, later)
    assert after_the_fault == documents()
    record_property(
        "fault",
        (
            "clock set back, engine",
            "(none: nothing is wrong)",
            "the documents are those of an engine whose clock was right",
        ),
    )


def test_a_clock_set_back_while_rolling_up(connection: Connection, record_property: Record) -> None:
    if extension_version(connection) is not None:
        pytest.skip("rollups are the extension's own here")

    def rolled() -> tuple[object, ...] | None:
        return connection.execute("SELECT sum(intervals), max(bucket_at) FROM circuit_5m").fetchone()

    def write(first: datetime) -> None:
        write_readings(connection, INTERVAL, batch(1, 60, first).rows["intervals"].columns, NOON)
        connection.commit()

    for hours in (-3, -2, -1):
        write(NOON + timedelta(hours=hours))
    refresh_rollups(connection, NOON)
    before = rolled()
    refresh_rollups(connection, NOON - timedelta(days=1))
    assert rolled() == before
    write(NOON - timedelta(hours=30))
    write(NOON)
    refresh_rollups(connection, NOON - timedelta(days=1))
    refresh_rollups(connection, NOON + timedelta(hours=2))
    assert rolled() == (300, NOON + timedelta(minutes=55))
    connection.commit()
    record_property(
        "fault", ("clock set back, rollups", "(none: nothing is wrong)", "no bucket is lost or counted twice")
    )


def test_late_data_into_a_compressed_chunk(dsn: str, connection: Connection, record_property: Record) -> None:
    if extension_version(connection) is None:
        pytest.skip("no TimescaleDB in this server (P2I_TEST_DSN)")
    writer = ReadingsWriter(dsn)
    early = batch(20, 2880)
    writer.write(early)
    connection.commit()
    connection.autocommit = True
    connection.execute("SELECT compress_chunk(c) FROM show_chunks('circuit_interval') AS c")
    assert writer.write(early).readings["intervals", "duplicate"] == 57_600
    late = batch(20, 2880, NOON + timedelta(seconds=30))
    tally = writer.write(late)
    assert tally.readings["intervals", "stored"] == 57_600
    assert stored(connection) == 115_200
    assert connection.execute(
        "SELECT count(*), count(DISTINCT (circuit_id, starts_at)) FROM circuit_interval"
    ).fetchone() == (
        115_200,
        115_200,
    )
    connection.execute("SELECT compress_chunk(c) FROM show_chunks('circuit_interval') AS c")
    assert stored(connection) == 115_200
    writer.close()
    record_property(
        "fault",
        (
            "late data into a compressed chunk",
            "(none: nothing is wrong)",
            "57600 new rows stored, 57600 duplicates known as such",
        ),
    )


def test_late_data_beyond_the_limit_of_decompression(dsn: str, connection: Connection, record_property: Record) -> None:
    if extension_version(connection) is None:
        pytest.skip("no TimescaleDB in this server (P2I_TEST_DSN)")
    with connect(dsn, "tests") as limited:
        name = conninfo.conninfo_to_dict(dsn)["dbname"]
        limited.execute(
            sql.SQL("ALTER DATABASE {} SET timescaledb.max_tuples_decompressed_per_dml_transaction = 1").format(
                sql.Identifier(str(name))
            )
        )
    writer = ReadingsWriter(dsn)
    early = batch(20, 1440)
    writer.write(early)
    connection.commit()
    connection.autocommit = True
    connection.execute("SELECT compress_chunk(c) FROM show_chunks('circuit_interval') AS c")
    assert writer.write(early).readings["intervals", "duplicate"] == 28_800
    assert writer.write(batch(20, 1440, NOON + timedelta(seconds=30))).readings["intervals", "stored"] == 28_800
    writer.close()
    change = (
        "INSERT INTO p2i.circuit_interval VALUES (1, %s, 9, 0, now())"
        " ON CONFLICT (circuit_id, starts_at) DO UPDATE SET sent = excluded.sent"
    )
    with psycopg.connect(dsn) as theirs, pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
        theirs.execute(change, (NOON,))
    with connect(dsn, "tests") as ours:
        ours.execute(change, (NOON,))
        assert ours.execute("SELECT count(*) FILTER (WHERE sent = 9), count(*) FROM circuit_interval").fetchone() == (
            1,
            57_600,
        )
    record_property(
        "fault",
        (
            "late data, decompression limited to 1 row",
            "(none: nothing is wrong)",
            "28800 new rows stored, 28800 duplicates known as such",
        ),
    )
