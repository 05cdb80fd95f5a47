"""Continuing the score of a running period: what is settled is kept as totals, only what is new is counted. Pure.

The minute pass then costs what the new minute costs, on the first day of a month and on the last. The result is that of
`score` on all facts, figure by figure; where a continuation cannot know that, it says so with `NeedsWholePeriod`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from facilities.agreement import Agreement, AvailabilityObjective, LossObjective, RoundTripObjective
from sla_engine.credits import credits_owed
from sla_engine.facts import Exclusion, Facts, Integers
from sla_engine.indicators import fed_round_trips, rank, round_trip_of, sent_and_lost, within_bound
from sla_engine.machine import AVAILABLE
from sla_engine.results import AvailabilityResult, LossResult, Result, RoundTripResult
from sla_engine.scoring import Score, availability, feeding_of, result_of, scored_period
from sla_engine.tally import Tally
from store.errors import P2IError
from store.intervals import Interval

MARGIN = Fraction(3, 2)  # of round trips kept beyond what the rate so far needs at the period's end
LEAST_KEPT = 256


class NeedsWholePeriod(P2IError):
    """A continuation lacks what it dropped; the period must be scored from all its facts."""


@dataclass(frozen=True, slots=True, eq=False)
class RoundTrips:
    """Answered probes so far: how many, how many within the bound, and the largest values (all, or enough).

    A percentile is found from the top: at the end of the period it is at most the (1 − p)·N-th largest, so smaller
    values need not be kept. The `certain` largest are surely among `largest` (None: nothing was ever dropped).
    `units_per_ms` is None before the first.
    """

    answered: int = 0
    within: int = 0
    largest: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    units_per_ms: int | None = None
    certain: int | None = None

    def followed_by(self, values: Integers, objective: RoundTripObjective, units_per_ms: int) -> RoundTrips:
        """These and `values`, in units of 1/`units_per_ms` ms."""
        if self.units_per_ms not in (None, units_per_ms) or values.dtype == object:
            raise NeedsWholePeriod("round trips in another unit than before")
        within = self.within + within_bound(objective, values, units_per_ms)
        largest = np.concatenate((self.largest, values))
        return RoundTrips(self.answered + len(values), within, largest, units_per_ms, self.certain)

    def kept(self, objective: RoundTripObjective, elapsed: Fraction) -> RoundTrips:
        """The same without values that cannot become the percentile, `elapsed` being the share of the period gone."""
        expected = self.answered / max(elapsed, Fraction(1, 1000)) * MARGIN
        most = max(LEAST_KEPT, int((1 - objective.percentile_ratio) * expected) + 1)
        if len(self.largest) <= most:
            return self
        certain = most if self.certain is None else min(self.certain, most)
        return replace(self, largest=np.partition(self.largest, len(self.largest) - most)[-most:], certain=certain)

    def result(self, objective: RoundTripObjective) -> RoundTripResult:
        """The result of the objective."""
        if not self.answered or self.units_per_ms is None:
            return RoundTripResult(objective, 0, 0, None)
        if self.certain is not None and self.certain < self.answered - rank(objective, self.answered) + 1:
            raise NeedsWholePeriod(f'objective "{objective.id}": more round trips than the rate so far let expect')
        return round_trip_of(objective, self.answered, self.within, self.largest, self.units_per_ms)


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """What one circuit's objectives came to in a span of the period."""

    tally: Tally
    sent_and_lost: Mapping[str, tuple[int, int]]
    round_trips: Mapping[str, RoundTrips]


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """One circuit's totals from the period's start to `cut`, where the machine is in `state` for good.

    They hold for these exclusions, for this answer to whether intervals were given, and as long as nothing is
    measured before `cut` later on: whoever keeps a checkpoint must drop it then.
    """

    cut: int
    state: int
    totals: Totals
    exclusions: tuple[Exclusion, ...]
    intervals_given: bool

    def holds_for(self, facts: Facts, circuit: str) -> bool:
        """Whether the decisions it was made under are still the same."""
        return self.exclusions == facts.of(circuit).exclusions and self.intervals_given == facts.intervals_given


