"""What every rollup must hold, summed up from the readings by other means than the rollups': for tests."""

from datetime import datetime, timedelta

from psycopg import sql

from store.connection import Connection
from store.plain import refresh_rollups
from store.rollups import DELAY_BOUNDS_MICROSECONDS, ROLLUPS, Rollup
from store.timescale import extension_version

TRUTH = {
    "circuit": "SELECT circuit_id, date_bin({bucket}, starts_at, '2000-01-01Z'), count(*), sum((sent > 0)::int),"
    " sum(sent), sum(lost) FROM circuit_interval GROUP BY 1, 2",
    "probe": "SELECT circuit_id, date_bin({bucket}, sent_at, '2000-01-01Z'),"
    " CASE WHEN round_trip_nanoseconds IS NULL THEN -1 ELSE"
    " (SELECT count(*) FROM unnest({bounds}::bigint[]) AS bound WHERE bound * 1000 <= round_trip_nanoseconds) END,"
    " count(*), coalesce(sum(round_trip_nanoseconds), 0), min(round_trip_nanoseconds), max(round_trip_nanoseconds)"
    " FROM probe GROUP BY 1, 2, 3",
    "occupancy": "SELECT zone_id, date_bin({bucket}, measured_at, '2000-01-01Z'), count(*), sum(people), min(people),"
    " max(people) FROM occupancy GROUP BY 1, 2",
}


def differences(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """The rows by which a rollup and the truth differ, by rollup; empty when all agree."""
    found = {}
    for rollup in ROLLUPS:
        truth = sql.SQL(TRUTH[rollup.name.partition("_")[0]]).format(
            bucket=sql.Literal(timedelta(minutes={"5m": 5, "15m": 15, "1h": 60}[rollup.name.partition("_")[2]])),
            bounds=sql.Literal(list(DELAY_BOUNDS_MICROSECONDS)),
        )
        listed = sql.SQL("SELECT {} FROM {}").format(_columns(rollup), sql.Identifier(rollup.name))
        rows = connection.execute(
            sql.SQL("({0} EXCEPT ALL {1}) UNION ALL ({1} EXCEPT ALL {0})").format(listed, truth)
        ).fetchall()
        if rows:
            found[rollup.name] = rows
    return found


def bring_up_to_date(connection: Connection, now: datetime) -> None:
    """As the policies of the extension, or `p2i upkeep` without it, would; commits."""
    connection.commit()
    is_plain = extension_version(connection) is None
    connection.commit()
    if is_plain:
        refresh_rollups(connection, now)
        return
    connection.autocommit = True
    for rollup in ROLLUPS:
        connection.execute("CALL refresh_continuous_aggregate(%s::regclass, NULL, %s)", (rollup.name, now))
    connection.autocommit = False


def _columns(rollup: Rollup) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, [*rollup.key, *(name for name, _ in rollup.values)]))
