"""Readings in and out of the store: idempotent writes by natural key, whole columns at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from store.binary_copy import Column, copy_in, read_columns
from store.connection import Connection


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

    The key decides: a row whose key is present changes nothing, so any delivery may be repeated. Rows are
    inserted in key order, so that two writers never wait for each other in a circle.
    """
    count = len(columns[0])
    if count == 0:
        return Written(0, 0, [])
    names = [kind.series, kind.instant, *(name for name, _ in kind.values)]
    listed = ", ".join(names)
    _stage(connection, kind, columns)
    if kind.absent is None:
        chosen = listed
    else:
        chosen = ", ".join([kind.series, kind.instant, *(f"nullif({name}, {kind.absent})" for name, _ in kind.values)])
    inserted = connection.execute(
        f"""
        WITH written AS (
            INSERT INTO {kind.table} ({listed}, received_at)
            SELECT {chosen}, %(received_at)s
            FROM (SELECT DISTINCT ON ({kind.series}, {kind.instant}) * FROM stage_{kind.name}
                  ORDER BY {kind.series}, {kind.instant}, position) AS first
            ON CONFLICT DO NOTHING
            RETURNING {kind.series} AS series_id, {kind.instant} AS at
        ), logged AS (
            INSERT INTO ingest (kind, series_id, first_at, last_at, rows, received_at)
            SELECT %(kind)s, series_id, min(at), max(at), count(*), %(received_at)s FROM written GROUP BY series_id
        )
        SELECT count(*) FROM written
        """.encode(),
        {"received_at": received_at, "kind": kind.name},
    ).fetchone()
    assert inserted is not None
    conflicts = [] if inserted[0] == count else _conflicts(connection, kind)
    return Written(inserted[0], count - inserted[0] - len(conflicts), conflicts)


def _stage(connection: Connection, kind: Kind, columns: Sequence[Column]) -> None:
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
    position = np.arange(len(columns[0]), dtype=np.int64)
    copy_in(connection, f"COPY {table} FROM STDIN (FORMAT BINARY)", [*columns, position], [*kind.types, "int4"])


def _conflicts(connection: Connection, kind: Kind) -> list[int]:
    """Positions of staged rows whose key is stored with another value."""
    stored = ", ".join(
        f"stored.{name}" if kind.absent is None else f"coalesce(stored.{name}, {kind.absent})"
        for name, _ in kind.values
    )
    staged = ", ".join(f"staged.{name}" for name, _ in kind.values)
    rows = connection.execute(
        f"""
        SELECT staged.position FROM stage_{kind.name} AS staged
        JOIN {kind.table} AS stored USING ({kind.series}, {kind.instant})
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