def continued(
    agreement: Agreement,
    requested: Interval[int],
    facts: Facts,
    checkpoints: Mapping[str, Checkpoint],
    *,
    as_of: int,
    settle_before: int,
) -> tuple[Score, dict[str, Checkpoint]]:
    """The score of a running month at `as_of`, and the checkpoints to continue from.

    `facts` hold all readings of circuits without a checkpoint, and of the others those from its `cut` on (and
    every exclusion, ticket and freeze). Only what was measured before `settle_before` is settled: readings that
    arrive later than that are late and cost a whole count. Raises NeedsWholePeriod.
    """
    period = scored_period(agreement, requested)
    totals: dict[str, Totals] = {}
    settled: dict[str, Checkpoint] = {}
    for objective in agreement.objectives:
        if not isinstance(objective, AvailabilityObjective) or objective.method != "intervals":
            continue
        circuit, before = objective.circuit, checkpoints.get(objective.circuit)
        if before is not None and not before.holds_for(facts, circuit):
            raise NeedsWholePeriod(f'circuit "{circuit}": other exclusions than before')
        count = _Count(agreement, objective, period, facts, before)
        totals[circuit] = count.up_to(period.ends_at, as_of=as_of)
        checkpoint = count.checkpoint(settle_before)
        if checkpoint is not None:
            settled[circuit] = checkpoint
    counted = {
        each.circuit: availability(agreement, each, period, facts, as_of=as_of)
        for each in agreement.objectives
        if isinstance(each, AvailabilityObjective) and each.circuit not in totals
    }
    results: list[Result] = []
    for objective in agreement.objectives:
        known = totals.get(objective.circuit)
        if known is not None and isinstance(objective, AvailabilityObjective):
            results.append(AvailabilityResult(objective, known.tally))
        elif known is not None and isinstance(objective, LossObjective):
            results.append(LossResult(objective, *known.sent_and_lost[objective.id]))
        elif known is not None and isinstance(objective, RoundTripObjective):
            results.append(known.round_trips[objective.id].result(objective))
        else:
            results.append(result_of(agreement, objective, period, facts, counted, as_of))
    share = Fraction(period.ends_at - period.starts_at, requested.ends_at - requested.starts_at)
    owed = credits_owed(agreement, share, results)
    return Score(agreement, requested, period, tuple(results), owed), settled


@dataclass(frozen=True, slots=True, eq=False)
class _Count:
    """Counting one circuit from where its checkpoint left off."""

    agreement: Agreement
    objective: AvailabilityObjective
    period: Interval[int]
    facts: Facts
    before: Checkpoint | None

    @property
    def _start(self) -> int:
        return self.period.starts_at if self.before is None else self.before.cut

    def up_to(self, end: int, *, as_of: int | None) -> Totals:
        """The totals from the period's start to `end`."""
        facts = self.facts if end == self.period.ends_at else _until(self.facts, self.objective.circuit, end)
        counted = availability(
            self.agreement,
            self.objective,
            self.period,
            facts,
            as_of=as_of,
            span=Interval(self._start, end),
            initial=AVAILABLE if self.before is None else self.before.state,
        )
        circuit = facts.of(self.objective.circuit)
        earlier = None if self.before is None else self.before.totals
        sums: dict[str, tuple[int, int]] = {}
        trips: dict[str, RoundTrips] = {}
        for each in self.agreement.objectives:
            if each.circuit != self.objective.circuit or not isinstance(each, LossObjective | RoundTripObjective):
                continue
            axis, feeding = feeding_of(self.agreement, each, circuit, self.period, counted)
            if isinstance(each, LossObjective):
                given = facts.intervals_given
                sent, lost = sent_and_lost(axis, feeding, circuit, intervals_given=given, as_of=as_of)
                known = (0, 0) if earlier is None else earlier.sent_and_lost[each.id]
                sums[each.id] = (known[0] + sent, known[1] + lost)
            else:
                trips[each.id] = RoundTrips() if earlier is None else earlier.round_trips[each.id]
                if circuit.probes is not None:
                    values = fed_round_trips(axis, feeding, circuit.probes, as_of=as_of)
                    trips[each.id] = trips[each.id].followed_by(values, each, circuit.probes.units_per_ms)
        tally = counted.tally if earlier is None else earlier.tally.followed_by(counted.tally)
        return Totals(tally, sums, trips)

    def checkpoint(self, settle_before: int) -> Checkpoint | None:
        """The totals up to the last instant before `settle_before` that nothing later can change."""
        counted = availability(
            self.agreement,
            self.objective,
            self.period,
            self.facts,
            as_of=settle_before,
            span=Interval(self._start, self.period.ends_at),
            initial=AVAILABLE if self.before is None else self.before.state,
        )
        cut = counted.settled_at
        if cut is None or not self._start < cut <= min(settle_before, self.period.ends_at):
            return self.before
        totals = self.up_to(cut, as_of=None)
        elapsed = Fraction(cut - self.period.starts_at, self.period.ends_at - self.period.starts_at)
        kept = {
            each.id: totals.round_trips[each.id].kept(each, elapsed)
            for each in self.agreement.objectives
            if isinstance(each, RoundTripObjective) and each.id in totals.round_trips
        }
        exclusions = self.facts.of(self.objective.circuit).exclusions
        given = self.facts.intervals_given
        return Checkpoint(cut, counted.settled_state, replace(totals, round_trips=kept), exclusions, given)


def _until(facts: Facts, circuit: str, end: int) -> Facts:
    """`facts` without the circuit's readings at or after `end`."""
    known = facts.of(circuit)
    rows, probes = known.intervals, known.probes
    if rows is not None:
        count = int(np.searchsorted(rows.starts_at, end))
        rows = replace(rows, starts_at=rows.starts_at[:count], sent=rows.sent[:count], lost=rows.lost[:count])
    if probes is not None:
        chosen = probes.sent_at < end * 1_000_000
        probes = replace(
            probes,
            sent_at=probes.sent_at[chosen],
            answered=probes.answered[chosen],
            round_trip=probes.round_trip[chosen],
        )
    return replace(facts, circuits={**facts.circuits, circuit: replace(known, intervals=rows, probes=probes)})
