"""Whether a statement says the same wherever it says a thing twice. Pure.

Whoever signs a statement can make every hash of it right. What stands in two places of it has to be changed in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reports.evidence import outages_of, tickets_of
from reports.history import figures, months_before
from reports.json_difference import differences
from reports.statement_text import part_name
from store.finding import Finding

Json = dict[str, Any]
QUESTION = "said twice"
_OWED = ("fee", "total", "cap", "capped", "payable")


def consistency(made: Json) -> Iterator[Finding]:
    """One error for each thing that is said in two ways, or one ok; LookupError and the like for no statement."""
    wrong = [*_named(made), *_chained(made), *_adjusted(made)]
    for part in made["agreements"]:
        wrong += [f"{part_name(part)}: {text}" for text in _part(part, made)]
    yield from (Finding("error", QUESTION, text) for text in wrong)
    if not wrong:
        yield Finding("ok", QUESTION, "number, state, outages, tickets, credits, corrections and this month agree")


def _named(made: Json) -> Iterator[str]:
    """The number is of the month, tenant and version; without a version it is provisional, and says why. One in another
    language than the one that was issued has its language after the version, and replaces what that one replaces."""
    version, number = made["version"], made["number"]
    label, stem = f"{made['label']}-" if made["label"] else "", f"P2I-{made['month']}-{made['tenant']['code']}"
    ending = "" if version is None else f"-v{version}"
    translated = f"{label}{stem}{ending}-{made['language']}" if version is not None else None
    if number not in (f"{label}{stem}{ending}", translated):
        yield f"number: {number} is not of {label}{stem}{ending}"
    replaced = f"{stem}-v{version - 1}" if version is not None and version > 1 else None
    if made["replaces"] != replaced and not (replaced and str(made["replaces"]).endswith(f"-{replaced}")):
        yield f"replaces: {made['replaces']}, where version {version} replaces {replaced}"
    if made["replaces"] is None and made.get("replaces_sha256") is not None:
        yield f"replaces_sha256: {made['replaces_sha256']}, and it replaces none"
    states = {part["published"]["state"] for part in made["agreements"] if "published" in part}
    state = "contested" if "contested" in states else "final" if states == {"final"} else "issued"
    if made["status"] != (state if version is not None else "provisional"):
        yield f"status: {made['status']}, where the agreements are {', '.join(sorted(states)) or 'not published'}"
    if (version is None) != bool(made["reasons"]):
        yield f"reasons: {len(made['reasons'])}, and the version is {version}"


def _chained(made: Json) -> Iterator[str]:
    """A version in force stands in the ledger of which the head is named."""
    for part in made["agreements"]:
        entry, head = part.get("published"), made["chain"].get(part["agreement"])
        if entry is None:
            continue
        if head is None or head["entry"] < entry["entry"]:
            yield f"chain.{part['agreement']}: ends before entry {entry['entry']}, which it names: entries were cut off"
        elif head["entry"] == entry["entry"] and head["sha256"] != entry["sha256"]:
            yield f"chain.{part['agreement']}: entry {entry['entry']} is named with two hashes"


def _adjusted(made: Json) -> Iterator[str]:
    """What it proposes more or less than the one it replaces is the sum of what its corrections tell and of all that is
    payable of periods that are new. Issued without one before, nothing was told yet: there is nothing to correct."""
    sums: dict[str, Decimal] = {}
    for part in made["agreements"]:
        name, new_since, correction = part_name(part), part.get("new_since"), part["correction"]
        if new_since is not None and new_since != made["replaces"]:
            yield f"{name}: new_since: {new_since}, and the statement replaces {made['replaces']}"
        if new_since is not None and correction is not None:
            yield f"{name}: is new since {new_since}, and corrects version {correction['from_version']}"
        if correction is not None and made["version"] is not None and made["replaces"] is None:
            yield f"{name}: corrects version {correction['from_version']}, and the statement replaces none"
        owed = None if correction is None else correction["adjustment"]
        owed = part["score"]["credits"]["payable"] if owed is None and new_since is not None else owed
        if owed is not None:
            sums[part["currency"]] = sums.get(part["currency"], Decimal(0)) + Decimal(owed)
    stated = {one["currency"]: Decimal(one["amount"]) for one in made["adjustment"]}
    if stated != sums:
        yield f"adjustment: {_amounts(stated)}, and the agreements add up to {_amounts(sums)}"


def _part(part: Json, made: Json) -> Iterator[str]:
    score, published, correction = part["score"], part.get("published"), part["correction"]
    for name, said, other in (
        ("agreement", part["agreement"], score["agreement"]),
        ("tzdb_version", part["tzdb_version"], score["period"]["tzdb"]),
        *((f"credits.{name}", part["credits"][name], score["credits"][name]) for name in _OWED),
    ):
        if said != other:
            yield f"{name}: {said}, and the score says {other}"
    if correction is not None:
        for name, told in (("to_version", "version"), ("reason", "reason"), ("adjustment", "adjustment")):
            if published is None or correction[name] != published[told]:
                yield f"correction.{name}: {correction[name]} is not what was published"
        if correction["from_version"] != correction["to_version"] - 1:
            yield f"correction: from version {correction['from_version']} to {correction['to_version']}"
        yield from _exclusions_that_came(part, correction)
    yield from _objectives(part)
    yield from _this_month(part, made)


def _exclusions_that_came(part: Json, correction: Json) -> Iterator[str]:
    """An exclusion that a correction names is the one of the registers, where those are the version's own."""
    if part["registers_as_of"] != "version":
        return
    rows = {(row["exclusion"], row["circuit"]): row for row in part["registers"]["exclusions"]}
    for told in correction["difference"].get("exclusions", {}).get("came", ()):
        row = rows.get((told["id"], told["circuit"]), told)
        wrong = [name for name in ("kind", "starts_at", "ends_at", "announced_at") if told[name] != row[name]]
        for name in wrong:
            where = f"exclusion {told['id']} of {told['circuit']}: {name}"
            yield f"{where} is {row[name]}, and the correction says {told[name]}"


def _objectives(part: Json) -> Iterator[str]:
    """Every objective of the score is shown, and its outages and tickets are those of the score and the registers."""
    shown = {one["id"]: one for one in part["objectives"]}
    ids = [found["id"] for found in part["score"]["objectives"]]
    if list(shown) != ids or len(part["objectives"]) != len(ids):
        yield f"objectives: shows {', '.join(shown) or 'none'}, and the score has {', '.join(ids) or 'none'}"
    for found in part["score"]["objectives"]:
        one = shown.get(found["id"], {})
        if "outages" in found:
            said = [{**each, "measured": None, "alerts": []} for each in one.get("outages", ())]
            yield from differences(said, outages_of(found, None, part["registers"], ()), f"{found['id']}.outages")
        if "tickets" in found:
            yield from differences(one.get("tickets"), tickets_of(found, part["registers"]), f"{found['id']}.tickets")


def _this_month(part: Json, made: Json) -> Iterator[str]:
    """The statement's own month is the last of the twelve, with the figures of the score."""
    months = made["history"][part["agreement"]]
    published = part.get("published", {"version": None, "state": None})
    expected = figures(part["score"], published["version"], published["state"])
    last = [one for one in months[-1]["versions"] if one["starts_at"] == expected["starts_at"]]
    if [one["month"] for one in months] != months_before(made["month"]) or len(last) != 1:
        yield f"history: is not of the twelve months that end with {made['month']}"
        return
    yield from differences(last[0], expected, "history")


def _amounts(sums: dict[str, Decimal]) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in sums.items()) or "nothing"
