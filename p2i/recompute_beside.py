"""What a statement prints beside its scores, computed again: credits, budgets, evidence of outages. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from facilities.agreement import Agreement, AvailabilityObjective, TimeToRestoreObjective
from facilities.calendar import local_day
from facilities.instants import epoch_seconds, instant
from reports.credits import credits_of
from reports.evidence import raw_figures, spans_of
from reports.formats import exact_decimal, percent_of
from reports.json_difference import differences
from sla_engine.evidence import evidence, without_exclusions
from sla_engine.facts import Facts
from sla_engine.scoring import Score, score
from store.errors import P2IError
from store.exclusion_rows import Decided
from store.intervals import Interval

Json = dict[str, Any]
STATED = "(stated and computed)"


def beside_faults(part: Json, agreement: Agreement, requested: Interval[int], *, is_complete: bool) -> Iterator[str]:
    """What the statement works out of the score and the agreement alone: credits line by line, targets, budgets."""
    stated = part["score"]
    owed = credits_of(agreement, stated, requested.ends_at - requested.starts_at)
    yield from (f"{text} {STATED}" for text in differences(part["credits"], owed, "credits"))
    if part["currency"] != agreement.currency:
        yield f"currency: {part['currency']} and {agreement.currency} {STATED}"
    if "segment" in part:
        yield from (f"{text} {STATED}" for text in differences(part["segment"], _segment(agreement, stated), "segment"))
    figures = {one["id"]: one for one in stated["objectives"]}
    promised = {objective.id: objective for objective in agreement.objectives}
    for shown in part["objectives"]:
        objective, found = promised.get(shown["id"]), figures.get(shown["id"])
        expected: Json = {}
        if objective is None or found is None:
            yield f"{shown['id']}: is no objective of the agreement and of the score"
        elif isinstance(objective, AvailabilityObjective):
            expected = _reconciled(objective, found, is_complete=is_complete)
        elif isinstance(objective, TimeToRestoreObjective):
            expected = {"at_most_seconds": objective.at_most_seconds}
        said = {key: shown.get(key) for key in expected}
        yield from (f"{text} {STATED}" for text in differences(said, expected, shown["id"]))


def evidence_faults(
    part: Json, agreement: Agreement, requested: Interval[int], facts: Facts, result: Score
) -> Iterator[str]:
    """Raw figures, the spans of unknown and excluded time, what was measured in every outage, what of each exclusion
    counted."""
    listed = [_decided(row) for row in part["registers"]["exclusions"] if row["counted_seconds"] is not None]
    try:
        kept = evidence(result, score(agreement, requested, without_exclusions(facts)), facts, listed)
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
        yield from (f"{text} {STATED}" for text in differences(stated, found, name))
    counted = {(row["exclusion"], row["circuit"]): row["counted_seconds"] for row in kept["exclusions"]}
    for row in part["registers"]["exclusions"]:
        said = row["counted_seconds"]
        if said is not None and said != counted.get((row["exclusion"], row["circuit"])):
            yield f"exclusion {row['exclusion']} of {row['circuit']}: counted_seconds: {said} and " + (
                f"{counted.get((row['exclusion'], row['circuit']))} {STATED}"
            )


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


def _segment(agreement: Agreement, stated: Json) -> Json:
    starts_at, ends_at = (epoch_seconds(stated["period"][name]) for name in ("starts_at", "ends_at"))
    first, last = (local_day(at, agreement.time_zone) for at in (starts_at, ends_at - 1))
    return {"first_on": str(first), "last_on": str(last), "amendment": agreement.number}


def _decided(row: Json) -> Decided:
    """An exclusion of the statement as the engine counts it; who asked for it and who decided it count for nothing."""
    announced_at = None if row["announced_at"] is None else instant(epoch_seconds(row["announced_at"]))
    starts_at, ends_at = (instant(epoch_seconds(row[name])) for name in ("starts_at", "ends_at"))
    return Decided(
        row["exclusion"], row["circuit"], row["kind"], starts_at, ends_at, announced_at, row["decision"],
        None, None, None, None, None, None,
    )  # fmt: skip
