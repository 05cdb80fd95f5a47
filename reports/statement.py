"""The statement of one tenant and month as data: promises, figures, the rules in words, and hashes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from facilities.circuits import Tenant
from facilities.instants import epoch_seconds
from facilities.inventory import Inventory
from reports.agreement_part import (
    Scored,
    agreement_part,
    is_complete,
    published_part,
    segment_part,
    utc_second,
)
from reports.catalogue import Catalogue
from reports.history import chain, history
from reports.numbering import Numbering, is_corrected, is_new, numbering
from reports.published import Published
from reports.statement_text import KIND, document_text, part_name
from store.canonical import canonical_sha256, text_sha256
from store.ledger_chain import LedgerEntry
from store.statement_rows import NewestStatement

__all__ = ["KIND", "Json", "Scored", "document_text", "part_name", "statement", "statement_text"]

Json = dict[str, Any]


def statement(
    tenant: Tenant,
    month: str,
    scored: Sequence[Scored],
    not_scored: Mapping[str, str | None],
    *,
    inventory: Inventory,
    issued_at: datetime,
    words: Catalogue,
    ledgers: Mapping[str, Sequence[LedgerEntry]] | None = None,
    own_premises: Json | None = None,
    newest: NewestStatement | None = None,
    is_issuing: bool = False,
) -> Json:
    """The statement as a JSON object. `not_scored` are the agreements in force in the month without a score of what is
    known now, and why.

    It is `provisional` while a verdict of an agreement in force is not published; `reasons` say why. Else it is of the
    versions in force, and `issued`, `contested` (one of them is) or `final` (all of them are), in the words of the
    ledger (docs/verdicts.md). Every correction makes it a next version, with the `number` of the one it `replaces`.
    `parts_sha256` are over each part alone, so that a part
    can be compared without the rest: `score` over the exact text that `p2i score` prints, the others over canonical
    JSON (RFC 8785). `sha256` is over everything else in the object, canonical. `ledgers` are those of the agreements at
    the moment of writing, of which the last months and the head of each chain are told; `newest` is the newest
    statement on record of this month, if one; `is_issuing` says that this one is going on record.
    """
    agreements, parts, reasons = [], {}, []
    cut = {one.agreement.id for one in scored if sum(each.agreement.id == one.agreement.id for each in scored) > 1}
    for one in scored:
        document = one.row.parsed()
        shown = agreement_part(one, document, month, inventory, words)
        if one.agreement.id in cut:
            shown["segment"] = segment_part(one)
        if one.published is not None:
            shown["published"] = published_part(one.published)
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
    numbered = None if reasons else numbering(number, published, newest, words.code, is_issuing=is_issuing)
    before = None if numbered is None else numbered.before
    for one, shown in zip(scored, agreements, strict=True):
        _since(one, shown, published, numbered)
    content: Json = {
        "kind": KIND,
        "number": number if numbered is None else numbered.number,
        "version": None if numbered is None else numbered.version,
        "replaces": None if before is None else before.number,
        "replaces_sha256": None if before is None else before.sha256,
        "label": (inventory.label or "DÉMO") if is_demo else "",
        "status": "provisional" if reasons else _status(published),
        "reasons": reasons,
        "language": words.code,
        "issued_at": utc_second(issued_at),
        "tenant": {"code": tenant.code, "name": tenant.name},
        "month": month,
        "agreements": agreements,
        "history": _history(month, scored, ledgers or {}),
        "chain": {name: chain(entries) for name, entries in (ledgers or {}).items()},
        "premises": own_premises or {"zones": [], "comfort": []},
        "payable": _payable(agreements),
        "adjustment": _adjustment(agreements),
        "parts_sha256": parts,
    }
    return {**content, "sha256": canonical_sha256(content)}


def statement_text(made: Json) -> str:
    """The text of the JSON file, which is also the one attached to the PDF."""
    return document_text(made)


def _history(month: str, scored: Sequence[Scored], ledgers: Mapping[str, Sequence[LedgerEntry]]) -> Json:
    found = {}
    for one in scored:
        name = one.agreement.id
        drafts = [each.row.parsed() for each in scored if each.agreement.id == name and each.published is None]
        found[name] = history(month, ledgers.get(name, ()), drafts, one.agreement.time_zone)
    return found


def _since(one: Scored, shown: Json, published: Sequence[Published], numbered: Numbering | None) -> None:
    """What a part tells of since the statement that is replaced: a correction, that it is new, or nothing.

    While a verdict is missing the newest correction of each is told, as there is no number yet to compare with.
    """
    shown["new_since"] = None
    if numbered is None or one.published is None:
        return
    if is_new(one.published, numbered.before):
        assert numbered.before is not None
        shown["new_since"] = numbered.before.number
    if not is_corrected(one.published, published, numbered.before):
        shown["correction"] = None


def _status(published: Sequence[Published]) -> str:
    """The state of the versions in force together: one that is contested leaves the whole open."""
    states = {one.state for one in published}
    return "contested" if "contested" in states else "final" if states == {"final"} else "issued"


def _reasons(one: Scored, document: Json, issued_at: datetime, words: Catalogue) -> list[str]:
    """Why the agreement's part can still change, in words; nothing when it cannot."""
    name = one.agreement.id
    reasons = []
    if issued_at.timestamp() < epoch_seconds(document["period"]["ends_at"]):
        reasons.append(words.say("reason.running", agreement=name))
    elif not is_complete(one, document["period"]):
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
    """What this statement proposes more, or less, than the one it replaces, by currency; a first one nothing."""
    sums: dict[str, Decimal] = {}
    for agreement in agreements:
        owed = agreement["score"]["credits"]["payable"] if agreement["new_since"] else None
        if agreement["correction"] is not None:
            owed = agreement["correction"]["adjustment"]
        if owed is not None:
            sums[agreement["currency"]] = sums.get(agreement["currency"], Decimal("0.00")) + Decimal(owed)
    return [{"currency": currency, "amount": format(amount, "f")} for currency, amount in sums.items()]
