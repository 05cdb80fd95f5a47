"""When messages of the outbox may go: tickets put off over quiet hours, gathered messages to their digest."""

from datetime import datetime

from store.connection import Connection
from store.notice_rows import Lane
from store.outbox import FREE, LEASE, WAITS


def put_off_tickets(connection: Connection, lane: Lane, policy: str, until: datetime, now: datetime) -> int:
    """Lets what is due of a policy's tickets, and was not tried yet, wait until an instant; returns how many messages.

    What is being sent is left to its sender.
    """
    return connection.execute(
        f"UPDATE message SET due_at = %(until)s FROM notice WHERE message.notice_id = notice.notice_id AND {WAITS}"
        f" AND {FREE} AND message.lane = %(lane)s"
        " AND NOT message.is_gathered AND message.attempts = 0 AND message.due_at <= %(now)s"
        " AND notice.severity = 'ticket' AND notice.policy = %(policy)s".encode(),
        {"until": until, "stale": now - LEASE, "lane": lane, "now": now, "policy": policy},
    ).rowcount


def without_digest_time(connection: Connection, lane: Lane) -> list[tuple[int, str | None, datetime]]:
    """The gathered messages that are due as they were written: (number, the route of the notice, when written)."""
    return connection.execute(
        f"SELECT message_id, notice.route, written_at FROM message JOIN notice USING (notice_id) WHERE {WAITS}"
        " AND message.lane = %s AND message.is_gathered AND message.due_at = message.written_at"
        " ORDER BY message_id".encode(),
        (lane,),
    ).fetchall()


def set_due(connection: Connection, message_id: int, due_at: datetime) -> None:
    """Sets when a message that waits is due."""
    connection.execute("UPDATE message SET due_at = %s WHERE message_id = %s", (due_at, message_id))
