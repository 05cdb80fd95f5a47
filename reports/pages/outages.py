"""Every outage of an availability objective, with what was measured, and why what of it counts or does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.pages.blocks import Block, cell, column, heading, line, table, text
from reports.pages.wording import Wording

Json = dict[str, Any]


def outages(say: Wording, agreement: Json, found: Json, promised: Json) -> Iterator[Block]:
    """The blocks of the outages, excluded ones among them: whatever was observed stands on the statement."""
    yield heading(3, say.say("outages"))
    if not promised["outages"]:
        yield text(say.say("outages.none"))
        return
    notes = ["outages.note"]
    if any(one["measured"] is None for one in promised["outages"]):
        notes.append("outages.no_evidence")
    yield text(*map(say.small, notes), with_next=True)
    yield _table(say, agreement, found, promised)


def _table(say: Wording, agreement: Json, found: Json, promised: Json) -> Block:
    in_zone = agreement["score"]["period"]["time_zone"]
    rows = [
        [
            cell(str(one["number"])),
            cell(say.local(one["starts_at"], in_zone), f"→ {say.local(one['ends_at'], in_zone)}",
                 line(f"{one['starts_at']} → {one['ends_at']}", "small")),
            cell(say.seconds(one["seconds"]), line(f"{say.number(one['seconds'])}\u00a0s", "small")),
            cell(*_counted(say, one)),
            cell(*_evidence(say, one, promised, in_zone)),
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


def _evidence(say: Wording, one: Json, promised: Json, in_zone: str) -> Iterator[Any]:
    """What speaks for an outage and of it: what was measured, tickets, exclusions, alerts."""
    kept = one["measured"]
    if kept is not None and "bad_intervals" in kept:
        counts = {name: say.number(kept[f"{name}_intervals"]) for name in ("bad", "good", "unknown")}
        yield say.say("evidence.intervals", **counts)
        yield say.small("evidence.packets", lost=say.number(kept["lost"]), sent=say.number(kept["sent"]))
        if kept["first_bad_at"]:
            yield say.small("evidence.first", at=say.local(kept["first_bad_at"], in_zone))
            yield say.small("evidence.last", at=say.local(kept["last_bad_at"], in_zone))
    if kept is not None:
        yield from _not_counted(say, one, kept, promised)
    if one["exclusions"]:
        yield say.small("evidence.exclusions", names=", ".join(one["exclusions"]))
    if one["tickets"]:
        yield say.small("evidence.tickets", names=", ".join(one["tickets"]))
    if one["alerts"]:
        yield say.small(
            "evidence.alerts",
            names=", ".join(
                say.say("evidence.alert", rule=say.say(f"alert.{each['rule']}"), number=each["alert"])
                for each in one["alerts"]
            ),
        )


def _not_counted(say: Wording, one: Json, kept: Json, promised: Json) -> Iterator[str]:
    """Why less of an outage counts than it lasted, so that nobody has to guess where the rest went."""
    excluded = kept["excluded_seconds"]
    if excluded:
        yield say.say("evidence.excluded", duration=say.seconds(excluded))
    rest = one["seconds"] - kept["counted_seconds"] - excluded
    if rest:
        why = "outside" if promised["spans"]["outside_service_hours"] else "taken_as_up"
        yield say.say(f"evidence.{'mixed' if kept.get('unknown_intervals') else why}", duration=say.seconds(rest))
