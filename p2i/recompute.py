"""Computes every figure of a statement again from an evidence bundle, with the functions that scored it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from facilities.agreement import Agreement
from facilities.agreement_toml import read_agreement
from facilities.calendar import period
from facilities.instants import epoch_seconds
from p2i.recompute_beside import STATED, beside_faults, evidence_faults
from p2i.recompute_files import fact_files, missing
from p2i.recompute_registers import register_faults
from p2i.recompute_rules import rule_findings
from reports.bounded import read_bounded
from reports.json_difference import differences
from reports.statement_text import document_text, part_name
from sla_engine.csv_files import read_facts
from sla_engine.document import document
from sla_engine.scoring import score, scored_period
from store.finding import Finding, Level
from store.intervals import Interval

Json = dict[str, Any]
QUESTION = "recompute"
TEXT = "agreement.toml"


def recomputed(made: Json, folder: Path) -> Iterator[Finding]:
    """One finding per agreement and segment of a statement: its figures beside those that the files give.

    A folder below `folder` is of the part whose agreement's text has the SHA-256 of its agreement.toml and gives its
    period: so both what `p2i export` writes and a whole bundle will do. Warnings for what cannot be judged: figures of
    readings that are not there, rules in other words. InputError for a file that cannot be read.
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
        worded = list(rule_findings(made, part, read_agreement(place / TEXT)))
        computed = list(_figures(made["month"], part, place))
        yield from (Finding(level, QUESTION, f"{name}: {said}") for level, said in (*worded, *computed))
        if not computed:
            yield _ok(name, part, is_worded_so=not worded)


def _ok(name: str, part: Json, *, is_worded_so: bool) -> Finding:
    """What was computed again; raw figures and spans exist only where the engine kept evidence."""
    is_whole = all(one["raw"] is not None for one in part["objectives"])
    also = ", raw figures, spans, what was measured in each outage" if is_whole else " (no raw figures on record)"
    rules = ", promises and rules word by word" if is_worded_so else ""
    return Finding("ok", QUESTION, f"{name}: the same document, byte for byte{also}, credits line by line{rules}")


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


def _figures(month: str, part: Json, folder: Path) -> Iterator[tuple[Level, str]]:
    """What of a part's figures the files give otherwise, and what cannot be said as they lack the readings for it."""
    agreement = read_agreement(folder / TEXT)
    requested, span = _requested(month, agreement)
    scored_to = epoch_seconds(part["scored_to_at"])
    as_of = scored_to if scored_to < span.ends_at else None
    files = fact_files(folder, {objective.circuit for objective in agreement.objectives})
    facts = read_facts(agreement, files)
    result = score(agreement, requested, facts, as_of=as_of)
    found, lacking = document(result), missing(agreement, files)
    measured = list(_document(part["score"], found))
    if not measured and as_of is None and any(one["raw"] is not None for one in part["objectives"]):
        measured = list(evidence_faults(part, agreement, requested, facts, result))
    if measured and lacking:  # what lies there may be right: it is not all that the figures were made of
        yield from (("warning", text) for text in _unsaid(lacking))
        measured = list(_of_the_others(part["score"], found, lacking))
    beside = beside_faults(part, agreement, requested, is_complete=as_of is None)
    yield from (("error", text) for text in (*measured, *beside, *register_faults(part, folder, span)))


def _unsaid(lacking: Mapping[str, str]) -> Iterator[str]:
    for what in dict.fromkeys(lacking.values()):
        names = ", ".join(name for name, its in lacking.items() if its == what)
        yield f"cannot be said of {names}: no file of {what} in the evidence"


def _of_the_others(stated: Json, found: Json, lacking: Collection[str]) -> Iterator[str]:
    """Differences of the objectives of which all readings are there."""
    figures = {one["id"]: one for one in found["objectives"]}
    for one in stated["objectives"]:
        if one["id"] not in lacking:
            computed = figures.get(one["id"], {})
            yield from (f"{text} {STATED}" for text in differences(one, computed, f"score.{one['id']}"))


def _document(stated: Json, found: Json) -> Iterator[str]:
    """Fields of the document that the facts give otherwise. Zone data of another release that cut the period at the
    same instants are no difference: the release is the one field that says which machine computed."""
    release = stated["period"]["tzdb"]
    same_release: Json = {**found, "period": {**found["period"], "tzdb": release}}
    if document_text(same_release) == document_text(stated):
        return
    wrong = list(differences(stated, same_release, "score"))
    yield from (f"{text} {STATED}" for text in wrong or ["score: its keys are in another order"])
