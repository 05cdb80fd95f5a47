"""The readings of a month as a JSON document, and in one sentence each why they differ from the contract. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from facilities.agreement import percent_text
from sla_engine.credits import CreditLine
from sla_engine.document import Document, amount, cut, document, percent
from sla_engine.other_readings import ObjectiveReadings, OtherReadings, Reading
from sla_engine.other_readings_classes import CLASSES
from sla_engine.other_readings_rules import CONTRACT_NAME, CONTRACT_TITLE, CountRule, WindowRule
from sla_engine.other_readings_shares import Share

_HERE = {
    "up": "up in the contract",
    "down": "down in the contract",
    "unknown": "unknown in the contract",
    "excluded": "excluded by the contract",
    "outside_service_hours": "outside the contract's hours",
}
_THERE = {
    "up": "counts as up",
    "down": "counts as down",
    "unknown": "is unknown and left out",
    "excluded": "is removed",
    "outside_service_hours": "is outside the hours",
}


def readings_text(found: OtherReadings) -> str:
    """The document as text: two-space indent, UTF-8, one newline at the end; the same facts give the same bytes."""
    return json.dumps(readings_document(found), indent=2, ensure_ascii=False) + "\n"


def readings_document(found: OtherReadings) -> Document:
    """Every reading with exact figures. The contract's line has the very texts of `p2i score`.

    `value_percent` is cut towards zero, as everywhere here; `half_up_percent` is what a tool that rounds would show;
    `exact` is the ratio itself, a fraction in lowest terms.
    """
    shown = document(found.score)
    scored = {figures["id"]: figures for figures in shown["objectives"]}
    agreement = found.score.agreement
    policies = [reading.policy for reading in found.objectives[0].readings] if found.objectives else []
    return {
        "agreement": shown["agreement"],
        "period": shown["period"],
        "currency": agreement.currency,
        "objectives": [_objective(one, scored[one.result.objective.id]) for one in found.objectives],
        "payable": [
            {"policy": CONTRACT_NAME, "payable": shown["credits"]["payable"]},
            *({"policy": policy.name, "payable": amount(found.payable_cents(policy))} for policy in policies),
        ],
    }


def _objective(one: ObjectiveReadings, scored: Document) -> Document:
    objective = one.result.objective
    return {
        "id": objective.id,
        "circuit": objective.circuit,
        "target_percent": percent_text(objective.target_ratio),
        "readings": [_contract(one, scored), *(_reading(one, reading) for reading in one.readings)],
    }


def _contract(one: ObjectiveReadings, scored: Document) -> Document:
    tally = one.result.tally
    share = Share(Fraction(tally.up), tally.up + tally.down, "seconds")
    return {
        "policy": CONTRACT_NAME,
        "title": CONTRACT_TITLE,
        "verdict": scored["verdict"],
        **_ratio(share, scored["value_percent"]),
        "seconds": scored["seconds"],
        **_credit(one.credit),
        "why": contract_sentence(one),
        "does": "What the agreement says, clause by clause, as p2i score computes it.",
        "approximates": "",
        "source": "the agreement",
    }


def _reading(one: ObjectiveReadings, reading: Reading) -> Document:
    policy = reading.policy
    return {
        "policy": policy.name,
        "title": policy.title,
        "verdict": reading.verdict,
        **_ratio(reading.share, percent(reading.ratio)),
        "seconds": {name: reading.seconds[name] for name in CLASSES},
        **_credit(reading.credit),
        "why": sentence(one, reading),
        "does": policy.does,
        "approximates": policy.approximates,
        "source": policy.source,
    }


def _ratio(share: Share, value_percent: str | None) -> dict[str, Any]:
    ratio = share.ratio
    return {
        "value_percent": value_percent,
        "half_up_percent": half_up_percent(ratio),
        "exact": None if ratio is None else str(ratio),
        "counted": {"good": str(share.good), "total": share.total, "unit": share.unit},
    }


def _credit(line: CreditLine) -> dict[str, str]:
    return {"credit_percent": line.percent, "credit": amount(line.cents)}


def half_up_percent(ratio: Fraction | None) -> str | None:
    """A ratio as a percentage with four decimals, the half rounded up: for comparing with what a tool shows."""
    return None if ratio is None else cut(ratio * 100 + Fraction(1, 20_000), 4)


def contract_sentence(one: ObjectiveReadings) -> str:
    """What the contract's own line rests on, when it is no plain verdict."""
    result = one.result
    if result.verdict == "insufficient_data":
        needed = percent_text(result.objective.min_coverage_ratio)
        return (
            f"Measured {percent(result.coverage_ratio)} % of the time; below {needed} % the contract gives no verdict."
        )
    if result.verdict == "not_measurable":
        return "No time counts in this period."
    return "The rules both parties agreed to; every other line is compared with this one."


def sentence(one: ObjectiveReadings, reading: Reading) -> str:
    """One sentence: what this policy counts differently from the contract in this very period, and how long."""
    share = reading.share
    if isinstance(reading.policy.rule, CountRule):
        said = f"{share.total - share.good} of {share.total} probes were lost" if share.total else "No probe counts"
        said += _silent(reading.seconds, "excluded", "of planned time is left out")
        said += _silent(reading.seconds, "unknown", "of silence is left out")
    elif isinstance(reading.policy.rule, WindowRule):
        bad_windows = share.total - share.good
        bad = str(bad_windows) if bad_windows.denominator == 1 else f"about {cut(bad_windows, 1)}"
        said = f"{bad} of {share.total} windows were bad" if share.total else "No window holds a measurement"
        said += _silent(reading.seconds, "unknown", "of silence is in none")
    else:
        moves = [
            f"{duration(seconds)} {_HERE[here]} {_THERE[there]}" for (here, there), seconds in reading.moved.items()
        ]
        said = ", ".join(moves) or "Every second counts as in the contract"
    if one.result.verdict == "insufficient_data" and reading.ratio is not None:
        said += ", and no minimum coverage is asked for"
    return f"{said}."


def _silent(seconds: Mapping[str, int | None], name: str, what: str) -> str:
    count = seconds[name]
    return f", {duration(count)} {what}" if count else ""


def duration(seconds: int) -> str:
    """Seconds as hours, minutes and seconds, the parts that are not zero."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{rest} s" if rest else ""]
    return " ".join(part for part in parts if part) or "0 s"
