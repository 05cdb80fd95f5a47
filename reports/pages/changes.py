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
LISTS = ("outages", "tickets")
ALL_DAYS = "one or more days"
"""What the ledger says where the rows of every day are as many as before and not the same."""


def changes(say: Wording, agreement: Json) -> Iterator[Block]:
    """The difference the ledger holds, in words; nothing for a first version."""
    found = agreement["correction"]
    if found is None:
        return
    yield heading(2, say.say("correction", before=found["from_version"], after=found["to_version"]))
    yield text(say.say("correction.reason", reason=found["reason"]))
    rows = list(_rows(say, found["difference"], agreement["currency"]))
    columns = [column(say.say("correction.what"), 2), column(say.say("correction.before"), 1.2, end=True),
               column(say.say("correction.after"), 1.2, end=True)]  # fmt: skip
    if rows:
        yield table(columns, rows, summary=say.say("correction.what"))
    if found["adjustment"] is not None:
        amount = say.money(found["adjustment"], agreement["currency"])
        yield text(line(f"{say.say('adjustment')}{say.say('colon')}{amount} {say.say('excluding_tax')}", "strong"))


def _rows(say: Wording, found: Json, currency: str) -> Iterator[list[Cell]]:
    for one in found["objectives"]:
        name = f"{one['id']} – {one['circuit']}"
        for key in sorted(one, key=_place):
            change = one[key]
            if key == "seconds":
                for kind, seconds in change.items():
                    yield _row(say, f"{name}{say.say('colon')}{say.say('time.' + kind)} (s)", seconds, say.number)
            elif key not in ("id", "circuit"):
                yield _row(
                    say, f"{name}{say.say('colon')}{say.say('change.' + key)}", change, _writer(say, key, currency)
                )
    for key, change in found["credit"].items():
        yield _row(say, say.say(f"change.credit.{key}"), change, lambda value: say.money(value, currency))
    for kind in ("exclusions", "tickets"):
        for verb, members in found[kind].items():
            for each in members:
                what = cell(f"{say.say('change.' + kind)} {each['id']} ({each['circuit']})")
                yield [what, [], cell(say.say(f"change.{verb}"))]
    for each in found["readings"]:
        day = say.say("change.all_days") if each.get("day") in (None, ALL_DAYS) else say.day(each["day"])
        kind = say.say(f"change.readings.{each['kind']}")
        name = say.say("change.readings", kind=kind, circuit=each["circuit"], day=day)
        rows = each.get("rows", {})
        yield _row(say, name, rows, say.number) if rows else [cell(name), [], cell(say.say("change.other_values"))]
    for key, change in found["rules"].items():
        yield _row(say, key, change, str)


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
    if key in LISTS:
        return lambda value: say.number(len(value))
    return say.number
