"""The availability state machine over a plain pair of arrays, one row for every Δt: the kernel, without a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from sla_engine.conditions import condition_runs
from sla_engine.facts import Integers
from sla_engine.machine import AVAILABLE, UNAVAILABLE, machine
from sla_engine.spans import Numbers


@dataclass(frozen=True, slots=True, eq=False)
class StateRuns:
    """Maximal runs of equal state: rows [starts[i], starts[i+1]) have states[i]; and how many rows are unavailable."""

    starts: Numbers
    states: npt.NDArray[np.int8]
    unavailable: int


def dense_states(
    sent: Integers,
    lost: Integers,
    threshold: Fraction,
    n: int,
    *,
    threshold_is_bad: bool = False,
    unknown_breaks: bool = False,
    initial: int = AVAILABLE,
) -> StateRuns:
    """The state of every Δt of a series without gaps, exactly as `availability_by_intervals` finds it.

    0 <= lost <= sent; a row with sent = 0 is unknown, and has the state of the machine around it.
    """
    runs = condition_runs(sent, lost, threshold, threshold_is_bad, coarser_than=n)
    lengths = np.diff(runs.starts, append=runs.rows)
    states = machine(lengths, runs.conditions, n, unknown_breaks=unknown_breaks, initial=initial).states
    begins = np.flatnonzero(np.diff(states, prepend=-1))
    return StateRuns(runs.starts[begins], states[begins], int(lengths[states == UNAVAILABLE].sum()))
