"""What each second is under a reading: up, down, unknown, excluded or outside service hours. Pure, exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from facilities.agreement import Agreement, AvailabilityObjective, RoundTripObjective
from sla_engine.availability import Counted
from sla_engine.conditions import Codes
from sla_engine.facts import DOWN, UNKNOWN, UP, Facts, Flags, IntervalRows, ProbeRows
from sla_engine.indicators import aggregated
from sla_engine.other_readings_rules import TimeRule
from sla_engine.scoring import clauses, grid
from sla_engine.spans import SECONDS, Axis, Numbers, Spans, boundaries
from sla_engine.timeline import measured_intervals, measured_states, refined
from store.intervals import Interval

EXCLUDED, OUTSIDE = 3, 4
CLASSES = ("up", "down", "unknown", "excluded", "outside_service_hours")

_MICROSECONDS = 1_000_000
_INT64_MAX = 2**63 - 1


class Classes(NamedTuple):
    """The class of each cell [edges[i], edges[i+1]) of the period."""

    edges: Numbers
    codes: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The facts of one circuit as every reading sees them, from the first one on, and where the period lies in them.

    `exists` is False after `as_of`; `slow` marks cells most of whose answers exceed the contract's round trip.
    """

    axis: Axis
    edges: Numbers
    conditions: Codes
    exists: Flags
    excluded: Flags
    in_service: Flags
    slow: Flags
    of_period: slice

    @property
    def period_edges(self) -> Numbers:
        """The edges of the cells of the period."""
        return self.edges[self.of_period.start : self.of_period.stop + 1]

    def period_cells(self, flags: Flags) -> Spans:
        """The cells of the period whose flag is set."""
        return Spans.where(self.period_edges, flags[self.of_period])

    def seconds(self, flags: Flags) -> int:
        """How many seconds of the period have the flag set."""
        return self.period_cells(flags).total() * self.axis.step_seconds


def seen(
    agreement: Agreement, objective: AvailabilityObjective, period: Interval[int], facts: Facts, as_of: int | None
) -> Seen:
    """The facts of the objective's circuit on its grid, with what the contract excludes in `period`."""
    circuit = facts.of(objective.circuit)
    axis = grid(agreement, objective.circuit)
    left_out = clauses(agreement, objective, circuit, period)
    excluded = axis.touched(left_out.exclusions)
    service = None if left_out.windows is None else axis.inside(left_out.windows)
    if axis == SECONDS:
        rows = circuit.states
        first = period.starts_at if rows is None or not rows.at.size else min(int(rows.at[0]), period.starts_at)
        cells, slow = period, None
        timeline = measured_states(rows, Interval(first, period.ends_at), as_of)
    else:
        cells = Interval(axis.number(period.starts_at), axis.number(period.ends_at))
        slow = _slow(agreement, objective.circuit, axis, circuit.probes)
        timeline = measured_intervals(objective, axis, measured_rows(axis, facts, objective.circuit), cells, as_of)
    inside = Spans.of([cells])
    edges, conditions, exists = refined(timeline, excluded, service, slow, inside)
    starts = edges[:-1]
    nowhere = np.zeros(starts.shape, np.bool_)
    return Seen(
        axis,
        edges,
        conditions,
        exists,
        excluded.contains(starts),
        ~nowhere if service is None else service.contains(starts),
        nowhere if slow is None else slow.contains(starts),
        slice(int(np.searchsorted(edges, cells.starts_at)), int(np.searchsorted(edges, cells.ends_at))),
    )


def measured_rows(axis: Axis, facts: Facts, circuit: str) -> IntervalRows | None:
    """The interval rows of `circuit`; where nobody measured intervals, its probes per Δt."""
    known = facts.of(circuit)
    if facts.intervals_given:
        return known.intervals
    return None if known.probes is None else aggregated(axis, known.probes)


def classes_by_time(rule: TimeRule, facts: Seen) -> Classes:
    """The period as a tool without a state machine counts it; time after `as_of` is unknown to all of them."""
    codes = facts.conditions.copy()
    if rule.slow_is_down:
        codes[facts.slow & (codes == UP)] = DOWN
    codes = _last_known(codes, facts.exists, rule)
    if rule.planned == "removed":
        codes[facts.excluded] = EXCLUDED
    elif rule.planned == "up":
        codes[facts.excluded & (codes == DOWN)] = UP
    codes[~facts.exists & (codes != EXCLUDED)] = UNKNOWN
    if rule.service_hours:
        codes[~facts.in_service] = OUTSIDE
    return Classes(facts.period_edges, codes[facts.of_period])


