"""Reads ticket, freeze and exclusion files: what people recorded and decided, each key once, no contradiction."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from pathlib import Path

from facilities.instants import epoch_seconds
from sla_engine.csv_table import Chunk, CsvTable
from sla_engine.csv_values import name
from sla_engine.exclusion_words import DECISIONS, KINDS, one_of
from sla_engine.facts import Exclusion, Ticket
from store.intervals import Interval


def read_tickets(path: str | Path) -> dict[str, tuple[Ticket, ...]]:
    """The tickets of every circuit in the file; an empty `restored_at` is a ticket still open."""
    table = CsvTable(path, ("ticket", "circuit", "opened_at", "restored_at"))
    known: dict[tuple[str, str], Ticket] = {}

    def take(chunk: Chunk) -> None:
        names = table.parsed(chunk, "ticket", name)
        circuits = table.parsed(chunk, "circuit", name)
        opened = table.parsed(chunk, "opened_at", epoch_seconds)
        restored = table.parsed(chunk, "restored_at", _seconds_or_none)
        rows = zip(chunk.records, names, circuits, opened, restored, strict=True)
        for record, ticket, circuit, opened_at, restored_at in rows:
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


def read_freezes(path: str | Path) -> dict[str, tuple[Interval[int], ...]]:
    """The freezes of every ticket in the file, on whatever circuit the ticket is."""
    table = CsvTable(path, ("ticket", "starts_at", "ends_at", "reason"))
    known: dict[tuple[str, int], tuple[Interval[int], str]] = {}

    def take(chunk: Chunk) -> None:
        names = table.parsed(chunk, "ticket", name)
        spans = _spans(table, chunk)
        reasons = table.parsed(chunk, "reason", str)
        for record, ticket, span, reason in zip(chunk.records, names, spans, reasons, strict=True):
            if known.setdefault((ticket, span.starts_at), (span, reason)) != (span, reason):
                raise table.error(record, f'another row has this starts_at of ticket "{ticket}" and other values')

    table.read(take)
    freezes: defaultdict[str, list[Interval[int]]] = defaultdict(list)
    for (ticket, _), (span, _) in known.items():
        freezes[ticket].append(span)
    return {ticket: tuple(spans) for ticket, spans in freezes.items()}


def read_exclusions(path: str | Path) -> dict[str, tuple[Exclusion, ...]]:
    """The exclusions of every circuit in the file, whatever was decided about them."""
    exclusions: defaultdict[str, list[Exclusion]] = defaultdict(list)
    for (_, circuit), exclusion in read_named_exclusions(path).items():
        exclusions[circuit].append(exclusion)
    return {circuit: tuple(found) for circuit, found in exclusions.items()}


def read_named_exclusions(path: str | Path) -> dict[tuple[str, str], Exclusion]:
    """The same by their key: id and circuit."""
    table = CsvTable(path, ("id", "circuit", "kind", "starts_at", "ends_at", "announced_at", "decision"))
    known: dict[tuple[str, str], Exclusion] = {}

    def take(chunk: Chunk) -> None:
        rows = zip(
            chunk.records,
            table.parsed(chunk, "id", name),
            table.parsed(chunk, "circuit", name),
            table.parsed(chunk, "kind", partial(one_of, KINDS)),
            _spans(table, chunk),
            table.parsed(chunk, "announced_at", _seconds_or_none),
            table.parsed(chunk, "decision", partial(one_of, DECISIONS)),
            strict=True,
        )
        for record, identity, circuit, kind, span, announced_at, decision in rows:
            found = Exclusion(kind, span, announced_at, decision)
            if known.setdefault((identity, circuit), found) != found:
                raise table.error(record, f'another row has id "{identity}" of circuit "{circuit}" and other values')

    table.read(take)
    return known


def _spans(table: CsvTable, chunk: Chunk) -> list[Interval[int]]:
    """The spans of `starts_at` and `ends_at`: equal ends make an empty span, an end before its start is refused."""
    starts = table.parsed(chunk, "starts_at", epoch_seconds)
    ends = table.parsed(chunk, "ends_at", lambda text: epoch_seconds(name(text)))
    spans: list[Interval[int]] = []
    for record, starts_at, ends_at in zip(chunk.records, starts, ends, strict=True):
        if ends_at < starts_at:
            raise table.error(record, "ends_at is before starts_at")
        spans.append(Interval(starts_at, ends_at))
    return spans


def _seconds_or_none(text: str) -> int | None:
    return epoch_seconds(text) if text else None
