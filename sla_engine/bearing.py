"""Which readings bear on a period: those of it, and around it the fewest that fix the machine's first and last state.

What was read from the store depends on how far it had to look, and reaches into the months beside. A hash of facts must
not: it would change when the next month's readings come in. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from facilities.agreement import Agreement, AvailabilityObjective
from sla_engine.facts import CircuitFacts, Facts, Flags, IntervalRows, ProbeRows
from sla_engine.machine import AVAILABLE
from sla_engine.scoring import availability, grid
from store.intervals import Interval

MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Bearing:
    """The span of readings that bear on the period, in epoch seconds, and the machine's state at its start."""

    span: Interval[int]
    state: int


def bearing(agreement: Agreement, circuit: str, period: Interval[int], facts: Facts) -> Bearing:
    """What bears on the scored `period` of a circuit, of `facts` that hold it all and may hold more.

    From the last instant before the period at which the machine is settled, to the first after it at which its last
    Δt is decided; where nothing decides it yet, to the last reading there is. Without a machine it is the period.
    """
    objective = agreement.availability_of(circuit)
    if objective is None or objective.method == "states":
        return Bearing(period, AVAILABLE)
    look = _Look(agreement, objective, period, facts)
    since, state = look.settled(look.first_at, period.starts_at, AVAILABLE)
    decided, its_state = look.settled(since, period.ends_at, state)
    until, last = period.ends_at, look.last_at
    while decided < period.ends_at and until < last:  # the first end from which on the last Δt is decided
        middle = look.on_grid((until + last) // 2)
        if look.settled(decided, middle, its_state)[0] >= period.ends_at:
            last = middle
        else:
            until = middle + look.step
    return Bearing(Interval(since, until), state)


def bearing_facts(
    circuit: CircuitFacts, span: Interval[int], period: Interval[int], *, intervals_given: bool
) -> CircuitFacts:
    """The circuit's readings in `span`; probes beside intervals only those of the period."""
    probed = period if intervals_given else span
    return replace(
        circuit,
        intervals=None if circuit.intervals is None else _intervals(circuit.intervals, span),
        probes=None if circuit.probes is None else _probes(circuit.probes, probed),
    )


@dataclass(frozen=True)
class _Look:
    """One circuit under its availability objective."""

    agreement: Agreement
    objective: AvailabilityObjective
    period: Interval[int]
    facts: Facts

    @property
    def step(self) -> int:
        """Δt in seconds."""
        return self.objective.interval_seconds

    @property
    def first_at(self) -> int:
        """The start of the first Δt with a reading, or of the period where that is earlier."""
        return min([self.period.starts_at, *(self.on_grid(at) for at in self._ends_of_readings())])

    @property
    def last_at(self) -> int:
        """The end of the last Δt with a reading, or of the period where that is later."""
        return max([self.period.ends_at, *(self.on_grid(at) + self.step for at in self._ends_of_readings())])

    def on_grid(self, at: int) -> int:
        """The start of the Δt that holds the instant."""
        axis = grid(self.agreement, self.objective.circuit)
        return axis.origin + (at - axis.origin) // axis.step_seconds * axis.step_seconds

    def settled(self, since: int, until: int, state: int) -> tuple[int, int]:
        """The last instant of a span at which the machine, started in `state`, is settled, and in which state."""
        if since >= until:
            return since, state
        span = Interval(since, until)
        facts = self.facts.of(self.objective.circuit)
        only = bearing_facts(facts, span, span, intervals_given=self.facts.intervals_given)
        within = replace(self.facts, circuits={self.objective.circuit: only})
        counted = availability(self.agreement, self.objective, self.period, within, span=span, initial=state)
        return (since, state) if counted.settled_at is None else (counted.settled_at, counted.settled_state)

    def _ends_of_readings(self) -> list[int]:
        facts = self.facts.of(self.objective.circuit)
        if self.facts.intervals_given:
            at = None if facts.intervals is None else facts.intervals.starts_at
        else:
            at = None if facts.probes is None else facts.probes.sent_at // MICROSECONDS
        return [] if at is None or not at.size else [int(at.min()), int(at.max())]


def _intervals(rows: IntervalRows, span: Interval[int]) -> IntervalRows | None:
    kept = (rows.starts_at >= span.starts_at) & (rows.starts_at < span.ends_at)
    return IntervalRows(rows.starts_at[kept], rows.sent[kept], rows.lost[kept]) if kept.any() else None


def _probes(rows: ProbeRows, span: Interval[int]) -> ProbeRows | None:
    at = rows.sent_at
    kept: Flags = (at >= span.starts_at * MICROSECONDS) & (at < span.ends_at * MICROSECONDS)
    if not kept.any():
        return None
    order = np.flatnonzero(kept)[np.argsort(at[kept], kind="stable")]
    return ProbeRows(at[order], rows.answered[order], rows.round_trip[order], rows.units_per_ms)
