"""What `p2i ticket` corrects and withdraws, and how it finds the ticket that is meant."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from collectors.visible_text import visible
from p2i.checked_file import Texts
from p2i.ticket_file import in_future
from p2i.ticket_lines import instant
from store.connection import Connection
from store.errors import InputError
from store.registry import circuit_numbers
from store.tickets import TicketRecord, correct_opening, read_ticket_records, withdraw_ticket

Parsed = TypeVar("Parsed")
OPTION_OF = {"opened_at": "--at", "restored_at": "--at", "starts_at": "--from", "ends_at": "--to"}


def codes(circuits: Iterable[str]) -> str:
    """Circuits for people."""
    return ", ".join(circuits)


def clock(connection: Connection) -> datetime:
    """The database's clock."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    at: datetime = row[0]
    return at


def of_options(parse: Callable[[Texts], Parsed], given: dict[str, str]) -> Parsed:
    """What the same checks as of a file make of options; a mistake names the option."""
    try:
        return parse(Texts(given))
    except InputError as error:
        name, _, what = str(error).partition(": ")
        raise InputError(f"{OPTION_OF.get(name, f'--{name}')}: {what.replace('starts_at', '--from')}") from None


def correct(connection: Connection, options: argparse.Namespace) -> None:
    """`p2i ticket correct`: another opening, with a reason; a withdrawn ticket stands again by it."""
    opened_at = of_options(lambda texts: texts.at("opened_at"), {"opened_at": options.at})
    reason = of_options(lambda texts: texts.text("reason"), {"reason": options.reason})
    if wrong := in_future("--at", opened_at, clock(connection)):
        raise InputError(wrong)
    named = named_tickets(connection, options)
    for row in named:
        if row.restored_at is not None and row.restored_at < opened_at:
            raise InputError(f"--at: after it was restored on {row.circuit} ({instant(row.restored_at)})")
    changed = [row for row in named if row.opened_at != opened_at or row.withdrawn_at is not None]
    _refuse_old_reason(changed, reason)
    correct_opening(connection, options.ticket, [row.circuit for row in changed], opened_at, reason)
    connection.commit()
    for row in changed:
        before = "withdrawn" if row.withdrawn_at is not None else instant(row.opened_at)
        print(f"{visible(row.ticket)} on {row.circuit}: opened {instant(opened_at)}, before: {before}")
    if not changed:
        print(f"{visible(options.ticket)}: opened then already, nothing changed")


def withdraw(connection: Connection, options: argparse.Namespace) -> None:
    """`p2i ticket withdraw`: it was entered wrongly and counts nowhere from now on."""
    reason = of_options(lambda texts: texts.text("reason"), {"reason": options.reason})
    named = named_tickets(connection, options)
    stand = [row for row in named if row.withdrawn_at is None]
    _refuse_old_reason(stand, reason)
    withdraw_ticket(connection, options.ticket, [row.circuit for row in stand], reason)
    connection.commit()
    if stand:
        print(f"{visible(options.ticket)} on {codes(row.circuit for row in stand)}: withdrawn; it counts nowhere")
    else:
        print(f"{visible(options.ticket)}: withdrawn before, nothing changed")


def named_tickets(connection: Connection, options: argparse.Namespace) -> list[TicketRecord]:
    """The ticket, withdrawn or not, on the circuits that were named, or on all; there must be one on each."""
    there = [
        row for row in read_ticket_records(connection, circuit_numbers(connection)) if row.ticket == options.ticket
    ]
    circuits = getattr(options, "circuit", None)
    chosen = [row for row in there if circuits is None or row.circuit in circuits]
    missing = set(circuits or ()) - {row.circuit for row in chosen}
    if missing or not chosen:
        raise InputError(f'ticket: there is no "{options.ticket}"' + "".join(f" on {code}" for code in sorted(missing)))
    return chosen


def standing_tickets(connection: Connection, options: argparse.Namespace) -> list[TicketRecord]:
    """Those of `named_tickets` that were not withdrawn; there must be one."""
    named = named_tickets(connection, options)
    stand = [row for row in named if row.withdrawn_at is None]
    if not stand or (getattr(options, "circuit", None) and len(stand) < len(named)):
        raise InputError(f'ticket: "{options.ticket}" was withdrawn; p2i ticket correct takes it up again')
    return stand


def _refuse_old_reason(rows: Sequence[TicketRecord], reason: str) -> None:
    if any(row.reason == reason for row in rows):
        raise InputError("--reason: that is the reason of the change before; each change has its own")
