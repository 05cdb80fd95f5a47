"""Alerts and every step of theirs: read, and written by one process at a time; a step that was written stays."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from store.alert_rows import AlertChangeRow, AlertRow, Trouble
from store.connection import Connection

LOCK_KEY = 0x70326905  # any fixed number: of two processes that look at once, one decides

_TROUBLE = Trouble._fields
_LASTS = ("opened_at", "seen_at", "closed_at", "cause_id", "muted_by", "quiet_since_at")
_COLUMNS = ", ".join(("alert_id", *_TROUBLE, *_LASTS))
_TYPES = {
    "since_at": "timestamptz",
    "period_starts_at": "timestamptz",
    "is_demo": "boolean",
    "facts": "jsonb",
    "opened_at": "timestamptz",
    "seen_at": "timestamptz",
    "closed_at": "timestamptz",
    "cause_id": "bigint",
    "quiet_since_at": "timestamptz",
    "alert_id": "bigint",
}


def hold_deciding(connection: Connection) -> bool:
    """Whether this transaction may decide, until its end; False = another process does at this moment."""
    row = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK_KEY,)).fetchone()
    return row == (True,)


def read_open_alerts(connection: Connection) -> list[AlertRow]:
    """The alerts that last, by number."""
    return _alerts(connection, "closed_at IS NULL", {})


def read_ended_causes(connection: Connection) -> dict[int, AlertRow]:
    """Closed alerts that open ones name as their cause, by number."""
    where = "closed_at IS NOT NULL AND alert_id IN (SELECT cause_id FROM alert WHERE closed_at IS NULL)"
    return {row.alert_id: row for row in _alerts(connection, where, {})}


def read_alerts_to_tell(connection: Connection, closed_after: datetime) -> list[AlertRow]:
    """The alerts that last, and those closed after that instant, so that their end is told; by number."""
    where = "closed_at IS NULL OR closed_at > %(after)s"
    return _alerts(connection, where, {"after": closed_after})


def read_alerts(connection: Connection, *, newest: int) -> list[AlertRow]:
    """The newest alerts, closed ones too, newest first."""
    return _alerts(connection, "true", {"newest": newest}, "alert_id DESC LIMIT %(newest)s")


def read_alerts_by_number(connection: Connection, numbers: Iterable[int]) -> dict[int, AlertRow]:
    """The alerts with these numbers, by number."""
    return {row.alert_id: row for row in _alerts(connection, "alert_id = ANY (%(ids)s)", {"ids": sorted(numbers)})}


def read_alert(connection: Connection, alert_id: int) -> AlertRow | None:
    """One alert by its number; None where there is none."""
    return next(iter(_alerts(connection, "alert_id = %(id)s", {"id": alert_id})), None)


def read_explained(connection: Connection, alert_id: int) -> list[AlertRow]:
    """What this alert explains, or did until both had ended, by number."""
    return _alerts(connection, "cause_id = %(id)s", {"id": alert_id})


def read_alert_changes(connection: Connection, alert_id: int) -> list[AlertChangeRow]:
    """Every step of one alert, in order."""
    rows = connection.execute(
        "SELECT alert_id, changed_at, change, reason, detail FROM alert_change WHERE alert_id = %s ORDER BY change_id",
        (alert_id,),
    ).fetchall()
    return [AlertChangeRow(*row) for row in rows]


def open_alerts(
    connection: Connection, opened: Sequence[tuple[Trouble, str | None]], now: datetime
) -> dict[tuple[str, str], int]:
    """Opens alerts, each with what mutes it, and returns their numbers by rule and subject; the caller commits.

    One that is open already is not opened again, and not among the numbers.
    """
    columns = (*_TROUBLE, "muted_by")
    rows = [[*_written(trouble), muted_by] for trouble, muted_by in opened]
    found = connection.execute(
        f"INSERT INTO alert ({', '.join(columns)}, opened_at, seen_at) SELECT {', '.join(columns)}, %s, %s"
        f" FROM {_rows(columns)} ON CONFLICT (rule, subject) WHERE closed_at IS NULL DO NOTHING"
        " RETURNING rule, subject, alert_id".encode(),
        (now, now, *_transposed(rows, len(columns))),
    ).fetchall()
    return {(rule, subject): alert_id for rule, subject, alert_id in found}


def update_alerts(connection: Connection, rows: Sequence[AlertRow]) -> set[int]:
    """Writes how open alerts go on, or that they have closed; returns the numbers of those that were still open.

    What names an alert stays: rule and subject, and when it was opened. The caller commits.
    """
    columns = ("alert_id", *(name for name in _TROUBLE if name not in ("rule", "subject")), *_LASTS[1:])
    values = [[row.alert_id, *_written(row.trouble)[2:], *(getattr(row, name) for name in _LASTS[1:])] for row in rows]
    sets = ", ".join(f"{name} = new.{name}" for name in columns[1:])
    found = connection.execute(
        f"UPDATE alert SET {sets} FROM {_rows(columns)} AS new"
        " WHERE alert.alert_id = new.alert_id AND alert.closed_at IS NULL RETURNING alert.alert_id".encode(),
        _transposed(values, len(columns)),
    ).fetchall()
    return {alert_id for (alert_id,) in found}


def explain_alerts(connection: Connection, causes: Iterable[tuple[int, int]]) -> None:
    """Names the cause of open alerts, as (alert, cause); the caller commits."""
    pairs = list(causes)
    connection.execute(
        "UPDATE alert SET cause_id = new.cause_id FROM unnest(%s::bigint[], %s::bigint[]) AS new (alert_id, cause_id)"
        " WHERE alert.alert_id = new.alert_id AND closed_at IS NULL",
        ([alert_id for alert_id, _ in pairs], [cause_id for _, cause_id in pairs]),
    )


def write_alert_changes(connection: Connection, rows: Sequence[AlertChangeRow]) -> None:
    """Appends steps, in their order; the caller commits."""
    columns = list(zip(*((*row[:4], json.dumps(row.detail)) for row in rows), strict=True)) or [()] * 5
    connection.execute(
        "INSERT INTO alert_change (alert_id, changed_at, change, reason, detail) SELECT alert_id, changed_at, change,"
        " reason, detail FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::jsonb[])"
        " WITH ORDINALITY AS step (alert_id, changed_at, change, reason, detail, place) ORDER BY place",
        [list(column) for column in columns],
    )


def _alerts(connection: Connection, where: str, values: dict[str, Any], order: str = "alert_id") -> list[AlertRow]:
    query = f"SELECT {_COLUMNS} FROM alert WHERE {where} ORDER BY {order}"
    end = 1 + len(_TROUBLE)
    return [
        AlertRow(row[0], Trouble(*row[1:end]), *row[end:])
        for row in connection.execute(query.encode(), values).fetchall()
    ]


def _written(trouble: Trouble) -> list[Any]:
    return [*trouble[:-1], json.dumps(trouble.facts)]


def _rows(columns: Sequence[str]) -> str:
    """Rows given as one array a column."""
    places = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in columns)
    return f"(SELECT * FROM unnest({places}) AS given ({', '.join(columns)}))"


def _transposed(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [[row[place] for row in rows] for place in range(width)]
