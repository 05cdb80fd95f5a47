"""Readings of devices of other makers: their series are registered as they appear, their rows written once each."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from store.connection import Connection
from store.readings import Written
from store.rows import SensorReadingRow

KIND = "sensor"


def write_sensor_readings(connection: Connection, rows: Sequence[SensorReadingRow], received_at: datetime) -> Written:
    """Writes rows of registered sensors and says what became of each; the caller commits.

    The key is series and instant: a row whose key is present changes nothing, so any delivery may be repeated. Of two
    rows with one key in a batch the first counts. Positions whose key holds something else are conflicts.
    """
    if not rows:
        return Written(0, 0, [])
    series = _series_numbers(connection, rows)
    absences = _absence_numbers(connection, {row.reason for row in rows if row.reason})
    columns: list[list[object]] = [
        [series[row.sensor, row.channel, row.quantity] for row in rows],
        [row.measured_at for row in rows],
        [row.counted for row in rows],
        [row.value for row in rows],
        [absences[row.reason] if row.reason else None for row in rows],
    ]
    result = connection.execute(
        """
        WITH given AS (
            SELECT *
            FROM unnest(%s::integer[], %s::timestamptz[], %s::numeric[], %s::double precision[], %s::smallint[])
            WITH ORDINALITY AS given (series_id, measured_at, counted, value, absence_id, position)
        ), written AS (
            INSERT INTO sensor_reading (series_id, measured_at, counted, value, absence_id, received_at)
            SELECT DISTINCT ON (series_id, measured_at) series_id, measured_at, counted, value, absence_id, %s
            FROM given ORDER BY series_id, measured_at, position
            ON CONFLICT DO NOTHING RETURNING series_id, measured_at
        ), logged AS (
            INSERT INTO ingest (kind, series_id, first_at, last_at, rows, received_at)
            SELECT %s, series_id, min(measured_at), max(measured_at), count(*), %s FROM written GROUP BY series_id
        )
        SELECT count(*) FROM written
        """,
        (*columns, received_at, KIND, received_at),
    ).fetchone()
    assert result is not None
    conflicts = [] if result[0] == len(rows) else _conflicts(connection, columns)
    return Written(result[0], len(rows) - result[0] - len(conflicts), conflicts)


def _conflicts(connection: Connection, columns: list[list[object]]) -> list[int]:
    found = connection.execute(
        """
        SELECT given.position - 1
        FROM unnest(%s::integer[], %s::timestamptz[], %s::numeric[], %s::double precision[], %s::smallint[])
            WITH ORDINALITY AS given (series_id, measured_at, counted, value, absence_id, position)
        CROSS JOIN LATERAL (
            SELECT * FROM sensor_reading WHERE sensor_reading.series_id = given.series_id
            AND sensor_reading.measured_at = given.measured_at OFFSET 0  -- key by key, or all of it might be read
        ) AS stored
        WHERE (stored.counted, stored.value, stored.absence_id) IS DISTINCT FROM
              (given.counted, given.value, given.absence_id)
        ORDER BY given.position
        """,
        columns,
    ).fetchall()
    return [row[0] for row in found]


def _series_numbers(connection: Connection, rows: Iterable[SensorReadingRow]) -> dict[tuple[str, str, str], int]:
    """The number of each (sensor, channel, quantity), registered now where it is new."""
    wanted = {(row.sensor, row.channel, row.quantity): row.modulus for row in rows}
    keys = sorted(wanted)
    listed = [list(column) for column in zip(*keys, strict=True)]
    known = _known(connection, listed)
    if len(known) < len(wanted):
        connection.execute(
            "INSERT INTO sensor_series (sensor, channel, quantity, modulus)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[]) ON CONFLICT DO NOTHING",
            (*listed, [wanted[key] for key in keys]),
        )
        known = _known(connection, listed)
    return known


def _known(connection: Connection, listed: list[list[str]]) -> dict[tuple[str, str, str], int]:
    found = connection.execute(
        "SELECT sensor, channel, quantity, series_id FROM sensor_series"
        " JOIN unnest(%s::text[], %s::text[], %s::text[]) AS wanted (sensor, channel, quantity)"
        " USING (sensor, channel, quantity)",
        listed,
    ).fetchall()
    return {(sensor, channel, quantity): number for sensor, channel, quantity, number in found}


def _absence_numbers(connection: Connection, reasons: set[str]) -> dict[str, int]:
    if not reasons:
        return {}
    listed = sorted(reasons)
    connection.execute(
        "INSERT INTO absence (reason) SELECT reason FROM unnest(%s::text[]) AS wanted (reason)"
        " WHERE NOT EXISTS (SELECT FROM absence WHERE absence.reason = wanted.reason) ON CONFLICT DO NOTHING",
        (listed,),
    )
    found = connection.execute("SELECT reason, absence_id FROM absence WHERE reason = ANY (%s)", (listed,)).fetchall()
    return dict(found)
