"""The objectives of agreements as rows for the store, their numbers exact. Pure."""

from datetime import datetime
from decimal import Context, Decimal
from fractions import Fraction

from facilities.agreement import (
    Agreement,
    AvailabilityObjective,
    LossObjective,
    Objective,
    RoundTripObjective,
    TimeToRestoreObjective,
)
from facilities.agreement_versions import in_force
from facilities.inventory import Inventory
from store.rows import ObjectiveRow

_EXACT = Context(prec=60)


def objective_rows(inventory: Inventory, now: datetime) -> dict[tuple[str, str], ObjectiveRow]:
    """The objectives of each agreement's text in force at `now` and of later ones, as rows by agreement and id.

    Where texts differ the one in force counts, or of an agreement that has ended or not begun the last one.
    """
    rows = {}
    for code, versions in inventory.versions.items():
        today = now.astimezone(versions[0].time_zone).date()
        current = in_force(versions, today) or versions[-1]
        for one in (*(each for each in versions if each.number > current.number), current):
            rows.update({(code, each.id): objective_row(one, each) for each in one.objectives})
    return rows


def objective_row(agreement: Agreement, objective: Objective) -> ObjectiveRow:
    """One objective as a row; ratios and seconds are the decimals the agreement was written with."""
    target = at_most = at_most_seconds = percentile = min_coverage = None
    interval_seconds = None
    match objective:
        case AvailabilityObjective():
            target = exact_decimal(objective.target_ratio)
            min_coverage = exact_decimal(objective.min_coverage_ratio)
            interval_seconds = objective.interval_seconds if objective.method == "intervals" else None
        case LossObjective():
            at_most = exact_decimal(objective.at_most_ratio)
        case RoundTripObjective():
            at_most_seconds = exact_decimal(objective.at_most_ms / 1000)
            percentile = exact_decimal(objective.percentile_ratio)
        case TimeToRestoreObjective():
            at_most_seconds = Decimal(objective.at_most_seconds)
    return ObjectiveRow(
        agreement.id,
        objective.id,
        objective.circuit,
        objective.indicator,
        target,
        at_most,
        at_most_seconds,
        percentile,
        interval_seconds,
        min_coverage,
    )


def exact_decimal(number: Fraction) -> Decimal:
    """A number that was written as a decimal, as that decimal."""
    return _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
