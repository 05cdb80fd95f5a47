"""One month under the contract's own rules and under the named other readings, from the same facts. Pure, exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from facilities.agreement import Agreement, AvailabilityObjective
from sla_engine.credits import NO_CREDIT, CreditLine, half_up_cents
from sla_engine.facts import UNKNOWN, Facts
from sla_engine.other_readings_classes import (
    CLASSES,
    Classes,
    Seen,
    classes_by_machine,
    classes_by_time,
    moved_seconds,
    seconds_by_class,
    seen,
)
from sla_engine.other_readings_rules import POLICIES, CountRule, MachineRule, Policy, TimeRule
from sla_engine.other_readings_shares import Share, answered_probes, good_windows
from sla_engine.results import AvailabilityResult, Verdict
from sla_engine.scoring import Score, availability, score
from sla_engine.spans import SECONDS
from store.intervals import Interval


@dataclass(frozen=True, slots=True)
class Reading:
    """What one policy says of an objective.

    `seconds` by class add up to the period; None where the policy counts no such time. `moved` says how much time
    has one class in the contract and another here; empty where the policy counts no time.
    """

    policy: Policy
    share: Share
    seconds: Mapping[str, int | None]
    moved: Mapping[tuple[str, str], int]
    verdict: Verdict
    credit: CreditLine

    @property
    def ratio(self) -> Fraction | None:
        """The availability under this policy."""
        return self.share.ratio


@dataclass(frozen=True, slots=True)
class ObjectiveReadings:
    """An availability objective as the contract scores it, its credit line, and every other reading of it."""

    result: AvailabilityResult
    credit: CreditLine
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class OtherReadings:
    """The contract's score, and its availability objectives under the other readings, in the order of the agreement."""

    score: Score
    objectives: tuple[ObjectiveReadings, ...]

    def payable_cents(self, policy: Policy) -> int:
        """What would be paid if `policy` read every availability line; other lines stay, the cap applies."""
        lines = [line.cents for line in self.score.credits.lines]
        read = iter(self.objectives)
        for place, result in enumerate(self.score.results):
            if isinstance(result, AvailabilityResult):
                lines[place] = next(one.credit.cents for one in next(read).readings if one.policy is policy)
        total = sum(lines) if self.score.agreement.credit_combination == "sum" else max(lines, default=0)
        return min(total, self.score.credits.cap_cents)


def other_readings(
    agreement: Agreement,
    requested: Interval[int],
    facts: Facts,
    *,
    as_of: int | None = None,
    whole_fee: bool = False,
    policies: Sequence[Policy] = POLICIES,
) -> OtherReadings:
    """The score of `agreement` over the `requested` period and its availability under each of `policies`.

    The arguments are those of `scoring.score`, and its result is the contract's own line, untouched. Every reading
    has the contract's target and tiers. None has a minimum coverage: no tool and no standard read has one.
    """
    found = score(agreement, requested, facts, as_of=as_of, whole_fee=whole_fee)
    objectives = []
    for result, line in zip(found.results, found.credits.lines, strict=True):
        if isinstance(result, AvailabilityResult):
            reader = _Reader(agreement, result.objective, found, facts, as_of)
            objectives.append(ObjectiveReadings(result, line, tuple(map(reader.reading, policies))))
    return OtherReadings(found, tuple(objectives))


class _Reader:
    """The facts of one objective, looked at once, for every policy."""

    def __init__(
        self, agreement: Agreement, objective: AvailabilityObjective, found: Score, facts: Facts, as_of: int | None
    ) -> None:
        self._agreement, self._objective, self._found = agreement, objective, found
        self._facts, self._as_of = facts, as_of
        self._seen: Seen = seen(agreement, objective, found.period, facts, as_of)
        self._contract = self._by_machine(objective)

    def reading(self, policy: Policy) -> Reading:
        """The objective under one policy."""
        rule, axis, circuit = policy.rule, self._seen.axis, self._objective.circuit
        if isinstance(rule, TimeRule | MachineRule):
            classes = (
                classes_by_time(rule, self._seen) if isinstance(rule, TimeRule) else self._by_machine(self._mef(rule))
            )
            by_class = seconds_by_class(axis, classes)
            share = Share(Fraction(by_class["up"]), by_class["up"] + by_class["down"], "seconds")
            moved = moved_seconds(axis, self._contract, classes)
            return self._judged(policy, share, by_class, moved)
        silent = (self._seen.conditions == UNKNOWN) | ~self._seen.exists
        if isinstance(rule, CountRule):
            share = answered_probes(circuit, self._seen, self._facts, self._as_of)
            removed = self._seen.seconds(self._seen.excluded)
            # Of a contract by states the timeline says nothing about when probes were sent.
            unknown = None if axis == SECONDS else self._seen.seconds(silent & ~self._seen.excluded)
        else:
            share = good_windows(circuit, self._seen, self._facts, rule.window_seconds)
            removed, unknown = 0, self._seen.seconds(silent)
        kept: dict[str, int | None] = dict.fromkeys(CLASSES)
        return self._judged(
            policy, share, {**kept, "unknown": unknown, "excluded": removed, "outside_service_hours": 0}, {}
        )

    def _mef(self, rule: MachineRule) -> AvailabilityObjective:
        return replace(
            self._objective,
            maintenance="exclude",
            maintenance_window="run_through",
            unknown=rule.unknown,
            unknown_window="skip",
        )

    def _by_machine(self, objective: AvailabilityObjective) -> Classes:
        period = self._found.period
        counted = availability(self._agreement, objective, period, self._facts, as_of=self._as_of)
        return classes_by_machine(objective, counted, self._seen)

    def _judged(
        self,
        policy: Policy,
        share: Share,
        by_class: Mapping[str, int | None],
        moved: Mapping[tuple[str, str], int],
    ) -> Reading:
        ratio, percent = share.ratio, NO_CREDIT
        verdict: Verdict = "not_measurable"
        if ratio is not None:
            verdict = "met" if ratio >= self._objective.target_ratio else "breached"
            for tier in self._objective.tiers:
                if tier.at_least_ratio <= ratio < tier.below_ratio:  # tiers end at the target: a met ratio has none
                    percent = tier.credit_percent_text
        cents = half_up_cents(self._found.credits.fee * Fraction(percent) / 100)
        return Reading(policy, share, by_class, moved, verdict, CreditLine(percent, cents))
