"""The outbox: messages written once, claimed with a lease by whoever sends them, and confirmed once sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from psycopg.rows import class_row

from store.connection import Connection
from store.notice_rows import ClaimedMessage, Lane, NewMessage, Waiting

LEASE = timedelta(seconds=120)
"""How long a claim holds without its confirmation: longer than a sender works on what it claimed at once."""
GONE_AFTER = timedelta(seconds=10)
"""How long a claim holds whose process is gone: a process that only lost its connection has confirmed by then."""
CLAIMING = 0x70326967  # one number of ours for whoever claims: rates and storms are counted by one at a time

WAITS = "message.sent_at IS NULL AND given_up_at IS NULL AND withdrawn_at IS NULL AND digest_id IS NULL"
"""What is still to be sent by itself, as a condition on `message`."""
FREE = "(message.claimed_at IS NULL OR message.claimed_at <= %(stale)s)"
"""Not with its sender, as a condition on `message`; `stale` is when a claim that has run out was made at the latest."""
_MESSAGE = ", ".join(f"message.{name}" for name in ClaimedMessage._fields)


def write_messages(connection: Connection, messages: Iterable[NewMessage]) -> int:
    """Writes messages and returns how many were new: the same once_key is the same message."""
    columns = ", ".join(NewMessage._fields)
    places = ", ".join(["%s"] * len(NewMessage._fields))
    statement = f"INSERT INTO message ({columns}) VALUES ({places}) ON CONFLICT (once_key) DO NOTHING".encode()
    return sum(connection.execute(statement, row).rowcount for row in messages)


def lock_claiming(connection: Connection, lane: Lane) -> None:
    """Waits until nobody else claims in this lane, to the end of the transaction."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (CLAIMING, lane))


_SENDER = "hashtextextended('p2i sender ' || %s, 0)"


def hold_sender(connection: Connection, claimed_by: str) -> None:
    """Shows that the process of this name lives, for as long as the connection lasts."""
    connection.execute(f"SELECT pg_try_advisory_lock({_SENDER})".encode(), (claimed_by,))


def free_the_gones(connection: Connection, now: datetime) -> int:
    """Frees what processes had claimed that are gone, without waiting for the lease; returns how many messages.

    Gone is whoever holds its name no more. The lease remains for a process that lives and hangs.
    """
    names = connection.execute(
        f"SELECT DISTINCT claimed_by FROM message WHERE {WAITS} AND claimed_at <= %s", (now - GONE_AFTER,)
    ).fetchall()
    gone = []
    for (name,) in names:
        # Whoever can take the name has found nobody under it; it is let go at the end of the transaction.
        if connection.execute(f"SELECT pg_try_advisory_xact_lock({_SENDER})".encode(), (name,)).fetchone() == (True,):
            gone.append(name)
    return connection.execute(
        f"UPDATE message SET claimed_at = NULL, claimed_by = NULL WHERE {WAITS} AND claimed_by = ANY (%s)"
        " AND claimed_at <= %s".encode(),
        (gone, now - GONE_AFTER),
    ).rowcount


def waiting(connection: Connection, lane: Lane, now: datetime, window: timedelta) -> list[Waiting]:
    """Every channel of the lane for which something is due, with what went over it since `window` ago."""
    sent = "count(*) FILTER (WHERE (sent_at > %(since)s OR sent_at IS NULL)"
    with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        return cursor.execute(
            "SELECT due.*, recent.alone, recent.within_hour, recent.digest_at FROM (SELECT person, channel,"
            " count(*) FILTER (WHERE kind <> 'digest' AND NOT is_gathered) AS due,"
            " count(*) FILTER (WHERE kind <> 'digest' AND NOT is_gathered AND priority = 0) AS urgent,"
            " count(*) FILTER (WHERE is_gathered) AS gathered, count(*) FILTER (WHERE kind = 'digest') AS digests"
            f" FROM message WHERE lane = %(lane)s AND {WAITS} AND {FREE} AND due_at <= %(now)s GROUP BY 1, 2) AS due"
            f" CROSS JOIN LATERAL (SELECT {sent} AND kind <> 'digest') AS alone, count(*) AS within_hour,"
            " max(written_at) FILTER (WHERE kind = 'digest' AND reason = 'storm') AS digest_at FROM message"
            " WHERE message.lane = %(lane)s AND message.person = due.person AND message.channel = due.channel"
            " AND digest_id IS NULL AND (sent_at > %(hour)s OR sent_at IS NULL AND given_up_at IS NULL"
            " AND withdrawn_at IS NULL AND (claimed_at > %(stale)s OR kind = 'digest'))) AS recent"
            " ORDER BY due.person, due.channel".encode(),
            {"lane": lane, "now": now, "since": now - window, "hour": now - timedelta(hours=1), "stale": now - LEASE},
        ).fetchall()


