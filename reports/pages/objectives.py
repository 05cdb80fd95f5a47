"""Loss, round trip and restore objectives: what was counted, raw and contractual, and every ticket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.pages.blocks import Block, Cell, cell, column, line, table, text
from reports.pages.wording import Wording

Json = dict[str, Any]


def loss(say: Wording, found: Json, promised: Json) -> Iterator[Block]:
    """What was sent and lost."""
    rows = [_row(say, key, key, found, promised["raw"]) for key in ("sent", "lost")]
    yield _both(say, [*rows, _result(say, "loss", found, promised)], found)


def round_trip(say: Wording, found: Json, promised: Json) -> Iterator[Block]:
    """What was answered, and how much of it in time."""
    rows = [_row(say, key, key, found, promised["raw"]) for key in ("answered", "within")]
    raw = promised["raw"]
    shares = [cell(say.share(one["within"], one["answered"])) if one else cell(say.say("none")) for one in (raw, found)]
    rows.append([cell(say.say("within.share")), *shares])
    yield _both(say, [*rows, _result(say, "value_ms", found, promised)], found)


def restore(say: Wording, agreement: Json, promised: Json) -> Iterator[Block]:
    """Every ticket with its clock: opened, restored, frozen, net, and against what it is held."""
    if not promised["tickets"]:
        yield text(say.say("tickets.none"))
        return
    zone = agreement["score"]["period"]["time_zone"]
    rows = []
    for ticket in promised["tickets"]:
        restored = say.local(ticket["restored_at"], zone) if ticket["restored_at"] else say.say("ticket.still_open")
        freezes = [
            say.small("ticket.freeze", start=say.local(each["starts_at"], zone), end=say.local(each["ends_at"], zone),
                      reason=each["reason"])
            for each in ticket["freezes"]
        ]  # fmt: skip
        rows.append(
            [
                cell(line(ticket["ticket"], "strong")),
                cell(say.local(ticket["opened_at"], zone), f"→ {restored}", *freezes),
                cell(say.seconds(ticket["elapsed_seconds"]),
                     say.small("ticket.frozen", duration=say.seconds(ticket["frozen_seconds"]))),
                cell(say.seconds(promised["at_most_seconds"])),
                cell(say.verdict(ticket["verdict"], to_date=say.is_running(agreement))),
            ]
        )  # fmt: skip
    columns = [column(say.say("ticket"), 0), column(say.say("ticket.span"), 2),
               column(say.say("ticket.elapsed"), 1.1, end=True), column(say.say("ticket.at_most"), 0, end=True),
               column(say.say("verdict"), 0)]  # fmt: skip
    yield table(columns, rows, summary=say.say("indicator.time_to_restore"))


def _row(say: Wording, word: str, key: str, found: Json, raw: Json | None) -> list[Cell]:
    return [cell(say.say(word)), cell(say.number(None if raw is None else raw[key])), cell(say.number(found[key]))]


def _result(say: Wording, word: str, found: Json, promised: Json) -> list[Cell]:
    raw = promised["raw"]
    before = say.say("none") if raw is None else say.value({**found, **raw}, promised)
    return [cell(say.say(word)), cell(before), cell(line(say.value(found, promised), "strong"))]


def _both(say: Wording, rows: list[list[Cell]], found: Json) -> Block:
    columns = [column("", 2.2), column(say.say("raw"), 1, end=True), column(say.say("contractual"), 1, end=True)]
    return table(columns, rows, totals=1, summary=say.say(f"indicator.{found['indicator']}"), whole=True)
