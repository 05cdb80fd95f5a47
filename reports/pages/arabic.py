"""The summary in Arabic: verdict of each objective, credit, period, and how to check; from right to left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.language_ar import ARABIC
from reports.pages.blocks import Block, amount, cell, column, facts, heading, line, table, text
from reports.pages.cover import managers
from reports.pages.head import page_head
from reports.pages.wording import Wording
from reports.shown import shown

Json = dict[str, Any]


def arabic_cover(statement: Json) -> Json:
    """The pages of the summary, of a statement in whatever language: only its figures and codes are taken."""
    say = Wording(ARABIC, statement)
    found: Json = shown({"head": page_head(say), "blocks": list(_blocks(say))})
    return found


def _blocks(say: Wording) -> Iterator[Block]:
    statement = say.statement
    zone = statement["agreements"][0]["score"]["period"]["time_zone"]
    rows = [
        (say.say("tenant"), cell(line(statement["tenant"]["name"], "strong"))),
        (say.say("manager"), cell(*managers(say))),
        (say.say("number"), cell(line(statement["number"], "code"))),
        (say.say("period"), cell(say.month(statement["month"]))),
        (say.say("issued_at"), cell(line(say.local(statement["issued_at"], zone), "code"))),
    ]
    if statement["replaces"]:
        rows.insert(2, (say.say("replaces"), cell(line(statement["replaces"], "code"))))
    yield facts(rows)
    yield heading(1, say.say("summary"))
    for agreement in statement["agreements"]:
        yield heading(2, say.say("agreement", agreement=agreement["agreement"]))
        yield _verdicts(say, agreement)
    for one in statement["payable"]:
        yield amount(say.say("total"), say.say("total_note"), say.money(one["amount"], one["currency"]))
    for one in statement["adjustment"]:
        label = f"{say.say('adjustment')} ({say.say('excluding_tax')})"
        yield facts([(label, cell(line(say.signed_money(one["amount"], one["currency"]), "code")))])
    yield heading(1, say.say("verification"))
    yield text(say.say("verification.summary"))
    yield text(line(statement["sha256"], "mono"), *(line(say.head(name), "mono") for name in statement["chain"]))


def _verdicts(say: Wording, agreement: Json) -> Block:
    rows = [
        [
            cell(line(found["circuit"], "code")),
            cell(say.say(f"indicator.short.{found['indicator']}")),
            cell(line(say.value(found, promised), "" if found["indicator"] == "time_to_restore" else "code")),
            cell(say.verdict(found["verdict"], to_date=say.is_running(agreement))),
            cell(line(say.money(found["credit"], agreement["currency"]), "code")),
        ]
        for promised, found in zip(agreement["objectives"], agreement["score"]["objectives"], strict=True)
    ]
    columns = [column(say.say("circuit")), column(say.say("objective"), 1.4), column(say.say("measured"), 1.4),
               column(say.say("verdict"), 0), column(say.say("credit"), 0, end=True)]  # fmt: skip
    return table(columns, rows, summary=say.say("agreement", agreement=agreement["agreement"]))
