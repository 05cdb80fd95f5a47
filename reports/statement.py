"""The statement of one tenant and month as data: promises, figures, the rules in words, and hashes. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from facilities.agreement import Agreement, AvailabilityObjective
from facilities.circuits import Tenant
from facilities.instants import epoch_seconds
from facilities.inventory import Inventory
from reports.catalogue import Catalogue
from reports.formats import exact_decimal, percent_of
from reports.published import Published
from reports.rules import agreement_rules, objective_rules, promise
from store.canonical import canonical_sha256, text_sha256
from store.errors import P2IError
from store.rows import ScoreRow

KIND = "p2i.statement/1"

Json = dict[str, Any]


class Scored(NamedTuple):
    """One agreement's scored month, with the exclusions and tickets on record for its circuits, as JSON objects.

    `published` is its version in force, None where nothing is published and `row` is the engine's draft.
    """

    agreement: Agreement
    row: ScoreRow
    registers: Mapping[str, Sequence[Json]]
    published: Published | None = None


def statement(
    tenant: Tenant,
    month: str,
    scored: Sequence[Scored],
    not_scored: Mapping[str, str | None],
    *,
    inventory: Inventory,
    issued_at: datetime,
    words: Catalogue,
) -> Json:
    """The statement as a JSON object. `not_scored` are the agreements in force in the month without a score of what is
    known now, and why.

    It is `provisional` while a verdict of an agreement in force is not published; `reasons` say why. Else it is of the
    versions in force, and `issued`, `contested` (one of them is) or `final` (all of them are), in the words of the
    ledger (docs/verdicts.md). Every correction makes it a next version, with the `number` of the one it `replaces`.
    `parts_sha256` are over each part alone, so that a part
    can be compared without the rest: `score` over the exact text that `p2i score` prints, the others over canonical
    JSON (RFC 8785). `sha256` is over everything else in the object, canonical.
    """
    agreements, parts, reasons = [], {}, []
    cut = {one.agreement.id for one in scored if sum(each.agreement.id == one.agreement.id for each in scored) > 1}
    for one in scored:
        document = one.row.parsed()
        shown = _agreement(one, document, inventory, words)
        if one.agreement.id in cut:
            shown["segment"] = _segment(one)
        if one.published is not None:
            shown["published"] = _published(one.published)
        agreements.append(shown)
        parts[part_name(shown)] = {
            "agreement": one.row.agreement_sha256,
            "score": text_sha256(one.row.document),
            "rules": canonical_sha256(agreements[-1]["rules"]),
            "registers": canonical_sha256(agreements[-1]["registers"]),
        }
        if one.published is None:
            reasons += _reasons(one, document, issued_at, words)
    for name, why in not_scored.items():
        key = "reason.not_scored" if why is None else "reason.cannot_be_scored"
        reasons.append(words.say(key, agreement=name, why=why))
    if not reasons:
        drafts = dict.fromkeys(one.agreement.id for one in scored if one.published is None)
        reasons = [words.say("reason.not_published", agreement=name) for name in drafts]
    is_demo = inventory.is_demo or any(one.row.is_demo for one in scored)
    number = f"{(inventory.label or 'DÉMO') + '-' if is_demo else ''}P2I-{month}-{tenant.code}"
    published = [one.published for one in scored if one.published is not None]
    version = (
        None if reasons else 1 + len(frozenset[tuple[str, datetime]]().union(*(one.restated for one in published)))
    )
    content: Json = {
        "kind": KIND,
        "number": number if version is None else f"{number}-v{version}",
        "version": version,
        "replaces": f"{number}-v{version - 1}" if version is not None and version > 1 else None,
        "label": (inventory.label or "DÉMO") if is_demo else "",
        "status": "provisional" if reasons else _status(published),
        "reasons": reasons,
        "language": words.code,
        "issued_at": _instant(issued_at),
        "tenant": {"code": tenant.code, "name": tenant.name},
        "month": month,
        "agreements": agreements,
        "payable": _payable(agreements),
        "adjustment": _adjustment(agreements),
        "parts_sha256": parts,
    }
    return {**content, "sha256": canonical_sha256(content)}


def part_name(agreement: Json) -> str:
    """The name of an agreement's part of the statement: its id, and of a month in two segments the first day, too."""
    name: str = agreement["agreement"]
    return f"{name} {agreement['segment']['first_on']}" if "segment" in agreement else name


