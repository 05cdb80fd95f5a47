"""Availability of one circuit over one period, by the state machine over intervals or by a timeline of states. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from facilities.agreement import AvailabilityObjective
from sla_engine.facts import DOWN, UNKNOWN, Flags, IntervalRows, StateRows
from sla_engine.machine import AVAILABLE, UNAVAILABLE, machine
from sla_engine.spans import SECONDS, Axis, Numbers, Spans
from sla_engine.tally import Cells, Tally, tally
from sla_engine.timeline import filled_in, measured_intervals, measured_states, refined
from store.intervals import Interval


class Clauses(NamedTuple):
    """What the agreement leaves out of a circuit's time, in seconds: `windows` None means around the clock."""

    exclusions: list[Interval[int]]
    windows: list[Interval[int]] | None


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A tally, the cells of `axis` that feed loss and round trip, and where the machine may be resumed.

    At the instant `settled_at` the machine can be stopped and started again in `settled_state` without changing
    any figure, whatever is measured from then on; None when there is no such instant.
    """

    tally: Tally
    axis: Axis
    feeding: Spans
    settled_at: int | None
    settled_state: int


def availability_by_intervals(
    objective: AvailabilityObjective,
    axis: Axis,
    rows: IntervalRows | None,
    period: Interval[int],
    clauses: Clauses,
    *,
    as_of: int | None = None,
    initial: int = AVAILABLE,
) -> Counted:
    """The tally of `period` by the state machine of MEF 10.4 §8.8.7, run over all `rows`, before and after it too.

    `rows` and `period` lie on the grid `axis`. The machine starts in state `initial` at the first row or at
    the start of `period`, whichever is earlier. Δt end with `period` or with the last row, whichever is later,
    or before, at `as_of`: a row whose Δt ends after `as_of` does not exist. To go on from a `Counted`, give the
    rows and the period from its `settled_at` on, its `settled_state`, and the same clauses.
    """
    cells = Interval(axis.number(period.starts_at), axis.number(period.ends_at))
    excluded = axis.touched(clauses.exclusions)
    service = None if clauses.windows is None else axis.inside(clauses.windows)
    timeline = refined(measured_intervals(objective, axis, rows, cells, as_of), excluded, service)
    edges, conditions, exists = timeline
    is_excluded = excluded.contains(edges[:-1])
    filled = filled_in(objective, timeline)
    seen = exists & ~is_excluded if objective.maintenance_window == "splice" else exists
    states = machine(
        np.diff(edges)[seen],
        filled[seen],
        objective.consecutive_intervals,
        unknown_breaks=objective.unknown_window == "break",
        initial=initial,
    )
    down, undecided = np.zeros(seen.shape, np.bool_), np.zeros(seen.shape, np.bool_)
    down[seen] = states.states == UNAVAILABLE
    undecided[seen] = states.undecided
    settled = np.flatnonzero(seen)[states.settled]
    of_period = slice(np.searchsorted(edges, cells.starts_at), np.searchsorted(edges, cells.ends_at))
    counted, feeding = tally(
        objective,
        axis,
        Cells(
            edges=edges[of_period.start : of_period.stop + 1],
            measured=(exists & (conditions != UNKNOWN))[of_period],
            measured_bad=(exists & (conditions == DOWN))[of_period],
            classed=(exists & (filled != UNKNOWN))[of_period],
            down=down[of_period],
            undecided=undecided[of_period],
            excluded=is_excluded[of_period],
            in_service=_in_service(service, edges[of_period]),
        ),
    )
    return Counted(
        counted,
        axis,
        feeding,
        settled_at=axis.seconds(int(edges[settled[-1] + 1])) if settled.size else None,
        settled_state=int(states.states[states.settled][-1]) if settled.size else initial,
    )


def availability_by_states(
    objective: AvailabilityObjective,
    rows: StateRows | None,
    period: Interval[int],
    clauses: Clauses,
    *,
    as_of: int | None = None,
) -> Counted:
    """The tally of `period` from a timeline of states, each of which holds from its instant on, cut by the second.

    Time before the first state and after `as_of` is unknown; without `as_of` the last state holds to the end.
    """
    counted, feeding = _tally_of_states(objective, rows, period, clauses, as_of)
    if as_of is not None:
        # What lies strictly after `as_of` is hidden: a row or a probe at that very instant still has its state.
        _, feeding = _tally_of_states(objective, rows, period, clauses, as_of + 1)
    return Counted(counted, SECONDS, feeding, settled_at=None, settled_state=AVAILABLE)


def _tally_of_states(
    objective: AvailabilityObjective,
    rows: StateRows | None,
    period: Interval[int],
    clauses: Clauses,
    as_of: int | None,
) -> tuple[Tally, Spans]:
    excluded = SECONDS.touched(clauses.exclusions)
    service = None if clauses.windows is None else SECONDS.inside(clauses.windows)
    timeline = refined(measured_states(rows, period, as_of), excluded, service)
    edges, conditions, exists = timeline
    filled = filled_in(objective, timeline)
    nowhere = np.zeros(exists.shape, np.bool_)
    return tally(
        objective,
        SECONDS,
        Cells(
            edges=edges,
            measured=exists & (conditions != UNKNOWN),
            measured_bad=nowhere,
            classed=exists & (filled != UNKNOWN),
            down=filled == DOWN,
            undecided=nowhere,
            excluded=excluded.contains(edges[:-1]),
            in_service=_in_service(service, edges[:-1]),
        ),
    )


def _in_service(service: Spans | None, numbers: Numbers) -> Flags:
    return np.ones(numbers.shape, np.bool_) if service is None else service.contains(numbers)
