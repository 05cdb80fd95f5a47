"""Readings in and out of the store: idempotent writes by natural key, whole columns at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from store.binary_copy import Column, copy_in, read_columns
from store.connection import Connection
from store.instants import instant_of


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


FEW_KEYS = 2000


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
    order, has_repeats = _key_order(columns[0], columns[1])
    _stage(connection, kind, [column[order] for column in columns], order)
    names = [kind.series, kind.instant, *(name for name, _ in kind.values)]
    values = names[2:] if kind.absent is None else [f"nullif({name}, {kind.absent})" for name in names[2:]]
    key = f"{kind.series}, {kind.instant}"
    first = f"DISTINCT ON ({key}) " if has_repeats else ""  # staged in key order, and as they came within a key
    inserted = connection.execute(
        f"INSERT INTO {kind.table} ({', '.join(names)}, received_at)"
        f" SELECT {first}{key}, {', '.join(values)}, %s FROM stage_{kind.name}"
        f" {f'ORDER BY {key}, position' if has_repeats else ''} ON CONFLICT DO NOTHING".encode(),
        (received_at,),
    ).rowcount
    if inserted:
        _log(connection, kind, columns if inserted == count else None, count, received_at)
    conflicts = [] if inserted == count else _conflicts(connection, kind, count)
    return Written(inserted, count - inserted - len(conflicts), conflicts)


def _key_order(series: Column, instants: Column) -> tuple[Column, bool]:
    """The positions in the order of (series, instant), as they came within one key; whether a key repeats."""
    order: Column = np.lexsort((instants, series))
    sorted_series, sorted_instants = series[order], instants[order]
    repeats = (sorted_series[1:] == sorted_series[:-1]) & (sorted_instants[1:] == sorted_instants[:-1])
    return order, bool(np.any(repeats))


def _log(
    connection: Connection, kind: Kind, all_new: Sequence[Column] | None, count: int, received_at: datetime
) -> None:
    """Logs the spans of the rows that were new, by series: those of the batch when all of it was.

    Otherwise they are told from the stored ones by the instant of their reception: an older row that shares it to the
    microsecond widens a span, and costs whoever looks there a look.
    """
    if all_new is None:
        connection.execute(
            f"INSERT INTO ingest (kind, series_id, first_at, last_at, rows, received_at)"
            f" SELECT %(kind)s, stored.{kind.series}, min(stored.{kind.instant}), max(stored.{kind.instant}),"
            f" count(DISTINCT stored.{kind.instant}), %(received_at)s FROM {_staged_with_stored(kind, count)}"
            f" WHERE stored.received_at = %(received_at)s GROUP BY stored.{kind.series}".encode(),
            {"received_at": received_at, "kind": kind.name},
        )
        return
    series, instants = all_new[0], all_new[1]
    order = np.argsort(series, kind="stable")
    numbers, starts, counts = np.unique(series[order], return_index=True, return_counts=True)
    first, last = np.minimum.reduceat(instants[order], starts), np.maximum.reduceat(instants[order], starts)
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


def _stage(connection: Connection, kind: Kind, columns: Sequence[Column], position: Column) -> None:
    table = f"stage_{kind.name}"
    described = ", ".join(
        [
            f"{kind.series} int4",
            f"{kind.instant} timestamptz",
            *(f"{name} {type_}" for name, type_ in kind.values),
        ]
    )
    connection.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {table} ({described}, position int4) ON COMMIT DELETE ROWS".encode()
    )
    connection.execute(f"TRUNCATE {table}".encode())
    copy_in(connection, f"COPY {table} FROM STDIN (FORMAT BINARY)", [*columns, position], [*kind.types, "int4"])


def _staged_with_stored(kind: Kind, count: int) -> str:
    """The staged rows beside the stored ones of their keys, as a FROM item.

    The way is prescribed (OFFSET 0): left to itself the planner, which knows nothing of the staged rows, may read the
    whole table. A few keys are looked up one by one; many by the span of each series.
    """
    table, series, instant = kind.table, kind.series, kind.instant
    staged = f"stage_{kind.name} AS staged"
    if count <= FEW_KEYS:
        return (
            f"{staged} CROSS JOIN LATERAL (SELECT * FROM {table} WHERE {table}.{series} = staged.{series}"
            f" AND {table}.{instant} = staged.{instant} OFFSET 0) AS stored"
        )
    return (
        f"(SELECT {series}, min({instant}) AS first_at, max({instant}) AS last_at FROM stage_{kind.name}"
        f" GROUP BY {series}) AS span CROSS JOIN LATERAL (SELECT * FROM {table} WHERE {table}.{series} = span.{series}"
        f" AND {table}.{instant} BETWEEN first_at AND last_at OFFSET 0) AS stored"
        f" JOIN {staged} ON staged.{series} = stored.{series} AND staged.{instant} = stored.{instant}"
    )


def _conflicts(connection: Connection, kind: Kind, count: int) -> list[int]:
    """Positions of staged rows whose key is stored with another value."""
    stored = ", ".join(
        f"stored.{name}" if kind.absent is None else f"coalesce(stored.{name}, {kind.absent})"
        for name, _ in kind.values
    )
    staged = ", ".join(f"staged.{name}" for name, _ in kind.values)
    rows = connection.execute(
        f"""
        SELECT staged.position FROM {_staged_with_stored(kind, count)}
        WHERE ({stored}) IS DISTINCT FROM ({staged}) ORDER BY staged.position
        """.encode()
    ).fetchall()
    return [row[0] for row in rows]


def read_readings(
    connection: Connection, kind: Kind, series_id: int, starts_at: datetime, ends_at: datetime
) -> list[Column]:
    """Columns (instant in µs, values …) of one series with an instant in `[starts_at, ends_at)`, in time order.

    An absent value comes as the kind's `absent` number.
    """
    values = ", ".join(
        name if kind.absent is None else f"coalesce({name}, {kind.absent}) AS {name}" for name, _ in kind.values
    )
    return read_columns(
        connection,
        f"SELECT {kind.instant}, {values} FROM {kind.table} WHERE {kind.series} = %(series)s"
        f" AND {kind.instant} >= %(from)s AND {kind.instant} < %(to)s ORDER BY {kind.instant}",
        {kind.instant: "timestamptz", **dict(kind.values)},
        {"series": series_id, "from": starts_at, "to": ends_at},
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
