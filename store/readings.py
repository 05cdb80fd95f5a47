"""Readings in and out of the store: idempotent writes by natural key, whole columns at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
import psycopg

from store.binary_copy import Column, copy_in, read_columns
from store.connection import Connection
from store.errors import StoreUnavailable
from store.instants import instant_of, microseconds
from store.told_apart import spans, told_apart

MOST_RACES = 10


@dataclass(frozen=True)
class Kind:
    """One kind of reading: its table, its key (series, instant) and the value it carries.

    `absent` is the number that stands for NULL on the wire; readings of that kind never hold it.
    """

    name: str
    table: str
    series: str
    instant: str
    values: tuple[tuple[str, str], ...]
    absent: int | None = None

    @property
    def types(self) -> list[str]:
        return ["int4", "timestamptz", *(kind for _, kind in self.values)]


INTERVAL = Kind("interval", "circuit_interval", "circuit_id", "starts_at", (("sent", "int4"), ("lost", "int4")))
PROBE = Kind("probe", "probe", "circuit_id", "sent_at", (("round_trip_nanoseconds", "int8"),), absent=-1)
STATE = Kind("state", "circuit_state", "circuit_id", "changed_at", (("state", "int2"),))
OCCUPANCY = Kind("occupancy", "occupancy", "zone_id", "measured_at", (("people", "int4"),))


class Written(NamedTuple):
    """What a write did: rows that were new, rows already there with the same value, and the positions of rows
    whose key is there with another value (they are not stored; the caller quarantines them)."""

    inserted: int
    duplicates: int
    conflicts: list[int]


def write_readings(connection: Connection, kind: Kind, columns: Sequence[Column], received_at: datetime) -> Written:
    """Writes rows (series number, instant in µs, values …) and says what became of each; the caller commits.

    The key decides: a row whose key is present changes nothing, so any delivery may be repeated; of two rows with one
    key in a batch the first counts. Rows are inserted in key order, so that two writers never wait for each other in
    a circle.
    """
    count = len(columns[0])
    if count == 0:
        return Written(0, 0, [])
    for _ in range(MOST_RACES):
        new, conflicts = told_apart(_stored_with(connection, kind, columns), columns)
        try:
            with connection.transaction():
                _insert(connection, kind, [column[new] for column in columns], received_at)
        except psycopg.errors.UniqueViolation:
            continue  # another writer committed some of these keys meanwhile: they are seen now
        return Written(len(new), count - len(new) - len(conflicts), conflicts)
    raise StoreUnavailable(f"database: {kind.table}: other writers store the same rows all the time")


def _stored_with(connection: Connection, kind: Kind, columns: Sequence[Column]) -> list[Column]:
    """The stored rows whose keys are among those of the batch, and some others.

    They are looked for where the batch lies: per series between its first and last instant, which is quick for what
    is new and for what comes again. Where that holds much else (a straggler a month old), key by key.
    """
    numbers, first, last, _ = spans(columns[0], columns[1])
    enough = 4 * len(columns[0]) + 1000
    found = _stored_in(connection, kind, numbers, first, last, enough)
    if len(found[0]) < enough:
        return found
    series, instants = np.unique(np.stack(columns[:2]), axis=1)
    return _stored_in(connection, kind, series, instants, instants, None)


def _stored_in(
    connection: Connection, kind: Kind, series: Column, first: Column, last: Column, at_most: int | None
) -> list[Column]:
    names = {kind.series: "int4", kind.instant: "timestamptz", **dict(kind.values)}
    # OFFSET 0 keeps the planner from joining whole tables: its guess about a new table or a fresh chunk may be far off.
    return read_columns(
        connection,
        f"SELECT stored.* FROM unnest(%(series)s::integer[], %(first)s::timestamptz[], %(last)s::timestamptz[])"
        f" AS span (series_id, first_at, last_at), LATERAL (SELECT {kind.series}, {kind.instant}, {_values_of(kind)}"
        f" FROM {kind.table} WHERE {kind.series} = span.series_id"
        f" AND {kind.instant} BETWEEN span.first_at AND span.last_at OFFSET 0) AS stored LIMIT %(at_most)s",
        names,
        {
            "series": series.tolist(),
            "first": [instant_of(at) for at in first.tolist()],
            "last": [instant_of(at) for at in last.tolist()],
            "at_most": at_most,
        },
    )


def _insert(connection: Connection, kind: Kind, columns: Sequence[Column], received_at: datetime) -> None:
    """Inserts rows whose keys are new, and logs their spans by series."""
    count = len(columns[0])
    if count == 0:
        return
    names = ", ".join([kind.series, kind.instant, *(name for name, _ in kind.values), "received_at"])
    copy_in(
        connection,
        f"COPY {kind.table} ({names}) FROM STDIN (FORMAT BINARY)",
        [*columns, np.full(count, microseconds(received_at), np.int64)],
        [*kind.types, "timestamptz"],
        {} if kind.absent is None else {2: kind.absent},
    )
    numbers, first, last, counts = spans(columns[0], columns[1])
    connection.execute(
        "INSERT INTO ingest (kind, series_id, first_at, last_at, rows, received_at)"
        " SELECT %s, series_id, first_at, last_at, rows, %s"
        " FROM unnest(%s::integer[], %s::timestamptz[], %s::timestamptz[], %s::integer[])"
        " AS new (series_id, first_at, last_at, rows)",
        (
            kind.name,
            received_at,
            numbers.tolist(),
            [instant_of(at) for at in first.tolist()],
            [instant_of(at) for at in last.tolist()],
            counts.tolist(),
        ),
    )


def read_readings(
    connection: Connection, kind: Kind, series_id: int, starts_at: datetime, ends_at: datetime
) -> list[Column]:
    """Columns (instant in µs, values …) of one series with an instant in `[starts_at, ends_at)`, in time order.

    An absent value comes as the kind's `absent` number.
    """
    return read_columns(
        connection,
        f"SELECT {kind.instant}, {_values_of(kind)} FROM {kind.table} WHERE {kind.series} = %(series)s"
        f" AND {kind.instant} >= %(from)s AND {kind.instant} < %(to)s ORDER BY {kind.instant}",
        {kind.instant: "timestamptz", **dict(kind.values)},
        {"series": series_id, "from": starts_at, "to": ends_at},
    )


def _values_of(kind: Kind) -> str:
    return ", ".join(
        name if kind.absent is None else f"coalesce({name}, {kind.absent}) AS {name}" for name, _ in kind.values
    )


def read_last_before(connection: Connection, kind: Kind, series_id: int, before: datetime) -> datetime | None:
    """The instant of the last reading of one series before `before`; None when there is none."""
    row = connection.execute(
        f"SELECT max({kind.instant}) FROM {kind.table} WHERE {kind.series} = %s AND {kind.instant} < %s".encode(),
        (series_id, before),
    ).fetchone()
    return None if row is None else row[0]


def read_first_from(connection: Connection, kind: Kind, series_id: int, at: datetime) -> datetime | None:
    """The instant of the first reading of one series at or after `at`; None when there is none."""
    row = connection.execute(
        f"SELECT min({kind.instant}) FROM {kind.table} WHERE {kind.series} = %s AND {kind.instant} >= %s".encode(),
        (series_id, at),
    ).fetchone()
    return None if row is None else row[0]
