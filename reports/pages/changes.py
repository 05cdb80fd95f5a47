"""What a corrected version changed from the one it replaces, figure by figure, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.pages.blocks import Block, Cell, cell, column, heading, line, table, text
from reports.pages.wording import Wording

Json = dict[str, Any]
PERCENT = ("value_percent", "coverage_percent", "lowest_percent", "highest_percent", "credit_percent")
ORDER = ("verdict", "value_percent", "value_ms", "seconds", "coverage_percent", "lowest_percent", "highest_percent")
"""What a reader asks for first; the rest follows as it is."""
ALL_DAYS = "one or more days"
"""What the ledger says where the rows of every day are as many as before and not the same."""


def changes(say: Wording, agreement: Json) -> Iterator[Block]:
    """The difference the ledger holds, in words; nothing for a first version."""
    found = agreement["correction"]
    if found is None:
        return
    yield heading(2, say.say("correction", before=found["from_version"], after=found["to_version"]))
    yield text(say.say("correction.reason", reason=found["reason"]), with_next=True)
    rows = list(_rows(say, found["difference"], agreement))
    columns = [column(say.say("correction.what"), 2), column(say.say("correction.before"), 1.2, end=True),
               column(say.say("correction.after"), 1.2, end=True)]  # fmt: skip
    if rows:
        yield table(columns, rows, summary=say.say("correction.what"))
    if found["adjustment"] is not None:
        amount = say.signed_money(found["adjustment"], agreement["currency"])
        yield text(line(f"{say.say('adjustment')}{say.say('colon')}{amount} {say.say('excluding_tax')}", "strong"))


def _rows(say: Wording, found: Json, agreement: Json) -> Iterator[list[Cell]]:
    currency, zone = agreement["currency"], agreement["score"]["period"]["time_zone"]
    for one in found["objectives"]:
        name = f"{one['id']} – {one['circuit']}"
        for key in sorted(one, key=_place):
            change = one[key]
            if key == "seconds":
                for kind, seconds in change.items():
                    yield _row(say, f"{name}{say.say('colon')}{say.say('time.' + kind)} (s)", seconds, say.number)
            elif key == "outages":
                yield from _outages(say, name, change, zone)
            elif key == "tickets":
                yield from _tickets(say, name, change)
            elif key in ("value_percent", "value_ms"):
                yield _measured(say, f"{name}{say.say('colon')}{say.say('change.' + key)}", key, one, agreement)
            elif key not in ("id", "circuit"):
                yield _row(
                    say, f"{name}{say.say('colon')}{say.say('change.' + key)}", change, _writer(say, key, currency)
                )
    for key, change in found["credit"].items():
        yield _row(say, say.say(f"change.credit.{key}"), change, lambda value: say.money(value, currency))
    for kind in ("exclusions", "tickets"):
        for verb, members in found[kind].items():
            for each in members:
                yield from _fact(say, kind, verb, each, zone)
    for each in found["readings"]:
        day = say.say("change.all_days") if each.get("day") in (None, ALL_DAYS) else say.day(each["day"])
        kind = say.say(f"change.readings.{each['kind']}")
        name = say.say("change.readings", kind=kind, circuit=each["circuit"], day=day)
        rows = each.get("rows", {})
        yield _row(say, name, rows, say.number) if rows else [cell(name), [], cell(say.say("change.other_values"))]
    for key, change in found["rules"].items():
        yield _row(say, say.say(f"change.rules.{key}"), change, str)


def _measured(say: Wording, name: str, key: str, one: Json, agreement: Json) -> list[Cell]:
    """The figure of an objective on both sides, each with the verdict and the counts of its side."""
    write = say.percent if key in PERCENT else say.number
    objectives = zip(agreement["objectives"], agreement["score"]["objectives"], strict=True)
    both = next((pair for pair in objectives if pair[0]["id"] == one["id"]), None)
    if both is None:  # the agreement promises it no more: there is nothing to hold its figure against
        return _row(say, name, one[key], write)
    promised, found = both
    told = {of: change for of, change in one.items() if isinstance(change, dict)}
    sides = {
        side: {**found, **{of: change[side] for of, change in told.items() if side in change}}
        for side in ("before", "after")
        if one[key].get(side) is not None
    }
    return _row(say, name, sides, lambda side: say.measured(key, side, promised, write))


def _outages(say: Wording, name: str, change: Json, zone: str) -> Iterator[list[Cell]]:
    """How many there were and are, and each that is not on both sides: a count alone would hide one that moved."""
    sides = {side: change[side] or [] for side in ("before", "after")}
    counts = {side: len(found) for side, found in sides.items()}
    yield _row(say, f"{name}{say.say('colon')}{say.say('change.outages')}", counts, say.number)
    only = [(side, one) for side, other in (("before", "after"), ("after", "before")) for one in sides[side]
            if one not in sides[other]]  # fmt: skip
    for side, one in sorted(only, key=lambda pair: pair[1]["starts_at"]):
        yield _row(say, f"{name}{say.say('colon')}{say.say('change.outage')}", {side: one},
                   lambda each: f"{_span(say, each, zone)}, {say.seconds(each['seconds'])}")  # fmt: skip


def _tickets(say: Wording, name: str, change: Json) -> Iterator[list[Cell]]:
    """Each ticket whose clock or verdict is another."""
    sides = {side: {one["ticket"]: one for one in change[side] or []} for side in ("before", "after")}
    for ticket in dict.fromkeys((*sides["before"], *sides["after"])):
        both = {side: found.get(ticket) for side, found in sides.items()}
        if both["before"] != both["after"]:
            said = f"{name}{say.say('colon')}{say.say('change.tickets')} {ticket}"
            yield _row(say, said, both, lambda each: _clock(say, each))


def _clock(say: Wording, ticket: Json) -> str:
    return f"{say.seconds(ticket['elapsed_seconds'])}, {say.say('verdict.' + ticket['verdict'])}"


def _fact(say: Wording, kind: str, verb: str, each: Json, zone: str) -> Iterator[list[Cell]]:
    """An exclusion or ticket that came or went, with what it says; of one that changed, each thing it says anew."""
    name = f"{say.say('change.' + kind)} {each['id']} ({each['circuit']})"
    if verb == "changed":
        for key in sorted(each.keys() - {"id", "circuit"}):
            yield _row(say, f"{name}{say.say('colon')}{say.say('change.fact.' + key)}", each[key],
                       lambda value, key=key: _said(say, key, value, zone))  # fmt: skip
        return
    if kind == "exclusions":
        said = f"{say.say('kind.' + each['kind'])}, {_span(say, each, zone)}"
    else:
        restored = say.local(each["restored_at"], zone) if each["restored_at"] else say.say("ticket.still_open")
        said = f"{say.local(each['opened_at'], zone)} → {restored}"
    lines = cell(say.say(f"change.{verb}"), line(said, "small"))
    yield [cell(name), lines, []] if verb == "went" else [cell(name), [], lines]


def _said(say: Wording, key: str, value: Any, zone: str) -> str:
    if key == "kind":
        return say.say(f"kind.{value}")
    if key == "freezes":
        return ", ".join(_span(say, one, zone) for one in value) or say.say("none")
    return say.local(value, zone)


def _span(say: Wording, one: Json, zone: str) -> str:
    return f"{say.local(one['starts_at'], zone)} → {say.local(one['ends_at'], zone)}"


def _place(figure: str) -> int:
    return ORDER.index(figure) if figure in ORDER else len(ORDER)


def _row(say: Wording, name: str, change: Json, write: Any) -> list[Cell]:
    sides = [say.say("none") if change.get(side) is None else write(change[side]) for side in ("before", "after")]
    return [cell(name), *(cell(line(side, "strong" if place else "")) for place, side in enumerate(sides))]


def _writer(say: Wording, key: str, currency: str) -> Any:
    if key == "verdict":
        return lambda value: say.say(f"verdict.{value}")
    if key in PERCENT:
        return say.percent
    if key == "credit":
        return lambda value: say.money(value, currency)
    return say.number
