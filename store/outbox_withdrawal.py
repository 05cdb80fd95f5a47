"""Messages that nobody waits for any more: withdrawn before they are sent."""

from datetime import datetime

from store.connection import Connection
from store.outbox import FREE, LEASE, WAITS


def withdraw_unneeded(connection: Connection, now: datetime) -> int:
    """Withdraws messages nobody waits for any more: their notice is over, or somebody has taken it; returns how many.

    What a route gathers stays: a digest tells what is over, too. What is being sent is left to its sender. That an
    alert has joined is told to the end: whoever takes a notice may have looked at it before.
    """
    return connection.execute(
        f"UPDATE message SET withdrawn_at = %(now)s FROM notice WHERE message.notice_id = notice.notice_id AND {WAITS}"
        f" AND {FREE} AND NOT is_gathered AND (kind IN ('firing', 'updated', 'escalated') AND notice.state <> 'open'"
        " AND (message.reason <> 'joined' OR notice.state = 'resolved')"
        " OR kind = 'handed_over' AND notice.state = 'resolved')".encode(),
        {"now": now, "stale": now - LEASE},
    ).rowcount


def withdraw_climb(connection: Connection, notice_id: int, now: datetime) -> int:
    """Withdraws what a notice's climb has written and nobody has got: it begins again; returns how many messages."""
    return connection.execute(
        f"UPDATE message SET withdrawn_at = %(now)s WHERE notice_id = %(notice)s AND {WAITS} AND {FREE}"
        " AND NOT is_gathered AND kind IN ('firing', 'updated', 'escalated') AND reason <> 'joined'".encode(),
        {"now": now, "notice": notice_id, "stale": now - LEASE},
    ).rowcount
