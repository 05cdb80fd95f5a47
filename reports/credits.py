"""Credits line by line: tier, rate, exact amount before rounding, rounded amount, cap, and the tax apart. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from facilities.agreement import Agreement, AvailabilityObjective, TimeToRestoreObjective
from reports.formats import cut_decimal, percent_of

Json = dict[str, Any]
CENT = Decimal("0.01")


def credits_of(agreement: Agreement, document: Json, month_seconds: int) -> Json:
    """The lines that owe something, in the order of the agreement, and how they become what is proposed.

    `fee_exact` is the monthly fee prorated by seconds before it is rounded; `before_rounding` what a line comes to of
    it, cut after the sixth decimal. `vat` is None where the agreement names no rate: a rate is never assumed.
    """
    owed, period = document["credits"], document["period"]
    fee = agreement.monthly_fee * Fraction(period["seconds"], month_seconds)
    promised = {objective.id: objective for objective in agreement.objectives}
    lines = [
        {
            "objective": found["id"],
            "circuit": found["circuit"],
            "indicator": found["indicator"],
            "percent": found["credit_percent"],
            "basis": _basis(promised[found["id"]], found),
            "before_rounding": cut_decimal(fee * Fraction(found["credit_percent"]) / 100, 6),
            "amount": found["credit"],
        }
        for found in document["objectives"]
        if Decimal(found["credit_percent"])
    ]
    return {
        "lines": lines,
        "combination": agreement.credit_combination,
        "monthly_fee": cut_decimal(agreement.monthly_fee, 6),
        "fee_exact": cut_decimal(fee, 6),
        "fee": owed["fee"],
        "total": owed["total"],
        "cap_percent": percent_of(agreement.credit_cap_ratio),
        "cap": owed["cap"],
        "capped": owed["capped"],
        "payable": owed["payable"],
        "vat": _vat(agreement, owed["payable"]),
    }


def _basis(objective: Any, found: Json) -> Json | None:
    """What the rate comes from: the tier of an availability, or so much for each late ticket."""
    if isinstance(objective, AvailabilityObjective):
        total = found["seconds"]["up"] + found["seconds"]["down"]
        ratio = Fraction(found["seconds"]["up"], total) if total else None
        for tier in objective.tiers:
            if ratio is not None and tier.at_least_ratio <= ratio < tier.below_ratio:
                return {
                    "at_least_percent": percent_of(tier.at_least_ratio),
                    "below_percent": percent_of(tier.below_ratio),
                }
    if isinstance(objective, TimeToRestoreObjective):
        late = sum(ticket["verdict"] == "breached" for ticket in found["tickets"])
        return {"tickets": late, "each_percent": objective.credit_percent_text or "0"}
    return None


def _vat(agreement: Agreement, payable: str) -> Json | None:
    if agreement.vat_percent_text is None:
        return None
    tax = (Decimal(payable) * Decimal(agreement.vat_percent_text) / 100).quantize(CENT, ROUND_HALF_UP)
    return {
        "percent": agreement.vat_percent_text,
        "amount": format(tax, "f"),
        "including": format(Decimal(payable) + tax, "f"),
    }
