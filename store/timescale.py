"""What depends on the TimescaleDB extension; everything outside the store reads the same names either way."""

from datetime import timedelta
from typing import NamedTuple

import psycopg
from psycopg import sql

from store.connection import Connection
from store.errors import P2IError
from store.plain import rolled_table
from store.rollups import ROLLUPS, Rollup

OLDEST_VERSION = (2, 22)
"""The oldest release that all of this was tried on."""


class Hypertable(NamedTuple):
    """How one reading table is cut and stored: chunks of `chunk`, turned to columns once all of it is older than
    `columnar_after` (longer than the longest spool of a collector, so that late rows meet rows)."""

    series: str
    instant: str
    chunk: timedelta
    columnar_after: timedelta = timedelta(days=15)


# Chunk spans by measurement (docs/decisions/0004): an open chunk of 200 circuits and its key stay in the memory of a
# small server, and five years are few enough chunks to plan over.
HYPERTABLES = {
    "circuit_interval": Hypertable("circuit_id", "starts_at", timedelta(days=3)),
    "probe": Hypertable("circuit_id", "sent_at", timedelta(days=3)),
    "circuit_state": Hypertable("circuit_id", "changed_at", timedelta(days=90)),
    "occupancy": Hypertable("zone_id", "measured_at", timedelta(days=7)),
    "sensor_reading": Hypertable("series_id", "measured_at", timedelta(days=30)),
}

REFRESH_EVERY = timedelta(minutes=5)
ROLLUP_COLUMNAR_AFTER = timedelta(days=45)
ROLLUP_CHUNK = timedelta(days=15)


def extension_version(connection: Connection) -> str | None:
    """The version of TimescaleDB in this database, None on plain PostgreSQL."""
    row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'").fetchone()
    return None if row is None else str(row[0])


def is_offered(connection: Connection) -> bool:
    """Whether this server has the extension to offer, created in this database or not."""
    row = connection.execute("SELECT FROM pg_available_extensions WHERE name = 'timescaledb'").fetchone()
    return row is not None


def add_extension(connection: Connection) -> bool:
    """Adds the extension where the server offers it and this role may; returns whether it is in this database.

    Raises P2IError when it is, but too old to speak to.
    """
    if not is_offered(connection) or not _is_preloaded(connection):
        return False
    if extension_version(connection) is None:
        try:
            with connection.transaction():
                connection.execute("CREATE EXTENSION timescaledb SCHEMA public")
        except psycopg.Error:
            return False  # not this role's to add: `p2i doctor` says so and what to do
    version = extension_version(connection)
    assert version is not None
    if tuple(int(part) for part in version.split("-")[0].split(".")[:2]) < OLDEST_VERSION:
        raise P2IError(f"database: TimescaleDB {version}; at least {OLDEST_VERSION[0]}.{OLDEST_VERSION[1]} is needed")
    return True


def _is_preloaded(connection: Connection) -> bool:
    """Whether the server has loaded the extension: where it has not, CREATE EXTENSION would end our connection."""
    return connection.execute("SELECT current_setting('timescaledb.disable_load', true)").fetchone() != (None,)


def make_hypertables(connection: Connection) -> None:
    """Makes hypertables with columnstore of the reading tables; safe to run again, settings in force stay."""
    for table, cut in HYPERTABLES.items():
        connection.execute(
            "SELECT create_hypertable(%s::regclass, %s::name, chunk_time_interval => %s,"
            " if_not_exists => true, migrate_data => true, create_default_indexes => false)",
            (table, cut.instant, cut.chunk),
        )
        made = connection.execute(
            "SELECT compression_enabled FROM timescaledb_information.hypertables"
            " WHERE hypertable_schema = current_schema() AND hypertable_name = %s",
            (table,),
        ).fetchone()
        if made == (False,):
            connection.execute(
                sql.SQL(
                    "ALTER TABLE {} SET (timescaledb.enable_columnstore, timescaledb.segmentby = {},"
                    " timescaledb.orderby = {})"
                ).format(sql.Identifier(table), sql.Literal(cut.series), sql.Literal(cut.instant))
            )
        connection.execute(
            "CALL add_columnstore_policy(%s::regclass, after => %s, if_not_exists => true)",
            (table, cut.columnar_after),
        )


def make_continuous_aggregates(connection: Connection) -> None:
    """Makes the rollups as continuous aggregates, seen up to the present (real-time aggregation); safe to run again.

    They are filled by their policies, in the background: until then they are computed from the readings.
    """
    for rollup in ROLLUPS:
        there = connection.execute(
            "SELECT FROM timescaledb_information.continuous_aggregates"
            " WHERE view_schema = current_schema() AND view_name = %s",
            (rollup.name,),
        ).fetchone()
        if there is not None:
            continue
        name = sql.Identifier(rollup.name)
        connection.execute(
            sql.SQL(
                "CREATE MATERIALIZED VIEW {} WITH (timescaledb.continuous, timescaledb.materialized_only = false)"
                " AS {} WITH NO DATA"
            ).format(name, sql.SQL(rollup.select()))
        )
        connection.execute(
            sql.SQL(
                "ALTER MATERIALIZED VIEW {} SET (timescaledb.enable_columnstore, timescaledb.segmentby = {},"
                " timescaledb.orderby = 'bucket_at')"
            ).format(name, sql.Literal(rollup.series))
        )
        # The extension's own span is ten times that of the readings: sums would outlive what retention says by it.
        connection.execute("SELECT set_chunk_time_interval(%s::regclass, %s)", (rollup.name, ROLLUP_CHUNK))
        _take_over(connection, rollup)