def document_text(document: Json) -> str:
    """The text of a document as `p2i score` prints it: an auditor gets the same bytes back from the statement."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _agreement(one: Scored, document: Json, inventory: Inventory, words: Catalogue) -> Json:
    if document_text(document) != one.row.document:
        raise P2IError(f'score of "{one.agreement.id}": its text is not what contracts/score prescribes')
    agreement = one.agreement
    park = inventory.parks[agreement.facility]
    promised = {objective.id: objective for objective in agreement.objectives}
    objectives: list[Json] = []
    for found in document["objectives"]:
        objective = promised[found["id"]]
        shown: Json = {"id": found["id"], "promise": promise(objective, words)}
        if isinstance(objective, AvailabilityObjective):
            shown |= _reconciled(one, objective, found, document["period"])
        objectives.append(shown)
    calendar = {} if one.row.calendar is None else {"calendar": _calendar(one.row)}
    return {
        "agreement": agreement.id,
        "facility": {"code": park.code, "name": park.title},
        "circuits": {code: _circuit(inventory, code) for code in _circuits(agreement)},
        "currency": agreement.currency,
        "credit_combination": agreement.credit_combination,
        "scored_to_at": _instant(one.row.scored_to_at),
        "scored_at": _instant(one.row.scored_at),
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
        "score": document,
    }


def _calendar(row: ScoreRow) -> Json:
    """The calendar of the service hours, as the verdict names it (R-28)."""
    return {"id": row.calendar, "version": row.calendar_version, "sha256": row.calendar_sha256}


def _published(one: Published) -> Json:
    """The version in force, where it stands, and the entry of the ledger that a tenant can look it up by."""
    said = one.entry.said()
    return {
        "version": one.entry.version,
        "state": one.state,
        "issued_at": said["occurred_at"],
        "reason": said["reason"],
        "adjustment": said["credit"]["adjustment"],
        "entry": one.entry.entry,
        "sha256": one.entry.sha256,
    }


def _status(published: Sequence[Published]) -> str:
    """The state of the versions in force together: one that is contested leaves the whole open."""
    states = {one.state for one in published}
    return "contested" if "contested" in states else "final" if states == {"final"} else "issued"


def _segment(one: Scored) -> Json:
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
    if _is_complete(one, period):
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


def _is_complete(one: Scored, period: Json) -> bool:
    """Whether the agreement was scored to the end of its period."""
    return one.row.scored_to_at.timestamp() >= epoch_seconds(period["ends_at"])


def _circuits(agreement: Agreement) -> list[str]:
    return list(dict.fromkeys(objective.circuit for objective in agreement.objectives))


def _circuit(inventory: Inventory, code: str) -> Json:
    circuit = inventory.circuits[code]
    carrier = inventory.organisations[circuit.carrier].name
    return {"label": circuit.label, "carrier": carrier, "a_end": circuit.a_end, "z_end": circuit.z_end}


def _reasons(one: Scored, document: Json, issued_at: datetime, words: Catalogue) -> list[str]:
    """Why the agreement's part can still change, in words; nothing when it cannot."""
    name = one.agreement.id
    reasons = []
    if issued_at.timestamp() < epoch_seconds(document["period"]["ends_at"]):
        reasons.append(words.say("reason.running", agreement=name))
    elif not _is_complete(one, document["period"]):
        reasons.append(words.say("reason.not_complete", agreement=name))
    for found in document["objectives"]:
        if found.get("provisional_seconds"):
            places = {"seconds": found["provisional_seconds"], "circuit": found["circuit"], "agreement": name}
            reasons.append(words.say("reason.provisional_seconds", **places))
        if any(ticket["verdict"] == "open" for ticket in found.get("tickets", [])):
            reasons.append(words.say("reason.open_ticket", circuit=found["circuit"], agreement=name))
    return reasons


def _payable(agreements: Sequence[Json]) -> list[Json]:
    """What is proposed in all, by currency: agreements are capped each on its own and then added."""
    sums: dict[str, Decimal] = {}
    for agreement in agreements:
        payable = Decimal(agreement["score"]["credits"]["payable"])
        sums[agreement["currency"]] = sums.get(agreement["currency"], Decimal("0.00")) + payable
    return [{"currency": currency, "amount": format(amount, "f")} for currency, amount in sums.items()]


def _adjustment(agreements: Sequence[Json]) -> list[Json]:
    """What the versions in force add to, or take from, what the ones before them owed, by currency; first ones none."""
    sums: dict[str, Decimal] = {}
    for agreement in agreements:
        owed = agreement.get("published", {}).get("adjustment")
        if owed is not None:
            sums[agreement["currency"]] = sums.get(agreement["currency"], Decimal("0.00")) + Decimal(owed)
    return [{"currency": currency, "amount": format(amount, "f")} for currency, amount in sums.items()]


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
