"""`p2i ticket`: enters, corrects and shows the fault reports that time to restore is counted from."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from collectors.visible_text import visible
from facilities.process import run
from p2i.checked_file import CheckedFile
from p2i.ticket_corrections import (
    clock,
    codes,
    correct,
    named_tickets,
    of_options,
    standing_tickets,
    withdraw,
)
from p2i.ticket_file import (
    FREEZE_COLUMNS,
    freeze,
    freeze_lines,
    in_future,
    read_freeze_file,
    read_ticket_file,
    ticket,
    ticket_lines,
    wrong_ticket,
)
from p2i.ticket_lines import event_lines, instant, record_lines
from p2i.ticket_options import ticket_parser
from store.connection import Connection, connect, server
from store.errors import InputError
from store.migrations import require_current_schema
from store.promises import read_freezes, read_tickets, write_freezes, write_tickets
from store.registry import circuit_numbers
from store.rows import FreezeRow, TicketRow
from store.tickets import read_ticket_events, read_ticket_records


def main(argv: Sequence[str]) -> int:
    """Runs `p2i ticket` and returns its exit code: 0, or 2 after one line per mistake with nothing written."""
    return run("ticket", partial(_ticket, ticket_parser().parse_args(argv)))


def _ticket(options: argparse.Namespace) -> int:
    actions = {
        "open": _open, "restore": _restore, "freeze": _freeze, "correct": correct, "withdraw": withdraw,
        "show": _show, "list": _list, "import": _import, "export": _export,
    }  # fmt: skip
    with server() as dsn, connect(dsn, "ticket") as connection:
        require_current_schema(connection)
        actions[options.action](connection, options)
    return 0


def _open(connection: Connection, options: argparse.Namespace) -> None:
    given = {"ticket": options.ticket, "opened_at": options.at, "restored_at": ""}
    rows = [of_options(ticket, given | {"circuit": code}) for code in dict.fromkeys(options.circuit)]
    circuits = circuit_numbers(connection)
    known = {row[:2]: row for row in read_ticket_records(connection, circuits)}
    for row in rows:
        if wrong := wrong_ticket(known, circuits, clock(connection))(row):
            raise InputError(f"ticket {row.ticket}: {wrong}")
    new = [row for row in rows if row[:2] not in known]
    write_tickets(connection, new, circuits)
    connection.commit()
    before = [row.circuit for row in rows if row[:2] in known]
    if new:
        print(f"{visible(options.ticket)} on {codes(row.circuit for row in new)}: opened {instant(rows[0].opened_at)}")
    if before:
        print(f"{visible(options.ticket)} on {codes(before)}: known before, nothing changed")


def _restore(connection: Connection, options: argparse.Namespace) -> None:
    circuits = circuit_numbers(connection)
    given = {"ticket": options.ticket, "restored_at": options.at}
    rows = [
        of_options(ticket, given | {"circuit": row.circuit, "opened_at": row.opened_at.isoformat()})
        for row in standing_tickets(connection, options)
    ]
    if wrong := in_future("--at", rows[0].restored_at, clock(connection)):
        raise InputError(wrong)
    write_tickets(connection, rows, circuits)
    connection.commit()
    assert rows[0].restored_at is not None
    print(f"{visible(options.ticket)} on {codes(row.circuit for row in rows)}: restored {instant(rows[0].restored_at)}")


def _freeze(connection: Connection, options: argparse.Namespace) -> None:
    given = {name: getattr(options, name) for name in FREEZE_COLUMNS}
    row = of_options(freeze, given)
    standing_tickets(connection, options)
    write_freezes(connection, [row])
    connection.commit()
    print(f"{visible(row.ticket)}: frozen {instant(row.starts_at)} to {instant(row.ends_at)}, on all its circuits")


def _show(connection: Connection, options: argparse.Namespace) -> None:
    for line in record_lines(named_tickets(connection, options), read_freezes(connection, {options.ticket})):
        print(line)
    for line in event_lines(read_ticket_events(connection, options.ticket)):
        print(line)


def _list(connection: Connection, options: argparse.Namespace) -> None:
    circuits = circuit_numbers(connection)
    if options.circuit is not None and options.circuit not in circuits:
        raise InputError(f'--circuit: no circuit "{options.circuit}" in the store')
    rows = read_ticket_records(connection, circuits if options.circuit is None else [options.circuit])
    rows = [
        row
        for row in rows
        if (row.restored_at is None or not options.open) and (row.withdrawn_at is None or options.withdrawn)
    ]
    for line in record_lines(rows, read_freezes(connection, {row.ticket for row in rows})):
        print(line)
    if not rows:
        print("no ticket is like that")


def _import(connection: Connection, options: argparse.Namespace) -> None:
    if options.tickets is None and options.freezes is None:
        raise InputError("ticket import: name --tickets, --freezes or both")
    circuits = circuit_numbers(connection)
    tickets: CheckedFile[TicketRow] | None = None
    freezes: CheckedFile[FreezeRow] | None = None
    known = {row[:2]: row for row in read_ticket_records(connection, circuits)}
    names = {row.ticket for row in known.values() if row.withdrawn_at is None}
    if options.tickets is not None:
        tickets = read_ticket_file(options.tickets)
        tickets.check(wrong_ticket(known, circuits, clock(connection)))
        names |= {row.ticket for row in tickets.rows}
    if options.freezes is not None:
        freezes = read_freeze_file(options.freezes)
        freezes.check(lambda row: None if row.ticket in names else f'ticket: there is no "{row.ticket}"')
    for file in (tickets, freezes):
        if file is not None:
            file.refuse_mistakes()
    if tickets is not None:
        write_tickets(connection, tickets.rows, circuits)
    if freezes is not None:
        write_freezes(connection, freezes.rows)
    connection.commit()
    written = [f"{len(file.rows)} {what}" for file, what in ((tickets, "tickets"), (freezes, "freezes")) if file]
    print(", ".join(written))


def _export(connection: Connection, options: argparse.Namespace) -> None:
    rows = read_tickets(connection, circuit_numbers(connection))
    if options.what == "tickets":
        sys.stdout.write(ticket_lines(rows))
    else:
        sys.stdout.write(freeze_lines(read_freezes(connection, {row.ticket for row in rows})))
