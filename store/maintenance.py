"""Maintenance that is accepted and lasts or lies ahead."""

from datetime import datetime

from store.connection import Connection
from store.exclusion_rows import Decided


def read_maintenance(connection: Connection, from_at: datetime, to_at: datetime) -> list[Decided]:
    """Accepted maintenance that shares an instant with [from_at, to_at), by start, id and circuit.

    Other exclusions (the customer's doing, force majeure) are decided afterwards and announce nothing.
    """
    found = connection.execute(
        "SELECT exclusion, circuit, kind, starts_at, ends_at, announced_at, decision, proposed_by, proposed_at,"
        " decided_by, decided_at, reason, evidence FROM exclusion JOIN circuit USING (circuit_id)"
        " WHERE decision = 'accepted' AND kind = 'maintenance' AND ends_at > %s AND starts_at < %s"
        " AND ends_at > starts_at ORDER BY starts_at, exclusion, circuit",
        (from_at, to_at),
    ).fetchall()
    return [Decided(*row) for row in found]
