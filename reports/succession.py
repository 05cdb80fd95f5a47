"""Whether a statement is the honest next version of another one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reports.json_difference import differences
from reports.one_ledger import ledger_faults, ledgers_gone
from reports.statement_text import part_name
from store.finding import Finding

Json = dict[str, Any]
QUESTION = "predecessor"


def succession(before: Json, after: Json) -> Iterator[Finding]:
    """What does not fit between a version and the one before it; one ok finding for each thing that does.

    The later one replaces the number and the hash of the earlier, is one version on, and is of the same tenant and
    month. Whatever it changed in a score stands in its correction with the value that the earlier had; what it says to
    have changed did change; a period that the earlier does not have is told as new since that one; and its adjustment
    is what is payable now less what was.
    """
    amounts = ""
    try:
        wrong = [*_place(before, after), *_parts(before, after), *_adjusted(before, after)]
        wrong += [*ledger_faults(before, after), *ledgers_gone(before, after)]
        amounts = ", ".join(f"{one['amount']} {one['currency']}" for one in after["adjustment"]) or "nothing"
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        wrong = [f"one of the two is not written as a statement: {type(error).__name__} {error}"]
    for text in wrong:
        yield Finding("error", QUESTION, text)
    if not wrong:
        yield Finding("ok", QUESTION, f"replaces {before['number']}; all that changed is told; adjustment {amounts}")


def _place(before: Json, after: Json) -> Iterator[str]:
    if after["replaces"] != before["number"]:
        yield f"replaces {after['replaces']}, not {before['number']}"
    if before["version"] is None or after["version"] != before["version"] + 1:
        yield f"version {after['version']} does not follow version {before['version']}"
    for name in ("month", "kind"):
        if before[name] != after[name]:
            yield f"{name}: {before[name]} and {after[name]}"
    if before["tenant"]["code"] != after["tenant"]["code"]:
        yield f"tenant.code: {before['tenant']['code']} and {after['tenant']['code']}"
    if after["issued_at"] < before["issued_at"]:
        yield f"issued_at: {after['issued_at']} is before {before['issued_at']}"


def _parts(before: Json, after: Json) -> Iterator[str]:
    ones, others = _by_period(before), _by_period(after)
    for place in dict.fromkeys((*ones, *others)):
        name = part_name(others.get(place) or ones[place])
        if place not in others:
            yield f"{name}: is in the earlier of the two only"
        elif place not in ones:
            yield from (f"{name}: {text}" for text in _new(others[place], before))
        else:
            yield from (f"{name}: {text}" for text in _kept(ones[place], others[place]))


def _by_period(made: Json) -> dict[tuple[str, str], Json]:
    """The parts by agreement and first instant: the first part of a month is named otherwise once there is a second."""
    return {(part["agreement"], part["score"]["period"]["starts_at"]): part for part in made["agreements"]}


def _new(part: Json, before: Json) -> Iterator[str]:
    """A period that the earlier statement did not have must say so; all that it owes is new."""
    if part.get("new_since") is None:
        yield f"is in the later of the two only, and is not told as new since {before['number']}"
    elif part["new_since"] != before["number"]:
        yield f"new_since: {part['new_since']}, not {before['number']}"
    if "published" not in part:
        yield "is not published"
    if part["correction"] is not None:
        yield f"corrects version {part['correction']['from_version']}, which {before['number']} does not have"


def _kept(one: Json, other: Json) -> Iterator[str]:
    if other.get("new_since") is not None:
        yield f"new_since: {other['new_since']}, and it is in the earlier statement"
    if "published" not in one or "published" not in other:
        yield "is not published in both"
        return
    if one["published"]["version"] != other["published"]["version"]:
        yield from _corrected(one, other)
        return
    changed = next(differences(_lasting(one), _lasting(other)), None)
    if changed is None and other["correction"] is not None:
        changed = "it tells a correction"
    if changed is not None:
        yield f"version {one['published']['version']} in both, yet {changed}"


def _adjusted(before: Json, after: Json) -> Iterator[str]:
    """What is payable in all changed by the adjustment."""
    was, now, stated = (
        {one["currency"]: Decimal(one["amount"]) for one in sums}
        for sums in (before["payable"], after["payable"], after["adjustment"])
    )
    nothing = Decimal(0)
    for currency in dict.fromkeys((*was, *now, *stated)):
        changed, told = now.get(currency, nothing) - was.get(currency, nothing), stated.get(currency, nothing)
        if changed != told:
            yield f"adjustment: {told} {currency}, and what is payable changed by {changed} {currency}"


def _lasting(part: Json) -> Json:
    """What of a version in force does not change from one statement to the next, in another language either: not its
    state, the names of places, the alerts of its outages."""
    names = ("currency", "credits", "scored_to_at", "scored_at", "software_version", "tzdb_version",
             "agreement_sha256", "score")  # fmt: skip
    shown = [
        {key: value for key, value in one.items() if key not in ("promise", "outages", "tickets")}
        for one in part["objectives"]
    ]
    published = {key: value for key, value in part["published"].items() if key != "state"}
    registers = part["registers"] if part["registers_as_of"] == "version" else None
    return {
        **{name: part[name] for name in names},
        "objectives": shown,
        "outages": [[each["measured"] for each in one.get("outages", ())] for one in part["objectives"]],
        "published": published,
        "registers": registers,
    }


def _corrected(one: Json, other: Json) -> Iterator[str]:
    """What a correction of one part does not tell as it is."""
    correction = other["correction"]
    if correction is None or correction["from_version"] != one["published"]["version"]:
        yield f"corrects version {(correction or {}).get('from_version')}, not {one['published']['version']}"
        return
    told = correction["difference"]
    yield from _objectives(one["score"], other["score"], {found["id"]: found for found in told["objectives"]})
    yield from _told(one["score"]["credits"], other["score"]["credits"], told["credit"], "credits")
    yield from _exclusions(one, other, told.get("exclusions", {}))
    adjustment = Decimal(other["score"]["credits"]["payable"]) - Decimal(one["score"]["credits"]["payable"])
    for where, stated in (("correction", correction), ("published", other["published"])):
        if Decimal(stated["adjustment"]) != adjustment:
            yield f"{where}.adjustment: {stated['adjustment']}, and payable changed by {adjustment}"


def _exclusions(one: Json, other: Json, told: Json) -> Iterator[str]:
    """Exclusions that count in one of the two only, or otherwise, and that the correction does not name."""
    if not one["registers_as_of"] == other["registers_as_of"] == "version":
        return
    named = {(each["id"], each["circuit"]) for members in told.values() for each in members}
    before, after = _counting(one), _counting(other)
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name) and name not in named:
            yield f"exclusion {name[0]} of {name[1]}: counts otherwise than before, and no correction tells it"


def _counting(part: Json) -> dict[tuple[str, str], tuple[str, ...]]:
    return {
        (row["exclusion"], row["circuit"]): (row["kind"], row["starts_at"], row["ends_at"])
        for row in part["registers"]["exclusions"]
        if row["decision"] == "accepted" and row["counted_seconds"]
    }


def _objectives(one: Json, other: Json, told: dict[str, Json]) -> Iterator[str]:
    befores = {found["id"]: found for found in one["objectives"]}
    afters = {found["id"]: found for found in other["objectives"]}
    for name in dict.fromkeys((*befores, *afters, *told)):
        before, after = dict(befores.get(name, {})), dict(afters.get(name, {}))
        circuit = after.get("circuit", before.get("circuit"))
        if name in told and told[name].get("circuit", circuit) != circuit:
            yield f"{name}.circuit: told of {told[name]['circuit']}, and is of {circuit}"
        changes = {key: value for key, value in told.get(name, {}).items() if key not in ("id", "circuit")}
        seconds = before.pop("seconds", {}), after.pop("seconds", {})
        yield from _told(*seconds, changes.pop("seconds", {}), f"{name}.seconds")
        for each in (before, after):  # an objective that came or went is told by its figures
            for key in ("id", "circuit", "indicator"):
                each.pop(key, None)
        yield from _told(before, after, changes, name)


def _told(before: Json, after: Json, told: Json, where: str) -> Iterator[str]:
    """Fields that changed and are not told so, or are told otherwise than they changed."""
    for key in dict.fromkeys((*before, *after, *told)):
        change = {"before": before.get(key), "after": after.get(key)}
        if before.get(key) != after.get(key) and key not in told:
            yield f"{where}.{key}: changed from {change['before']} to {change['after']}, and no correction tells it"
        elif key in told and told[key] != change:
            yield f"{where}.{key}: told as {told[key]}, changed as {change}"
