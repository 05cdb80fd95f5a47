"""What changed since the engine last looked: found by transaction, so that nothing committed late is missed."""

from datetime import datetime

from store.connection import Connection
from store.rows import Touched


def snapshot_xid(connection: Connection) -> int:
    """The oldest transaction still running in this snapshot: all before it is visible, all from it on may be new."""
    row = connection.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint").fetchone()
    assert row is not None
    return int(row[0])


def read_watermark(connection: Connection) -> int:
    """The `snapshot_xid` of the last completed pass; 0 before the first."""
    row = connection.execute("SELECT input_xid::text::bigint FROM engine_watermark").fetchone()
    return 0 if row is None else int(row[0])


def write_watermark(connection: Connection, input_xid: int, passed_at: datetime) -> None:
    """Remembers that a pass which began at `input_xid` is complete; it never moves back."""
    connection.execute(
        "INSERT INTO engine_watermark (input_xid, passed_at) VALUES (%s::text::xid8, %s)"
        " ON CONFLICT (is_only) DO UPDATE SET"
        " input_xid = greatest(engine_watermark.input_xid, excluded.input_xid), passed_at = excluded.passed_at",
        (str(input_xid), passed_at),
    )


def read_touched(connection: Connection, since_xid: int) -> list[Touched]:
    """The circuits with readings, tickets, freezes or exclusions written by transactions at or after `since_xid`."""
    rows = connection.execute(
        """
        SELECT circuit, min(first_at), max(last_at) FROM (
            SELECT series_id AS circuit_id, first_at, last_at FROM ingest
            WHERE kind NOT IN ('occupancy', 'sensor') AND xid >= %(since)s::text::xid8
            UNION ALL
            SELECT circuit_id, opened_at, coalesce(restored_at, opened_at) FROM ticket
            WHERE xid >= %(since)s::text::xid8
            UNION ALL
            SELECT ticket.circuit_id, opened_at, coalesce(restored_at, opened_at)
            FROM ticket_freeze JOIN ticket USING (ticket) WHERE ticket_freeze.xid >= %(since)s::text::xid8
            UNION ALL
            SELECT circuit_id, starts_at, ends_at FROM exclusion WHERE xid >= %(since)s::text::xid8
            UNION ALL -- where a changed one lay before: that month has lost it
            SELECT circuit_id, from_starts_at, from_ends_at FROM exclusion_event
            WHERE from_starts_at IS NOT NULL AND xid >= %(since)s::text::xid8
            UNION ALL
            SELECT circuit_id, from_opened_at, coalesce(from_restored_at, from_opened_at) FROM ticket_event
            WHERE from_opened_at IS NOT NULL AND xid >= %(since)s::text::xid8
        ) AS changed JOIN circuit USING (circuit_id) GROUP BY circuit ORDER BY circuit
        """,
        {"since": str(since_xid)},
    ).fetchall()
    return [Touched(*row) for row in rows]
