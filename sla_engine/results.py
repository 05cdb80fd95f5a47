"""What each objective came to over one period, and its verdict. Pure, exact; a ratio that does not exist is None."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from facilities.agreement import (
    AvailabilityObjective,
    LossObjective,
    RoundTripObjective,
    TimeToRestoreObjective,
)
from sla_engine.tally import Tally

Verdict: TypeAlias = Literal["met", "breached", "open", "insufficient_data", "not_measurable"]


@dataclass(frozen=True, slots=True)
class AvailabilityResult:
    """The tally of an availability objective; its ratios speak of that tally."""

    objective: AvailabilityObjective
    tally: Tally

    @property
    def ratio(self) -> Fraction | None:
        """up / (up + down)."""
        return _ratio(self.tally.up, self.tally.up + self.tally.down)

    @property
    def coverage_ratio(self) -> Fraction | None:
        """The measured share of up + down + unknown, whatever the policy for unknown time."""
        return _ratio(self.tally.measured_up + self.tally.measured_down, self._total)

    @property
    def lowest_ratio(self) -> Fraction | None:
        """The ratio to that total if all unmeasured time had been down (R-29)."""
        return _ratio(self.tally.measured_up, self._total)

    @property
    def highest_ratio(self) -> Fraction | None:
        """The ratio to that total if all unmeasured time had been up."""
        return _ratio(self._total - self.tally.measured_down, self._total)

    @property
    def verdict(self) -> Verdict:
        """Met at equality. No verdict on time that does not exist, nor on time that was not measured (anchors I14)."""
        if self._total == 0:
            return "not_measurable"
        coverage, ratio = self.coverage_ratio, self.ratio
        if not coverage or ratio is None or coverage < self.objective.min_coverage_ratio:
            return "insufficient_data"
        return "met" if ratio >= self.objective.target_ratio else "breached"

    @property
    def _total(self) -> int:
        return self.tally.up + self.tally.down + self.tally.unknown


@dataclass(frozen=True, slots=True)
class LossResult:
    """What was sent and lost in available time."""

    objective: LossObjective
    sent: int
    lost: int

    @property
    def ratio(self) -> Fraction | None:
        """lost / sent over all of it; a mean of ratios would be another number (FLR-1)."""
        return _ratio(self.lost, self.sent)

    @property
    def verdict(self) -> Verdict:
        """Met at equality; nothing sent is not measurable (FLR-3)."""
        if self.ratio is None:
            return "not_measurable"
        return "met" if self.ratio <= self.objective.at_most_ratio else "breached"


@dataclass(frozen=True, slots=True)
class RoundTripResult:
    """The answered probes of available time, those within the objective, and the percentile itself."""

    objective: RoundTripObjective
    answered: int
    within: int
    value_ms: Fraction | None

    @property
    def verdict(self) -> Verdict:
        """Met iff within/answered >= p: the same as the nearest-rank percentile being within, and it merges (R-17)."""
        if not self.answered:
            return "not_measurable"
        return "met" if self.within >= self.objective.percentile_ratio * self.answered else "breached"


@dataclass(frozen=True, slots=True)
class TicketResult:
    """One ticket opened in the period: `elapsed_seconds` is net of `frozen_seconds`."""

    ticket: str
    elapsed_seconds: int
    frozen_seconds: int
    verdict: Literal["met", "breached", "open"]


@dataclass(frozen=True, slots=True)
class TimeToRestoreResult:
    """The tickets opened in the period, by opening and then by name."""

    objective: TimeToRestoreObjective
    tickets: tuple[TicketResult, ...]

    @property
    def breaches(self) -> int:
        """How many tickets took too long, restored or not."""
        return sum(ticket.verdict == "breached" for ticket in self.tickets)

    @property
    def verdict(self) -> Verdict:
        """Breached if a ticket is, else open if one is, else met; not measurable without a ticket."""
        if not self.tickets:
            return "not_measurable"
        if self.breaches:
            return "breached"
        return "open" if any(ticket.verdict == "open" for ticket in self.tickets) else "met"


Result: TypeAlias = AvailabilityResult | LossResult | RoundTripResult | TimeToRestoreResult


def _ratio(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
