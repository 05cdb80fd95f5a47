"""What an availability objective still allows: its error budget, exact, of a period over or running. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import ZoneInfo

from facilities.calendar import ServiceHours, service_windows
from store.intervals import Interval


@dataclass(frozen=True, slots=True)
class Budget:
    """What an objective allows over the seconds that count in its period, and the outage seconds used of it."""

    target_ratio: Fraction
    counted_seconds: int
    used_seconds: int

    @property
    def allowed_seconds(self) -> Fraction:
        """(1 − target) × the seconds that count: exact, so it may have a fraction."""
        return (1 - self.target_ratio) * self.counted_seconds

    @property
    def ratio_at_best(self) -> Fraction:
        """The availability if no further second is lost."""
        return 1 - Fraction(self.used_seconds, self.counted_seconds)

    @property
    def left_seconds(self) -> Fraction:
        """What is left; negative once the objective can no longer be met."""
        return self.allowed_seconds - self.used_seconds

    @property
    def left_ratio(self) -> Fraction:
        """The share that is left, below 0 when overspent. A target of 100 % allows nothing: 0 until the first
        outage, then overspent by the whole of it (-1)."""
        if self.allowed_seconds:
            return self.left_seconds / self.allowed_seconds
        return Fraction(-1 if self.used_seconds else 0)


def budget(target_ratio: Fraction, up_seconds: int, down_seconds: int, ahead_seconds: int) -> Budget | None:
    """The budget over up + down + ahead seconds, `down` of them used; None when nothing has been counted yet.

    The denominator is the one the contract will divide by at the end of the period if every second still ahead is
    measured: the counted seconds so far and those to come. That is what an operator needs (how much more outage
    before the month is lost), and it makes `left ≥ 0` say exactly "the objective is still met" once nothing is ahead.
    With the counted seconds so far alone, the first minute of a month would allow 0.06 s of outage at 99.9 %.
    Unknown time gone by and excluded time have left the denominator, as in the contract (score.md, Availability;
    sla-standards 6.3, where planned maintenance shrinks the budget in the same way).
    """
    if up_seconds + down_seconds == 0:
        return None
    return Budget(target_ratio, up_seconds + down_seconds + ahead_seconds, down_seconds)


def ahead_seconds(
    unknown_seconds: int, span: Interval[int] | None, hours: ServiceHours | None, in_zone: ZoneInfo
) -> int:
    """The seconds of a running period that will still count: its rest (`span`), inside service hours if it has any.

    Never more than the document's unknown seconds, in which the rest of a period is contained: what is excluded
    already (maintenance accepted for next week) is not among them. An unknown second gone by may stand in for an
    excluded one to come; the budget then errs by (1 − target) of it, 3.6 s an hour at 99.9 %. `span` is None once
    the period is over.
    """
    if span is None:
        return 0
    windows = [span] if hours is None else service_windows(hours, in_zone, span)
    return min(unknown_seconds, sum(window.ends_at - window.starts_at for window in windows))
