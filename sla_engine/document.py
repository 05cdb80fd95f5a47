"""The score as the JSON document of the contract: its keys in their order, its rounding, its bytes. Pure."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from facilities.calendar import TZDB_VERSION
from facilities.instants import instant_text
from sla_engine.credits import CreditLine, half_up_cents
from sla_engine.results import AvailabilityResult, LossResult, Result, RoundTripResult
from sla_engine.scoring import Score

Document = dict[str, Any]


def document_text(score: Score) -> str:
    """The document as the bytes that the contract fixes: two-space indent, UTF-8 as it is, one newline at the end."""
    return json.dumps(document(score), indent=2, ensure_ascii=False) + "\n"


def document(score: Score) -> Document:
    """The score as the contract writes it. Percentages have four decimals and `value_ms` three, both cut towards zero
    so that 99.8999 never prints as 99.90 (R-24); amounts two, half-up; what does not exist is None."""
    period, owed = score.period, score.credits
    return {
        "agreement": score.agreement.id,
        "period": {
            "starts_at": instant_text(period.starts_at),
            "ends_at": instant_text(period.ends_at),
            "seconds": period.ends_at - period.starts_at,
            "time_zone": score.agreement.time_zone.key,
            "tzdb": TZDB_VERSION,
        },
        "objectives": [
            {
                "id": result.objective.id,
                "circuit": result.objective.circuit,
                "indicator": result.objective.indicator,
                "verdict": result.verdict,
                **_figures(result),
                "credit_percent": line.percent,
                "credit": amount(line.cents),
            }
            for result, line in _lines(score)
        ],
        "credits": {
            "fee": amount(half_up_cents(owed.fee)),
            "total": amount(owed.total_cents),
            "cap": amount(owed.cap_cents),
            "payable": amount(owed.payable_cents),
            "capped": amount(owed.capped_cents),
        },
    }


def _lines(score: Score) -> list[tuple[Result, CreditLine]]:
    return list(zip(score.results, score.credits.lines, strict=True))


def _figures(result: Result) -> Document:
    if isinstance(result, AvailabilityResult):
        return _availability(result)
    if isinstance(result, LossResult):
        return {"value_percent": percent(result.ratio), "sent": result.sent, "lost": result.lost}
    if isinstance(result, RoundTripResult):
        return {
            "value_ms": cut(result.value_ms, 3),
            "answered": result.answered,
            "within": result.within,
        }
    return {
        "tickets": [
            {
                "ticket": ticket.ticket,
                "elapsed_seconds": ticket.elapsed_seconds,
                "frozen_seconds": ticket.frozen_seconds,
                "verdict": ticket.verdict,
            }
            for ticket in result.tickets
        ]
    }


def _availability(result: AvailabilityResult) -> Document:
    tally = result.tally
    by_intervals = result.objective.method == "intervals"
    return {
        "value_percent": percent(result.ratio),
        "seconds": {
            "up": tally.up,
            "down": tally.down,
            "unknown": tally.unknown,
            "excluded": tally.excluded,
            "outside_service_hours": tally.outside_service_hours,
        },
        "provisional_seconds": tally.provisional,
        "coverage_percent": percent(result.coverage_ratio),
        "lowest_percent": percent(result.lowest_ratio),
        "highest_percent": percent(result.highest_ratio),
        "outages": [
            {
                "starts_at": instant_text(outage.starts_at),
                "ends_at": instant_text(outage.ends_at),
                "seconds": outage.ends_at - outage.starts_at,
            }
            for outage in tally.outages
        ],
        "high_loss_intervals": tally.high_loss_intervals if by_intervals else None,
        "consecutive_high_loss": tally.consecutive_high_loss if by_intervals else None,
    }


def percent(ratio: Fraction | None) -> str | None:
    """A ratio as a percentage with four decimals, cut towards zero."""
    return None if ratio is None else cut(ratio * 100, 4)


def cut(value: Fraction | None, decimals: int) -> str | None:
    """A non-negative value with so many decimals, cut towards zero."""
    if value is None:
        return None
    whole, rest = divmod(value.numerator * 10**decimals // value.denominator, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}"


def amount(cents: int) -> str:
    """An amount of money in hundredths, as text with two decimals."""
    return f"{cents // 100}.{cents % 100:02d}"
