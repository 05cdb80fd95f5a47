"""Tickets, freezes and exclusions: what was said about the measurements, by the contract's keys.

Exclusions are written where they are decided, in store/exclusions.py.
"""

from collections.abc import Iterable, Mapping

from store.connection import Connection
from store.rows import ExclusionRow, FreezeRow, TicketRow


def write_tickets(connection: Connection, rows: Iterable[TicketRow], circuits: Mapping[str, int]) -> None:
    """Writes tickets; a known one gets its restoration. Raises KeyError for an unregistered circuit.

    The opening of a known one stays, and one that was withdrawn too: both are changed in store/tickets.py.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ticket (ticket, circuit_id, opened_at, restored_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (ticket, circuit_id) DO UPDATE SET opened_at = excluded.opened_at,"
            " restored_at = excluded.restored_at, xid = excluded.xid",
            [(row.ticket, circuits[row.circuit], row.opened_at, row.restored_at) for row in rows],
        )


def write_freezes(connection: Connection, rows: Iterable[FreezeRow]) -> None:
    """Writes freezes; a known one (ticket, start) gets its end and reason."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ticket_freeze (ticket, starts_at, ends_at, reason) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (ticket, starts_at) DO UPDATE SET ends_at = excluded.ends_at, reason = excluded.reason,"
            " xid = excluded.xid",
            rows,
        )


def read_tickets(connection: Connection, circuits: Iterable[str]) -> list[TicketRow]:
    """Every ticket of the circuits that was not withdrawn, by opening, number and circuit."""
    rows = connection.execute(
        "SELECT ticket, circuit, opened_at, restored_at FROM ticket JOIN circuit USING (circuit_id)"
        " WHERE circuit = ANY (%s) AND withdrawn_at IS NULL ORDER BY opened_at, ticket, circuit",
        (list(circuits),),
    ).fetchall()
    return [TicketRow(*row) for row in rows]


def read_freezes(connection: Connection, tickets: Iterable[str]) -> list[FreezeRow]:
    """Every freeze of the tickets."""
    rows = connection.execute(
        "SELECT ticket, starts_at, ends_at, reason FROM ticket_freeze WHERE ticket = ANY (%s)"
        " ORDER BY ticket, starts_at",
        (list(tickets),),
    ).fetchall()
    return [FreezeRow(*row) for row in rows]


def read_exclusions(connection: Connection, circuits: Iterable[str]) -> list[ExclusionRow]:
    """Every exclusion of the circuits, whatever its decision: the rules decide what counts."""
    rows = connection.execute(
        "SELECT exclusion, circuit, kind, starts_at, ends_at, announced_at, decision"
        " FROM exclusion JOIN circuit USING (circuit_id) WHERE circuit = ANY (%s)"
        " ORDER BY starts_at, exclusion, circuit",
        (list(circuits),),
    ).fetchall()
    return [ExclusionRow(*row) for row in rows]
