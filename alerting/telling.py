"""Claims changes, tells each, confirms each: every change is told at least once, whatever dies when."""

from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from alerting.messages import Words, already_over, line, severity, status
from alerting.metrics import REPEATED, TOLD
from facilities.inventory import Inventory
from store.connection import Connection
from store.errors import P2IError
from store.rows import TransitionRow
from store.transitions import claim_transitions, confirm_told


def tell_changes(
    connection: Connection,
    claimed_by: str,
    clock: Callable[[], datetime],
    *,
    inventory: Inventory,
    words: Words,
    out: TextIO,
) -> int:
    """Writes one line per change nobody has told yet, oldest first, and returns how many.

    The claim is committed before the first line, each confirmation after its line has left: a crash between the two
    repeats that one line once its lease is over, marked as a repetition. Losing it instead would be an outage that
    nobody was told of.
    """
    claimed = claim_transitions(connection, claimed_by, clock())
    connection.commit()
    over = already_over([(transition_id, row) for transition_id, row, _ in claimed])
    for transition_id, row, repeated in claimed:
        is_over = transition_id in over
        label = (inventory.label or "DÉMO") if row.is_demo else ""
        text = line(
            transition_id,
            row,
            place=place(inventory, row),
            label=label,
            repeated=repeated,
            is_over=is_over,
            words=words,
        )
        _tell(out, text)
        confirm_told(connection, claimed_by, [transition_id], clock())
        connection.commit()
        TOLD.labels(severity=severity(row, is_over=is_over), status=status(row, is_over=is_over)).inc()
        if repeated:
            REPEATED.inc()
    return len(claimed)


def _tell(out: TextIO, text: str) -> None:
    try:
        out.write(text + "\n")
        out.flush()
    except OSError as error:  # nobody reads our lines any more; what was not written stays unconfirmed
        raise P2IError(f"standard output: {error.strerror}") from error


def place(inventory: Inventory, row: TransitionRow) -> str:
    """Park and tenant of the circuit; `?` when it has left the inventory, for the change is told all the same."""
    circuit = inventory.circuits.get(row.circuit)
    if circuit is None:
        return "?"
    return f"{inventory.parks[circuit.facility].title}, {inventory.tenants[circuit.tenant].name}"