def _take_over(connection: Connection, rollup: Rollup) -> None:
    """Moves what plain PostgreSQL had rolled into the aggregate, all of it.

    The first refreshes make anew what lies in their window; what lies before it they cannot, whether its readings are
    gone, a late one came since, or only the finer sums between are gone.
    """
    rolled = rolled_table(rollup)
    if connection.execute("SELECT to_regclass(%s)", (rolled,)).fetchone() == (None,):
        return
    row = connection.execute(
        "SELECT materialization_hypertable_schema, materialization_hypertable_name"
        " FROM timescaledb_information.continuous_aggregates"
        " WHERE view_schema = current_schema() AND view_name = %s",
        (rollup.name,),
    ).fetchone()
    assert row is not None
    columns = sql.SQL(", ").join(map(sql.Identifier, [*rollup.key, *(name for name, _ in rollup.values)]))
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
            sql.Identifier(*row), columns, columns, sql.Identifier(rolled)
        )
    )
    connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(rolled)))


def set_policies(connection: Connection) -> None:
    """Sets retention, refresh and columnstore policies to what the table `retention` says; safe to run again.

    A refresh looks back as far as everything below it is kept, and not over what was dropped already: any late row
    is taken, and no bucket is emptied because what it was summed from is gone. A chunk is dropped once all of it is
    past its time, so inside that window nothing is missing.
    """
    kept: dict[str, int | None] = dict(connection.execute("SELECT relation, kept_days FROM retention").fetchall())
    for relation in (*HYPERTABLES, *(rollup.name for rollup in ROLLUPS)):
        days = kept.get(relation)
        in_force = _days_of_policy(connection, relation, "policy_retention", "drop_after")
        if in_force != (days,):
            # The server has dropped by it until now, whether upkeep noted that or not: a longer time must not widen
            # a refresh over what is gone.
            connection.execute(
                "UPDATE retention SET dropped_before = now() - make_interval(days => %(days)s)"
                " WHERE relation = %(relation)s AND %(days)s < coalesce(kept_days, %(days)s + 1)",
                {"relation": relation, "days": None if in_force is None else in_force[0]},
            )
            connection.execute("SELECT remove_retention_policy(%s::regclass, if_exists => true)", (relation,))
            if days is not None:
                connection.execute(
                    "SELECT add_retention_policy(%s::regclass, drop_after => %s)", (relation, timedelta(days=days))
                )
    for rollup in ROLLUPS:
        back = _refreshed_back_days(connection, rollup)
        if _days_of_policy(connection, rollup.name, "policy_refresh_continuous_aggregate", "start_offset") != (back,):
            connection.execute(
                "SELECT remove_continuous_aggregate_policy(%s::regclass, if_exists => true)", (rollup.name,)
            )
            # A day's buckets in one transaction: the extension's own one at a time looks for work bucket by bucket
            # over the whole window, and takes a late row at its second run only (tried on 2.23).
            connection.execute(
                "SELECT add_continuous_aggregate_policy(%s::regclass, start_offset => %s::interval,"
                " end_offset => %s::interval, schedule_interval => %s, buckets_per_batch => %s)",
                (rollup.name, None if back is None else timedelta(days=back), rollup.bucket, REFRESH_EVERY,
                 rollup.buckets_a_day),
            )  # fmt: skip
        # After the refresh policy: the extension refuses the other order.
        connection.execute(
            "CALL add_columnstore_policy(%s::regclass, after => %s, if_not_exists => true)",
            (rollup.name, ROLLUP_COLUMNAR_AFTER),
        )


def _days_of_policy(connection: Connection, relation: str, policy: str, offset: str) -> tuple[int | None] | None:
    """The whole days of a policy's offset (None: without one); no policy at all gives `(None,)` for retention."""
    row = connection.execute(
        "SELECT extract(day FROM (config ->> %s)::interval)::integer FROM timescaledb_information.jobs"
        " WHERE hypertable_schema = current_schema() AND hypertable_name = %s AND proc_name = %s",
        (offset, relation, policy),
    ).fetchone()
    if row is None:
        return (None,) if policy == "policy_retention" else None
    return (row[0],)


def _refreshed_back_days(connection: Connection, rollup: Rollup) -> int | None:
    """How many days back nothing below a rollup has been dropped; None for all of time."""
    below = {rollup.base, *(other.name for other in ROLLUPS if other.base == rollup.base and other is not rollup)}
    if rollup.source == rollup.base:
        below = {rollup.base}
    row = connection.execute(
        "SELECT min(least(kept_days, extract(day FROM now() - dropped_before)::integer))"
        " FROM retention WHERE relation = ANY (%s)",
        (sorted(below),),
    ).fetchone()
    return None if row is None or row[0] is None else max(1, row[0])
