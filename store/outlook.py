"""What the engine foresees of running periods, and the clocks of open tickets: written at every pass, read to alert."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from psycopg.rows import class_row, dict_row

from store.alert_rows import LookedBack, OutlookRow, RestoreRow
from store.connection import Connection

_OUTLOOK = ", ".join(OutlookRow._fields)
_RESTORE = ", ".join(RestoreRow._fields)
_OTHERS_GONE = """
WITH other_objectives AS (
    DELETE FROM outlook WHERE agreement = %s AND period_starts_at = %s AND objective <> ALL (%s)
), other_tickets AS (
    DELETE FROM restore_outlook WHERE agreement = %s
        AND (objective, ticket) NOT IN (SELECT * FROM unnest(%s::text[], %s::text[]))
)
"""


def write_outlooks(
    connection: Connection,
    agreement: str,
    period_starts_at: datetime,
    rows: Sequence[OutlookRow],
    restores: Sequence[RestoreRow],
) -> None:
    """Replaces the outlooks of one agreement and period, and its open tickets, by `rows`; the caller commits."""
    key: list[object] = [agreement, period_starts_at, [row.objective for row in rows]]
    tickets: list[object] = [agreement, [row.objective for row in restores], [row.ticket for row in restores]]
    _replace(connection, _OTHERS_GONE, key + tickets, "outlook", OutlookRow._fields, [_written(row) for row in rows])
    _replace(connection, "", [], "restore_outlook", RestoreRow._fields, restores)


def forget_outlooks(connection: Connection, running: Collection[tuple[str, datetime]]) -> int:
    """Removes what belongs to no `running` period (agreement, start) and returns how many rows; the caller commits."""
    agreements, starts = [each[0] for each in running], [each[1] for each in running]
    gone = connection.execute(
        "DELETE FROM outlook WHERE (agreement, period_starts_at) NOT IN"
        " (SELECT * FROM unnest(%s::text[], %s::timestamptz[]))",
        (agreements, starts),
    ).rowcount
    return gone + connection.execute("DELETE FROM restore_outlook WHERE agreement <> ALL (%s)", (agreements,)).rowcount


def read_outlooks(connection: Connection) -> list[OutlookRow]:
    """Every outlook, by agreement, objective and period."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(f"SELECT {_OUTLOOK} FROM outlook ORDER BY agreement, objective, period_starts_at".encode())
        return [
            OutlookRow(**{**row, "windows": tuple(LookedBack(**each) for each in row["windows"])}) for row in cursor
        ]


def read_restores(connection: Connection) -> list[RestoreRow]:
    """Every open ticket's clock, by agreement, objective and ticket."""
    with connection.cursor(row_factory=class_row(RestoreRow)) as cursor:
        cursor.execute(f"SELECT {_RESTORE} FROM restore_outlook ORDER BY agreement, objective, ticket".encode())
        return cursor.fetchall()


def read_scored_outages(
    connection: Connection, agreement: str, after: datetime, before: datetime
) -> list[tuple[str, datetime, datetime]]:
    """The outages that the scores of an agreement say of the periods between two instants: circuit, start and end."""
    return connection.execute(
        "SELECT circuit, (outage ->> 'starts_at')::timestamptz AS starts_at, (outage ->> 'ends_at')::timestamptz"
        " FROM verdict CROSS JOIN LATERAL jsonb_array_elements(detail -> 'outages') AS outage"
        " WHERE agreement = %s AND indicator = 'availability' AND period_ends_at > %s AND period_ends_at <= %s"
        " ORDER BY circuit, starts_at",
        (agreement, after, before),
    ).fetchall()


def _replace(
    connection: Connection,
    before: str,
    values: list[object],
    table: str,
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Writes all rows, and what comes `before`, in one statement: a pass does this for each agreement, every minute.

    The first three columns are the key.
    """
    if not rows:
        if before:
            connection.execute(f"{before} SELECT 1".encode(), values)
        return
    places = ", ".join(["(" + ", ".join(["%s"] * len(names)) + ")"] * len(rows))
    changed = ", ".join(f"{name} = excluded.{name}" for name in names[3:])
    connection.execute(
        f"{before} INSERT INTO {table} ({', '.join(names)}) VALUES {places}"
        f" ON CONFLICT ({', '.join(names[:3])}) DO UPDATE SET {changed}".encode(),
        [*values, *(value for row in rows for value in row)],
    )


def _written(row: OutlookRow) -> list[object]:
    windows = json.dumps([each._asdict() for each in row.windows])
    return [windows if name == "windows" else value for name, value in row._asdict().items()]
