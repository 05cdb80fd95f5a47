"""What each availability objective of a score can still bear, as numbers for the store. Pure."""

from decimal import Context, Decimal
from fractions import Fraction

from facilities.budget import ahead_seconds, budget
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import Score
from store.intervals import Interval
from store.verdict_rows import BudgetRow

_EXACT = Context(prec=60)


def budget_rows(result: Score, as_of: int) -> dict[str, BudgetRow]:
    """By objective: the outage seconds its period allows, and those left at `as_of`; absent when nothing was counted.

    Exact: a target is a decimal and seconds are whole, so the product is a decimal too (facilities.budget).
    """
    agreement, period = result.agreement, result.period
    rest = Interval(as_of, period.ends_at) if period.contains(as_of) else None
    rows = {}
    for one in result.results:
        if isinstance(one, AvailabilityResult):
            hours = agreement.service_hours if one.objective.service_hours else None
            ahead = ahead_seconds(one.tally.unknown, rest, hours, agreement.time_zone)
            left = budget(one.objective.target_ratio, one.tally.up, one.tally.down, ahead)
            if left is not None:
                rows[one.objective.id] = BudgetRow(_decimal(left.allowed_seconds), _decimal(left.left_seconds))
    return rows


def _decimal(number: Fraction) -> Decimal:
    return _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
