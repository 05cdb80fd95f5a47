"""A month of a tenant's own zones in few numbers: people counted, and what sensors measured. Sums are made in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from psycopg.rows import class_row

from store.connection import Connection
from store.premises_rows import ComfortMonth, OccupancyMonth


def read_occupancy_month(
    connection: Connection, zones: Iterable[str], starts_at: datetime, ends_at: datetime
) -> list[OccupancyMonth]:
    """The counts of each zone in `[starts_at, ends_at)`, by zone; one never counted is there, with nothing."""
    with connection.cursor(row_factory=class_row(OccupancyMonth)) as cursor:
        cursor.execute(
            """
            WITH counted AS (
                SELECT zone_id, measured_at, people,
                       date_bin('15 minutes', measured_at, '1970-01-01T00:00:00Z') AS quarter_at
                FROM occupancy
                WHERE zone_id IN (SELECT zone_id FROM zone WHERE zone = ANY (%(zones)s))
                    AND measured_at >= %(from)s AND measured_at < %(to)s
            ), quarters AS (
                SELECT zone_id, quarter_at, avg(people) AS people FROM counted GROUP BY zone_id, quarter_at
            ), means AS (
                SELECT zone_id, count(*) AS quarters, avg(people) AS people_mean FROM quarters GROUP BY zone_id
            ), peaks AS (
                SELECT DISTINCT ON (zone_id) zone_id, people AS people_most, measured_at AS peak_at
                FROM counted ORDER BY zone_id, people DESC, measured_at
            )
            SELECT zone, coalesce(quarters, 0) AS quarters, people_mean, people_most, peak_at
            FROM zone LEFT JOIN means USING (zone_id) LEFT JOIN peaks USING (zone_id)
            WHERE zone = ANY (%(zones)s) ORDER BY zone
            """,
            {"zones": list(zones), "from": starts_at, "to": ends_at},
        )
        return cursor.fetchall()


def read_comfort_month(
    connection: Connection,
    zones: Iterable[str],
    quantities: Iterable[str],
    starts_at: datetime,
    ends_at: datetime,
) -> list[ComfortMonth]:
    """What was measured of these quantities in each zone in `[starts_at, ends_at)`, by zone and quantity.

    Faults and sentinels are no values; a zone in which nothing was measured is not there.
    """
    with connection.cursor(row_factory=class_row(ComfortMonth)) as cursor:
        cursor.execute(
            """
            SELECT sensor.zone, quantity, count(*) AS readings,
                   count(DISTINCT date_bin('15 minutes', measured_at, '1970-01-01T00:00:00Z')) AS quarters,
                   min(value) AS least, percentile_disc(0.5) WITHIN GROUP (ORDER BY value) AS median,
                   max(value) AS most
            FROM sensor JOIN sensor_series USING (sensor) JOIN sensor_reading USING (series_id)
            WHERE sensor.zone = ANY (%s) AND quantity = ANY (%s) AND value IS NOT NULL
                AND measured_at >= %s AND measured_at < %s
            GROUP BY sensor.zone, quantity ORDER BY sensor.zone, quantity
            """,
            (list(zones), list(quantities), starts_at, ends_at),
        )
        return cursor.fetchall()
