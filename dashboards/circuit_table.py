"""The table of circuits: which columns fit a width, and how a row fills each. Every colour also has its word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Literal, NamedTuple

from rich.table import Table
from rich.text import Text

from dashboards.rows import CircuitRow
from dashboards.standing import Standing
from dashboards.words import Words

MEDIUM_COLUMNS = 110
WIDE_COLUMNS = 140
WIDEST_COLUMNS = 175
NOT_KNOWN = "—"

# Named colours only: they follow the reader's own palette. Yellow is left out, on white it cannot be read.
STYLES = {
    Standing.breached: ("✗", "bold red"),
    Standing.open: ("…", "bold magenta"),
    Standing.on_track: ("→", "cyan"),
    Standing.insufficient_data: ("?", "magenta"),
    Standing.met: ("✓", "green"),
    Standing.not_measurable: ("–", "dim"),
    Standing.unscored: ("·", "dim"),
}
STATE_STYLES = {"up": "green", "down": "bold red", "unknown": "magenta"}


class Column(NamedTuple):
    """One column: its word in `Words.columns`, how it stands, how wide it may grow, and what a row puts into it."""

    name: str
    justify: Literal["left", "right"]
    most: int | None
    cell: Callable[[CircuitRow], Text]


def circuit_table(rows: Sequence[CircuitRow], words: Words, now: datetime, width: int) -> Table:
    """The rows in their order, in `width` columns: eight columns at 80, all of them from 175."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold underline")
    columns = _columns(words, now, width)
    for column in columns:
        table.add_column(
            words.columns[column.name], justify=column.justify, no_wrap=True, overflow="ellipsis", max_width=column.most
        )
    for row in rows:
        table.add_row(*(column.cell(row) for column in columns))
    return table


def _columns(words: Words, now: datetime, width: int) -> list[Column]:
    medium, wide, widest = width >= MEDIUM_COLUMNS, width >= WIDE_COLUMNS, width >= WIDEST_COLUMNS
    listed = [
        (True, Column("park", "left", 5, lambda row: Text(row.park_code))),
        (True, Column("circuit", "left", 12, lambda row: Text(row.circuit, style="bold"))),
        (medium, Column("tenant", "left", 20 if wide else 14, lambda row: Text(row.tenant))),
        (True, Column("verdict", "left", 26 if wide else 20, lambda row: _verdict(row, words, with_why=not medium))),
        (wide and not widest, Column("objective", "left", 20, lambda row: Text(row.objective or ""))),
        (widest, Column("others", "left", 48, _objectives)),
        (wide, Column("target", "right", None, lambda row: _target(row, words))),
        (True, Column("availability", "right", None, lambda row: _availability(row, words, with_why=medium))),
        (True, Column("left", "right", None, lambda row: _left(row, words))),
        (medium, Column("of", "right", None, lambda row: _allowed(row, words))),
        (True, Column("coverage", "right", None, lambda row: _coverage(row, words))),
        (medium, Column("credit", "right", None, lambda row: _credit(row, words))),
        (True, Column("state", "left", None, lambda row: _state(row, words, now, with_since=medium))),
        (True, Column("reading", "right", None, lambda row: age(row.newest_reading_at, now, words))),
    ]
    return [column for fits, column in listed if fits]


def _verdict(row: CircuitRow, words: Words, *, with_why: bool) -> Text:
    """The word of the worst objective, and whose it is when it is not availability, which the figures beside explain.

    `with_why`: where there is no availability, the word says why instead; the narrow table has no other room for it.
    """
    mark, style = STYLES[row.standing]
    whose = words.indicator.get(row.indicator or "")
    word = words.standing[row.standing]
    if with_why and not whose and row.why is not None:
        word = words.why[row.why]
    return Text(f"{mark} {whose} {word}" if whose else f"{mark} {word}", style=style)


def _objectives(row: CircuitRow) -> Text:
    text = Text()
    for name, standing in row.objectives:
        mark, style = STYLES[standing]
        text.append(f"{name} {mark}  ", style=style)
    return text


def _target(row: CircuitRow, words: Words) -> Text:
    if row.target_ratio is None:
        return Text(NOT_KNOWN, style="dim")
    percent = row.target_ratio * 100
    places = next(places for places in range(20) if (percent * 10**places).denominator == 1)
    return Text(words.decimal(percent, places))


def _availability(row: CircuitRow, words: Words, *, with_why: bool) -> Text:
    if row.availability_percent is not None:
        return Text(words.percent_text(row.availability_percent))
    why = f" {words.why[row.why]}" if with_why and row.why is not None else ""
    return Text(f"{NOT_KNOWN}{why}", style="dim")


def _left(row: CircuitRow, words: Words) -> Text:
    if row.budget is None:
        return Text(NOT_KNOWN, style="dim")
    left = row.budget.left_seconds
    style = "bold red" if left < 0 else "bold" if row.budget.left_ratio < Fraction(1, 4) else ""
    return Text(words.decimal(left / 60, 1), style=style)


def _allowed(row: CircuitRow, words: Words) -> Text:
    return Text("" if row.budget is None else words.decimal(row.budget.allowed_seconds / 60, 1), style="dim")


def _coverage(row: CircuitRow, words: Words) -> Text:
    if row.coverage_ratio is None:
        return Text(NOT_KNOWN, style="dim")
    return Text(words.decimal(row.coverage_ratio * 100, 1))


def _credit(row: CircuitRow, words: Words) -> Text:
    if row.credit is None:
        return Text(NOT_KNOWN, style="dim")
    amount = f"{words.amount(row.credit.amount)} {row.credit.currency}"
    if not row.credit.is_due:
        return Text(f"({amount})", style="dim")
    return Text(amount, style="bold red" if row.credit.amount else "dim")


def _state(row: CircuitRow, words: Words, now: datetime, *, with_since: bool) -> Text:
    if row.state is None:
        return Text(NOT_KNOWN, style="dim")
    text = Text(words.state[row.state.state], style=STATE_STYLES[row.state.state])
    if with_since and row.state.state == "down" and row.state.since_at is not None:
        text.append(f" {words.age((now - row.state.since_at).total_seconds())}")
    return text


def age(at: datetime | None, now: datetime, words: Words) -> Text:
    """How long ago something was measured."""
    return Text(NOT_KNOWN, style="dim") if at is None else Text(words.age((now - at).total_seconds()))