def gather(
    connection: Connection, lane: Lane, of: Waiting, now: datetime, *, spare: int = 0, gathered: bool = False
) -> tuple[int, list[int]] | None:
    """Makes one digest of what is due for a channel but its first `spare` messages: (its number, the notices it tells).

    With `gathered`, of what its routes gather; else of what would go alone. None when nothing is left over. The digest
    is due at once, with the priority of the most urgent it tells.
    """
    rows = connection.execute(
        f"SELECT message_id, priority, notice_id FROM message WHERE lane = %(lane)s AND person = %(person)s"
        f" AND channel = %(channel)s AND {WAITS} AND {FREE} AND due_at <= %(now)s AND kind <> 'digest'"
        " AND is_gathered = %(gathered)s ORDER BY priority, due_at, message_id OFFSET %(spare)s FOR UPDATE".encode(),
        {"lane": lane, "person": of.person, "channel": of.channel, "now": now, "stale": now - LEASE,
         "gathered": gathered, "spare": spare},
    ).fetchall()  # fmt: skip
    if not rows:
        return None
    once_key = f"digest/{of.person}/{of.channel}/{rows[0][0]}"
    why = "gathered" if gathered else "storm"
    write_messages(
        connection,
        [NewMessage(None, "digest", why, of.person, of.channel, lane, once_key, rows[0][1], False, now, now)],
    )
    found = connection.execute("SELECT message_id FROM message WHERE once_key = %s", (once_key,)).fetchone()
    assert found is not None
    numbers = [row[0] for row in rows]
    connection.execute("UPDATE message SET digest_id = %s WHERE message_id = ANY (%s)", (found[0], numbers))
    return found[0], sorted({number for _, _, number in rows if number is not None})


def claim(
    connection: Connection,
    lane: Lane,
    of: Waiting,
    claimed_by: str,
    now: datetime,
    at_most: int,
    *,
    digests: bool = False,
) -> list[ClaimedMessage]:
    """Claims what is due for one channel, the most urgent first; the caller commits, sends, then confirms.

    Due is what nobody has claimed, and what was claimed longer than the lease ago: its sender died before it could
    confirm, perhaps after sending. Such a message goes out again under the same Message-ID.
    """
    which = "kind = 'digest'" if digests else "kind <> 'digest' AND NOT is_gathered"
    with connection.cursor(row_factory=class_row(ClaimedMessage)) as cursor:
        cursor.execute(
            f"WITH due AS (SELECT message_id FROM message WHERE lane = %(lane)s AND person = %(person)s"
            f" AND channel = %(channel)s AND {WAITS} AND {FREE} AND due_at <= %(now)s AND {which}"
            " ORDER BY priority, due_at, message_id LIMIT %(most)s FOR UPDATE SKIP LOCKED)"
            " UPDATE message SET claimed_at = %(now)s, claimed_by = %(by)s, attempts = attempts + 1 FROM due"
            f" WHERE message.message_id = due.message_id RETURNING {_MESSAGE}".encode(),
            {"lane": lane, "person": of.person, "channel": of.channel, "now": now, "stale": now - LEASE,
             "by": claimed_by, "most": at_most},
        )  # fmt: skip
        return sorted(cursor.fetchall(), key=lambda row: (row.priority, row.due_at, row.message_id))


def confirm_sent(connection: Connection, sent: Sequence[tuple[int, datetime]]) -> None:
    """Marks messages as sent, each when it was, and with a digest all that it tells."""
    for message_id, at in sent:
        connection.execute(
            "UPDATE message SET sent_at = %s, last_error = NULL, given_up_at = NULL, withdrawn_at = NULL"
            " WHERE (message_id = %s OR digest_id = %s) AND sent_at IS NULL",
            (at, message_id, message_id),
        )


def put_off(connection: Connection, message_id: int, due_at: datetime, why: str, *, counts: bool = True) -> None:
    """Gives a claimed message back, to be tried again from `due_at` on; without `counts` as if it was never tried."""
    connection.execute(
        "UPDATE message SET claimed_at = NULL, claimed_by = NULL, due_at = %s, last_error = %s,"
        " attempts = attempts - %s WHERE message_id = %s AND sent_at IS NULL",
        (due_at, why, 0 if counts else 1, message_id),
    )


def give_up(connection: Connection, message_id: int, why: str, now: datetime) -> None:
    """Ends a message that cannot be sent over its channel, and with a digest all that it still tells."""
    connection.execute(
        "UPDATE message SET given_up_at = %s, last_error = %s WHERE (message_id = %s OR digest_id = %s)"
        " AND sent_at IS NULL",
        (now, why, message_id, message_id),
    )


def replace_message(connection: Connection, message_id: int, by: NewMessage, why: str, now: datetime) -> None:
    """Gives a message up in favour of another that says the same another way; a digest hands over what it tells."""
    write_messages(connection, [by])
    connection.execute(
        "UPDATE message SET digest_id = (SELECT message_id FROM message WHERE once_key = %s) WHERE digest_id = %s"
        " AND sent_at IS NULL",
        (by.once_key, message_id),
    )
    give_up(connection, message_id, why, now)
