"""The readings of a month as tables for a terminal. Pure: it draws, the command prints."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sla_engine.document import Document

_VERDICTS = {
    "met": ("met", "green"),
    "breached": ("breached", "red"),
    "insufficient_data": ("no verdict", "yellow"),
    "not_measurable": ("no figure", "yellow"),
}
_NONE = "-"


def drawing(shown: Document) -> RenderableType:
    """The document of `readings_document` as tables, the contract first; then why the lines differ, and the rules.

    No figure is ever shortened: where the terminal is narrow a cell goes on in the next line.
    """
    period = shown["period"]
    parts: list[RenderableType] = [
        Text(f"Agreement {shown['agreement']}, {period['starts_at']} to {period['ends_at']} ({period['time_zone']})")
    ]
    for objective in shown["objectives"]:
        parts += [Text(""), _table(objective, shown["currency"]), Text(""), *_sentences(objective)]
    if not shown["objectives"]:
        parts.append(Text("No objective of this agreement is on availability: there is nothing to read otherwise."))
    else:
        parts += [Text(""), *_rules(shown["objectives"][0])]
    return Group(*parts)


def _table(objective: Document, currency: str) -> Table:
    table = Table(
        title=Text(  # not markup: an id may hold brackets
            f"{objective['id']} (circuit {objective['circuit']}), {objective['target_percent']} % promised, "
            f"credits in {currency}"
        ),
        title_justify="left",
        box=None,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("reading", overflow="fold")
    for name in ("percent", "down", "unknown", "removed"):
        table.add_column(name, justify="right", overflow="fold")
    table.add_column("verdict", overflow="fold")
    table.add_column("credit", justify="right", overflow="fold")
    for place, reading in enumerate(objective["readings"]):
        seconds = reading["seconds"]
        table.add_row(
            reading["policy"],
            _NONE if reading["value_percent"] is None else reading["value_percent"],
            *(_clock(seconds[name]) for name in ("down", "unknown", "excluded")),
            Text(_VERDICTS[reading["verdict"]][0], style=_VERDICTS[reading["verdict"]][1]),
            reading["credit"],
            style="bold" if place == 0 else "",
        )
    return table


def _sentences(objective: Document) -> Iterator[Text]:
    for reading in objective["readings"]:
        yield Text.assemble((reading["policy"], "bold"), f": {reading['why']}")


def _rules(objective: Document) -> Iterator[Text]:
    yield Text("How each one counts", style="bold")
    for reading in objective["readings"]:
        near = f" Approximated: {reading['approximates']}." if reading["approximates"] else ""
        yield Text(f"{reading['policy']}: {reading['does']}{near} ({reading['source']})", style="dim")


def _clock(seconds: int | None) -> str:
    """Seconds as hours:minutes:seconds; a dash where the reading counts no such time."""
    if not seconds:
        return _NONE if seconds is None else "0"
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
