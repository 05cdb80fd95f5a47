"""One availability objective: the month drawn, raw and contractual figures, the budget, and every outage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from facilities.calendar import zone
from facilities.instants import epoch_seconds
from reports.drawing import budget_svg, swatch_svg, timeline_svg
from reports.formats import even_decimal
from reports.pages.blocks import Block, Cell, cell, column, drawing, heading, legend, line, table, text
from reports.pages.outages import outages
from reports.pages.wording import Wording
from reports.timeline import timeline
from store.intervals import Interval

Json = dict[str, Any]
TIMES = ("up", "down", "unknown", "excluded", "outside_service_hours")


def availability(say: Wording, agreement: Json, found: Json, promised: Json, name: str) -> Iterator[Block]:
    """The blocks of the objective; `name` tells its drawings from those of the others."""
    yield from _timeline(say, agreement, found, promised, name)
    yield from _figures(say, agreement, found, promised, name)
    yield from outages(say, agreement, found, promised)


def _timeline(say: Wording, agreement: Json, found: Json, promised: Json, name: str) -> Iterator[Block]:
    period, spans = agreement["score"]["period"], promised["spans"]
    drawn = timeline(
        _span(period),
        [_span(one) for one in found["outages"]],
        epoch_seconds(agreement["scored_to_at"]),
        zone(period["time_zone"]),
        outside=map(_span, spans["outside_service_hours"]),
        unknown=map(_span, spans["unknown"] or ()),
        excluded=map(_span, spans["excluded"] or ()),
    )
    yield heading(3, say.say("timeline"))
    alternative = say.say(
        "timeline.alternative",
        circuit=found["circuit"], outages=len(found["outages"]), down=say.seconds(found["seconds"]["down"]),
        excluded=say.seconds(found["seconds"]["excluded"]), unknown=say.seconds(found["seconds"]["unknown"]),
    )  # fmt: skip
    yield drawing(timeline_svg(drawn, name, alternative), alternative)
    is_placed = spans["unknown"] is not None
    legends = [("available", "available" if is_placed else "unplaced")]
    kinds = ("outage", "excluded", "unknown", "outside", "ahead")
    legends += [(kind, kind) for kind in kinds if getattr(drawn, "outages" if kind == "outage" else kind)]
    yield legend([(swatch_svg(kind, f"{name}-{kind}"), say.say(f"legend.{said}")) for kind, said in legends])
    yield text(say.small("timeline.note" if is_placed else "timeline.note.unknown"))


def _figures(say: Wording, agreement: Json, found: Json, promised: Json, name: str) -> Iterator[Block]:
    raw = promised["raw"]
    raw_seconds = {} if raw is None else raw["seconds"]
    rows: list[Sequence[Cell]] = [
        [
            cell(say.say(f"time.{kind}")),
            cell(say.number(raw_seconds.get(kind))),
            cell(say.number(found["seconds"][kind])),
            cell(say.seconds(found["seconds"][kind])),
        ]
        for kind in TIMES
    ]
    total = promised["seconds_total"]
    whole = cell(f"{say.say('time.sum')} {say.say('time.adds_up')}")
    raw_total = say.number(sum(raw_seconds.values()) if raw_seconds else None)
    rows.append([whole, cell(raw_total), cell(say.number(total)), cell(say.seconds(total))])
    yield heading(3, say.say("time"))
    columns = [
        column("", 2),
        column(say.say("raw.seconds"), 1, end=True),
        column(say.say("contractual.seconds"), 1, end=True),
        column(say.say("contractual.duration"), 1.2, end=True),
    ]
    yield table(columns, rows, totals=1, summary=say.say("time"), whole=True)
    if say.is_running(agreement):
        yield text(say.small("time.ahead"))
    yield heading(3, say.say("figures"))
    yield table(
        [column("", 2.2), column(say.say("raw"), 1, end=True), column(say.say("contractual"), 1, end=True)],
        list(_rows(say, found, promised, raw)),
        summary=say.say("figures"),
        whole=True,
    )
    yield text(say.small("raw.what" if raw is not None else "raw.none"))
    yield from _budget(say, found, promised, name)


def _rows(say: Wording, found: Json, promised: Json, raw: Json | None) -> Iterator[list[Cell]]:
    seconds, other = found["seconds"], raw or {}
    formula = say.small("availability.formula", up=say.number(seconds["up"]), down=say.number(seconds["down"]))
    target = promised["target_percent"]

    def pair(key: str) -> tuple[Cell, Cell]:
        before = cell(say.percent(other.get(key))) if raw is not None else cell(say.say("none"))
        return before, cell(line(say.percent(found[key]), "strong"))

    yield [cell(line(say.say("availability"), "strong"), formula), *pair("value_percent")]
    yield [cell(say.say("target")), cell(say.percent(target)), cell(say.percent(target))]
    before = cell(say.verdict(other["verdict"])) if raw is not None else cell(say.say("none"))
    yield [cell(say.say("verdict")), before, cell(say.verdict(found["verdict"]))]
    least = say.small("coverage.minimum", minimum=say.percent(promised["min_coverage_percent"]))
    yield [cell(say.say("coverage"), least), *pair("coverage_percent")]
    yield [cell(say.say("bounds.lowest"), say.small("bounds.lowest.what")), *pair("lowest_percent")]
    yield [cell(say.say("bounds.highest"), say.small("bounds.highest.what")), *pair("highest_percent")]
    for key in ("high_loss_intervals", "consecutive_high_loss", "provisional_seconds"):
        if found[key] is not None and (key != "provisional_seconds" or found[key]):
            said = cell(say.say(f"figure.{key}"))
            yield [said, cell(say.number(other.get(key))), cell(say.number(found[key]))]


def _budget(say: Wording, found: Json, promised: Json, name: str) -> Iterator[Block]:
    budget = promised["budget_seconds"]
    if budget is None:
        return
    allowed, used = Fraction(budget["allowed"]), Fraction(budget["used"])
    if not allowed:
        return
    used_text = "\u2003".join(_spent(say, f"budget.{part}", budget[part]) for part in ("used", "allowed"))
    left_text = _spent(say, "budget.over" if Fraction(budget["left"]) < 0 else "budget.left", budget["left"])
    yield heading(3, say.say("budget"))
    share, alternative = used / allowed, f"{used_text} {left_text}"
    scale = (say.percent("100"), say.percent("200"), say.percent(even_decimal(100 * share, 0)))
    yield drawing(budget_svg(share, used_text, left_text, scale, f"{name}-b", alternative), alternative)
    seconds = found["seconds"]
    yield text(
        say.small(
            "budget.formula",
            target=say.percent(promised["target_percent"]),
            up=say.number(seconds["up"]),
            down=say.number(seconds["down"]),
        )
    )


def _spent(say: Wording, key: str, seconds: object) -> str:
    """So much of the budget in minutes, as contracts speak of it, and in the seconds that were counted."""
    plain = str(seconds)
    return say.say(key, minutes=say.minutes(plain), seconds=say.number(plain.lstrip("-")))


def _span(one: Json) -> Interval[int]:
    return Interval(epoch_seconds(one["starts_at"]), epoch_seconds(one["ends_at"]))
