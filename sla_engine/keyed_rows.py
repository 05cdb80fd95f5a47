"""What every form of measurement file owes: each key once, no contradiction, on the grid; the first mistake is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from facilities.instants import instant_text
from sla_engine.facts import Flags, Integers
from sla_engine.spans import Axis, Numbers
from store.errors import InputError


class FirstMistake:
    """The mistakes that only the whole file shows; the one on the first row is reported.

    `error` makes the one-line error of a row number and what is wrong with it.
    """

    def __init__(self, error: Callable[[int, str], InputError]) -> None:
        self._error = error
        self._first: tuple[int, str] | None = None

    def note(self, rows: Numbers, what: str) -> None:
        """Notes that each of these rows is wrong in this way."""
        if rows.size and (self._first is None or int(rows.min()) < self._first[0]):
            self._first = int(rows.min()), what

    def note_off_grid(self, rows: Numbers, starts_at: Integers, circuit: str, axis: Axis | None) -> None:
        """Notes the rows that start off the grid of `circuit`; before its origin, or with None, there is none."""
        if axis is not None:
            off = (starts_at >= axis.origin) & ((starts_at - axis.origin) % axis.step_seconds != 0)
            grid = f"{axis.step_seconds} s from {instant_text(axis.origin)}"
            self.note(rows[off], f'starts_at is off the grid of circuit "{circuit}": {grid}')

    def note_contradicting(self, rows: Numbers, key: str, circuit: str) -> None:
        """Notes the rows that say something else than another row with the same key."""
        self.note(rows, f'another row has this {key} of circuit "{circuit}" and other values')

    def raise_first(self) -> None:
        """Raises the first mistake, if there is one."""
        if self._first is not None:
            raise self._error(*self._first)


def each_key_once(keys: Sequence[Integers], values: Sequence[Integers]) -> tuple[Numbers, Flags]:
    """The positions of the first row of each key, in the order of the keys; and which rows contradict another."""
    order = np.lexsort(keys[::-1])  # stable: of one key, the first line comes first
    repeats = np.ones(order.size - 1, np.bool_)
    for key in keys:
        repeats &= key[order][1:] == key[order][:-1]
    differs = np.zeros(order.size - 1, np.bool_)
    for value in values:
        differs |= np.asarray(value[order][1:] != value[order][:-1], np.bool_)
    contradicting = np.zeros(order.size, np.bool_)
    contradicting[order[1:][repeats & differs]] = True
    return order[np.concatenate(([True], ~repeats))], contradicting
