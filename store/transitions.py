"""State changes as rows: written once by the engine, claimed by whoever tells people, confirmed once told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg.rows import class_row

from store.connection import Connection
from store.rows import TransitionRow

LEASE = timedelta(seconds=60)
"""How long a claim holds without its confirmation: far longer than telling takes, short enough for a page."""


class ClaimedTransition(NamedTuple):
    """A transition this process has claimed, with its number.

    `repeated`: an earlier claim ran out unconfirmed, so people may have been told already.
    """

    transition_id: int
    row: TransitionRow
    repeated: bool


def write_transitions(connection: Connection, rows: Iterable[TransitionRow]) -> int:
    """Writes the transitions and returns how many were new; the same change noticed twice is one row."""
    columns = ", ".join(TransitionRow._fields)
    places = ", ".join(["%s"] * len(TransitionRow._fields))
    statement = f"INSERT INTO transition ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING".encode()
    return sum(connection.execute(statement, row).rowcount for row in rows)


def read_transitions(connection: Connection, *, newest: int = 100) -> list[TransitionRow]:
    """The newest transitions, newest first."""
    with connection.cursor(row_factory=class_row(TransitionRow)) as cursor:
        columns = ", ".join(TransitionRow._fields)
        cursor.execute(f"SELECT {columns} FROM transition ORDER BY transition_id DESC LIMIT %s".encode(), (newest,))
        return cursor.fetchall()


def read_states(connection: Connection) -> dict[tuple[str, str], tuple[str, datetime]]:
    """The state each (agreement, circuit) last changed to, as far as was noticed, and when; absent: no change yet.

    The latest change counts, not the latest row: a change of the past may be noticed late.
    """
    rows = connection.execute(
        "SELECT DISTINCT ON (agreement, circuit) agreement, circuit, to_state, changed_at FROM transition"
        " WHERE subject = 'circuit' ORDER BY agreement, circuit, changed_at DESC, transition_id DESC"
    ).fetchall()
    return {(agreement, circuit): (state, changed_at) for agreement, circuit, state, changed_at in rows}


def claim_transitions(
    connection: Connection, claimed_by: str, now: datetime, *, at_most: int = 100, lease: timedelta = LEASE
) -> list[ClaimedTransition]:
    """Claims transitions nobody has told, oldest first, and returns them; the caller commits, tells, then confirms.

    Due is what was never claimed, and what was claimed longer than `lease` ago without a confirmation: its process
    died between claim and confirmation, perhaps after telling. So every change is told at least once, and twice
    only after such a death, marked `repeated`. Two processes that claim at once get different rows (SKIP LOCKED).
    """
    columns = ", ".join(f"transition.{name}" for name in TransitionRow._fields)
    rows = connection.execute(
        "WITH due AS (SELECT transition_id, claimed_at FROM transition"
        " WHERE told_at IS NULL AND (claimed_at IS NULL OR claimed_at <= %(stale)s)"
        " ORDER BY transition_id LIMIT %(most)s FOR UPDATE SKIP LOCKED)"
        " UPDATE transition SET claimed_at = %(now)s, claimed_by = %(by)s FROM due"
        " WHERE transition.transition_id = due.transition_id"
        f" RETURNING transition.transition_id, due.claimed_at IS NOT NULL, {columns}".encode(),
        {"most": at_most, "now": now, "stale": now - lease, "by": claimed_by},
    ).fetchall()
    return sorted(ClaimedTransition(row[0], TransitionRow(*row[2:]), row[1]) for row in rows)


def confirm_told(connection: Connection, claimed_by: str, transition_ids: Iterable[int], now: datetime) -> int:
    """Marks claimed transitions as told and returns how many were; the caller commits.

    Fewer than given: a lease ran out meanwhile and another process has taken the row, who will confirm it.
    """
    return connection.execute(
        "UPDATE transition SET told_at = %s WHERE transition_id = ANY (%s) AND claimed_by = %s AND told_at IS NULL",
        (now, list(transition_ids), claimed_by),
    ).rowcount
