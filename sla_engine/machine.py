"""The availability state machine of MEF 10.4 §8.8.7 over runs of conditions: forward-looking, back-dated. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sla_engine.facts import UNKNOWN, Flags
from sla_engine.spans import Numbers

AVAILABLE, UNAVAILABLE = 0, 1  # the codes of a good and a bad condition: a decisive run gives the state its own


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """What the machine says of each segment it was given.

    `states`: AVAILABLE or UNAVAILABLE. `undecided`: the segment belongs to the last run, which is shorter
    than n and opposite to the state, so that what comes next can still change it. `settled`: the condition
    agrees with the state (or an unknown one has broken or restarted the windows); after the last segment that is
    settled the machine may be stopped and started again with its state, and nothing differs.
    """

    states: npt.NDArray[np.int8]
    undecided: Flags
    settled: Flags


def machine(
    lengths: Numbers,
    conditions: npt.NDArray[np.int8],
    n: int,
    *,
    unknown_breaks: bool = False,
    initial: int = AVAILABLE,
) -> States:
    """The state of every segment: `lengths[i]` consecutive Δt that all have `conditions[i]`.

    An available circuit becomes unavailable at the first Δt of n bad ones in a row, an unavailable one
    available at the first of n good ones, otherwise it keeps its state; so the last run of at least n Δt
    decides, from its own first Δt on. Unknown Δt: a run of fewer than n is not there for the window, n or
    more restart the machine, available (score.md, Unknown intervals, `skip`); with `unknown_breaks` an
    unknown Δt fits neither kind of window and restarts nothing (`break`).
    """
    if not lengths.size:
        nothing = np.zeros(0, np.bool_)
        return States(np.zeros(0, np.int8), nothing, nothing)
    run, run_lengths, run_conditions = _runs(lengths, conditions)
    if unknown_breaks:
        joined, joined_lengths, joined_conditions = run, run_lengths, run_conditions
        decides = (run_lengths >= n) & (run_conditions < UNKNOWN)
    else:
        stays = (run_conditions != UNKNOWN) | (run_lengths >= n)
        joined_of_run, joined_lengths, joined_conditions = _runs(run_lengths[stays], run_conditions[stays])
        # A spliced-out run takes the number of the run before it; -1 when none is before it.
        numbers = np.full(run_lengths.size, -1, np.int64)
        numbers[stays] = joined_of_run
        joined = np.maximum.accumulate(numbers)[run]
        decides = (joined_conditions == UNKNOWN) | ((joined_lengths >= n) & (joined_conditions < UNKNOWN))
    state_of = np.where(joined_conditions == UNKNOWN, AVAILABLE, joined_conditions).astype(np.int8)
    position = np.maximum.accumulate(np.where(decides, np.arange(decides.size), -1))
    joined_states = np.where(position >= 0, state_of[position], np.int8(initial)).astype(np.int8)
    known = conditions != UNKNOWN
    states = np.full(lengths.size, initial, np.int8)
    states[joined >= 0] = joined_states[joined[joined >= 0]]
    undecided = known & (joined == joined_states.size - 1) & (conditions != states)
    long_unknown = np.ones_like(known) if unknown_breaks else run_lengths[run] >= n
    settled = np.where(known, conditions == states, long_unknown)
    return States(states, undecided, settled)


def _runs(lengths: Numbers, conditions: npt.NDArray[np.int8]) -> tuple[Numbers, Numbers, npt.NDArray[np.int8]]:
    """Joins neighbours of equal condition: the run of each segment, and the length and condition of each run."""
    if not lengths.size:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int8)
    begins = np.concatenate(([True], conditions[1:] != conditions[:-1]))
    starts = np.flatnonzero(begins)
    return np.cumsum(begins) - 1, np.add.reduceat(lengths, starts), conditions[starts]
