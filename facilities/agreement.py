"""What was promised to a tenant: an agreement, its objectives and how each is counted. Values only, exact, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal, TypeAlias
from zoneinfo import ZoneInfo

from facilities.amendment import Amendment
from facilities.calendar import ServiceHours, local_midnight
from facilities.civil_calendar import CalendarVersion
from facilities.closing import Closing
from store.errors import InputError
from store.intervals import Interval


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What a maintenance must satisfy to be excluded; None leaves that condition out."""

    notice_hours: int | None = None
    monthly_quota_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """The credit owed for a ratio in [at_least_ratio, below_ratio); the percent stays as written, for print."""

    at_least_ratio: Fraction
    below_ratio: Fraction
    credit_percent_text: str

    @property
    def credit_percent(self) -> Decimal:
        """The percent of the fee."""
        return Decimal(self.credit_percent_text)


@dataclass(frozen=True, slots=True)
class AvailabilityObjective:
    """Availability of a circuit, by the state machine of MEF 10.4 over Δt or by a timeline of states.

    `loss_threshold` is C, `consecutive_intervals` n, `consecutive_high_loss` p (None when n = 1).
    """

    indicator: ClassVar[Literal["availability"]] = "availability"
    id: str
    circuit: str
    method: Literal["intervals", "states"]
    interval_seconds: int
    loss_threshold: Fraction
    threshold_is_bad: bool
    consecutive_intervals: int
    consecutive_high_loss: int | None
    high_loss_counting: Literal["runs", "intervals"]
    maintenance: Literal["exclude", "up"]
    maintenance_window: Literal["run_through", "splice"]
    unknown: Literal["exclude", "up", "down"]
    unknown_window: Literal["skip", "break"]
    target_ratio: Fraction
    min_coverage_ratio: Fraction
    service_hours: bool
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class LossObjective:
    """At most this share of what was sent may be lost, over available time."""

    indicator: ClassVar[Literal["loss"]] = "loss"
    id: str
    circuit: str
    at_most_ratio: Fraction
    service_hours: bool
    credit_percent_text: str | None

    @property
    def credit_percent(self) -> Decimal | None:
        """The percent of the fee owed when breached; None without a credit."""
        return None if self.credit_percent_text is None else Decimal(self.credit_percent_text)


@dataclass(frozen=True, slots=True)
class RoundTripObjective:
    """This share of the answered probes must come back within so many milliseconds, over available time."""

    indicator: ClassVar[Literal["round_trip"]] = "round_trip"
    id: str
    circuit: str
    percentile_ratio: Fraction
    at_most_ms: Fraction
    service_hours: bool
    credit_percent_text: str | None

    @property
    def credit_percent(self) -> Decimal | None:
        """The percent of the fee owed when breached; None without a credit."""
        return None if self.credit_percent_text is None else Decimal(self.credit_percent_text)


@dataclass(frozen=True, slots=True)
class TimeToRestoreObjective:
    """Each ticket must be restored within so many seconds, freezes aside; the credit is owed once per ticket."""

    indicator: ClassVar[Literal["time_to_restore"]] = "time_to_restore"
    id: str
    circuit: str
    at_most_seconds: int
    service_hours: bool
    credit_percent_text: str | None

    @property
    def credit_percent(self) -> Decimal | None:
        """The percent of the fee owed when breached; None without a credit."""
        return None if self.credit_percent_text is None else Decimal(self.credit_percent_text)


Objective: TypeAlias = AvailabilityObjective | LossObjective | RoundTripObjective | TimeToRestoreObjective


@dataclass(frozen=True, slots=True)
class Agreement:
    """One text of one contract with one tenant: its span of civil days, its fee, its objectives in the order written.

    `calendar` names the text that `service_hours` were taken from; None where the agreement writes its own. A contract
    that was amended is several of these under one id: `amendment` is None for the original, `superseded_on` is the day
    the next text takes over, and `scored_from` the day from which this one is scored where a closed period reaches
    over its first days (sla_engine.segments). All of them count on one grid, that of `starts_on`. `vat_percent_text`
    is printed on statements and counts nowhere; None leaves the rate to the invoice.
    """

    id: str
    tenant: str
    facility: str
    time_zone: ZoneInfo
    starts_on: date
    ends_on: date | None
    monthly_fee: Fraction
    currency: str
    credit_combination: Literal["sum", "max"]
    credit_cap_ratio: Fraction
    maintenance: Maintenance
    service_hours: ServiceHours | None
    objectives: tuple[Objective, ...]
    calendar: CalendarVersion | None = None
    amendment: Amendment | None = None
    superseded_on: date | None = None
    scored_from: date | None = None
    closing: Closing = field(default_factory=Closing)
    vat_percent_text: str | None = None

    @property
    def number(self) -> int:
        """The number of the amendment; 0 for the original."""
        return 0 if self.amendment is None else self.amendment.number

    @property
    def starts_at(self) -> int:
        """The epoch second of the first local midnight, which anchors the grid of every circuit (t0)."""
        return local_midnight(self.starts_on, self.time_zone)

    @property
    def first_on(self) -> date:
        """The first civil day on which this text is in force."""
        effective_on = self.starts_on if self.amendment is None else self.amendment.effective_on
        return max(self.starts_on, effective_on, self.scored_from or self.starts_on)

    @property
    def until_on(self) -> date | None:
        """The first civil day on which this text is no longer in force; None without an end."""
        return min((day for day in (self.ends_on, self.superseded_on) if day is not None), default=None)

    def is_in_force_on(self, day: date) -> bool:
        """Whether `day` is one on which this text is in force."""
        return self.first_on <= day and (self.until_on is None or day < self.until_on)

    def covered(self, period: Interval[int]) -> Interval[int]:
        """The part of `period` in which this text is in force, from midnight to midnight: the scored period."""
        first, until = self.first_on, self.until_on
        starts_at = local_midnight(first, self.time_zone)
        ends_at = max(period.ends_at, starts_at) if until is None else local_midnight(until, self.time_zone)
        part = period.clipped(Interval(starts_at, ends_at))
        if part is None:
            to = f" to {until}" if until else ""
            raise InputError(f'agreement "{self.id}" runs from {first}{to} and covers none of it')
        return part

    def availability_of(self, circuit: str) -> AvailabilityObjective | None:
        """The availability objective of `circuit`, whose counted time loss and round trip follow; None without one."""
        for objective in self.objectives:
            if isinstance(objective, AvailabilityObjective) and objective.circuit == circuit:
                return objective
        return None


def percent_text(ratio: Fraction) -> str:
    """A ratio of an agreement as the percentage it was written with, without trailing zeros."""
    return decimal_text(ratio * 100)


def decimal_text(number: Fraction) -> str:
    """A non-negative number that was written as a decimal, in plain digits without trailing zeros."""
    digits = 0
    while (number * 10**digits).denominator != 1:  # it was written as a decimal, so this ends
        digits += 1
    whole = str(int(number * 10**digits)).rjust(digits + 1, "0")
    return f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole
