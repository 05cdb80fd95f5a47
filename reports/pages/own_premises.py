"""The tenant's own zones: people counted and comfort measured, each with how much of the month that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.pages.blocks import Block, Cell, cell, column, heading, line, table, text
from reports.pages.wording import Wording

Json = dict[str, Any]


def own_premises(say: Wording) -> Iterator[Block]:
    """The blocks of occupancy and comfort; nothing for a tenant without a zone."""
    found = say.statement["premises"]
    if not found["zones"]:
        return
    zone = say.statement["agreements"][0]["score"]["period"]["time_zone"]
    yield heading(1, say.say("premises"), page="")
    columns = [column(say.say("premises.zone"), 2), column(say.say("premises.capacity"), 1, end=True),
               column(say.say("premises.peak"), 1.4, end=True), column(say.say("premises.mean"), 1.2, end=True),
               column(say.say("coverage"), 1.1, end=True)]  # fmt: skip
    yield heading(2, say.say("premises.occupancy"))
    yield table(columns, [_zone(say, one, zone) for one in found["zones"]], summary=say.say("premises.occupancy"))
    yield text(say.small("premises.occupancy.note"))
    yield heading(2, say.say("premises.comfort"))
    if not found["comfort"]:
        yield text(say.say("premises.comfort.none"))
        return
    columns = [column(say.say("premises.zone"), 2), column(say.say("premises.quantity"), 1.5),
               *(column(say.say(f"premises.{name}"), 1, end=True) for name in ("least", "median", "most")),
               column(say.say("coverage"), 1.1, end=True)]  # fmt: skip
    yield table(columns, [_comfort(say, one) for one in found["comfort"]], summary=say.say("premises.comfort"))
    yield text(say.small("premises.comfort.note"))


def _zone(say: Wording, one: Json, zone: str) -> list[Cell]:
    none = say.say("none")
    peak = cell(none)
    if one["people_most"] is not None:
        peak = cell(line(say.number(one["people_most"]), "strong"), line(say.local(one["peak_at"], zone), "small"))
    share = "" if one["mean_percent"] is None else say.small("premises.of", percent=say.percent(one["mean_percent"]))
    return [
        _where(one),
        cell(say.number(one["capacity_people"])),
        peak,
        cell(say.number(one["people_mean"]), share),
        _coverage(say, one),
    ]


def _comfort(say: Wording, one: Json) -> list[Cell]:
    values = [cell(say.quantity(one["quantity"], one[name])) for name in ("least", "median", "most")]
    return [_where(one), cell(say.say(f"quantity.{one['quantity']}")), *values, _coverage(say, one)]


def _where(one: Json) -> Cell:
    return cell(line(one["label"], "strong"), line(f"{one['facility']}, {one['building']}, {one['floor']}", "small"))


def _coverage(say: Wording, one: Json) -> Cell:
    measured, quarters = say.number(one["quarters_measured"]), say.number(one["quarters"])
    return cell(
        say.percent(one["coverage_percent"]), say.small("premises.quarters", measured=measured, quarters=quarters)
    )
