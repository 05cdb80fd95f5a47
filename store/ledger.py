"""Access to the ledger of published verdicts: entries are read, and added at its end; nothing else is possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from store.canonical import canonical
from store.connection import Connection
from store.errors import P2IError
from store.instants import utc_text
from store.ledger_chain import LedgerEntry

_FIELDS = ", ".join(LedgerEntry._fields)


class Writer(NamedTuple):
    """Who writes in this transaction, and when: the login and the time that the database will hold an entry to."""

    author: str
    recorded_at: datetime


class TakenMeanwhile(P2IError):
    """Somebody else wrote to the same ledger since this transaction began; nothing of ours was written."""

    permanent = False


def read_entries(connection: Connection, agreement: str | None = None) -> list[LedgerEntry]:
    """The entries of an agreement, or of all, by agreement and number."""
    with connection.cursor(row_factory=class_row(LedgerEntry)) as cursor:
        cursor.execute(
            f"SELECT {_FIELDS} FROM verdict_entry WHERE %(agreement)s::text IS NULL OR agreement = %(agreement)s"
            " ORDER BY agreement, entry".encode(),
            {"agreement": agreement},
        )
        return cursor.fetchall()


def read_writer(connection: Connection) -> Writer:
    """The login of this session and the time at which its transaction began."""
    row = connection.execute("SELECT session_user::text, transaction_timestamp()").fetchone()
    assert row is not None
    return Writer(*row)


def write_entry(
    connection: Connection, agreement: str, said: Mapping[str, Any], document: str | None = None
) -> LedgerEntry:
    """Adds an entry to the agreement's ledger and returns it; the caller commits.

    `said` is the body without its place in the chain: number, author, time of recording and the hash of the entry
    before it are filled in here. Raises psycopg's UniqueViolation when another transaction was faster; see
    `one_writer`.
    """
    writer = read_writer(connection)
    row = connection.execute(
        "SELECT entry, sha256 FROM verdict_entry WHERE agreement = %s ORDER BY entry DESC LIMIT 1", (agreement,)
    ).fetchone()
    last, previous = (0, None) if row is None else row
    body = {
        **said,
        "agreement": agreement,
        "entry": last + 1,
        "author": writer.author,
        "recorded_at": utc_text(writer.recorded_at),
        "previous_sha256": previous,
    }
    with connection.cursor(row_factory=class_row(LedgerEntry)) as cursor:
        cursor.execute(
            f"INSERT INTO verdict_entry (body, document) VALUES (%s, %s) RETURNING {_FIELDS}".encode(),
            (canonical(body).decode(), document),
        )
        written = cursor.fetchone()
    assert written is not None
    return written


@contextmanager
def one_moment(connection: Connection, *, is_alone: bool = False) -> Iterator[None]:
    """A transaction that sees one moment of the store, writes at most once to each ledger's end, and is whole or not.

    Of two that write to one ledger at once exactly one comes through; the other raises TakenMeanwhile. `is_alone` holds
    that also between two such moments of which each reads what the other writes: one publishes a month, the other
    changes the text it is counted by.
    """
    connection.commit()  # an open transaction of the caller would turn ours into a savepoint
    try:
        with connection.transaction():
            level = "SERIALIZABLE" if is_alone else "REPEATABLE READ"
            connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}".encode())
            yield
    except (psycopg.errors.UniqueViolation, psycopg.errors.SerializationFailure) as error:
        raise TakenMeanwhile(
            "the ledger: somebody else wrote to it at the same moment, and nothing of this was written;"
            " see p2i verdict list, then try again if it is still to be done"
        ) from error
