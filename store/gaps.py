"""What never reached us: gaps as rows, and what a collector remembers in order to notice them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from store.connection import Connection
from store.gap_rows import GapRow, RememberedSession, StreamHead

MOST_MESSAGES = 2**63 - 1


def write_gaps(connection: Connection, rows: Iterable[GapRow]) -> int:
    """Stores the gaps inside the caller's transaction and returns how many were new; one already there stays."""
    new = 0
    for row in rows:
        messages = None if row.messages is None else min(row.messages, MOST_MESSAGES)
        done = connection.execute(
            "INSERT INTO gap (source, series, starts_at, ends_at, messages, reason, noticed_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            row._replace(messages=messages),
        )
        new += done.rowcount
    return new


def read_session(connection: Connection, client_id: str) -> RememberedSession | None:
    """The session the collector of that name left at the broker; None when it never had one, or has left for good."""
    row = connection.execute(
        "SELECT topics, seen_at FROM collector_session WHERE client_id = %s", (client_id,)
    ).fetchone()
    return None if row is None else RememberedSession(*row)


def remember_session(connection: Connection, client_id: str, topics: Sequence[str], seen_at: datetime) -> None:
    """Notes that the broker holds this session now."""
    connection.execute(
        "INSERT INTO collector_session VALUES (%s, %s, %s)"
        " ON CONFLICT (client_id) DO UPDATE SET topics = excluded.topics, seen_at = excluded.seen_at",
        (client_id, list(topics), seen_at),
    )


def forget_session(connection: Connection, client_id: str) -> None:
    """Forgets the session and every number seen by it."""
    connection.execute("DELETE FROM collector_session WHERE client_id = %s", (client_id,))
    forget_streams(connection, client_id)


def read_streams(connection: Connection, client_id: str) -> dict[str, StreamHead]:
    """The last number of every stream, as the collector of that name saw it."""
    rows = connection.execute(
        "SELECT stream, number, received_at, number_before FROM collector_stream WHERE client_id = %s", (client_id,)
    ).fetchall()
    return {
        stream: StreamHead(int(number), received_at, None if before is None else int(before))
        for stream, number, received_at, before in rows
    }


def write_streams(connection: Connection, client_id: str, heads: Mapping[str, StreamHead]) -> None:
    """Stores the last numbers inside the caller's transaction."""
    if not heads:
        return
    connection.execute(
        "INSERT INTO collector_stream (client_id, stream, number, received_at, number_before)"
        " SELECT %s, * FROM unnest(%s::text[], %s::numeric[], %s::timestamptz[], %s::numeric[])"
        " ON CONFLICT (client_id, stream) DO UPDATE SET number = excluded.number,"
        " received_at = excluded.received_at, number_before = excluded.number_before",
        (
            client_id,
            list(heads),
            [head.number for head in heads.values()],
            [head.received_at for head in heads.values()],
            [head.number_before for head in heads.values()],
        ),
    )


def forget_streams(connection: Connection, client_id: str) -> None:
    """Forgets every number of the collector of that name."""
    connection.execute("DELETE FROM collector_stream WHERE client_id = %s", (client_id,))
