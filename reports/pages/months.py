"""The last twelve months of an agreement: a chart of each availability objective, and the verdicts in a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

from reports.drawing import Bar, months_svg
from reports.pages.blocks import MARKS, Block, Cell, cell, column, drawing, heading, line, table, text
from reports.pages.wording import Wording

Json = dict[str, Any]
NO_PROMISE: Json = {"promise": ""}
"""Of an objective that the agreement has no more."""


def months(say: Wording, agreement: Json, name: str) -> Iterator[Block]:
    """The blocks of the last twelve months; of a month in two segments on the last one's pages alone."""
    every = [one for one in say.statement["agreements"] if one["agreement"] == agreement["agreement"]]
    if agreement is not every[-1]:
        return
    known = say.statement["history"].get(agreement["agreement"], [])
    if not known:
        return
    yield heading(2, say.say("months"))
    for number, promised in enumerate(agreement["objectives"]):
        found = agreement["score"]["objectives"][number]
        if found["indicator"] == "availability":
            yield from _chart(say, known, found, promised, f"{name}-{number}")
    columns = [column(say.say("months.month"), 0), column(say.say("months.version"), 0),
               column(say.say("months.verdicts"), 3), column(say.say("credit"), 0, end=True)]  # fmt: skip
    rows = [row for run in _runs(known) for row in _rows(say, run, agreement)]
    yield text(say.small("months.note"), with_next=True)
    yield table(columns, rows, summary=say.say("months"))


def _chart(say: Wording, known: Sequence[Json], found: Json, promised: Json, name: str) -> Iterator[Block]:
    """Missed seconds per month would hide that months differ in length: the missing share is drawn, on one scale."""
    target = Decimal(promised["target_percent"])
    missing = [_missing(one, found["id"]) for one in known]
    if sum(one is not None for one in missing) < 2:
        return  # one column compares nothing
    most = max([*(each[0] for each in missing if each), 2 * (100 - target), Decimal("0.0001")])
    bars = []
    for month, one in zip(known, missing, strict=True):
        label = f"{month['month'][5:]}/{month['month'][2:4]}"
        if one is None:
            bars.append(Bar(label, None, is_missed=False, text=say.say("none")))
        else:
            bars.append(Bar(label, Fraction(one[0] / most), one[1], say.number(one[2])))
    limit = Fraction((100 - target) / most)
    limit_text = say.say("months.limit", target=say.percent(promised["target_percent"]))
    alternative = say.say(
        "months.alternative", circuit=found["circuit"], target=say.percent(promised["target_percent"])
    )
    yield heading(3, say.say("months.chart", circuit=found["circuit"]))
    yield drawing(months_svg(bars, limit, limit_text, name, alternative), alternative)
    yield text(say.small("months.chart.note"))


def _missing(month: Json, objective: str) -> tuple[Decimal, bool, str] | None:
    """What an availability lacks of 100 %, whether it was missed, and the value as published; the worse segment's."""
    found = [
        (100 - Decimal(each["value_percent"]), each["verdict"] == "breached", each["value_percent"])
        for version in month["versions"]
        for each in version["objectives"]
        if each["id"] == objective and each.get("value_percent") is not None
    ]
    return max(found, default=None)


def _runs(known: Sequence[Json]) -> Iterator[list[Json]]:
    """Each month alone, and months in a row without a verdict together."""
    for has_verdict, run in groupby(known, key=lambda month: bool(month["versions"])):
        listed = list(run)
        yield from ([month] for month in listed) if has_verdict else [listed]


def _rows(say: Wording, run: Sequence[Json], agreement: Json) -> Iterator[list[Cell]]:
    """One month, or several without a verdict. A figure of it is held against the promise of this statement's month."""
    promised = {one["id"]: one for one in agreement["objectives"]}
    month, last = run[0], run[-1]
    name = say.month(month["month"])
    if not month["versions"]:
        until = "" if last is month else f"– {say.month(last['month'])}"
        yield [cell(name, until), cell(say.say("months.none")), [], []]
    for version in month["versions"]:
        said = cell(say.say("months.draft"))
        if version["version"] is not None:
            state = say.say(f"state.{version['state']}")
            said = cell(say.say("months.of", version=version["version"], state=state))
        verdicts = [
            line(
                f"{MARKS[each['verdict']]} {say.say('indicator.short.' + each['indicator'])} {each['circuit']}"
                f"{say.say('colon')}{say.value(each, promised.get(each['id'], NO_PROMISE))}",
                "strong" if each["verdict"] == "breached" else "",
            )
            for each in version["objectives"]
        ]
        yield [cell(name), said, cell(*verdicts), cell(say.money(version["payable"], agreement["currency"]))]
