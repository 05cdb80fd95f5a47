"""Reads interval, probe and state files into the arrays of the arithmetic: exact, each key once, no contradiction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from sla_engine.csv_table import Chunk, CsvTable
from sla_engine.csv_values import Remembered, count, decimal_or_nothing, microseconds_reader, name, seconds_reader
from sla_engine.facts import DOWN, UNKNOWN, UP, Flags, Integers, IntervalRows, ProbeRows, StateRows
from sla_engine.keyed_rows import FirstMistake, each_key_once
from sla_engine.spans import Axis, Numbers
from store.errors import InputError

STATES = {"up": UP, "down": DOWN, "unknown": UNKNOWN}
_INT64_MAX = 2**63 - 1


def read_intervals(path: str | Path, grids: Mapping[str, Axis]) -> dict[str, IntervalRows]:
    """The interval rows of every circuit in the file, by start, each key once.

    `grids` has the grid of each circuit that has one: its rows start a whole number of Δt after the agreement's
    first midnight, and those before that midnight are of no grid (the arithmetic ignores them).
    """
    table = CsvTable(path, ("starts_at", "circuit", "sent", "lost"))
    seconds, counts, names = seconds_reader(), Remembered(count), Remembered(name)
    columns = _Columns()

    def take(chunk: Chunk) -> None:
        starts_at = _integers(table.parsed_whole(chunk, "starts_at", seconds))
        circuits = table.parsed(chunk, "circuit", names.__getitem__)
        sent = _integers(table.parsed(chunk, "sent", counts.__getitem__))
        lost = _integers(table.parsed(chunk, "lost", counts.__getitem__))
        if np.any(lost > sent):
            raise table.error(chunk.records[0], f"lost {lost[0]} is more than sent {sent[0]}")
        columns.add(chunk, circuits, starts_at, sent, lost)

    table.read(take)
    mistakes = FirstMistake(table.error)
    found: dict[str, IntervalRows] = {}
    for circuit, records, (starts_at, sent, lost) in columns.by_circuit():
        mistakes.note_off_grid(records, starts_at, circuit, grids.get(circuit))
        kept, contradicting = each_key_once([starts_at], [sent, lost])
        mistakes.note_contradicting(records[contradicting], "starts_at", circuit)
        found[circuit] = IntervalRows(starts_at[kept], sent[kept], lost[kept])
    mistakes.raise_first()
    return found


def read_probes(path: str | Path) -> dict[str, ProbeRows]:
    """The probes of every circuit in the file, each key once; round trips in units that hold all their decimals.

    An instant finer than a microsecond keeps its second and its side of that second, which is all that the
    arithmetic asks of it; as a key it is compared with all its digits.
    """
    table = CsvTable(path, ("sent_at", "circuit", "round_trip_ms"))
    microseconds, names, numbers = microseconds_reader(), Remembered(name), Remembered(decimal_or_nothing)
    beyond: dict[str, int] = {"": 0}
    columns = _Columns()

    def take(chunk: Chunk) -> None:
        sent_at, finer = table.parsed_whole(chunk, "sent_at", microseconds)
        circuits = table.parsed(chunk, "circuit", names.__getitem__)
        round_trips = table.parsed(chunk, "round_trip_ms", numbers.__getitem__)
        columns.add(
            chunk,
            circuits,
            _integers(sent_at),
            _integers([beyond.setdefault(digits, len(beyond)) for digits in finer]),
            _integers([digits for digits, _ in round_trips]),
            _integers([decimals for _, decimals in round_trips]),
        )

    table.read(take)
    mistakes = FirstMistake(table.error)
    found: dict[str, ProbeRows] = {}
    for circuit, records, (sent_at, finer, digits, decimals) in columns.by_circuit():
        kept, contradicting = each_key_once([sent_at, finer], [digits, decimals])
        mistakes.note_contradicting(records[contradicting], "sent_at", circuit)
        after_second = (finer != 0) & (sent_at % 1_000_000 == 0)
        found[circuit] = _probe_rows((sent_at + after_second)[kept], digits[kept], decimals[kept])
    mistakes.raise_first()
    return found


def read_states(path: str | Path) -> dict[str, StateRows]:
    """The states of every circuit in the file, by instant, each key once."""
    table = CsvTable(path, ("at", "circuit", "state"))
    seconds, names = seconds_reader(), Remembered(name)
    columns = _Columns()

    def take(chunk: Chunk) -> None:
        at = _integers(table.parsed_whole(chunk, "at", seconds))
        circuits = table.parsed(chunk, "circuit", names.__getitem__)
        columns.add(chunk, circuits, at, _integers(table.parsed(chunk, "state", _state)))

    table.read(take)
    mistakes = FirstMistake(table.error)
    found: dict[str, StateRows] = {}
    for circuit, records, (at, states) in columns.by_circuit():
        kept, contradicting = each_key_once([at], [states])
        mistakes.note_contradicting(records[contradicting], "at", circuit)
        found[circuit] = StateRows(at[kept], states[kept].astype(np.int8))
    mistakes.raise_first()
    return found


class _Columns:
    """The columns read so far, with the circuit and the record number of each row."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._circuits: list[Numbers] = []
        self._records: list[Numbers] = []
        self._columns: list[tuple[Integers, ...]] = []

    def add(self, chunk: Chunk, circuits: Sequence[str], *columns: Integers) -> None:
        known = self._numbers
        self._circuits.append(np.array([known.setdefault(circuit, len(known)) for circuit in circuits], np.int64))
        self._records.append(np.array(chunk.records, np.int64))
        self._columns.append(columns)

    def by_circuit(self) -> Iterator[tuple[str, Numbers, list[Integers]]]:
        """Each circuit with the record numbers and the columns of its rows, in the order of the file."""
        if not self._circuits:
            return
        circuits = np.concatenate(self._circuits)
        order = np.argsort(circuits, kind="stable")
        ends = np.searchsorted(circuits[order], np.arange(len(self._numbers)), side="right")
        records = np.concatenate(self._records)[order]
        columns = [np.concatenate(parts)[order] for parts in zip(*self._columns, strict=True)]
        start = 0
        for circuit, end in zip(self._numbers, ends.tolist(), strict=True):
            yield circuit, records[start:end], [column[start:end] for column in columns]
            start = end


def _integers(values: list[int]) -> Integers:
    """The values in 8 bytes each, or as Python integers when one of them does not fit."""
    try:
        return np.array(values, np.int64)
    except OverflowError:
        return np.array(values, object)


def _state(text: str) -> int:
    if text not in STATES:
        raise InputError(f'"{text}" is none of {", ".join(STATES)}')
    return STATES[text]


def _probe_rows(sent_at: Numbers, digits: Integers, decimals: Integers) -> ProbeRows:
    answered: Flags = np.asarray(digits >= 0, np.bool_)
    most = int(decimals.max())
    if digits.dtype == object or int(digits.max()) * 10**most > _INT64_MAX or most > 18:
        scale = np.array([10 ** (most - int(number)) for number in decimals], object)
        return ProbeRows(sent_at, answered, digits.astype(object) * scale, 10**most)
    return ProbeRows(sent_at, answered, digits * 10 ** (most - decimals), 10**most)
