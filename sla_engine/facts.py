"""What was measured and decided for one period: the one input of the arithmetic, from files or from the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from store.intervals import Interval
from store.rows import Decision, ExclusionKind

# int64, or object (Python integers) where a number of the input needs more than 63 bits
Integers: TypeAlias = npt.NDArray[Any]
Flags: TypeAlias = npt.NDArray[np.bool_]

# The three conditions of an interval (good, bad, unknown) and of a state share their codes.
UP, DOWN, UNKNOWN = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class IntervalRows:
    """Interval measurements of one circuit: `starts_at` in epoch seconds, strictly increasing; 0 <= lost <= sent."""

    starts_at: npt.NDArray[np.int64]
    sent: Integers
    lost: Integers


@dataclass(frozen=True, slots=True, eq=False)
class ProbeRows:
    """Probes of one circuit, in any order.

    `sent_at` in epoch microseconds. `round_trip` counts units of 1/`units_per_ms` millisecond
    (1,000,000 for nanoseconds; CSV files choose the power of ten that holds their decimals); it
    means nothing where `answered` is False.
    """

    sent_at: npt.NDArray[np.int64]
    answered: Flags
    round_trip: Integers
    units_per_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class StateRows:
    """States of one circuit, each from its instant on: `at` in epoch seconds, strictly increasing."""

    at: npt.NDArray[np.int64]
    states: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Ticket:
    """One incident of one circuit, in epoch seconds; None while it is open."""

    ticket: str
    opened_at: int
    restored_at: int | None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Time that somebody asked not to count, in epoch seconds, and what was decided about it."""

    kind: ExclusionKind
    span: Interval[int]
    announced_at: int | None
    decision: Decision


@dataclass(frozen=True, slots=True, eq=False)
class CircuitFacts:
    """Everything known of one circuit; None where nothing was measured."""

    intervals: IntervalRows | None = None
    probes: ProbeRows | None = None
    states: StateRows | None = None
    tickets: tuple[Ticket, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The facts of every circuit, and the freezes of every ticket (they hold on all circuits).

    `intervals_given` is False when nobody measured intervals at all: probes are then counted in
    their place. It speaks of the whole input, not of one circuit.
    """

    circuits: Mapping[str, CircuitFacts] = field(default_factory=dict)
    freezes: Mapping[str, tuple[Interval[int], ...]] = field(default_factory=dict)
    intervals_given: bool = True

    def of(self, circuit: str) -> CircuitFacts:
        """The facts of `circuit`; empty ones when nothing names it."""
        return self.circuits.get(circuit, _NOTHING)


_NOTHING = CircuitFacts()
