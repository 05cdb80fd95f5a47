"""Reads interval, probe and state files into the arrays of the arithmetic: exact, each key once, each conflict refused."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from facilities.instants import instant_text
from sla_engine.csv_table import CsvTable, InstantReader
from sla_engine.facts import DOWN, UNKNOWN, UP, Flags, Integers, IntervalRows, ProbeRows, StateRows
from sla_engine.spans import Axis, Numbers

_COUNT = re.compile(r"(\d+)(?:\.0+)?", re.ASCII)
_DECIMAL = re.compile(r"(\d+)(?:\.(\d+))?", re.ASCII)
_STATES = {"up": UP, "down": DOWN, "unknown": UNKNOWN}
_INT64_MAX = 2**63 - 1


class _Rows:
    """The rows of one circuit, column by column, with the line of each; 8 bytes a number until one needs more."""

    def __init__(self, width: int) -> None:
        self._columns: list[array[int] | list[int]] = [array("q") for _ in range(width)]
        self._lines = array("q")

    def append(self, line: int, *values: int) -> None:
        self._lines.append(line)
        for index, value in enumerate(values):
            try:
                self._columns[index].append(value)
            except OverflowError:
                self._columns[index] = [*self._columns[index], value]

    def columns(self) -> list[Integers]:
        return [np.array(column, np.int64 if isinstance(column, array) else object) for column in self._columns]

    def lines(self) -> Numbers:
        return np.array(self._lines, np.int64)


class _Mistakes:
    """The mistakes that only the whole file shows; the one on the first line is reported."""

    def __init__(self, table: CsvTable) -> None:
        self._table = table
        self._first: tuple[int, str] | None = None

    def note(self, lines: Numbers, wrong: Flags, what: str) -> None:
        """Notes the first of `lines` that is `wrong`."""
        found = lines[wrong]
        if found.size and (self._first is None or found.min() < self._first[0]):
            self._first = int(found.min()), what

    def raise_first(self) -> None:
        if self._first is not None:
            raise self._table.error(*self._first)


def read_intervals(path: str | Path, grids: Mapping[str, Axis]) -> dict[str, IntervalRows]:
    """The interval rows of every circuit in the file, by start, each key once.

    `grids` has the grid of each circuit that has one: its rows start a whole number of Δt after the agreement's
    first midnight, and those before that midnight are of no grid (the arithmetic ignores them).
    """
    table = CsvTable(path, ("starts_at", "circuit", "sent", "lost"))
    instants = InstantReader()
    counts: dict[str, int] = {}
    circuits: dict[str, _Rows] = {}
    for line, (starts_at, circuit, sent_text, lost_text) in table.rows():
        at = table.parsed(line, "starts_at", instants.seconds, starts_at)
        try:
            sent, lost = counts[sent_text], counts[lost_text]
        except KeyError:
            sent = counts[sent_text] = _count(table, line, "sent", sent_text)
            lost = counts[lost_text] = _count(table, line, "lost", lost_text)
        if lost > sent:
            raise table.error(line, f"lost {lost} is more than sent {sent}")
        if circuit not in circuits:
            circuits[table.named(line, "circuit", circuit)] = _Rows(3)
        circuits[circuit].append(line, at, sent, lost)
    mistakes = _Mistakes(table)
    found: dict[str, IntervalRows] = {}
    for circuit, rows in circuits.items():
        at_column, sent_column, lost_column = rows.columns()
        axis = grids.get(circuit)
        if axis is not None:
            off = (at_column >= axis.origin) & ((at_column - axis.origin) % axis.step_seconds != 0)
            what = f'starts_at is off the grid of circuit "{circuit}": {axis.step_seconds} s from '
            mistakes.note(rows.lines(), off, what + instant_text(axis.origin))
        kept, conflicting = _once([at_column], [sent_column, lost_column])
        mistakes.note(rows.lines(), conflicting, _conflict("starts_at", circuit))
        found[circuit] = IntervalRows(at_column[kept], sent_column[kept], lost_column[kept])
    mistakes.raise_first()
    return found


def read_probes(path: str | Path) -> dict[str, ProbeRows]:
    """The probes of every circuit in the file, each key once; round trips in units that hold all their decimals.

    An instant finer than a microsecond keeps its second, and its side of the second: all that the
    arithmetic asks. Its key is compared with all its digits.
    """
    table = CsvTable(path, ("sent_at", "circuit", "round_trip_ms"))
    instants = InstantReader()
    tails: dict[str, int] = {"": 0}
    circuits: dict[str, _Rows] = {}
    for line, (sent_at, circuit, text) in table.rows():
        second, fraction = table.parsed(line, "sent_at", instants.seconds_and_fraction, sent_at)
        tail = fraction[6:]
        at = second * 1_000_000 + (int(f"{fraction[:6]:0<6}") if fraction else 0)
        if text:
            whole, decimals = _decimal(table, line, "round_trip_ms", text)
        else:
            whole, decimals = -1, 0
        if circuit not in circuits:
            circuits[table.named(line, "circuit", circuit)] = _Rows(4)
        circuits[circuit].append(line, at, tails.setdefault(tail, len(tails)), whole, decimals)
    mistakes = _Mistakes(table)
    found: dict[str, ProbeRows] = {}
    for circuit, rows in circuits.items():
        at_column, tail_column, whole_column, decimal_column = rows.columns()
        kept, conflicting = _once([at_column, tail_column], [whole_column, decimal_column])
        mistakes.note(rows.lines(), conflicting, _conflict("sent_at", circuit))
        after_second = (tail_column != 0) & (at_column % 1_000_000 == 0)
        found[circuit] = _probe_rows((at_column + after_second)[kept], whole_column[kept], decimal_column[kept])
    mistakes.raise_first()
    return found


def read_states(path: str | Path) -> dict[str, StateRows]:
    """The states of every circuit in the file, by instant, each key once."""
    table = CsvTable(path, ("at", "circuit", "state"))
    instants = InstantReader()
    circuits: dict[str, _Rows] = {}
    for line, (at_text, circuit, state) in table.rows():
        at = table.parsed(line, "at", instants.seconds, at_text)
        if state not in _STATES:
            raise table.error(line, f'state "{state}" is none of {", ".join(_STATES)}')
        if circuit not in circuits:
            circuits[table.named(line, "circuit", circuit)] = _Rows(2)
        circuits[circuit].append(line, at, _STATES[state])
    mistakes = _Mistakes(table)
    found: dict[str, StateRows] = {}
    for circuit, rows in circuits.items():
        at_column, state_column = rows.columns()
        kept, conflicting = _once([at_column], [state_column])
        mistakes.note(rows.lines(), conflicting, _conflict("at", circuit))
        found[circuit] = StateRows(at_column[kept], state_column[kept].astype(np.int8))
    mistakes.raise_first()
    return found


def _count(table: CsvTable, line: int, column: str, text: str) -> int:
    found = _COUNT.fullmatch(text)
    if found is None:
        raise table.error(line, f'{column} "{text}" is not a whole number in plain digits')
    return table.parsed(line, column, int, found[1])


def _decimal(table: CsvTable, line: int, column: str, text: str) -> tuple[int, int]:
    """A number as its digits without the point and how many of them follow it, trailing zeros gone."""
    found = _DECIMAL.fullmatch(text)
    if found is None:
        negative = text.startswith("-") and _DECIMAL.fullmatch(text[1:])
        raise table.error(line, f'{column} "{text}" is {"negative" if negative else "not a number in plain digits"}')
    decimals = (found[2] or "").rstrip("0")
    return table.parsed(line, column, int, found[1] + decimals), len(decimals)


def _probe_rows(sent_at: Numbers, whole: Integers, decimals: Numbers) -> ProbeRows:
    answered = np.asarray(whole >= 0, np.bool_)
    most = int(decimals.max(initial=0))
    largest = int(whole.max(initial=0))
    if whole.dtype == object or most > 18 or largest * 10**most > _INT64_MAX:
        scale = np.array([10 ** (most - int(digits)) for digits in decimals], object)
        return ProbeRows(sent_at, answered, whole.astype(object) * scale, 10**most)
    return ProbeRows(sent_at, answered, whole * 10 ** (most - decimals), 10**most)


def _once(keys: Sequence[Numbers], values: Sequence[Integers]) -> tuple[Numbers, Flags]:
    """The positions of the first row of each key, in the order of the keys, and the rows that contradict another one."""
    order = np.lexsort(keys[::-1])  # stable: of one key, the first line comes first
    repeats = np.ones(max(order.size - 1, 0), np.bool_)
    for key in keys:
        repeats &= key[order][1:] == key[order][:-1]
    differs = np.zeros(repeats.size, np.bool_)
    for value in values:
        differs |= np.asarray(value[order][1:] != value[order][:-1], np.bool_)
    conflicting = np.zeros(order.size, np.bool_)
    conflicting[order[1:][repeats & differs]] = True
    return order[np.concatenate(([True], ~repeats))] if order.size else order, conflicting


def _conflict(key: str, circuit: str) -> str:
    return f'another row has this {key} of circuit "{circuit}" and other values'
