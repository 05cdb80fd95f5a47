"""Credits line by line: rate and where it comes from, rounding, cap, and the tax apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.pages.blocks import Block, Cell, cell, column, heading, line, table, text
from reports.pages.wording import Wording

Json = dict[str, Any]


def money(say: Wording, agreement: Json) -> Iterator[Block]:
    """The blocks of an agreement's credits."""
    owed, currency = agreement["credits"], agreement["currency"]
    yield heading(2, say.say("credits"))
    if not owed["lines"]:
        is_breached = any(found["verdict"] == "breached" for found in agreement["score"]["objectives"])
        yield text(say.say("credit.none.breached" if is_breached else "credit.none"))
        return
    rows: list[list[Cell]] = [
        [
            cell(
                f"{say.say('indicator.short.' + one['indicator'])} – {one['circuit']}", line(one["objective"], "small")
            ),
            cell(f"{say.percent(one['percent'])} × {say.money(owed['fee'], currency)}", *_basis(say, one)),
            cell(say.money(one["before_rounding"], currency)),
            cell(say.money(one["amount"], currency)),
        ]
        for one in owed["lines"]
    ]
    cap = say.say("credit.cap", percent=say.percent(owed["cap_percent"]))
    sums = [
        (say.say(f"credit.total.{owed['combination']}"), owed["total"]),
        (cap, owed["cap"]),
        (say.say("credit.capped"), owed["capped"]),
        (say.say("credit.payable"), owed["payable"]),
    ]
    rows += [[cell(label), [], [], cell(say.money(value, currency))] for label, value in sums]
    vat = owed["vat"]
    if vat is not None:
        tax = say.say("credit.vat", percent=say.percent(vat["percent"]))
        rows.append([cell(tax), [], [], cell(say.money(vat["amount"], currency))])
        rows.append([cell(say.say("credit.including")), [], [], cell(say.money(vat["including"], currency))])
    columns = [column(say.say("objective"), 1.6), column(say.say("credit.rate"), 1.6),
               column(say.say("credit.before_rounding"), 0, end=True),
               column(say.say("credit.amount"), 0, end=True)]  # fmt: skip
    yield table(columns, rows, totals=len(rows) - len(owed["lines"]), summary=say.say("credits"))
    yield text(say.small("credit.rounding"), say.small("credit.vat.none") if vat is None else "")


def _basis(say: Wording, one: Json) -> list[Any]:
    basis = one["basis"]
    if basis is None:
        return []
    if "tickets" in basis:
        return [say.small("credit.tickets", count=basis["tickets"], each=say.percent(basis["each_percent"]))]
    low, high = say.percent(basis["at_least_percent"]), say.percent(basis["below_percent"])
    return [say.small("credit.tier", low=low, high=high)]
