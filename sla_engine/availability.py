"""Availability of one circuit over one period, by the state machine over intervals or by a timeline of states. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from facilities.agreement import AvailabilityObjective
from sla_engine.conditions import condition_runs
from sla_engine.facts import DOWN, UNKNOWN, UP, Flags, IntervalRows, StateRows
from sla_engine.machine import AVAILABLE, UNAVAILABLE, machine
from sla_engine.spans import SECONDS, Axis, Numbers, Spans, boundaries
from sla_engine.tally import Cells, Tally, tally
from store.errors import InputError
from store.intervals import Interval

Codes = npt.NDArray[np.int8]


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


class _Timeline(NamedTuple):
    """Conditions as measured, by cell; `exists` is False where no Δt or state is, after the end or `as_of`."""

    edges: Numbers
    conditions: Codes
    exists: Flags


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
    first, last = axis.number(period.starts_at), axis.number(period.ends_at)
    timeline = _measured_intervals(objective, axis, rows, first, last, as_of)
    excluded = axis.touched(clauses.exclusions)
    service = None if clauses.windows is None else axis.inside(clauses.windows)
    edges, conditions, exists = _refined(timeline, excluded, service)
    is_excluded = excluded.contains(edges[:-1])
    filled = _filled(objective, conditions, exists)
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
    of_period = slice(np.searchsorted(edges, first), np.searchsorted(edges, last))
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
    excluded = SECONDS.touched(clauses.exclusions)
    service = None if clauses.windows is None else SECONDS.inside(clauses.windows)
    timeline = _measured_states(rows, period, as_of)
    edges, conditions, exists = _refined(timeline, excluded, service)
    filled = _filled(objective, conditions, exists)
    nowhere = np.zeros(exists.shape, np.bool_)
    counted, feeding = tally(
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
    return Counted(counted, SECONDS, feeding, settled_at=None, settled_state=AVAILABLE)


def _measured_intervals(
    objective: AvailabilityObjective,
    axis: Axis,
    rows: IntervalRows | None,
    first: int,
    last: int,
    as_of: int | None,
) -> _Timeline:
    """The condition of every Δt, from the first row or `first` to the last row or `last`, a gap being unknown."""
    numbers, starts, ends, codes = _row_runs(objective, axis, rows, as_of)
    lowest = min(int(numbers[0]), first) if numbers.size else first
    end = max(int(numbers[-1]) + 1, last) if numbers.size else last
    if as_of is not None:
        end = max(lowest, min(end, axis.number(as_of)))
    edges = boundaries(starts, ends, [lowest, first, end, max(end, last), last])
    run = np.searchsorted(starts, edges[:-1], side="right") - 1
    inside = (run >= 0) & (edges[:-1] < ends[run]) if starts.size else np.zeros(run.shape, np.bool_)
    conditions = np.full(run.shape, UNKNOWN, np.int8)
    conditions[inside] = codes[run[inside]]
    return _Timeline(edges, conditions, edges[:-1] < end)


def _row_runs(
    objective: AvailabilityObjective, axis: Axis, rows: IntervalRows | None, as_of: int | None
) -> tuple[Numbers, Numbers, Numbers, Codes]:
    """The grid numbers of the visible rows, and the starts, ends and conditions of their unbroken runs."""
    nothing = np.empty(0, np.int64)
    if rows is None:
        return nothing, nothing, nothing, np.empty(0, np.int8)
    visible = visible_rows(axis, rows, as_of)
    numbers = axis.floor(visible.starts_at)
    if not numbers.size:
        return nothing, nothing, nothing, np.empty(0, np.int8)
    if not np.array_equal(axis.origin + numbers * axis.step_seconds, visible.starts_at):
        raise InputError(f'circuit "{objective.circuit}": an interval does not start on the grid of its agreement')
    runs = condition_runs(visible.sent, visible.lost, objective.loss_threshold, objective.threshold_is_bad)
    begins = runs.starts
    if int(numbers[-1] - numbers[0]) + 1 != numbers.size:
        begins = boundaries(begins, np.flatnonzero(numbers[1:] != numbers[:-1] + 1) + 1)
    codes = runs.conditions[np.searchsorted(runs.starts, begins, side="right") - 1]
    return numbers, numbers[begins], numbers[np.append(begins[1:], numbers.size) - 1] + 1, codes


def visible_rows(axis: Axis, rows: IntervalRows, as_of: int | None) -> IntervalRows:
    """The rows from the agreement's first midnight on whose Δt do not end after `as_of`."""
    start = int(np.searchsorted(rows.starts_at, axis.origin))
    end = rows.starts_at.size
    if as_of is not None:
        end = int(np.searchsorted(rows.starts_at, as_of - axis.step_seconds, side="right"))
    return IntervalRows(rows.starts_at[start:end], rows.sent[start:end], rows.lost[start:end])


def _measured_states(rows: StateRows | None, period: Interval[int], as_of: int | None) -> _Timeline:
    end = period.ends_at if as_of is None else max(period.starts_at, min(period.ends_at, as_of))
    at = np.empty(0, np.int64) if rows is None else rows.at
    inside = at[(at > period.starts_at) & (at < end)]
    edges = boundaries(inside, [period.starts_at, end, period.ends_at])
    row = np.searchsorted(at, edges[:-1], side="right") - 1
    conditions = np.full(row.shape, UNKNOWN, np.int8)
    if rows is not None:
        conditions[row >= 0] = rows.states[row[row >= 0]]
    return _Timeline(edges, conditions, edges[:-1] < end)


def _refined(timeline: _Timeline, excluded: Spans, service: Spans | None) -> _Timeline:
    """The same timeline with an edge wherever an exclusion or a service window begins or ends."""
    start, end = int(timeline.edges[0]), int(timeline.edges[-1])
    sets = [spans.clipped(start, end) for spans in (excluded, service) if spans is not None]
    edges = boundaries(timeline.edges, *(part for spans in sets for part in (spans.starts, spans.ends)))
    cell = np.searchsorted(timeline.edges, edges[:-1], side="right") - 1
    return _Timeline(edges, timeline.conditions[cell], timeline.exists[cell])


def _filled(objective: AvailabilityObjective, conditions: Codes, exists: Flags) -> Codes:
    """The conditions with unknown time treated as the policy says; time that does not exist stays unknown."""
    if objective.unknown == "exclude":
        return conditions
    code = np.int8(UP if objective.unknown == "up" else DOWN)
    return np.where(exists & (conditions == UNKNOWN), code, conditions)


def _in_service(service: Spans | None, numbers: Numbers) -> Flags:
    return np.ones(numbers.shape, np.bool_) if service is None else service.contains(numbers)
