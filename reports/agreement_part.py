"""The part of a statement that is of one agreement: promises, figures, evidence, credits, rules, registers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from facilities.agreement import (
    Agreement,
    AvailabilityObjective,
    LossObjective,
    RoundTripObjective,
    TimeToRestoreObjective,
)
from facilities.calendar import period
from facilities.instants import epoch_seconds, instant_text
from facilities.inventory import Inventory
from facilities.parks import Park
from reports.catalogue import Catalogue
from reports.correction import correction
from reports.credits import credits_of
from reports.evidence import Told, outages_of, raw_figures, spans_of, tickets_of
from reports.formats import exact_decimal, percent_of
from reports.published import Published
from reports.rules import agreement_rules, objective_rules, promise
from reports.statement_text import document_text
from store.errors import P2IError
from store.verdict_rows import ScoreRow

Json = dict[str, Any]


class Scored(NamedTuple):
    """One agreement's scored month, with the exclusions and tickets on record for its circuits, as JSON objects.

    `published` is its version in force, None where nothing is published and `row` is the engine's draft. `evidence` is
    what the figures rest on (sla_engine.evidence), None where none was kept; `told` the alerts of its circuits.
    """

    agreement: Agreement
    row: ScoreRow
    registers: Mapping[str, Sequence[Json]]
    published: Published | None = None
    evidence: Json | None = None
    told: Sequence[Told] = ()


def _manager(inventory: Inventory, park: Park) -> str | None:
    """Who manages the park, and answers for the statement; None where the inventory does not know."""
    code = park.manager.value
    return None if code is None else inventory.organisations[code].name


def agreement_part(one: Scored, document: Json, month: str, inventory: Inventory, words: Catalogue) -> Json:
    """The part as a JSON object: figures as scored, what they rest on, the rules in words and the registers.

    Raises P2IError for a document that is not what the contract prescribes, or whose seconds do not add up.
    """
    if document_text(document) != one.row.document:
        raise P2IError(f'score of "{one.agreement.id}": its text is not what contracts/score prescribes')
    agreement = one.agreement
    park = inventory.parks[agreement.facility]
    promised = {objective.id: objective for objective in agreement.objectives}
    objectives: list[Json] = []
    for found in document["objectives"]:
        objective = promised[found["id"]]
        shown: Json = {
            "id": found["id"],
            "promise": promise(objective, words),
            "raw": raw_figures(one.evidence, found["id"]),
        }
        if isinstance(objective, AvailabilityObjective):
            shown |= _reconciled(one, objective, found, document["period"])
            shown["spans"] = spans_of(agreement, objective, document["period"], one.evidence)
            shown["outages"] = outages_of(found, one.evidence, one.registers, one.told)
        if isinstance(objective, LossObjective):
            shown["at_most_percent"] = percent_of(objective.at_most_ratio)
        if isinstance(objective, RoundTripObjective):
            shown["at_most_ms"] = exact_decimal(objective.at_most_ms)
        if isinstance(objective, TimeToRestoreObjective):
            shown["at_most_seconds"] = objective.at_most_seconds
            shown["tickets"] = tickets_of(found, one.registers)
        objectives.append(shown)
    calendar = {} if one.row.calendar is None else {"calendar": _calendar(one.row)}
    return {
        "agreement": agreement.id,
        "facility": {"code": park.code, "name": park.title, "manager": _manager(inventory, park)},
        "circuits": {code: _circuit(inventory, code) for code in _circuits(agreement)},
        "currency": agreement.currency,
        "credits": credits_of(agreement, document, _month_seconds(one, month)),
        "correction": None if one.published is None else correction(one.published.entry),
        "scored_to_at": utc_second(one.row.scored_to_at),
        "scored_at": utc_second(one.row.scored_at),
        "software_version": one.row.software_version,
        "tzdb_version": one.row.tzdb_version,
        "agreement_sha256": one.row.agreement_sha256,
        **calendar,
        "rules": {
            "common": agreement_rules(agreement, words),
            "objectives": {
                objective.id: objective_rules(agreement, objective, words) for objective in agreement.objectives
            },
        },
        "objectives": objectives,
        "registers": {name: list(rows) for name, rows in one.registers.items()},
        "registers_as_of": "version" if one.published is not None and one.published.has_registers else "writing",
        "score": document,
    }


def _month_seconds(one: Scored, month: str) -> int:
    span = period(month, one.agreement.time_zone)
    return span.ends_at - span.starts_at


def _calendar(row: ScoreRow) -> Json:
    """The calendar of the service hours, as the verdict names it (R-28)."""
    return {"id": row.calendar, "version": row.calendar_version, "sha256": row.calendar_sha256}


def published_part(one: Published) -> Json:
    """The version in force, where it stands, and the entry of the ledger that a tenant can look it up by."""
    said = one.entry.said()
    return {
        "version": one.entry.version,
        "state": one.state,
        "issued_at": said["occurred_at"],
        "contest_until": instant_text(one.contest_until),
        "reason": said["reason"],
        "adjustment": said["credit"]["adjustment"],
        "entry": one.entry.entry,
        "sha256": one.entry.sha256,
    }


def segment_part(one: Scored) -> Json:
    """Which part of the month it is, where an amendment cuts it: its first and last day, and whose text was applied."""
    zone = one.agreement.time_zone
    last_at = (one.row.period_ends_at - timedelta(seconds=1)).astimezone(zone)
    return {
        "first_on": f"{one.row.period_starts_at.astimezone(zone):%Y-%m-%d}",
        "last_on": f"{last_at:%Y-%m-%d}",
        "amendment": one.agreement.number,
    }


def _reconciled(one: Scored, objective: AvailabilityObjective, found: Json, period: Json) -> Json:
    """The sum that proves the seconds, and the budget of outage seconds they allow.

    Refuses a document whose seconds do not add up to its period (anchors I1): such a statement would be the one
    wrong total that discredits all others. The budget is (1 − target) × (up + down), the denominator the contract
    divides by; while the period runs that denominator still grows, so there is none yet.
    """
    seconds = found["seconds"]
    total = sum(seconds.values())
    if total != period["seconds"]:
        raise P2IError(
            f'score of "{one.agreement.id}": the seconds of "{objective.id}" add up to {total}, '
            f"not to the {period['seconds']} of the period"
        )
    budget = None
    if is_complete(one, period):
        allowed = (1 - objective.target_ratio) * (seconds["up"] + seconds["down"])
        budget = {
            "allowed": exact_decimal(allowed),
            "used": seconds["down"],
            "left": exact_decimal(allowed - seconds["down"]),
        }
    return {
        "target_percent": percent_of(objective.target_ratio),
        "min_coverage_percent": percent_of(objective.min_coverage_ratio),
        "seconds_total": total,
        "budget_seconds": budget,
    }


def is_complete(one: Scored, period: Json) -> bool:
    """Whether the agreement was scored to the end of its period."""
    return one.row.scored_to_at.timestamp() >= epoch_seconds(period["ends_at"])


def _circuits(agreement: Agreement) -> list[str]:
    return list(dict.fromkeys(objective.circuit for objective in agreement.objectives))


def _circuit(inventory: Inventory, code: str) -> Json:
    circuit = inventory.circuits[code]
    carrier = inventory.organisations[circuit.carrier].name
    return {"label": circuit.label, "carrier": carrier, "a_end": circuit.a_end, "z_end": circuit.z_end}


def utc_second(at: datetime) -> str:
    """An instant in UTC, cut to the second."""
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
