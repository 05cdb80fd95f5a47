"""What a version of a verdict changed from the one before, and why: from what the two versions say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

FIGURES = ("verdict", "value_percent", "value_ms", "provisional_seconds", "high_loss_intervals",
           "consecutive_high_loss", "coverage_percent", "lowest_percent", "highest_percent", "sent", "lost",
           "answered", "within", "outages", "tickets", "credit_percent", "credit")  # fmt: skip
"""What is compared of an objective, besides its seconds; what neither version has is not mentioned."""


def difference(before: Json, after: Json, document_before: Json, document_after: Json) -> Json:
    """What changed between two versions: `before` and `after` are their bodies (without place and difference).

    Figures per objective, the credit, the exclusions and tickets that came, went or changed, the days on which the
    number of readings changed, and the rules. Only what changed is in it.
    """
    facts_before, facts_after = before["input"]["facts"], after["input"]["facts"]
    return {
        "objectives": list(_objectives(document_before, document_after)),
        "credit": _changes(document_before["credits"], document_after["credits"]),
        "exclusions": _listed(facts_before["exclusions"], facts_after["exclusions"]),
        "tickets": _listed(facts_before["tickets"], facts_after["tickets"]),
        "readings": list(_readings(facts_before, facts_after)),
        "rules": _changes(_rules(before), _rules(after)),
    }


def same_figures(one: Json, other: Json) -> bool:
    """Whether two documents say the same of the period.

    The release of the zone data is named in a document and is no figure: a newer one that cuts the period at the same
    instants must not make every month there ever was look corrected.
    """
    return _without_release(one) == _without_release(other)


def adjustment(before: Json, after: Json) -> str:
    """What the next statement must add to (or, negative, take from) the credits, as an amount with two decimals."""
    return f"{Decimal(after['credits']['payable']) - Decimal(before['credits']['payable']):.2f}"


def causes(found: Json, decided_by: Mapping[tuple[str, str], str]) -> list[str]:
    """Why there is a difference, as sentences, the facts first; `decided_by` says who decided which exclusion."""
    sentences = [
        f"readings: {each['kind']} of {each['circuit']} on {each['day']}: "
        + (f"{each['rows']['after']} rows, before {each['rows']['before']}" if "rows" in each else "other values")
        for each in _by_span(found["readings"])
    ]
    for word, name in (("exclusion", "exclusions"), ("ticket", "tickets")):
        for verb, members in found[name].items():
            for each in members:
                who = decided_by.get((each["id"], each["circuit"])) if word == "exclusion" else None
                by = f", decided by {who}" if who else ""
                sentences.append(f"{word} {each['id']} of {each['circuit']} {_VERBS[word, verb]}{by}")
    sentences += [f"{name}: {_text(change)}" for name, change in found["rules"].items()]
    return sentences


_VERBS = {
    ("exclusion", "came"): "accepted",
    ("exclusion", "went"): "no longer accepted",
    ("exclusion", "changed"): "changed",
    ("ticket", "came"): "opened",
    ("ticket", "went"): "withdrawn",
    ("ticket", "changed"): "changed",
}


def _objectives(before: Json, after: Json) -> Iterator[Json]:
    ones = {each["id"]: each for each in before["objectives"]}
    others = {each["id"]: each for each in after["objectives"]}
    for name in dict.fromkeys((*ones, *others)):
        one, other = ones.get(name, {}), others.get(name, {})
        changed = _changes({key: one.get(key) for key in FIGURES}, {key: other.get(key) for key in FIGURES})
        seconds = _changes(one.get("seconds", {}), other.get("seconds", {}))
        if changed or seconds:
            circuit = (other or one)["circuit"]
            yield {"id": name, "circuit": circuit, **changed, **({"seconds": seconds} if seconds else {})}


def _changes(one: Json, other: Json) -> Json:
    keys = dict.fromkeys((*one, *other))
    return {key: {"before": one.get(key), "after": other.get(key)} for key in keys if one.get(key) != other.get(key)}


def _listed(before: Iterable[Json], after: Iterable[Json]) -> Json:
    ones = {(each["id"], each["circuit"]): each for each in before}
    others = {(each["id"], each["circuit"]): each for each in after}
    found = {
        "came": [others[key] for key in others if key not in ones],
        "went": [ones[key] for key in ones if key not in others],
        "changed": [
            {"id": key[0], "circuit": key[1], **_changes(ones[key], others[key])}
            for key in ones
            if key in others and ones[key] != others[key]
        ],
    }
    return {verb: members for verb, members in found.items() if members}


def _readings(before: Json, after: Json) -> Iterator[Json]:
    """Days with another number of rows; where every number is the same and the rows are not, the whole series."""
    ones, others = _series(before), _series(after)
    nothing: Json = {"rows_by_day": {}, "sha256": None}
    for circuit, kind in dict.fromkeys((*ones, *others)):
        one, other = ones.get((circuit, kind), nothing), others.get((circuit, kind), nothing)
        changed = _changes(one["rows_by_day"], other["rows_by_day"])
        for day in sorted(changed):
            rows = {when: number or 0 for when, number in changed[day].items()}
            yield {"circuit": circuit, "kind": kind, "day": day, "rows": rows}
        if not changed and one["sha256"] != other["sha256"]:
            yield {"circuit": circuit, "kind": kind, "day": "one or more days"}


def _series(facts: Json) -> dict[tuple[str, str], Json]:
    return {
        (circuit["circuit"], readings["kind"]): readings
        for circuit in facts["circuits"]
        for readings in circuit["readings"]
    }


def _by_span(readings: Iterable[Json]) -> Iterator[Json]:
    """Per circuit and kind one entry: its days from the first to the last, its rows added up."""
    series: dict[tuple[str, str], list[Json]] = {}
    for each in readings:
        series.setdefault((each["circuit"], each["kind"]), []).append(each)
    for (circuit, kind), days in series.items():
        first, last = days[0]["day"], days[-1]["day"]
        spans = first if first == last else f"{len(days)} days from {first} to {last}"
        counted = [each["rows"] for each in days if "rows" in each]
        rows = {when: sum(each[when] for each in counted) for when in ("before", "after")}
        yield {"circuit": circuit, "kind": kind, "day": spans, **({"rows": rows} if counted else {})}


def _rules(body: Json) -> Json:
    """By what it was scored, one name each."""
    calendar = body["calendar"]
    return {
        "agreement_sha256": body["agreement_sha256"],
        "calendar": None if calendar is None else f"{calendar['id']} {calendar['version']} {calendar['sha256']}",
        "software_version": body["software_version"],
        "tzdb": body["tzdb"],
    }


def _without_release(document: Json) -> Json:
    return {**document, "period": {**document["period"], "tzdb": None}}


def _text(change: Json) -> str:
    return f"{change['after'] or 'none'}, before {change['before'] or 'none'}"
