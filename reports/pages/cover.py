"""The first page: who, which month, what state, every verdict, and what is proposed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reports.pages.blocks import MARKS, Block, amount, cell, column, facts, heading, line, notice, table, text
from reports.pages.wording import Wording

Json = dict[str, Any]


def cover(say: Wording) -> Iterator[Block]:
    """The blocks of the first page."""
    statement = say.statement
    zone = statement["agreements"][0]["score"]["period"]["time_zone"]
    rows = [
        (say.say("tenant"), cell(line(statement["tenant"]["name"], "strong"))),
        (say.say("manager"), cell(*managers(say))),
        (say.say("number"), cell(statement["number"])),
    ]
    if statement["replaces"]:
        rows.append((say.say("replaces"), cell(statement["replaces"])))
    rows.append((say.say("issued_at"), cell(say.local(statement["issued_at"], zone))))
    yield facts(rows)
    if statement["status"] == "provisional":
        yield notice(say.say("status.because"), statement["reasons"])
    changed = [one for one in statement["agreements"] if one["correction"]]
    if changed:
        names = ", ".join(dict.fromkeys(one["agreement"] for one in changed))
        yield notice(say.say("correction.notice"), [say.say("correction.see", agreements=names)])
    added = dict.fromkeys(one["agreement"] for one in statement["agreements"] if one["new_since"])
    if added:
        places = {"agreements": ", ".join(added), "number": statement["replaces"]}
        yield notice(say.say("added.notice"), [say.say("added.since", **places)])
    yield heading(1, say.say("summary"))
    yield summary(say)
    yield from owed(say)
    yield heading(2, say.say("verdicts"))
    yield table(
        [column(say.say("verdict"), 0), column(say.say("verdict.meaning"), 1)],
        [[cell(say.verdict(one)), cell(say.say(f"verdict.means.{one}"))] for one in MARKS],
        summary=say.say("verdicts"),
        whole=True,
    )
    if any(say.is_running(one) for one in statement["agreements"]):
        yield text(say.small("verdict.means.to_date"))


def managers(say: Wording) -> list[str]:
    """Who manages the parks of its agreements, each once; where the inventory does not know, that is said."""
    named = dict.fromkeys(one["facility"]["manager"] for one in say.statement["agreements"])
    return [say.say("manager.unknown") if one is None else one for one in named]


def summary(say: Wording) -> Block:
    """Every objective in a line: what was promised and measured, the verdict, the credit."""
    rows = []
    for agreement in say.statement["agreements"]:
        days = line(say.segment(agreement), "small") if "segment" in agreement else ""
        for promised, found in zip(agreement["objectives"], agreement["score"]["objectives"], strict=True):
            rows.append(
                [
                    cell(agreement["facility"]["name"], days),
                    cell(line(found["circuit"], "strong")),
                    cell(say.say(f"indicator.short.{found['indicator']}")),
                    cell(promised["promise"]),
                    cell(say.value(found, promised), _raw(say, found, promised)),
                    cell(say.verdict(found["verdict"], to_date=say.is_running(agreement))),
                    cell(say.money(found["credit"], agreement["currency"])),
                ]
            )
    return table(
        [
            column(say.say("park"), 1.2),
            column(say.say("circuit"), 0),
            column(say.say("objective"), 1),
            column(say.say("promise"), 1.3),
            column(say.say("measured"), 1.4),
            column(say.say("verdict"), 0),
            column(say.say("credit"), 0, end=True),
        ],
        rows,
        summary=say.say("summary"),
    )


def _raw(say: Wording, found: Json, promised: Json) -> Any:
    """The raw figure below the contractual one, where the two differ."""
    raw = promised["raw"]
    if raw is None or found["indicator"] == "time_to_restore":
        return ""
    shown = say.value({**found, **raw}, promised)
    return "" if shown == say.value(found, promised) else line(say.say("summary.raw", value=shown), "small")


def _limited(say: Wording) -> Iterator[Block]:
    """Why the lines above do not add up to what is proposed, for each agreement of which they do not."""
    said = []
    for agreement in say.statement["agreements"]:
        credits, currency = agreement["credits"], agreement["currency"]
        lines = sum((Decimal(one["amount"]) for one in credits["lines"]), Decimal("0.00"))
        if lines == Decimal(credits["payable"]):
            continue
        why = [say.say("summary.max")] if credits["combination"] == "max" and len(credits["lines"]) > 1 else []
        if Decimal(credits["capped"]):
            percent = say.percent(credits["cap_percent"])
            why.append(say.say("summary.capped", percent=percent, capped=say.money(credits["capped"], currency)))
        said.append(
            say.small(
                "summary.limited",
                agreement=say.agreement_name(agreement),
                lines=say.money(format(lines, "f"), currency),
                why=", ".join(why),
                payable=say.money(credits["payable"], currency),
            )
        )
    if said:
        yield text(*said)


def owed(say: Wording) -> Iterator[Block]:
    """What is proposed in all, and what a correction adds to or takes from what was proposed before."""
    statement = say.statement
    for one in statement["payable"]:
        value = f"{say.money(one['amount'], one['currency'])} {say.say('excluding_tax')}"
        yield amount(say.say("total"), say.say("total_note"), value)
    yield from _limited(say)
    for one in statement["adjustment"]:
        value = f"{say.signed_money(one['amount'], one['currency'])} {say.say('excluding_tax')}"
        yield text(line(f"{say.say('adjustment')}{say.say('colon')}{value}", "strong"))
