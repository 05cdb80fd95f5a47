"""What `migrate` makes of the reading tables where the extension is: chunks, columns, and nothing when run again."""

from datetime import UTC, datetime, timedelta
from typing import Any

from store.connection import Connection, connect
from store.migrations import migrate
from store.timescale import HYPERTABLES, OLDEST_VERSION, extension_version

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


def test_a_site_that_began_on_plain_postgresql_keeps_its_readings(timescale_server: Any) -> None:
    rows = [(1, STARTS_AT + timedelta(days=day), 10, day % 3, STARTS_AT) for day in range(60)]
    timescale_server.make_fresh("empty")
    with connect(timescale_server.dsn, "tests") as plain:
        plain.execute("CREATE SCHEMA _timescaledb_catalog")  # in the way of the extension: it cannot be added
        migrate(plain)
        plain.cursor().executemany("INSERT INTO circuit_interval VALUES (%s, %s, %s, %s, %s)", rows)
        plain.execute("DROP SCHEMA _timescaledb_catalog")
        assert extension_version(plain) is None
    timescale_server.keep("plain")
    timescale_server.make_fresh("plain")  # another session: the extension goes only into one that has not met it
    with connect(timescale_server.dsn, "tests") as timescale:
        assert migrate(timescale) == []
        assert extension_version(timescale) is not None
        assert timescale.execute("SELECT * FROM circuit_interval ORDER BY starts_at").fetchall() == rows
        (chunks,) = timescale.execute("SELECT count(*) FROM show_chunks('circuit_interval')").fetchone() or (0,)
        assert chunks >= timedelta(days=59) / HYPERTABLES["circuit_interval"].chunk
