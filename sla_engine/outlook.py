"""What a running period of an availability objective comes to: how fast its budget goes, and when it is gone. Pure.

Everything is counted in service time, exactly: seconds are integers, budgets fractions (sla-standards 6.2 and 6.3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from math import floor

from facilities.agreement import AvailabilityObjective
from facilities.budget import Budget
from facilities.burn import window_seconds
from facilities.instants import instant
from sla_engine.credits import NO_CREDIT, payable_cents_if, tier_percent
from sla_engine.facts import CircuitFacts
from sla_engine.outlook_recent import Recent
from sla_engine.outlook_time import (
    DAY_SECONDS,
    common,
    excluded_seconds,
    looked_back,
    looks_from,
    owed_seconds,
    run_before,
    second_number,
    service_day_seconds,
    without,
)
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import Score, grid
from sla_engine.spans import Spans
from store.alert_rows import OutlookRow
from store.intervals import Interval

TREND_SECONDS = 7 * DAY_SECONDS
ON_ITS_WAY_SECONDS = 60

_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True, eq=False)
class _Time:
    """The seconds around a running period, from where the look back begins to its end.

    `service` counts in the denominator, `charged` is where an outage counts: they differ where the agreement takes
    maintenance for up. `down` is what the contract charges as outage. From `looks_from` to `seen_at`, which is all that
    looks back need, `known` and `bad` were measured, and `classed` is what the contract calls up or down.
    """

    service: Spans
    charged: Spans
    known: Spans
    bad: Spans
    down: Spans
    classed: Spans
    looks_from: int
    seen_at: int
    day_seconds: int
    is_down: bool


def outlook_row(
    score: Score,
    place: int,
    circuit: CircuitFacts,
    recent: Recent,
    earlier_outages: Iterable[Interval[int]],
    *,
    is_demo: bool,
) -> OutlookRow:
    """The outlook of the availability objective in `place` of a running score.

    `recent` is what was measured of its circuit up to now and for the looks back, over the start of the period too,
    `earlier_outages` are those of the periods before. Where the last Δt are only on their way, what is seen ends with
    the last that came (`seen_at`); a budget used up lies in the past (`breach_at`).
    """
    result = score.results[place]
    assert isinstance(result, AvailabilityResult)
    objective, tally, period = result.objective, result.tally, score.period
    time = _time(score, result, circuit, recent, earlier_outages)
    begins = max(time.seen_at, period.starts_at)
    looked_at = time.service.clipped(time.looks_from, period.ends_at)
    ahead = time.service.clipped(begins, period.ends_at).total()
    budget = Budget(objective.target_ratio, tally.up + tally.down + ahead, tally.down)
    trend, trend_down = _trend(time)
    breach_at = _breach_at(time, budget, period, Fraction(trend_down, trend) if trend else Fraction(0))
    return OutlookRow(
        agreement=score.agreement.id,
        objective=objective.id,
        period_starts_at=instant(period.starts_at),
        period_ends_at=instant(period.ends_at),
        circuit=objective.circuit,
        is_demo=is_demo,
        seen_at=instant(time.seen_at),
        allowed_ratio=decimal(1 - objective.target_ratio),
        budget_seconds=decimal(budget.allowed_seconds),
        budget_left_seconds=decimal(budget.left_seconds),
        service_seconds=time.service.clipped(period.starts_at, period.ends_at).total(),
        ahead_seconds=ahead,
        bad_run_seconds=_bad_run(time, looked_at),
        unknown_run_seconds=run_before(looked_at, time.known, time.seen_at),
        windows=looked_back(time.service, time.known, time.bad, time.seen_at, window_seconds(time.day_seconds)),
        trend_seconds=trend,
        trend_down_seconds=trend_down,
        breach_at=None if breach_at is None else instant(breach_at),
        payable=Decimal(score.credits.payable_cents).scaleb(-2),
        payable_if_breached=Decimal(_payable_cents_if_breached(score, place, budget)).scaleb(-2),
        currency=score.agreement.currency,
        service_day_seconds=time.day_seconds,
        interval_seconds=0 if objective.method == "states" else objective.interval_seconds,
    )


def decimal(number: Fraction) -> Decimal:
    """A fraction that has a finite decimal, exactly: a target is a decimal and seconds are whole."""
    return _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))


def _time(
    score: Score,
    result: AvailabilityResult,
    circuit: CircuitFacts,
    recent: Recent,
    earlier_outages: Iterable[Interval[int]],
) -> _Time:
    agreement, objective, period = score.agreement, result.objective, score.period
    excluded = excluded_seconds(agreement, objective, circuit, period)
    owed = owed_seconds(agreement, objective, Interval(min(recent.starts_at, period.starts_at), period.ends_at))
    charged = without(owed, excluded)
    service = owed if objective.maintenance == "up" else charged
    seen_at = _seen_at(objective, recent, grid(agreement, objective.circuit).step_seconds)
    day = service_day_seconds(agreement, objective, period)
    first_at = min(seen_at - TREND_SECONDS, int(looks_from(service, seen_at, window_seconds(day)[-1:])[0]))
    seen = recent.clipped(max(recent.starts_at, first_at), recent.ends_at)
    outages = result.tally.outages
    return _Time(
        service=service,
        charged=charged,
        known=seen.known,
        bad=common(seen.bad, charged),
        down=common(Spans.of([*earlier_outages, *outages]), charged),
        classed=seen.known if objective.unknown == "exclude" else Spans.of([Interval(seen.starts_at, seen.ends_at)]),
        looks_from=seen.starts_at,
        seen_at=seen_at,
        day_seconds=day,
        is_down=bool(outages) and not recent.known.clipped(outages[-1].ends_at, recent.ends_at).total(),
    )


def _seen_at(objective: AvailabilityObjective, recent: Recent, step_seconds: int) -> int:
    """Where what is seen ends: the last measured Δt, while the next ones may only be on their way; else now."""
    last = recent.measured_to
    if objective.unknown != "exclude" or last is None:
        return recent.ends_at
    return last if recent.ends_at - last <= 2 * step_seconds + ON_ITS_WAY_SECONDS else recent.ends_at


def _bad_run(time: _Time, service: Spans) -> int:
    """The service time since the last second that was not bad; 0 where that is the last of all."""
    if not time.bad.ends.size or run_before(service, time.bad, time.seen_at):
        return 0
    return run_before(service, without(service, time.bad), time.seen_at)


def _trend(time: _Time) -> tuple[int, int]:
    """Of the last seven days: the seconds that count by the contract, and of these the ones down."""
    since = max(time.seen_at - TREND_SECONDS, time.looks_from)
    counted = common(time.classed, time.charged).clipped(since, time.seen_at)
    trend, down = counted.total(), counted.common(time.down).total() if time.down.starts.size else 0
    if time.service is not time.charged:  # maintenance is up where it was measured
        trend += time.known.common(without(time.service, time.charged)).clipped(since, time.seen_at).total()
    return trend, down


def _breach_at(time: _Time, budget: Budget, period: Interval[int], rate: Fraction) -> int | None:
    """The second in which more will be down than the period allows; None when it will not inside the period.

    An outage that runs is taken to go on: it pauses with maintenance, and at night where service is by the hour.
    Otherwise the `rate` of the trend goes on. Where it has happened already it is the second in which it did.
    """
    if budget.left_seconds < 0:
        return second_number(time.down.clipped(period.starts_at, period.ends_at), floor(budget.allowed_seconds))
    ahead = time.charged.clipped(max(time.seen_at, period.starts_at), period.ends_at)
    if time.is_down:
        return second_number(ahead, floor(budget.left_seconds))
    return second_number(ahead, floor(budget.left_seconds / rate)) if rate else None


def _payable_cents_if_breached(score: Score, place: int, budget: Budget) -> int:
    """What would be paid for the period were this objective just missed, or as it must end at best where that is worse.

    The tier below the target is the one that holds everything just below it.
    """
    result = score.results[place]
    assert isinstance(result, AvailabilityResult)
    objective = result.objective
    target = objective.target_ratio
    first = [tier for tier in objective.tiers if tier.at_least_ratio < target <= tier.below_ratio]
    percent = first[0].credit_percent_text if first else NO_CREDIT
    if budget.left_seconds < 0:
        percent = tier_percent(objective, budget.ratio_at_best)
    return payable_cents_if(score.agreement, score.credits, place, percent)
