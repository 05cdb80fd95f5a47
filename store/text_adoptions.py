"""Closed months that were told to follow the inventory again before anything of them was published: who, when, why."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from psycopg.rows import class_row

from store.connection import Connection
from store.intervals import Interval


class TextAdoption(NamedTuple):
    """One such decision: the hashes of the texts a month was scored by until then and from then on, in order of time.

    `author` is the login of the database and `adopted_at` when its transaction began; the database sets both.
    """

    agreement: str
    month_starts_at: datetime
    adopted_at: datetime
    author: str
    reason: str
    replaced_sha256: list[str]
    adopted_sha256: list[str]


_FIELDS = ", ".join(TextAdoption._fields)


def write_text_adoption(
    connection: Connection, agreement: str, month_starts_at: datetime, reason: str, replaced: list[str], by: list[str]
) -> TextAdoption:
    """Records the decision in the name of this session's login and returns the row; the caller commits."""
    with connection.cursor(row_factory=class_row(TextAdoption)) as cursor:
        cursor.execute(
            "INSERT INTO text_adoption (agreement, month_starts_at, reason, replaced_sha256, adopted_sha256)"
            f" VALUES (%s, %s, %s, %s, %s) RETURNING {_FIELDS}".encode(),
            (agreement, month_starts_at, reason, replaced, by),
        )
        row = cursor.fetchone()
    assert row is not None
    return row


def read_text_adoptions(connection: Connection, agreement: str, month: Interval[datetime]) -> list[TextAdoption]:
    """What was decided of the months that start in `month`, in the order in which it was."""
    with connection.cursor(row_factory=class_row(TextAdoption)) as cursor:
        cursor.execute(
            f"SELECT {_FIELDS} FROM text_adoption WHERE agreement = %s AND month_starts_at >= %s"
            " AND month_starts_at < %s ORDER BY adopted_at".encode(),
            (agreement, month.starts_at, month.ends_at),
        )
        return cursor.fetchall()
