"""What never reached us: gaps as rows, and what a collector remembers in order to notice them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from store.connection import Connection
from store.gap_rows import GapRow, LateNumber, RememberedSession, StreamHead

MOST_MESSAGES = 2**63 - 1
CLOCKS_APART = "5 minutes"


def write_gaps(connection: Connection, rows: Iterable[GapRow]) -> int:
    """Stores the gaps inside the caller's transaction and returns how many were new; one already there stays."""
    new = 0
    for row in rows:
        messages = None if row.messages is None else min(row.messages, MOST_MESSAGES)
        missing = None if row.missing is None else _multirange(row.missing)
        done = connection.execute(
            "INSERT INTO gap (source, series, starts_at, ends_at, messages, reason, noticed_at, missing)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s::nummultirange) ON CONFLICT DO NOTHING",
            (*row._replace(messages=messages)[:-1], missing),
        )
        new += done.rowcount
    return new


def fill_gaps(connection: Connection, source: str, late: Mapping[str, Sequence[LateNumber]]) -> int:
    """Takes numbers that came late off the gaps of their streams and returns how many gaps that made smaller.

    A message measured after a gap had ended (clocks of senders may be some minutes ahead) does not belong to it: its
    sender has begun to count again since. What was taken off before changes nothing.
    """
    smaller = 0
    for stream, numbers in late.items():
        done = connection.execute(
            "UPDATE gap SET missing = gap.missing - late.numbers,"
            " messages = least(%(most)s, (SELECT coalesce(sum(upper(run) - lower(run)), 0)"
            "                             FROM unnest(gap.missing - late.numbers) AS run)),"
            " came_late = gap.came_late + late.count"
            " FROM (SELECT gap_id, range_agg(numrange(number, number + 1)) AS numbers, count(DISTINCT number) AS count"
            "       FROM gap JOIN unnest(%(numbers)s::numeric[], %(instants)s::timestamptz[]) AS came (number, at)"
            "       ON missing @> number AND (at IS NULL OR at <= ends_at + %(apart)s::interval)"
            "       WHERE source = %(source)s AND series = %(stream)s GROUP BY gap_id) AS late"
            " WHERE gap.gap_id = late.gap_id",
            {
                "most": MOST_MESSAGES,
                "numbers": [one.number for one in numbers],
                "instants": [one.measured_at for one in numbers],
                "apart": CLOCKS_APART,
                "source": source,
                "stream": stream,
            },
        )
        smaller += done.rowcount
    return smaller


def read_session(connection: Connection, client_id: str) -> RememberedSession | None:
    """The session the collector of that name left at the broker; None when it never had one, or has left for good."""
    row = connection.execute(
        "SELECT topics, seen_at FROM collector_session WHERE client_id = %s", (client_id,)
    ).fetchone()
    return None if row is None else RememberedSession(*row)


def read_session_names(connection: Connection) -> list[str]:
    """The client ids of all sessions that collectors left at their brokers."""
    rows = connection.execute("SELECT client_id FROM collector_session ORDER BY client_id").fetchall()
    return [client_id for (client_id,) in rows]


def remember_session(connection: Connection, client_id: str, topics: Sequence[str], seen_at: datetime) -> None:
    """Notes that the broker holds this session now; without topics it has nothing to lose."""
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
        "SELECT stream, number, received_at, number_before, measured_at FROM collector_stream WHERE client_id = %s",
        (client_id,),
    ).fetchall()
    return {
        stream: StreamHead(int(number), received_at, None if before is None else int(before), measured_at)
        for stream, number, received_at, before, measured_at in rows
    }


def write_streams(connection: Connection, client_id: str, heads: Mapping[str, StreamHead]) -> None:
    """Stores the last numbers inside the caller's transaction."""
    if not heads:
        return
    connection.execute(
        "INSERT INTO collector_stream (client_id, stream, number, received_at, number_before, measured_at)"
        " SELECT %s, * FROM unnest(%s::text[], %s::numeric[], %s::timestamptz[], %s::numeric[], %s::timestamptz[])"
        " ON CONFLICT (client_id, stream) DO UPDATE SET number = excluded.number, received_at = excluded.received_at,"
        " number_before = excluded.number_before, measured_at = excluded.measured_at",
        (
            client_id,
            list(heads),
            [head.number for head in heads.values()],
            [head.received_at for head in heads.values()],
            [head.number_before for head in heads.values()],
            [head.measured_at for head in heads.values()],
        ),
    )


def forget_streams(connection: Connection, client_id: str) -> None:
    """Forgets every number of the collector of that name."""
    connection.execute("DELETE FROM collector_stream WHERE client_id = %s", (client_id,))


def _multirange(runs: Iterable[tuple[int, int]]) -> str:
    """PostgreSQL's text of these numbers, every run half-open."""
    return "{" + ",".join(f"[{first},{last + 1})" for first, last in runs) + "}"
