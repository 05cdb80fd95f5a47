"""Verifies a statement by itself: hash, parts, sums, signature, the heads of the ledgers it names. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.consistency import consistency
from reports.keys import KeyRing
from reports.signing import signature_finding
from reports.statement_text import document_text, part_name
from reports.written import integrity
from store.canonical import canonical_sha256, text_sha256
from store.finding import Finding

Json = dict[str, Any]
PARTS = ("agreement", "score", "rules", "registers")


@dataclass(frozen=True)
class Told:
    """What whoever verifies was told by another way: the operator's keys, hashes of documents, heads of ledgers."""

    ring: KeyRing | None = None
    sha256s: Collection[str] = ()
    heads: Collection[str] = ()
    ring_sha256: str | None = None
    """Of the file with the keys, which has no signature: whoever was told it knows that it is the operator's."""


def statement_findings(text: bytes, made: Json, told: Told) -> Iterator[Finding]:
    """One finding per question about a statement's file, `made` being what its `text` says."""
    yield from integrity(text, made)
    try:
        yield from _parts(made)
        yield from _sums(made)
        yield from consistency(made)
        yield signature(made, told)
        yield from _chain(made)
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        yield Finding("error", "statement", f"is not written as one: {type(error).__name__} {error}")


def signature(made: Json, told: Told) -> Finding:
    """Who signed a statement or a manifest, by the date it gives itself."""
    is_witnessed = made.get("sha256") in told.sha256s
    return signature_finding(made, told.ring, dated_at=made["issued_at"], is_witnessed=is_witnessed)


def told_findings(documents: Collection[Json], told: Told) -> Iterator[Finding]:
    """Whether what was told by another way is of one of these documents: its hash, an entry that it names."""
    hashes = {str(made.get("sha256")) for made in documents}
    for sha256 in told.sha256s:
        if sha256 == told.ring_sha256:
            yield Finding("ok", "told hash", f"{sha256} is that of the keys")
        elif sha256 in hashes:
            yield Finding("ok", "told hash", f"{sha256} is its own")
        else:
            yield Finding("error", "told hash", f"{sha256} is of no document here: this is not what was sent")
    entries = {sha256 for made in documents for _, _, sha256 in ledger_entries(made)}
    for head in told.heads:
        if head in entries:
            yield Finding("ok", "told head", f"{head} is named")
        else:
            yield Finding("error", "told head", f"{head} is no entry that is named here")


def ledger_entries(made: Json) -> Iterator[tuple[str, int, str]]:
    """The entries of ledgers that a statement names, as agreement, number and hash: heads, and versions in force."""
    try:
        heads = [(name, head) for name, head in made["chain"].items() if head is not None]
        versions = [(one["agreement"], one["published"]) for one in made["agreements"] if "published" in one]
        found = [(name, int(entry["entry"]), str(entry["sha256"])) for name, entry in (*heads, *versions)]
    except (LookupError, TypeError, AttributeError, ValueError):
        return  # no statement: said already
    yield from found


def _parts(made: Json) -> Iterator[Finding]:
    """The hash of each part, computed again; the text of a score is that which `p2i score` prints."""
    said = made["parts_sha256"]
    shown = {part_name(agreement): agreement for agreement in made["agreements"]}
    for name in dict.fromkeys((*said, *shown)):
        if name not in shown or name not in said:
            yield Finding("error", "parts", f"{name}: is in one of agreements and parts_sha256 only")
            continue
        agreement = shown[name]
        found = {
            "agreement": agreement["agreement_sha256"],
            "score": text_sha256(document_text(agreement["score"])),
            "rules": canonical_sha256(agreement["rules"]),
            "registers": canonical_sha256(agreement["registers"]),
        }
        wrong = [part for part in dict.fromkeys((*found, *said[name])) if found.get(part) != said[name].get(part)]
        for part in wrong:
            yield Finding("error", "parts", f"{name}: {part} was changed: SHA-256 {found.get(part)}")
        if not wrong:
            yield Finding("ok", "parts", f"{name}: {', '.join(PARTS)}; score has SHA-256 {found['score']}")


def _sums(made: Json) -> Iterator[Finding]:
    """The seconds of each availability are its period's, and what is payable in all is the sum of the agreements."""
    sums: dict[str, Decimal] = {}
    for agreement in made["agreements"]:
        score, currency = agreement["score"], agreement["currency"]
        sums[currency] = sums.get(currency, Decimal(0)) + Decimal(score["credits"]["payable"])
        for found in score["objectives"]:
            total = sum(found["seconds"].values()) if "seconds" in found else score["period"]["seconds"]
            if total != score["period"]["seconds"]:
                where = f"{part_name(agreement)}, {found['id']}"
                yield Finding("error", "sums", f"{where}: {total} s of {score['period']['seconds']} s")
    stated = {one["currency"]: Decimal(one["amount"]) for one in made["payable"]}
    if stated == sums:
        yield Finding("ok", "sums", "seconds add up to their periods, agreements to what is payable")
    else:
        yield Finding("error", "sums", f"payable says {_amounts(stated)}, the agreements add up to {_amounts(sums)}")


def _chain(made: Json) -> Iterator[Finding]:
    """The head of each agreement's ledger at the moment of writing."""
    for name, head in made["chain"].items():
        said = (
            "nothing was published yet" if head is None else f"entry {head['entry']:d} has SHA-256 {head['sha256']:s}"
        )
        yield Finding("ok", "chain", f"{name}: {said}")


def _amounts(sums: dict[str, Decimal]) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in sums.items()) or "nothing"
