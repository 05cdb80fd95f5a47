"""Reads ticket, freeze and exclusion files: what people recorded and decided, each key once, each conflict refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Literal, cast

from sla_engine.csv_table import CsvTable, InstantReader
from sla_engine.facts import Exclusion, Ticket
from store.intervals import Interval

_KINDS = ("maintenance", "customer", "force_majeure")
_DECISIONS = ("proposed", "accepted", "rejected")


def read_tickets(path: str | Path) -> dict[str, tuple[Ticket, ...]]:
    """The tickets of every circuit in the file; an empty `restored_at` is a ticket still open."""
    table = CsvTable(path, ("ticket", "circuit", "opened_at", "restored_at"))
    instants = InstantReader()
    known: dict[tuple[str, str], tuple[int, int | None]] = {}
    for line, (ticket, circuit, opened_text, restored_text) in table.rows():
        key = (table.named(line, "ticket", ticket), table.named(line, "circuit", circuit))
        opened_at = table.parsed(line, "opened_at", instants.seconds, opened_text)
        restored_at = None
        if restored_text:
            restored_at = table.parsed(line, "restored_at", instants.seconds, restored_text)
            if restored_at < opened_at:
                raise table.error(line, "restored_at is before opened_at")
        if known.setdefault(key, (opened_at, restored_at)) != (opened_at, restored_at):
            raise table.error(line, f'another row has ticket "{ticket}" of circuit "{circuit}" and other values')
    tickets: defaultdict[str, list[Ticket]] = defaultdict(list)
    for (ticket, circuit), (opened_at, restored_at) in known.items():
        tickets[circuit].append(Ticket(ticket, opened_at, restored_at))
    return {circuit: tuple(found) for circuit, found in tickets.items()}


def read_freezes(path: str | Path) -> dict[str, tuple[Interval[int], ...]]:
    """The freezes of every ticket in the file; the same reason twice is not asked for, nor is any reason."""
    table = CsvTable(path, ("ticket", "starts_at", "ends_at", "reason"))
    instants = InstantReader()
    known: dict[tuple[str, int], tuple[Interval[int], str]] = {}
    for line, (ticket, starts_text, ends_text, reason) in table.rows():
        table.named(line, "ticket", ticket)
        span = _span(table, line, instants.seconds, starts_text, ends_text)
        if known.setdefault((ticket, span.starts_at), (span, reason)) != (span, reason):
            raise table.error(line, f'another row has this starts_at of ticket "{ticket}" and other values')
    freezes: defaultdict[str, list[Interval[int]]] = defaultdict(list)
    for (ticket, _), (span, _) in known.items():
        freezes[ticket].append(span)
    return {ticket: tuple(spans) for ticket, spans in freezes.items()}


def read_exclusions(path: str | Path) -> dict[str, tuple[Exclusion, ...]]:
    """The exclusions of every circuit in the file, whatever was decided about them."""
    table = CsvTable(path, ("id", "circuit", "kind", "starts_at", "ends_at", "announced_at", "decision"))
    instants = InstantReader()
    known: dict[tuple[str, str], Exclusion] = {}
    for line, (identity, circuit, kind, starts_text, ends_text, announced_text, decision) in table.rows():
        key = (table.named(line, "id", identity), table.named(line, "circuit", circuit))
        if kind not in _KINDS:
            raise table.error(line, f'kind "{kind}" is none of {", ".join(_KINDS)}')
        if decision not in _DECISIONS:
            raise table.error(line, f'decision "{decision}" is none of {", ".join(_DECISIONS)}')
        announced_at = None
        if announced_text:
            announced_at = table.parsed(line, "announced_at", instants.seconds, announced_text)
        exclusion = Exclusion(
            cast(Literal["maintenance", "customer", "force_majeure"], kind),
            _span(table, line, instants.seconds, starts_text, ends_text),
            announced_at,
            cast(Literal["proposed", "accepted", "rejected"], decision),
        )
        if known.setdefault(key, exclusion) != exclusion:
            raise table.error(line, f'another row has id "{identity}" of circuit "{circuit}" and other values')
    exclusions: defaultdict[str, list[Exclusion]] = defaultdict(list)
    for (_, circuit), exclusion in known.items():
        exclusions[circuit].append(exclusion)
    return {circuit: tuple(found) for circuit, found in exclusions.items()}


def _span(table: CsvTable, line: int, seconds: Callable[[str], int], starts_text: str, ends_text: str) -> Interval[int]:
    """The span of two columns; an end that equals its start makes an empty one, an earlier or empty one is refused."""
    starts_at = table.parsed(line, "starts_at", seconds, starts_text)
    table.named(line, "ends_at", ends_text)
    ends_at = table.parsed(line, "ends_at", seconds, ends_text)
    if ends_at < starts_at:
        raise table.error(line, "ends_at is before starts_at")
    return Interval(starts_at, ends_at)
