"""Readings of devices of other makers: their series are registered as they appear, their rows written once each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from store.connection import Connection
from store.readings import Written
from store.rows import SensorReadingRow

KIND = "sensor"


class _Series(NamedTuple):
    """What tells one series from another. A total that wraps elsewhere, or a count over another span, is another."""

    sensor: str
    channel: str
    quantity: str
    modulus: int | None
    span_seconds: Decimal | None


def write_sensor_readings(connection: Connection, rows: Sequence[SensorReadingRow], received_at: datetime) -> Written:
    """Writes rows of registered sensors and says what became of each; the caller commits.

    What devices had stored and sent late is logged apart: it is a reading like any other, and no sign of life.
    The key is series and instant: a row whose key is present changes nothing, so any delivery may be repeated. Of two
    rows with one key in a batch the first counts. Positions whose key holds something else are conflicts.
    """
    if not rows:
        return Written(0, 0, [])
    series = _series_numbers(connection, rows)
    absences = _absence_numbers(connection, {row.reason for row in rows if row.reason})
    columns: list[list[object]] = [
        [series[_series_of(row)] for row in rows],
        [row.measured_at for row in rows],
        [row.counted for row in rows],
        [row.value for row in rows],
        [absences[row.reason] if row.reason else None for row in rows],
        [row.is_historical for row in rows],
    ]
    result = connection.execute(
        """
        WITH given AS (
            SELECT *
            FROM unnest(
                %s::integer[], %s::timestamptz[], %s::numeric[], %s::double precision[], %s::smallint[], %s::boolean[])
            WITH ORDINALITY AS given (series_id, measured_at, counted, value, absence_id, is_historical, position)
        ), written AS (
            INSERT INTO sensor_reading (series_id, measured_at, counted, value, absence_id, received_at)
            SELECT DISTINCT ON (series_id, measured_at) series_id, measured_at, counted, value, absence_id, %s
            FROM given ORDER BY series_id, measured_at, position
            ON CONFLICT DO NOTHING RETURNING series_id, measured_at
        ), first_given AS (
            SELECT DISTINCT ON (series_id, measured_at) series_id, measured_at, is_historical
            FROM given ORDER BY series_id, measured_at, position
        ), logged AS (
            INSERT INTO ingest (kind, series_id, first_at, last_at, rows, received_at, is_historical)
            SELECT %s, series_id, min(measured_at), max(measured_at), count(*), %s, is_historical
            FROM written JOIN first_given USING (series_id, measured_at) GROUP BY series_id, is_historical
        )
        SELECT count(*) FROM written
        """,
        (*columns, received_at, KIND, received_at),
    ).fetchone()
    assert result is not None
    conflicts = [] if result[0] == len(rows) else _conflicts(connection, columns[:5])
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


def _series_of(row: SensorReadingRow) -> _Series:
    return _Series(row.sensor, row.channel, row.quantity, row.modulus, row.span_seconds)


def _series_numbers(connection: Connection, rows: Iterable[SensorReadingRow]) -> dict[_Series, int]:
    """The number of each series, registered now where it is new."""
    wanted = {_series_of(row) for row in rows}
    ordered = sorted(wanted, key=lambda one: (*one[:3], one.modulus or 0, one.span_seconds or 0))
    listed = [list(column) for column in zip(*ordered, strict=True)]
    known = _known(connection, listed)
    if len(known) < len(wanted):
        connection.execute(
            "INSERT INTO sensor_series (sensor, channel, quantity, modulus, span_seconds)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[], %s::numeric[])"
            " ON CONFLICT DO NOTHING",
            listed,
        )
        known = _known(connection, listed)
    return known


def _known(connection: Connection, listed: list[list[object]]) -> dict[_Series, int]:
    found = connection.execute(
        "SELECT wanted.*, series_id FROM sensor_series"
        " JOIN unnest(%s::text[], %s::text[], %s::text[], %s::numeric[], %s::numeric[])"
        " AS wanted (sensor, channel, quantity, modulus, span_seconds) USING (sensor, channel, quantity)"
        " WHERE sensor_series.modulus IS NOT DISTINCT FROM wanted.modulus"
        " AND sensor_series.span_seconds IS NOT DISTINCT FROM wanted.span_seconds",
        listed,
    ).fetchall()
    return {_Series(*series): number for *series, number in found}


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
