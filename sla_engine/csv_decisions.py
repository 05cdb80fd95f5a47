"""Reads ticket, freeze and exclusion files: what people recorded and decided, each key once, no contradiction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from facilities.instants import epoch_seconds
from sla_engine.csv_table import Chunk, CsvTable
from sla_engine.csv_values import name
from sla_engine.facts import Exclusion, Ticket
from store.errors import InputError
from store.intervals import Interval

_KINDS = ("maintenance", "customer", "force_majeure")
_DECISIONS = ("proposed", "accepted", "rejected")


def read_tickets(path: str | Path) -> dict[str, tuple[Ticket, ...]]:
    """The tickets of every circuit in the file; an empty `restored_at` is a ticket still open."""
    table = CsvTable(path, ("ticket", "circuit", "opened_at", "restored_at"))
    known: dict[tuple[str, str], Ticket] = {}

    def take(chunk: Chunk) -> None:
        names = table.parsed(chunk, "ticket", name)
        circuits = table.parsed(chunk, "circuit", name)
        opened = table.parsed(chunk, "opened_at", epoch_seconds)
        restored = table.parsed(chunk, "restored_at", _seconds_or_none)
        for record, *row in zip(chunk.records, names, circuits, opened, restored, strict=True):
            ticket, circuit, opened_at, restored_at = row
            if restored_at is not None and restored_at < opened_at:
                raise table.error(record, "restored_at is before opened_at")
            found = Ticket(ticket, opened_at, restored_at)
            if known.setdefault((ticket, circuit), found) != found:
                raise table.error(record, f'another row has ticket "{ticket}" of circuit "{circuit}" and other values')

    table.read(take)
    tickets: defaultdict[str, list[Ticket]] = defaultdict(list)
    for (_, circuit), ticket in known.items():
        tickets[circuit].append(ticket)
    return {circuit: tuple(found) for circuit, found in tickets.items()}
