"""The score as plain aligned text for a person at a terminal; the JSON document is the record."""

from __future__ import annotations

from facilities.agreement import decimal_text, percent_text
from facilities.calendar import TZDB_VERSION
from sla_engine.document import Document, document
from sla_engine.results import AvailabilityResult, LossResult, Result, RoundTripResult, TimeToRestoreResult
from sla_engine.scoring import Score


def text(score: Score) -> str:
    """One block per objective: the verdict first, then the figures that decided it, then the money."""
    shown = document(score)
    agreement, period = score.agreement, shown["period"]
    lines = [
        f"Agreement {agreement.id} of {agreement.tenant} at {agreement.facility}",
        f"Period    {period['starts_at']} to {period['ends_at']}, {_duration(period['seconds'])} "
        f"({period['time_zone']}, tzdb {TZDB_VERSION})",
        "",
    ]
    for result, figures in zip(score.results, shown["objectives"], strict=True):
        lines += [*_objective(result, figures, agreement.currency), ""]
    money = shown["credits"]
    width = max(len(value) for value in money.values())
    lines.append(f"Credits in {agreement.currency}")
    names = {
        "fee": "fee of the period",
        "total": f"credits, {agreement.credit_combination}",
        "cap": "cap",
        "payable": "payable",
        "capped": "taken by the cap",
    }
    lines += [f"  {name:<20}{money[key]:>{width}}" for key, name in names.items()]
    return "\n".join(lines) + "\n"


def _objective(result: Result, figures: Document, currency: str) -> list[str]:
    head = f"{figures['verdict'].upper():<18}{figures['id']} (circuit {figures['circuit']})"
    if isinstance(result, AvailabilityResult):
        body = _availability(result, figures)
    elif isinstance(result, LossResult):
        most = percent_text(result.objective.at_most_ratio)
        body = [
            f"loss {_percent(figures['value_percent'])}, at most {most} % promised: "
            f"{figures['lost']} lost of {figures['sent']} sent"
        ]
    elif isinstance(result, RoundTripResult):
        value = "none" if figures["value_ms"] is None else f"{figures['value_ms']} ms"
        promise = (
            f"{percent_text(result.objective.percentile_ratio)} % within {decimal_text(result.objective.at_most_ms)} ms"
        )
        body = [
            f"round trip {value}, {promise} promised: {figures['within']} of {figures['answered']} answered probes are"
        ]
    else:
        body = _tickets(result)
    if figures["credit_percent"] != "0":
        body.append(f"credit {figures['credit_percent']} % of the fee: {figures['credit']} {currency}")
    return [head, *(f"  {line}" for line in body)]


def _availability(result: AvailabilityResult, figures: Document) -> list[str]:
    lines = [
        f"availability {_percent(figures['value_percent'])}, {percent_text(result.objective.target_ratio)} % promised",
        f"measured {_percent(figures['coverage_percent'])} of the time; had the rest been down or up: "
        f"{_percent(figures['lowest_percent'])} or {_percent(figures['highest_percent'])}",
        ", ".join(
            f"{name.replace('_', ' ')} {_duration(seconds)}" for name, seconds in figures["seconds"].items() if seconds
        ),
    ]
    if figures["provisional_seconds"]:
        lines.append(f"{_duration(figures['provisional_seconds'])} of it can still change")
    lines += [
        f"outage {outage['starts_at']} to {outage['ends_at']}, {_duration(outage['seconds'])}"
        for outage in figures["outages"]
    ]
    if figures["high_loss_intervals"]:
        lines.append(
            f"{figures['high_loss_intervals']} high-loss intervals, consecutive {figures['consecutive_high_loss']}"
        )
    return lines


def _tickets(result: TimeToRestoreResult) -> list[str]:
    return [
        f"{ticket.ticket}: {_duration(ticket.elapsed_seconds)} of {_duration(result.objective.at_most_seconds)}, "
        f"frozen {_duration(ticket.frozen_seconds)}, {ticket.verdict}"
        for ticket in result.tickets
    ] or ["no ticket was opened"]


def _percent(value: str | None) -> str:
    return "none" if value is None else f"{value} %"


def _duration(seconds: int) -> str:
    """Seconds as hours, minutes and seconds, the parts that are not zero."""
    hours, rest = divmod(seconds, 3600)
    parts = [
        f"{hours} h" if hours else "",
        f"{rest // 60} min" if rest // 60 else "",
        f"{rest % 60} s" if rest % 60 else "",
    ]
    return " ".join(part for part in parts if part) or "0 s"
