"""What was measured when, as cells between which nothing changes: from interval rows and from states. Pure, exact."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facilities.agreement import AvailabilityObjective
from sla_engine.conditions import Codes, condition_runs
from sla_engine.facts import DOWN, UNKNOWN, UP, Flags, IntervalRows, StateRows
from sla_engine.spans import Axis, Numbers, Spans, boundaries
from store.errors import InputError
from store.intervals import Interval


class Timeline(NamedTuple):
    """The condition of each cell [edges[i], edges[i+1]) of an axis: good or up, bad or down, unknown.

    `exists` is False where no Δt and no state is: after the last of them, or after `as_of`.
    """

    edges: Numbers
    conditions: Codes
    exists: Flags


def measured_intervals(
    objective: AvailabilityObjective,
    axis: Axis,
    rows: IntervalRows | None,
    period: Interval[int],
    as_of: int | None,
) -> Timeline:
    """Every Δt as measured, from the first row or the start of `period` to the last row or its end; a gap is unknown.

    `period` is counted in Δt. A row whose Δt ends after `as_of`, or that starts before the grid, is not there.
    """
    visible = None if rows is None else _visible(axis, rows, as_of)
    first, last = period.starts_at, period.ends_at
    if visible is None or not visible.starts_at.size:
        end = last if as_of is None else max(first, min(last, axis.number(as_of)))
        edges = boundaries([first, end, last])
        return Timeline(edges, np.full(edges.size - 1, UNKNOWN, np.int8), edges[:-1] < end)
    starts, ends, codes = _runs(objective, axis, visible)
    lowest, end = min(int(starts[0]), first), max(int(ends[-1]), last)
    if as_of is not None:
        end = max(lowest, min(end, axis.number(as_of)))
    edges = boundaries(starts, ends, [lowest, first, end, last])
    run = np.searchsorted(starts, edges[:-1], side="right") - 1
    inside = (run >= 0) & (edges[:-1] < ends[run])
    conditions = np.where(inside, codes[run], np.int8(UNKNOWN))
    return Timeline(edges, conditions, edges[:-1] < end)


def measured_states(rows: StateRows | None, period: Interval[int], as_of: int | None) -> Timeline:
    """The state of every second of `period`: unknown before the first row, and not there after `as_of`."""
    end = period.ends_at if as_of is None else max(period.starts_at, min(period.ends_at, as_of))
    if rows is None or not rows.at.size:
        edges = boundaries([period.starts_at, end, period.ends_at])
        return Timeline(edges, np.full(edges.size - 1, UNKNOWN, np.int8), edges[:-1] < end)
    inside = rows.at[(rows.at > period.starts_at) & (rows.at < end)]
    edges = boundaries(inside, [period.starts_at, end, period.ends_at])
    row = np.searchsorted(rows.at, edges[:-1], side="right") - 1
    conditions = np.where(row >= 0, rows.states[row], np.int8(UNKNOWN))
    return Timeline(edges, conditions, edges[:-1] < end)


def refined(timeline: Timeline, *sets: Spans | None) -> Timeline:
    """The same timeline with an edge wherever one of `sets` begins or ends."""
    start, end = int(timeline.edges[0]), int(timeline.edges[-1])
    parts = [spans.clipped(start, end) for spans in sets if spans is not None]
    edges = boundaries(timeline.edges, *(part for spans in parts for part in (spans.starts, spans.ends)))
    cell = np.searchsorted(timeline.edges, edges[:-1], side="right") - 1
    return Timeline(edges, timeline.conditions[cell], timeline.exists[cell])


def filled_in(objective: AvailabilityObjective, timeline: Timeline) -> Codes:
    """The conditions with unknown time treated as the policy says; time that does not exist stays unknown."""
    if objective.unknown == "exclude":
        return timeline.conditions
    code = np.int8(UP if objective.unknown == "up" else DOWN)
    return np.where(timeline.exists & (timeline.conditions == UNKNOWN), code, timeline.conditions)


def _visible(axis: Axis, rows: IntervalRows, as_of: int | None) -> IntervalRows:
    start = int(np.searchsorted(rows.starts_at, axis.origin))
    end = rows.starts_at.size
    if as_of is not None:
        end = int(np.searchsorted(rows.starts_at, as_of - axis.step_seconds, side="right"))
    return IntervalRows(rows.starts_at[start:end], rows.sent[start:end], rows.lost[start:end])


def _runs(objective: AvailabilityObjective, axis: Axis, rows: IntervalRows) -> tuple[Numbers, Numbers, Codes]:
    """The starts, ends and conditions, in Δt, of the runs of rows that follow each other without a gap."""
    runs = condition_runs(rows.sent, rows.lost, objective.loss_threshold, objective.threshold_is_bad)
    after_gap = np.flatnonzero(np.diff(rows.starts_at) != axis.step_seconds) + 1
    # From a row on the grid, rows that follow step by step lie on it: only the rows after a gap are looked at.
    heads = rows.starts_at[np.concatenate(([0], after_gap))]
    if np.any((heads - axis.origin) % axis.step_seconds):
        raise InputError(f'circuit "{objective.circuit}": an interval does not start on the grid of its agreement')
    begins = boundaries(runs.starts, after_gap)
    codes = runs.conditions[np.searchsorted(runs.starts, begins, side="right") - 1]
    lasts = np.append(begins[1:], rows.starts_at.size) - 1
    return axis.floor(rows.starts_at[begins]), axis.floor(rows.starts_at[lasts]) + 1, codes
