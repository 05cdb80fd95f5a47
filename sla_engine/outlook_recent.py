"""What was measured of a circuit lately, before the contract makes states of it: known and bad seconds. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facilities.agreement import Agreement, AvailabilityObjective
from sla_engine.facts import DOWN, UNKNOWN, CircuitFacts, IntervalRows
from sla_engine.indicators import aggregated
from sla_engine.outlook_time import in_seconds
from sla_engine.scoring import grid
from sla_engine.spans import SECONDS, Spans
from sla_engine.timeline import Timeline, measured_intervals, measured_states
from store.intervals import Interval


@dataclass(frozen=True, slots=True, eq=False)
class Recent:
    """The seconds from `starts_at` to `ends_at` that were measured, and of these the bad ones (down ones of states).

    Bad is a Δt that lost more than the contract allows, whatever the state: states follow n Δt later.
    """

    starts_at: int
    ends_at: int
    known: Spans
    bad: Spans

    def followed_by(self, later: Recent) -> Recent:
        """Both, `later` from where it starts."""
        return Recent(
            self.starts_at,
            later.ends_at,
            _joined(self.known.clipped(self.starts_at, later.starts_at), later.known),
            _joined(self.bad.clipped(self.starts_at, later.starts_at), later.bad),
        )

    def clipped(self, starts_at: int, ends_at: int) -> Recent:
        """The part between two instants."""
        return Recent(starts_at, ends_at, self.known.clipped(starts_at, ends_at), self.bad.clipped(starts_at, ends_at))

    @property
    def measured_to(self) -> int | None:
        """The end of what was measured last; None when nothing was."""
        return int(self.known.ends[-1]) if self.known.ends.size else None


def recent(
    agreement: Agreement,
    objective: AvailabilityObjective,
    circuit: CircuitFacts,
    span: Interval[int],
    *,
    intervals_given: bool,
    as_of: int | None = None,
) -> Recent:
    """What the readings of a circuit say of `span`, whose ends lie on the grid; a Δt that ends after `as_of` is not
    there yet."""
    if objective.method == "states":
        axis, timeline = SECONDS, measured_states(circuit.states, span, as_of)
    else:
        axis = grid(agreement, objective.circuit)
        rows: IntervalRows | None = circuit.intervals
        if not intervals_given:
            rows = None if circuit.probes is None else aggregated(axis, circuit.probes)
        cells = Interval(axis.number(span.starts_at), axis.number(span.ends_at))
        timeline = measured_intervals(objective, axis, rows, cells, as_of)
    known, bad = (in_seconds(axis, each) for each in _spans(timeline))
    return Recent(span.starts_at, span.ends_at, known, bad).clipped(span.starts_at, span.ends_at)


def _spans(timeline: Timeline) -> tuple[Spans, Spans]:
    edges, conditions, exists = timeline
    return Spans.where(edges, exists & (conditions != UNKNOWN)), Spans.where(edges, exists & (conditions == DOWN))


def _joined(earlier: Spans, later: Spans) -> Spans:
    """Both, where `earlier` ends before `later` begins or where it begins; neighbours become one."""
    if earlier.ends.size and later.starts.size and earlier.ends[-1] == later.starts[0]:
        starts = np.concatenate((earlier.starts, later.starts[1:]))
        return Spans(starts, np.concatenate((earlier.ends[:-1], later.ends)))
    return Spans(np.concatenate((earlier.starts, later.starts)), np.concatenate((earlier.ends, later.ends)))
