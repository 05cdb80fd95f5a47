"""One availability objective: the month drawn, raw and contractual figures, the budget, and every outage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from facilities.calendar import zone
from facilities.instants import epoch_seconds
from reports.drawing import budget_svg, swatch_svg, timeline_svg
from reports.pages.blocks import Block, Cell, cell, column, drawing, heading, legend, line, table, text
from reports.pages.wording import Wording
from reports.timeline import timeline
from store.intervals import Interval

Json = dict[str, Any]
TIMES = ("up", "down", "unknown", "excluded", "outside_service_hours")


def availability(say: Wording, agreement: Json, found: Json, promised: Json, name: str) -> Iterator[Block]:
    """The blocks of the objective; `name` tells its drawings from those of the others."""
    yield from _timeline(say, agreement, found, promised, name)
    yield from _figures(say, agreement, found, promised, name)
    yield heading(3, say.say("outages"))
    if not promised["outages"]:
        yield text(say.say("outages.none"))
        return
    yield _outages(say, agreement, found, promised)
    yield text(say.small("outages.note"))
    if any(one["measured"] is None for one in promised["outages"]):
        yield text(say.small("outages.no_evidence"))


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
    kinds = ["available", "outage"]
    kinds += [kind for kind in ("excluded", "unknown", "outside", "ahead") if getattr(drawn, kind)]
    yield legend([(swatch_svg(kind, f"{name}-{kind}"), say.say(f"legend.{kind}")) for kind in kinds])
    yield text(say.small("timeline.note" if spans["unknown"] is not None else "timeline.note.unknown"))


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
        column(say.say("duration"), 1.2, end=True),
    ]
    yield table(columns, rows, totals=1, summary=say.say("time"))
    if say.is_running(agreement):
        yield text(say.small("time.ahead"))
    yield heading(3, say.say("figures"))
    yield table(
        [column("", 2.2), column(say.say("raw"), 1, end=True), column(say.say("contractual"), 1, end=True)],
        list(_rows(say, found, promised, raw)),
        summary=say.say("figures"),
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
    used_text = say.say("budget.used", used=say.number(budget["used"]), allowed=say.number(budget["allowed"]))
    left_text = say.say("budget.left", left=say.number(budget["left"]))
    yield heading(3, say.say("budget"))
    yield drawing(budget_svg(used / allowed, used_text, left_text, f"{name}-b", f"{used_text} {left_text}"),
                  f"{used_text} {left_text}")  # fmt: skip
    seconds = found["seconds"]
    yield text(
        say.small(
            "budget.formula",
            target=say.percent(promised["target_percent"]),
            up=say.number(seconds["up"]),
            down=say.number(seconds["down"]),
        )
    )


def _outages(say: Wording, agreement: Json, found: Json, promised: Json) -> Block:
    in_zone = agreement["score"]["period"]["time_zone"]
    rows = [
        [
            cell(str(one["number"])),
            cell(say.local(one["starts_at"], in_zone), f"→ {say.local(one['ends_at'], in_zone)}",
                 line(f"{one['starts_at']} → {one['ends_at']}", "small")),
            cell(say.seconds(one["seconds"]), line(f"{say.number(one['seconds'])}\u00a0s", "small")),
            cell(*_counted(say, one)),
            cell(*_evidence(say, one, in_zone)),
        ]
        for one in promised["outages"]
    ]  # fmt: skip
    total = sum(one["seconds"] for one in found["outages"])
    down = found["seconds"]["down"]
    sums = [cell(say.seconds(each), line(f"{say.number(each)}\u00a0s", "small")) for each in (total, down)]
    rows.append([[], cell(say.say("outages.sum")), *sums, []])
    columns = [
        column(say.say("outage.number"), 0),
        column(say.say("outage.span"), 1.7),
        column(say.say("duration"), 0, end=True),
        column(say.say("outage.counted"), 0, end=True),
        column(say.say("outage.evidence"), 1.9),
    ]
    return table(columns, rows, totals=1, summary=say.say("outages"))


def _counted(say: Wording, one: Json) -> list[Any]:
    """How much of it is down time of the verdict; a dash where the engine kept no evidence."""
    if one["measured"] is None:
        return [say.say("none")]
    seconds = one["measured"]["counted_seconds"]
    return [say.seconds(seconds), line(f"{say.number(seconds)}\u00a0s", "small")]


def _evidence(say: Wording, one: Json, in_zone: str) -> Iterator[Any]:
    """What speaks for an outage and of it: what was measured, tickets, exclusions, alerts."""
    kept = one["measured"]
    if kept is not None and "bad_intervals" in kept:
        counts = {name: say.number(kept[f"{name}_intervals"]) for name in ("bad", "good", "unknown")}
        yield say.say("evidence.intervals", **counts)
        yield say.small("evidence.packets", lost=say.number(kept["lost"]), sent=say.number(kept["sent"]))
        if kept["first_bad_at"]:
            first, last = (say.local(kept[key], in_zone) for key in ("first_bad_at", "last_bad_at"))
            yield say.small("evidence.first_last", first=first, last=last)
    if kept is not None and kept["excluded_seconds"]:
        yield say.say("evidence.excluded", duration=say.seconds(kept["excluded_seconds"]))
    if one["exclusions"]:
        yield say.small("evidence.exclusions", names=", ".join(one["exclusions"]))
    if one["tickets"]:
        yield say.small("evidence.tickets", names=", ".join(one["tickets"]))
    if one["alerts"]:
        yield say.small(
            "evidence.alerts", names=", ".join(f"{each['alert']} ({each['rule']})" for each in one["alerts"])
        )


def _span(one: Json) -> Interval[int]:
    return Interval(epoch_seconds(one["starts_at"]), epoch_seconds(one["ends_at"]))
