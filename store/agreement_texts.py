"""The texts that scores were made by, of agreements and calendars: written once, never changed, read back for good."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from psycopg.rows import class_row

from store.connection import Connection
from store.errors import InputError
from store.verdict_rows import KeptDifference


class AgreementText(NamedTuple):
    """One text of an agreement as `p2i score --agreement` takes it; `amendment_number` 0 is the original."""

    sha256: str
    agreement: str
    amendment_number: int
    effective_on: date
    text: str


class CalendarText(NamedTuple):
    """One version of a calendar; `text` None is known by its hash only."""

    calendar: str
    version: int
    sha256: str
    text: str | None


def is_read_only(connection: Connection) -> bool:
    """Whether the running transaction only reads: what would be worth keeping is then only used."""
    return connection.execute("SHOW transaction_read_only").fetchone() == ("on",)


def write_agreement_text(connection: Connection, row: AgreementText) -> None:
    """Keeps the text, unless it is kept already; the caller commits."""
    connection.execute(
        "INSERT INTO agreement_text (sha256, agreement, amendment_number, effective_on, text)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (sha256) DO NOTHING",
        row,
    )


def read_agreement_texts(connection: Connection, hashes: Iterable[str]) -> dict[str, AgreementText]:
    """The kept texts with these SHA-256, by it; a hash nothing is kept of is absent."""
    with connection.cursor(row_factory=class_row(AgreementText)) as cursor:
        cursor.execute(
            "SELECT sha256, agreement, amendment_number, effective_on, text FROM agreement_text"
            " WHERE sha256 = ANY (%s)",
            (sorted(set(hashes)),),
        )
        return {row.sha256: row for row in cursor.fetchall()}


def write_calendar_text(connection: Connection, row: CalendarText) -> None:
    """Keeps the text of a calendar version, unless it is kept already; the caller commits.

    InputError when this version is kept with another text: a verdict names id and version, so a changed text needs a
    higher version.
    """
    connection.execute(
        "INSERT INTO calendar_text (calendar, version, sha256, text) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (calendar, version) DO NOTHING",
        row,
    )
    kept = connection.execute(
        "SELECT sha256 FROM calendar_text WHERE calendar = %s AND version = %s", (row.calendar, row.version)
    ).fetchone()
    if kept is not None and kept[0] != row.sha256:
        raise InputError(
            f'calendar "{row.calendar}" version {row.version} has another text (SHA-256 {row.sha256}) than the one'
            f" verdicts were given by ({kept[0]}): put that text back, or raise the version"
        )


def read_calendar_text(connection: Connection, calendar: str, version: int) -> CalendarText | None:
    """The kept version of a calendar; None when no score was made by it."""
    with connection.cursor(row_factory=class_row(CalendarText)) as cursor:
        cursor.execute(
            "SELECT calendar, version, sha256, text FROM calendar_text WHERE calendar = %s AND version = %s",
            (calendar, version),
        )
        return cursor.fetchone()


def read_kept_differences(connection: Connection) -> list[KeptDifference]:
    """The closed periods that keep another text than the inventory had when the engine last read it."""
    with connection.cursor(row_factory=class_row(KeptDifference)) as cursor:
        cursor.execute(
            "SELECT agreement, period_starts_at, period_ends_at, difference, noticed_at FROM kept_difference"
            " ORDER BY agreement, period_starts_at"
        )
        return cursor.fetchall()


def write_kept_differences(connection: Connection, rows: Iterable[KeptDifference]) -> None:
    """Makes `rows` the ones in the store; one that is there with the same words stays as it was; the caller commits."""
    known = {row[:4] for row in read_kept_differences(connection)}
    wanted = {row[:4]: row for row in rows}
    for gone in sorted(known - wanted.keys()):
        connection.execute(
            "DELETE FROM kept_difference WHERE agreement = %s AND period_starts_at = %s AND period_ends_at = %s",
            gone[:3],
        )
    for key, row in wanted.items():
        if key not in known:
            connection.execute("INSERT INTO kept_difference VALUES (%s, %s, %s, %s, %s)", row)


def forget_kept_differences(connection: Connection, agreement: str, starts_at: datetime, ends_at: datetime) -> None:
    """Forgets those of periods that start in `[starts_at, ends_at)`: they are judged by another text now; the caller
    commits."""
    connection.execute(
        "DELETE FROM kept_difference WHERE agreement = %s AND period_starts_at >= %s AND period_starts_at < %s",
        (agreement, starts_at, ends_at),
    )


def read_all_texts(connection: Connection) -> dict[str, str]:
    """Every kept text, of agreements and calendars, by its SHA-256; a calendar known by its hash only is absent."""
    rows = connection.execute(
        "SELECT sha256, text FROM agreement_text UNION SELECT sha256, text FROM calendar_text WHERE text IS NOT NULL"
        " ORDER BY 1"
    ).fetchall()
    return dict(rows)
