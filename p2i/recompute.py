"""Computes every figure of a statement again from an evidence bundle, with the functions that scored it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from facilities.agreement import Agreement
from facilities.agreement_toml import read_agreement
from facilities.calendar import period
from facilities.instants import epoch_seconds
from p2i.recompute_beside import beside_faults, evidence_faults
from p2i.recompute_registers import register_faults
from reports.bounded import read_bounded
from reports.json_difference import differences
from reports.statement_text import document_text, part_name
from sla_engine.csv_files import FactFiles, read_facts
from sla_engine.document import document
from sla_engine.fact_options import FILES
from sla_engine.scoring import score, scored_period
from store.finding import Finding
from store.intervals import Interval

Json = dict[str, Any]
QUESTION = "recompute"
TEXT = "agreement.toml"


def recomputed(made: Json, folder: Path) -> Iterator[Finding]:
    """One finding per agreement and segment of a statement: its figures beside those that the files give.

    A folder below `folder` is of the part whose agreement's text has the SHA-256 of its agreement.toml and gives its
    period: so both what `p2i export` writes and a whole bundle will do. InputError for a file that cannot be read.
    """
    found: dict[str, list[Path]] = {}
    for text in sorted(folder.rglob(TEXT)):
        if text.is_file():
            found.setdefault(sha256(read_bounded(text)).hexdigest(), []).append(text.parent)
    for part in made["agreements"]:
        name = part_name(part)
        place = _place(made["month"], part, found.get(part["agreement_sha256"], []))
        if place is None:
            wanted = f"no agreement.toml with SHA-256 {part['agreement_sha256']} that covers its period"
            yield Finding("error", QUESTION, f"{name}: {wanted}")
            continue
        wrong = list(_wrong(made["month"], made["language"], part, place))
        for text_ in wrong:
            yield Finding("error", QUESTION, f"{name}: {text_}")
        if not wrong:
            yield _ok(name, part)


def _ok(name: str, part: Json) -> Finding:
    """What was computed again; raw figures and spans exist only where the engine kept evidence."""
    is_whole = all(one["raw"] is not None for one in part["objectives"])
    also = ", raw figures, spans, what was measured in each outage" if is_whole else " (no raw figures on record)"
    return Finding("ok", QUESTION, f"{name}: the same document, byte for byte{also}, credits line by line")


def _place(month: str, part: Json, folders: Sequence[Path]) -> Path | None:
    """The folder of these whose agreement's text cuts the month into this part's period."""
    wanted = part["score"]["period"]
    span = Interval(epoch_seconds(wanted["starts_at"]), epoch_seconds(wanted["ends_at"]))
    for folder in folders:
        agreement = read_agreement(folder / TEXT)
        if agreement.id == part["agreement"] and _requested(month, agreement)[1] == span:
            return folder
    return None


def _requested(month: str, agreement: Agreement) -> tuple[Interval[int], Interval[int]]:
    requested = period(month, agreement.time_zone)
    return requested, scored_period(agreement, requested)


def _wrong(month: str, language: str, part: Json, folder: Path) -> Iterator[str]:
    agreement = read_agreement(folder / TEXT)
    requested, span = _requested(month, agreement)
    scored_to = epoch_seconds(part["scored_to_at"])
    as_of = scored_to if scored_to < span.ends_at else None
    files = {name: str(folder / f"{name}.csv") for name in FILES if (folder / f"{name}.csv").exists()}
    facts = read_facts(agreement, FactFiles(**files))
    result = score(agreement, requested, facts, as_of=as_of)
    yield from _document(part["score"], document(result))
    yield from beside_faults(part, agreement, requested, is_complete=as_of is None, language=language)
    yield from register_faults(part, folder, span)
    if as_of is None and any(one["raw"] is not None for one in part["objectives"]):
        yield from evidence_faults(part, agreement, requested, facts, result)


def _document(stated: Json, found: Json) -> Iterator[str]:
    """Fields of the document that the facts give otherwise. Zone data of another release that cut the period at the
    same instants are no difference: the release is the one field that says which machine computed."""
    release = stated["period"]["tzdb"]
    same_release: Json = {**found, "period": {**found["period"], "tzdb": release}}
    if document_text(same_release) == document_text(stated):
        return
    wrong = list(differences(stated, same_release, "score"))
    yield from (f"{text} (stated and computed)" for text in wrong or ["score: its keys are in another order"])
