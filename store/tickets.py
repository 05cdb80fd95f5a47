"""What happened to tickets: openings corrected and tickets withdrawn, each with a reason that stays."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from store.connection import Connection


class TicketRecord(NamedTuple):
    """A ticket on one circuit, withdrawn ones too; `reason` is that of its latest correction or withdrawal."""

    ticket: str
    circuit: str
    opened_at: datetime
    restored_at: datetime | None
    withdrawn_at: datetime | None
    reason: str | None


class TicketEvent(NamedTuple):
    """One act on a ticket, as the database wrote it down: who, when, and what it said before and since."""

    ticket: str
    circuit: str
    acted_at: datetime
    acted_by: str
    from_opened_at: datetime | None
    opened_at: datetime
    restored_at: datetime | None
    withdrawn_at: datetime | None
    reason: str | None


def read_ticket_records(connection: Connection, circuits: Iterable[str]) -> list[TicketRecord]:
    """Every ticket of the circuits, withdrawn or not, by opening, number and circuit."""
    rows = connection.execute(
        "SELECT ticket, circuit, opened_at, restored_at, withdrawn_at, reason"
        " FROM ticket JOIN circuit USING (circuit_id) WHERE circuit = ANY (%s) ORDER BY opened_at, ticket, circuit",
        (list(circuits),),
    ).fetchall()
    return [TicketRecord(*row) for row in rows]


def read_ticket_events(connection: Connection, ticket: str) -> list[TicketEvent]:
    """Everything that was ever done to a ticket, in order."""
    rows = connection.execute(
        "SELECT ticket, circuit, acted_at, acted_by, from_opened_at, opened_at, restored_at, withdrawn_at, reason"
        " FROM ticket_event JOIN circuit USING (circuit_id) WHERE ticket = %s ORDER BY event_id",
        (ticket,),
    ).fetchall()
    return [TicketEvent(*row) for row in rows]


def withdraw_ticket(connection: Connection, ticket: str, circuits: Iterable[str], reason: str) -> None:
    """Withdraws a ticket on these circuits: it counts nowhere from now on, and its month is scored anew.

    The database writes when, and refuses a reason that was given for it before. The caller commits.
    """
    connection.execute(
        "UPDATE ticket SET withdrawn_at = clock_timestamp(), reason = %s FROM circuit"
        " WHERE ticket.circuit_id = circuit.circuit_id AND ticket = %s AND circuit = ANY (%s) AND withdrawn_at IS NULL",
        (reason, ticket, list(circuits)),
    )


def correct_opening(
    connection: Connection, ticket: str, circuits: Iterable[str], opened_at: datetime, reason: str
) -> None:
    """Sets when a ticket was opened on these circuits; one that was withdrawn stands again.

    The month it leaves and the month it comes to are scored anew. The caller commits.
    """
    connection.execute(
        "UPDATE ticket SET opened_at = %s, withdrawn_at = NULL, reason = %s FROM circuit"
        " WHERE ticket.circuit_id = circuit.circuit_id AND ticket = %s AND circuit = ANY (%s)",
        (opened_at, reason, ticket, list(circuits)),
    )
