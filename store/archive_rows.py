"""What the archive asks of the store: whose readings lie in a month, when the last of them came, and the readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from store.archive_month import Month
from store.binary_copy import read_columns
from store.connection import Connection
from store.parquet_form import FORMS, RECEIVED_AT, Piece
from store.readings import INTERVAL, OCCUPANCY, PROBE, STATE, Kind

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (INTERVAL, PROBE, STATE, OCCUPANCY)}
SLICE = timedelta(days=3)  # read at once of one series: 260,000 probes at one a second


class Series(NamedTuple):
    """A circuit or zone as the store knows it."""

    code: str
    number: int
    facility: str
    is_demo: bool


@contextmanager
def one_moment(connection: Connection) -> Iterator[None]:
    """Everything read inside is the store at one moment; nothing is written."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def read_series(connection: Connection, kind: Kind) -> list[Series]:
    """Every circuit or zone in the store, by code."""
    table = FORMS[kind.name].series
    rows = connection.execute(f"SELECT {table}, {kind.series}, facility, is_demo FROM {table}".encode()).fetchall()
    return sorted(Series(*row) for row in rows)


def read_span(connection: Connection, kind: Kind, series: list[Series]) -> tuple[datetime, datetime] | None:
    """The instants of the first and of the last reading of any of the series; None without a reading.

    Asked series by series, which the key answers at once; over the whole table it would be a scan.
    """
    row = connection.execute(
        f"""
        SELECT min(first_at), max(last_at) FROM unnest(%(numbers)s::int4[]) AS wanted (series_id), LATERAL (
            SELECT min({kind.instant}) AS first_at, max({kind.instant}) AS last_at
            FROM {kind.table} WHERE {kind.series} = wanted.series_id
        ) AS span
        """.encode(),
        {"numbers": [one.number for one in series]},
    ).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def with_readings(connection: Connection, kind: Kind, series: list[Series], month: Month) -> list[Series]:
    """Those of the series that have a reading in the month."""
    rows = connection.execute(
        f"""
        SELECT series_id FROM unnest(%(numbers)s::int4[]) AS wanted (series_id) WHERE EXISTS (
            SELECT FROM {kind.table} WHERE {kind.series} = wanted.series_id
            AND {kind.instant} >= %(from)s AND {kind.instant} < %(to)s
        )
        """.encode(),
        {"numbers": [one.number for one in series], "from": month.starts_at, "to": month.ends_at},
    ).fetchall()
    found = {row[0] for row in rows}
    return [one for one in series if one.number in found]


class Arrived(NamedTuple):
    """How many readings a month has in the store, and when the last of them arrived (None without any)."""

    rows: int
    last_at: datetime | None


def read_arrived(connection: Connection, kind: Kind, series: list[Series], month: Month) -> Arrived:
    """How many readings of the series and the month there are, and when the last of them arrived.

    The readings themselves are asked: the ingest log is kept for days only. It reads all of the month's rows.
    """
    row = connection.execute(
        f"SELECT count(*), max({RECEIVED_AT}) FROM {kind.table} WHERE {kind.series} = ANY(%(numbers)s::int4[])"
        f" AND {kind.instant} >= %(from)s AND {kind.instant} < %(to)s".encode(),
        {"numbers": [one.number for one in series], "from": month.starts_at, "to": month.ends_at},
    ).fetchone()
    assert row is not None
    return Arrived(*row)


def stored_pieces(connection: Connection, kind: Kind, one: Series, month: Month) -> Iterator[Piece]:
    """The readings of one series in the month, in time order, some days at a time."""
    values = ", ".join(
        name if kind.absent is None else f"coalesce({name}, {kind.absent}) AS {name}" for name, _ in kind.values
    )
    rows = (
        f"SELECT {kind.instant}, {values}, {RECEIVED_AT} FROM {kind.table} WHERE {kind.series} = %(series)s"
        f" AND {kind.instant} >= %(from)s AND {kind.instant} < %(to)s ORDER BY {kind.instant}"
    )
    columns = {kind.instant: "timestamptz", **dict(kind.values), RECEIVED_AT: "timestamptz"}
    starts_at = month.starts_at
    while starts_at < month.ends_at:
        ends_at = min(starts_at + SLICE, month.ends_at)
        instants, *found, received = read_columns(
            connection, rows, columns, {"series": one.number, "from": starts_at, "to": ends_at}
        )
        if instants.size:
            yield Piece(one.code, instants, tuple(found), received)
        starts_at = ends_at