def classes_by_machine(objective: AvailabilityObjective, counted: Counted, facts: Seen) -> Classes:
    """The period as the engine counted it under `objective`; the classes add up to the tally of `counted`."""
    outages = Spans.of(
        Interval(counted.axis.number(outage.starts_at), counted.axis.number(outage.ends_at))
        for outage in counted.tally.outages
    )
    first, last = int(facts.period_edges[0]), int(facts.period_edges[-1])
    feeding = counted.feeding.clipped(first, last)
    edges = boundaries(facts.period_edges, feeding.starts, feeding.ends, outages.starts, outages.ends)
    starts = edges[:-1]
    cell = np.searchsorted(facts.edges, starts, side="right") - 1
    exists, excluded, in_service = facts.exists[cell], facts.excluded[cell], facts.in_service[cell]
    codes = np.full(starts.shape, UNKNOWN, np.int8)
    codes[exists & feeding.contains(starts)] = UP  # of states, feeding holds the very second of `as_of` too
    codes[exists & outages.contains(starts)] = DOWN
    if objective.maintenance == "up":
        measured = exists & (facts.conditions[cell] != UNKNOWN)
        codes[excluded] = np.where(measured[excluded], np.int8(UP), np.int8(UNKNOWN))
    else:
        codes[excluded] = EXCLUDED
    codes[~in_service] = OUTSIDE
    return Classes(edges, codes)


def seconds_by_class(axis: Axis, classes: Classes) -> dict[str, int]:
    """The seconds of the period in each class; together they are the period (anchors I1)."""
    lengths = np.diff(classes.edges)
    return {name: int(lengths[classes.codes == code].sum()) * axis.step_seconds for code, name in enumerate(CLASSES)}


def moved_seconds(axis: Axis, one: Classes, other: Classes) -> Mapping[tuple[str, str], int]:
    """How many seconds have one class here and another there; what agrees is left out."""
    edges = boundaries(one.edges, other.edges)
    lengths = np.diff(edges)
    here, there = (c.codes[np.searchsorted(c.edges, edges[:-1], side="right") - 1] for c in (one, other))
    found = {}
    for a, name in enumerate(CLASSES):
        for b, other_name in enumerate(CLASSES):
            seconds = int(lengths[(here == a) & (there == b)].sum()) * axis.step_seconds
            if a != b and seconds:
                found[name, other_name] = seconds
    return found


def _last_known(codes: Codes, exists: Flags, rule: TimeRule) -> Codes:
    """Unknown cells take the code of the last known one before them. Before the first measurement there is none: the
    cell stays unknown (`removed`) or is up; where nothing was ever measured every tool shows up (IC-5)."""
    known = (codes != UNKNOWN) & exists
    position = np.maximum.accumulate(np.where(known, np.arange(codes.size), -1))
    first = UP if rule.before_first == "up" or not known.any() else UNKNOWN
    return np.where(position >= 0, codes[position], np.int8(first)).astype(np.int8)


def _slow(agreement: Agreement, circuit: str, axis: Axis, probes: ProbeRows | None) -> Spans | None:
    """The Δt in which more than half of the answered probes took longer than the contract's round trip on `circuit`.

    The smallest bound where there are several; None without a bound or without probes.
    """
    bounds = [
        objective.at_most_ms
        for objective in agreement.objectives
        if isinstance(objective, RoundTripObjective) and objective.circuit == circuit
    ]
    if probes is None or not bounds:
        return None
    most = int(min(bounds) * probes.units_per_ms)
    over = probes.round_trip > (most if probes.round_trip.dtype == object else min(most, _INT64_MAX))
    numbers = axis.floor(probes.sent_at // _MICROSECONDS)
    answered = probes.answered & (numbers >= 0)
    found, cell = np.unique(numbers[answered], return_inverse=True)
    slow = np.bincount(cell[np.asarray(over[answered], np.bool_)], minlength=found.size)
    marked = found[2 * slow > np.bincount(cell, minlength=found.size)]
    return Spans.of(Interval(number, number + 1) for number in marked.tolist())
