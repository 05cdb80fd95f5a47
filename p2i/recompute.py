"""Computes every figure of a statement again from an evidence bundle, with the functions that scored it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from facilities.agreement import Agreement, AvailabilityObjective
from facilities.agreement_toml import read_agreement
from facilities.calendar import period
from facilities.instants import epoch_seconds
from reports.credits import credits_of
from reports.evidence import raw_figures, spans_of
from reports.formats import exact_decimal, percent_of
from reports.json_difference import differences
from reports.statement import document_text, part_name
from sla_engine.csv_files import FactFiles, read_facts
from sla_engine.document import document
from sla_engine.evidence import evidence, without_exclusions
from sla_engine.fact_options import FILES
from sla_engine.facts import Facts
from sla_engine.scoring import Score, score, scored_period
from store.errors import InputError, P2IError
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
        found.setdefault(sha256(text.read_bytes()).hexdigest(), []).append(text.parent)
    for part in made["agreements"]:
        name = part_name(part)
        place = _place(made["month"], part, found.get(part["agreement_sha256"], []))
        if place is None:
            wanted = f"no agreement.toml with SHA-256 {part['agreement_sha256']} that covers its period"
            yield Finding("error", QUESTION, f"{name}: {wanted}")
            continue
        wrong = list(_wrong(made["month"], part, place))
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


def _wrong(month: str, part: Json, folder: Path) -> Iterator[str]:
    agreement = read_agreement(folder / TEXT)
    requested, span = _requested(month, agreement)
    scored_to = epoch_seconds(part["scored_to_at"])
    as_of = scored_to if scored_to < span.ends_at else None
    files = {name: str(folder / f"{name}.csv") for name in FILES if (folder / f"{name}.csv").exists()}
    facts = read_facts(agreement, FactFiles(**files))
    result = score(agreement, requested, facts, as_of=as_of)
    yield from _document(part["score"], document(result))
    yield from _beside(part, agreement, requested, is_complete=as_of is None)
    yield from _registers(part, folder, span)
    if as_of is None and any(one["raw"] is not None for one in part["objectives"]):
        yield from _evidence(part, agreement, requested, facts, result)


def _document(stated: Json, found: Json) -> Iterator[str]:
    """Fields of the document that the facts give otherwise. Zone data of another release that cut the period at the
    same instants are no difference: the release is the one field that says which machine computed."""
    release = stated["period"]["tzdb"]
    same_release: Json = {**found, "period": {**found["period"], "tzdb": release}}
    if document_text(same_release) == document_text(stated):
        return
    wrong = list(differences(stated, same_release, "score"))
    yield from (f"{text} (stated and computed)" for text in wrong or ["score: its keys are in another order"])


def _beside(part: Json, agreement: Agreement, requested: Interval[int], *, is_complete: bool) -> Iterator[str]:
    """What the statement works out of the document: credits line by line, the budget, the sum of seconds."""
    stated = part["score"]
    owed = credits_of(agreement, stated, requested.ends_at - requested.starts_at)
    yield from (f"{text} (stated and computed)" for text in differences(part["credits"], owed, "credits"))
    if part["currency"] != agreement.currency:
        yield f"currency: {part['currency']} and {agreement.currency} (stated and computed)"
    figures = {one["id"]: one for one in stated["objectives"]}
    promised = {objective.id: objective for objective in agreement.objectives}
    for shown in part["objectives"]:
        objective, found = promised.get(shown["id"]), figures.get(shown["id"])
        if objective is None or found is None:
            yield f"{shown['id']}: is no objective of the agreement and of the score"
        elif isinstance(objective, AvailabilityObjective):
            expected = _reconciled(objective, found, is_complete=is_complete)
            said = {key: shown.get(key) for key in expected}
            yield from (f"{text} (stated and computed)" for text in differences(said, expected, shown["id"]))


def _reconciled(objective: AvailabilityObjective, found: Json, *, is_complete: bool) -> Json:
    """What a statement prints beside an availability: its promise, the sum of its seconds, and the budget of outage
    seconds they allow, (1 - target) x (up + down), once the period is over."""
    seconds = found["seconds"]
    allowed = (1 - objective.target_ratio) * (seconds["up"] + seconds["down"])
    left = allowed - seconds["down"]
    budget = {"allowed": exact_decimal(allowed), "used": seconds["down"], "left": exact_decimal(left)}
    return {
        "target_percent": percent_of(objective.target_ratio),
        "min_coverage_percent": percent_of(objective.min_coverage_ratio),
        "seconds_total": sum(seconds.values()),
        "budget_seconds": budget if is_complete else None,
    }


def _evidence(part: Json, agreement: Agreement, requested: Interval[int], facts: Facts, result: Score) -> Iterator[str]:
    """Raw figures, the spans of unknown and excluded time, and what was measured in every outage."""
    try:
        kept = evidence(result, score(agreement, requested, without_exclusions(facts)), facts, ())
    except P2IError as error:
        yield str(error)
        return
    promised = {objective.id: objective for objective in agreement.objectives}
    measured = {one["id"]: one for one in kept["objectives"]}
    for shown in part["objectives"]:
        name, objective = shown["id"], promised.get(shown["id"])
        found: Json = {"raw": raw_figures(kept, name)}
        if isinstance(objective, AvailabilityObjective) and name in measured:
            found["spans"] = spans_of(agreement, objective, part["score"]["period"], kept)
            found["outages"] = measured[name]["outages"]
        stated = {key: shown[key] for key in found}
        if "outages" in stated:
            stated["outages"] = [
                {"starts_at": one["starts_at"], "ends_at": one["ends_at"], **(one["measured"] or {})}
                for one in shown["outages"]
            ]
        yield from (f"{text} (stated and computed)" for text in differences(stated, found, name))


def _registers(part: Json, folder: Path, span: Interval[int]) -> Iterator[str]:
    """Exclusions and tickets that the statement lists, beside those of the files."""
    exclusions = _rows(folder / "exclusions.csv", ("id", "circuit"))
    for row in part["registers"]["exclusions"]:
        yield from _same(row, exclusions.pop((row["exclusion"], row["circuit"]), None), f"exclusion {row['exclusion']}")
    for (name, circuit), row in exclusions.items():
        starts_at, ends_at = epoch_seconds(row["starts_at"]), epoch_seconds(row["ends_at"])
        if row["decision"] == "accepted" and starts_at < span.ends_at and span.starts_at < ends_at:
            yield f"exclusion {name} of {circuit}: is accepted in the files, and the statement does not list it"
    tickets = _rows(folder / "tickets.csv", ("ticket", "circuit"))
    for row in part["registers"]["tickets"]:
        yield from _same(row, tickets.get((row["ticket"], row["circuit"])), f"ticket {row['ticket']}")


def _same(stated: Json, found: Mapping[str, str] | None, what: str) -> Iterator[str]:
    if found is None:
        yield f"{what} of {stated['circuit']}: is not in the files"
        return
    for name, text in found.items():
        if name == "decision" and "accepted" not in (stated[name], text):
            continue  # proposed or rejected: it counts for nothing, and may have been decided since
        if name in stated and (stated[name] or "") != text:
            yield f"{what} of {stated['circuit']}: {name} is {stated[name]}, in the files {text or 'empty'}"


def _rows(path: Path, key: tuple[str, str]) -> dict[tuple[str, str], dict[str, str]]:
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {(row[key[0]], row[key[1]]): row for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise InputError(f"{path}: {error}") from None
