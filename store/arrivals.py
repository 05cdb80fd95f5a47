"""What arrived last, and from whom: readings of each series, sessions of collectors; read for alerting, so cheap."""

from collections.abc import Sequence
from datetime import datetime

from store.arrival_rows import Arrival
from store.connection import Connection

ARRIVALS = 3
"""How many of the newest arrivals of a series are read: one may be late, three are not by chance."""


def read_circuit_arrivals(connection: Connection) -> list[Arrival]:
    """The newest arrivals of each listed circuit and kind of reading, newest first."""
    rows = connection.execute(
        "SELECT 'circuit', circuit, kinds.kind, last_at, received_at FROM circuit"
        " CROSS JOIN (VALUES ('interval'), ('probe'), ('state')) AS kinds (kind)"
        " CROSS JOIN LATERAL (SELECT last_at, received_at FROM ingest"
        "  WHERE ingest.kind = kinds.kind AND series_id = circuit_id ORDER BY last_at DESC LIMIT %s) AS last"
        " WHERE is_listed",
        (ARRIVALS,),
    ).fetchall()
    return [Arrival(*row) for row in rows]


def read_device_arrivals(connection: Connection) -> list[Arrival]:
    """The newest arrival of each listed zone, and of each series of each listed sensor; not what it sent late."""
    rows = connection.execute(
        "SELECT 'zone', zone, 'occupancy', last_at, received_at FROM zone CROSS JOIN LATERAL"
        "  (SELECT last_at, received_at FROM ingest WHERE kind = 'occupancy' AND series_id = zone_id"
        "   ORDER BY last_at DESC LIMIT 1) AS last WHERE is_listed"
        " UNION ALL SELECT 'sensor', sensor, 'sensor', last_at, received_at FROM sensor"
        "  JOIN sensor_series USING (sensor)"
        "  CROSS JOIN LATERAL (SELECT last_at, received_at FROM ingest WHERE ingest.kind = 'sensor'"
        "   AND ingest.series_id = sensor_series.series_id AND NOT is_historical ORDER BY last_at DESC LIMIT 1) AS last"
        " WHERE is_listed"
    ).fetchall()
    return [Arrival(*row) for row in rows]


def read_usual_seconds(connection: Connection) -> dict[tuple[str, str], int]:
    """Of each zone and sensor that reports at regular times, the median time between its last twenty arrivals.

    One whose times differ much reports when something changes, and its silence says nothing: it is left out.
    """
    rows = connection.execute(
        "WITH series AS (SELECT 'zone' AS kind, zone AS code, 'occupancy' AS of, zone_id AS number FROM zone"
        "  WHERE is_listed UNION ALL SELECT 'sensor', sensor, 'sensor', series_id FROM sensor"
        "  JOIN sensor_series USING (sensor) WHERE is_listed),"
        " arrived AS (SELECT DISTINCT series.kind, code, received_at FROM series CROSS JOIN LATERAL (SELECT received_at"
        "  FROM ingest WHERE ingest.kind = of AND series_id = number AND NOT is_historical"
        "  ORDER BY last_at DESC LIMIT 21) AS last),"
        " gaps AS (SELECT kind, code, extract(epoch FROM received_at - lag(received_at)"
        "  OVER (PARTITION BY kind, code ORDER BY received_at)) AS gap FROM arrived)"
        " SELECT kind, code, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS half FROM gaps WHERE gap IS NOT NULL"
        " GROUP BY kind, code HAVING count(*) >= 5 AND percentile_cont(0.75) WITHIN GROUP (ORDER BY gap)"
        "  <= 1.25 * percentile_cont(0.5) WITHIN GROUP (ORDER BY gap)"
    ).fetchall()
    return {(kind, code): max(1, round(half)) for kind, code, half in rows}


def read_counts(connection: Connection, since: datetime) -> list[tuple[str, list[datetime], list[int]]]:
    """What was counted in each listed zone since then, oldest first; where nothing was, the newest count there is."""
    return connection.execute(
        "SELECT zone, array_agg(measured_at ORDER BY measured_at), array_agg(people ORDER BY measured_at)"
        " FROM zone CROSS JOIN LATERAL ("
        "  SELECT measured_at, people FROM occupancy WHERE occupancy.zone_id = zone.zone_id AND measured_at > %(since)s"
        "  UNION ALL (SELECT measured_at, people FROM occupancy WHERE occupancy.zone_id = zone.zone_id"
        "   AND measured_at <= %(since)s AND NOT EXISTS (SELECT FROM occupancy AS newer"
        "    WHERE newer.zone_id = zone.zone_id AND newer.measured_at > %(since)s)"
        "   ORDER BY measured_at DESC LIMIT 1)) AS counted"
        " WHERE is_listed AND capacity_people IS NOT NULL GROUP BY zone",
        {"since": since},
    ).fetchall()


def read_values(
    connection: Connection, quantities: Sequence[str], since: datetime
) -> list[tuple[str, str, str, list[datetime], list[float]]]:
    """What sensors measured of these quantities since then: sensor, channel, quantity, instants and values."""
    return connection.execute(
        "SELECT sensor, channel, quantity, array_agg(measured_at ORDER BY measured_at),"
        " array_agg(value ORDER BY measured_at) FROM sensor"
        "  JOIN sensor_series USING (sensor)"
        " CROSS JOIN LATERAL (SELECT measured_at, value FROM sensor_reading"
        "  WHERE sensor_reading.series_id = sensor_series.series_id AND measured_at > %s AND value IS NOT NULL) AS read"
        " WHERE is_listed AND quantity = ANY (%s) GROUP BY sensor, channel, quantity",
        (since, list(quantities)),
    ).fetchall()


def read_sessions(connection: Connection) -> list[tuple[str, datetime, bool]]:
    """Collectors with a session at a broker: name, when they last said so, and whether a process holds the name."""
    return connection.execute(
        "SELECT client_id, seen_at, EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
        " AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND (classid::bigint << 32) | objid::bigint = hashtextextended('p2i session ' || client_id, 0))"
        " FROM collector_session"
    ).fetchall()


def read_newest_arrival(connection: Connection) -> datetime | None:
    """When anything at all arrived last."""
    row = connection.execute("SELECT received_at FROM ingest ORDER BY ingest_id DESC LIMIT 1").fetchone()
    return None if row is None else row[0]
