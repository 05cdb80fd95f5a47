"""What `migrate` makes of the reading tables where the extension is: chunks, columns, and nothing when run again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from store.connection import Connection, connect
from store.instants import microseconds
from store.migrations import migrate
from store.plain import refresh_rollups
from store.readings import INTERVAL, OCCUPANCY, write_readings
from store.timescale import HYPERTABLES, OLDEST_VERSION, extension_version
from store.upkeep import drop_old
from tests.timescale.test_policies import NOW, ages, refresh_as_workers_do

STARTS_AT = datetime(2026, 1, 1, tzinfo=UTC)
STATE = """
SELECT jsonb_object_agg(job_id, to_jsonb(job) - 'next_start') FROM timescaledb_information.jobs AS job
UNION ALL SELECT jsonb_object_agg(oid, relname || relfilenode) FROM pg_class
UNION ALL SELECT jsonb_agg(to_jsonb(dimension)) FROM timescaledb_information.dimensions AS dimension
UNION ALL SELECT jsonb_agg(to_jsonb(setting)) FROM timescaledb_information.hypertable_columnstore_settings AS setting
"""


def test_the_extension_is_in_the_database(timescale: Connection) -> None:
    version = extension_version(timescale)
    assert version is not None
    assert tuple(map(int, version.split("-")[0].split(".")[:2])) >= OLDEST_VERSION


def test_migrating_again_changes_nothing(timescale: Connection) -> None:
    before = timescale.execute(STATE).fetchall()
    assert migrate(timescale) == []
    assert timescale.execute(STATE).fetchall() == before


def test_every_reading_table_is_cut_by_its_instant(timescale: Connection) -> None:
    found = timescale.execute(
        "SELECT hypertable_name, column_name, time_interval FROM timescaledb_information.dimensions"
        " WHERE hypertable_schema = 'p2i'"
    ).fetchall()
    assert sorted(found) == sorted((table, cut.instant, cut.chunk) for table, cut in HYPERTABLES.items())


def test_columns_are_kept_apart_by_series_in_order_of_time(timescale: Connection) -> None:
    found = timescale.execute(
        "SELECT hypertable::text, segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings"
        " WHERE hypertable = ANY (%s::regclass[])",
        (list(HYPERTABLES),),
    ).fetchall()
    assert sorted(found) == sorted((table, cut.series, cut.instant) for table, cut in HYPERTABLES.items())


def test_a_readings_key_is_its_series_and_instant(timescale: Connection) -> None:
    """What makes ingest idempotent; the extension takes it over for every chunk because the instant is in it."""
    found = timescale.execute(
        "SELECT conrelid::regclass::text, array_agg(attname::text ORDER BY array_position(conkey, attnum))"
        " FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)"
        " WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('p', 'u') GROUP BY conrelid, conname",
        (list(HYPERTABLES),),
    ).fetchall()
    assert sorted(found) == sorted((table, [cut.series, cut.instant]) for table, cut in HYPERTABLES.items())


def test_what_a_site_set_itself_stays_when_migrating_again(timescale: Connection) -> None:
    timescale.execute("SELECT set_chunk_time_interval('circuit_interval', INTERVAL '1 day')")
    timescale.execute(
        "SELECT alter_job(job_id, schedule_interval => INTERVAL '7 hours') FROM timescaledb_information.jobs"
        " WHERE hypertable_name = 'circuit_interval' AND proc_name = 'policy_compression'"
    )
    before = timescale.execute(STATE).fetchall()
    migrate(timescale)
    assert timescale.execute(STATE).fetchall() == before


@contextmanager
def plain_site(server: Any) -> Iterator[Connection]:
    """A migrated site without the extension; what is there at the end is kept as "plain" and then current."""
    server.make_fresh("empty")
    with connect(server.dsn, "tests") as plain:
        plain.execute("CREATE SCHEMA _timescaledb_catalog")  # in the way of the extension: it cannot be added
        migrate(plain)
        assert extension_version(plain) is None
        plain.commit()
        yield plain
        plain.execute("DROP SCHEMA _timescaledb_catalog")
    server.keep("plain")
    server.make_fresh("plain")  # another session: the extension goes only into one that has not met it


def test_a_site_that_began_on_plain_postgresql_keeps_its_readings(timescale_server: Any) -> None:
    rows = [(1, STARTS_AT + timedelta(days=day), 10, day % 3, STARTS_AT) for day in range(60)]
    with plain_site(timescale_server) as plain:
        plain.cursor().executemany("INSERT INTO circuit_interval VALUES (%s, %s, %s, %s, %s)", rows)
    with connect(timescale_server.dsn, "tests") as timescale:
        assert migrate(timescale) == []
        assert extension_version(timescale) is not None
        assert timescale.execute("SELECT * FROM circuit_interval ORDER BY starts_at").fetchall() == rows
        (chunks,) = timescale.execute("SELECT count(*) FROM show_chunks('circuit_interval')").fetchone() or (0,)
        assert chunks >= timedelta(days=59) / HYPERTABLES["circuit_interval"].chunk


@pytest.mark.parametrize("late", [[], [480]], ids=["nothing older came since", "a count came late"])
def test_sums_whose_readings_are_gone_come_along(timescale_server: Any, late: list[int]) -> None:
    def write(connection: Connection, days: list[int]) -> None:
        at = np.array([microseconds(NOW - timedelta(days=day)) for day in days], np.int64)
        with connection.transaction():
            write_readings(connection, OCCUPANCY, [np.ones_like(at), at, np.full_like(at, 7)], datetime.now(UTC))

    with plain_site(timescale_server) as plain:
        write(plain, [2, 450, 500])
        refresh_rollups(plain, NOW)
        assert drop_old(plain, datetime.now(UTC))["occupancy"] == 2
        if late:
            write(plain, late)
    with connect(timescale_server.dsn, "tests") as timescale:
        timescale.autocommit = True
        migrate(timescale)
        timescale_server.stop_workers(timescale)
        refresh_as_workers_do(timescale, ["occupancy"])
        assert ages(timescale, "occupancy_1h") == [2, 450, 500]


def test_hours_kept_longer_than_finer_sums_come_along(timescale_server: Any) -> None:
    """Their readings are there, but no refresh looks behind what was dropped of the sums between."""
    with plain_site(timescale_server) as plain:
        plain.execute("UPDATE retention SET kept_days = 100 WHERE relation = 'circuit_5m'")
        at = np.array([microseconds(NOW - timedelta(days=day)) for day in (2, 90, 200)], np.int64)
        columns = [np.ones_like(at), at, np.full_like(at, 10), np.zeros_like(at)]
        with plain.transaction():
            write_readings(plain, INTERVAL, columns, datetime.now(UTC))
        refresh_rollups(plain, NOW)
        drop_old(plain, datetime.now(UTC))
        assert ages(plain, "circuit_1h") == [2, 90, 200]
    with connect(timescale_server.dsn, "tests") as timescale:
        timescale.autocommit = True
        migrate(timescale)
        timescale_server.stop_workers(timescale)
        refresh_as_workers_do(timescale, ["circuit_interval"])
        assert ages(timescale, "circuit_1h") == [2, 90, 200]
