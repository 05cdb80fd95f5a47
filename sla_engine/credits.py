"""Service credits: one line per breach, combined and capped, in exact hundredths. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction

from facilities.agreement import Agreement, AvailabilityObjective
from sla_engine.results import AvailabilityResult, Result, TimeToRestoreResult

NO_CREDIT = "0"


@dataclass(frozen=True, slots=True)
class CreditLine:
    """The percent of the fee owed for one objective, as the agreement writes it, and the amount in hundredths."""

    percent: str
    cents: int


@dataclass(frozen=True, slots=True)
class Credits:
    """The credits of a period. Amounts in hundredths of the currency; `fee` is exact, prorated and not rounded."""

    fee: Fraction
    lines: tuple[CreditLine, ...]
    total_cents: int
    cap_cents: int

    @property
    def payable_cents(self) -> int:
        """What is paid: the total, up to the cap."""
        return min(self.total_cents, self.cap_cents)

    @property
    def capped_cents(self) -> int:
        """What the cap takes away; it stays visible (R-25)."""
        return self.total_cents - self.payable_cents


def credits_owed(agreement: Agreement, share: Fraction, results: Sequence[Result]) -> Credits:
    """The credits owed for `results` over a period that bears `share` of the monthly fee (R-26).

    Each line is rounded half-up once (R-24); lines are added, or the largest is taken; then the cap applies (R-25).
    """
    fee = agreement.monthly_fee * share
    lines = tuple(
        CreditLine(percent, half_up_cents(fee * Fraction(percent) / 100))
        for percent in (credit_percent(result) for result in results)
    )
    return Credits(
        fee=fee,
        lines=lines,
        total_cents=_total_cents(agreement, lines),
        cap_cents=half_up_cents(fee * agreement.credit_cap_ratio),
    )


def payable_cents_if(agreement: Agreement, owed: Credits, place: int, percent: str) -> int:
    """What would be paid if the objective in `place` of the agreement were worth `percent` of the fee, and the others
    what they are; never less than is paid as it stands."""
    line = CreditLine(percent, half_up_cents(owed.fee * Fraction(percent) / 100))
    lines = (*owed.lines[:place], max(owed.lines[place], line, key=lambda each: each.cents), *owed.lines[place + 1 :])
    return replace(owed, lines=lines, total_cents=_total_cents(agreement, lines)).payable_cents


def _total_cents(agreement: Agreement, lines: Sequence[CreditLine]) -> int:
    amounts = [line.cents for line in lines]
    return sum(amounts) if agreement.credit_combination == "sum" else max(amounts, default=0)


def credit_percent(result: Result) -> str:
    """The percent of the fee that a result is worth: only a breach is worth any, tickets one each.

    In plain digits, as the agreement writes it ("05" stays "05"); of tickets, percent times number.
    """
    if result.verdict != "breached":
        return NO_CREDIT
    if isinstance(result, AvailabilityResult):
        return NO_CREDIT if result.ratio is None else tier_percent(result.objective, result.ratio)
    written = result.objective.credit_percent_text
    if written is None:
        return NO_CREDIT
    if not isinstance(result, TimeToRestoreResult):
        return written
    with localcontext() as context:
        context.prec = len(written) + 20  # the product is exact
        return format(Decimal(written) * result.breaches, "f")


def tier_percent(objective: AvailabilityObjective, ratio: Fraction) -> str:
    """The percent of the fee of the tier in which an availability lies; nothing outside every tier."""
    for tier in objective.tiers:
        if tier.at_least_ratio <= ratio < tier.below_ratio:
            return tier.credit_percent_text
    return NO_CREDIT


def half_up_cents(amount: Fraction) -> int:
    """A non-negative amount in hundredths, the half rounded up (CR-6)."""
    return int(amount * 100 + Fraction(1, 2))
