"""What the outbox knows of who was told: by message, by digest, and how long something has been waiting."""

from datetime import datetime
from typing import NamedTuple

from store.connection import Connection
from store.notice_rows import ClaimedMessage, Kind, Lane
from store.outbox import LEASE, WAITS


class Told(NamedTuple):
    """Somebody who was told of a notice, and over which channel."""

    person: str
    channel: str
    lane: Lane
    is_gathered: bool


def told(connection: Connection, notice_id: int) -> list[Told]:
    """Who was told of a notice, by itself or in a digest, each channel once, in the order of telling."""
    rows = connection.execute(
        "SELECT person, channel, lane, bool_and(is_gathered) FROM message WHERE notice_id = %s AND sent_at IS NOT NULL"
        " AND kind <> 'resolved' GROUP BY 1, 2, 3 ORDER BY min(message_id)",
        (notice_id,),
    ).fetchall()
    return [Told(*row) for row in rows]


def is_being_told(connection: Connection, notice_id: int, now: datetime) -> bool:
    """Whether a message of the notice is with its sender now: who was told is not known before it is confirmed.

    A digest that is written counts: it will tell.
    """
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM message AS one LEFT JOIN message AS digest ON digest.message_id = one.digest_id"
        " WHERE one.notice_id = %s AND one.sent_at IS NULL AND one.given_up_at IS NULL AND one.withdrawn_at IS NULL"
        " AND (digest.message_id IS NOT NULL AND digest.given_up_at IS NULL OR one.claimed_at > %s))",
        (notice_id, now - LEASE),
    ).fetchone()
    assert row is not None
    return bool(row[0])


def waits_for(connection: Connection, notice_id: int) -> set[tuple[str, str]]:
    """The persons and channels for whom a message of the notice still waits to be sent by itself."""
    rows = connection.execute(
        f"SELECT DISTINCT person, channel FROM message WHERE notice_id = %s AND {WAITS}".encode(), (notice_id,)
    ).fetchall()
    return {(person, channel) for person, channel in rows}


def first_of_thread(connection: Connection, of: ClaimedMessage) -> tuple[str, datetime] | None:
    """The once_key and writing of the notice's first message that went to this person's channel; None: none yet."""
    return connection.execute(
        "SELECT once_key, written_at FROM message WHERE notice_id = %s AND person = %s AND channel = %s"
        " AND sent_at IS NOT NULL AND digest_id IS NULL AND message_id < %s ORDER BY message_id LIMIT 1",
        (of.notice_id, of.person, of.channel, of.message_id),
    ).fetchone()


def last_told_at(connection: Connection, of: ClaimedMessage) -> datetime | None:
    """When this person's channel was last told of the notice of a message: as its words were being written, or at the
    latest as it was sent. None: never."""
    row = connection.execute(
        "SELECT max(LEAST(coalesce(digest.claimed_at, one.claimed_at), one.sent_at)) FROM message AS one"
        " LEFT JOIN message AS digest ON digest.message_id = one.digest_id WHERE one.notice_id = %s AND one.person = %s"
        " AND one.channel = %s AND one.sent_at IS NOT NULL AND one.message_id <> %s",
        (of.notice_id, of.person, of.channel, of.message_id),
    ).fetchone()
    assert row is not None
    at: datetime | None = row[0]
    return at


def digested(connection: Connection, digest_id: int, at_most: int) -> tuple[list[tuple[int, Kind]], int]:
    """The notices a digest tells with what it says of each (number, kind), most urgent first, and how many they are."""
    rows = connection.execute(
        "SELECT notice_id, (array_agg(kind ORDER BY message_id DESC))[1], count(*) OVER () FROM message"
        " WHERE digest_id = %s AND notice_id IS NOT NULL GROUP BY notice_id"
        " ORDER BY min(priority), min(due_at), notice_id LIMIT %s",
        (digest_id, at_most),
    ).fetchall()
    return [(number, kind) for number, kind, _ in rows], rows[0][2] if rows else 0


def outbox_age(connection: Connection, now: datetime) -> dict[Lane, float]:
    """How long the oldest message of each lane has been waiting past its time, in seconds; a lane without is absent."""
    rows = connection.execute(
        f"SELECT lane, min(written_at) FROM message WHERE {WAITS} AND (due_at <= %s OR attempts > 0) AND"
        " NOT is_gathered GROUP BY lane".encode(),
        (now,),
    ).fetchall()
    return {lane: max(0.0, (now - at).total_seconds()) for lane, at in rows}
