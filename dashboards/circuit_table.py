"""The table of circuits: which columns fit a width, and how a row fills each. Every colour also has its word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Literal, NamedTuple

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from dashboards.rows import CircuitRow
from dashboards.standing import Standing
from dashboards.words import Words

NOT_KNOWN = "—"

LAYOUTS = (
    "park circuit tenant verdict others target availability left of coverage credit state reading",
    "park circuit tenant verdict objective target availability left of coverage credit state reading",
    "park circuit tenant verdict target availability left of coverage credit state reading",
    "park circuit tenant verdict availability left of coverage credit state reading",
    "park circuit verdict availability left of coverage credit state reading",
    "park circuit verdict availability left coverage credit state reading",
    "park circuit verdict availability left coverage state reading",
    "circuit verdict availability left coverage state reading",
    "circuit verdict availability left coverage state",
    "circuit verdict availability left state",
    "circuit verdict availability left",
    "circuit verdict availability",
)
"""Which columns are shown together, the most first. The figures are availability's, and their headings say so."""

LEAST_TENANT = 14

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
    """One column: its word in `Words.columns`, how it stands, and what a row puts into it."""

    name: str
    justify: Literal["left", "right"]
    cell: Callable[[CircuitRow], Text]


class Layout(NamedTuple):
    """The columns that fit a width, and how wide each is drawn."""

    columns: Sequence[Column]
    widths: Sequence[int]

    @property
    def names(self) -> frozenset[str]:
        """The columns shown, so that the legend explains no other."""
        return frozenset(column.name for column in self.columns)


def circuit_layout(rows: Sequence[CircuitRow], words: Words, now: datetime, width: int) -> Layout:
    """The most columns in which `rows` fit `width` terminal columns with every figure whole.

    What does not fit is left out as a column, in the order of `LAYOUTS`: half a number is a wrong number. Only a
    tenant's name may be cut, down to `LEAST_TENANT`; what room is left over is given back to it. Where even the last
    layout is too wide, the circuit's code gives way.
    """
    measured: dict[bool, dict[str, int]] = {}
    for listed in LAYOUTS:
        names = listed.split()
        narrow = "tenant" not in names
        known = _columns(words, now, narrow=narrow)
        if narrow not in measured:
            measured[narrow] = {column.name: _natural_width(column, rows, words) for column in known}
        columns = [column for column in known if column.name in names]
        natural = [measured[narrow][column.name] for column in columns]
        spare = width - sum(natural) - (len(columns) - 1)
        cuttable = next((place for place, column in enumerate(columns) if column.name == "tenant"), None)
        if spare >= 0:
            return Layout(columns, natural)
        if cuttable is not None and natural[cuttable] + spare >= LEAST_TENANT:
            natural[cuttable] += spare
            return Layout(columns, natural)
    natural[0] = max(1, natural[0] + spare)
    return Layout(columns, natural)


def circuit_table(rows: Sequence[CircuitRow], words: Words, layout: Layout) -> Table:
    """The rows in their order, in the columns of the layout."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold underline")
    for column, width in zip(layout.columns, layout.widths, strict=True):
        table.add_column(
            words.columns[column.name],
            justify=column.justify,
            vertical="bottom",
            no_wrap=True,
            overflow="ellipsis",
            width=width,
        )
    for row in rows:
        table.add_row(*(column.cell(row) for column in layout.columns))
    return table


def _natural_width(column: Column, rows: Sequence[CircuitRow], words: Words) -> int:
    heading = max(cell_len(line) for line in words.columns[column.name].splitlines())
    return max([heading, *(column.cell(row).cell_len for row in rows)])


def _columns(words: Words, now: datetime, *, narrow: bool) -> tuple[Column, ...]:
    """All columns in their order. In a narrow table, one without tenants, cells say only what matters most."""
    return (
        Column("park", "left", lambda row: Text(row.park_code)),
        Column("circuit", "left", _circuit),
        Column("tenant", "left", lambda row: Text(row.tenant)),
        Column("verdict", "left", lambda row: _verdict(row, words, with_why=narrow)),
        Column("objective", "left", lambda row: Text(row.objective or "")),
        Column("others", "left", _objectives),
        Column("target", "right", lambda row: _target(row, words)),
        Column("availability", "right", lambda row: _availability(row, words, with_why=not narrow)),
        Column("left", "right", lambda row: _left(row, words)),
        Column("of", "right", lambda row: _allowed(row, words)),
        Column("coverage", "right", lambda row: _coverage(row, words)),
        Column("credit", "right", lambda row: _credit(row, words)),
        Column("state", "left", lambda row: _state(row, words, now, with_since=not narrow)),
        Column("reading", "right", lambda row: age(row.newest_reading_at, now, words)),
    )


def _circuit(row: CircuitRow) -> Text:
    """The circuit, and the days it speaks of where an amendment cuts the month: two rows are two verdicts."""
    text = Text(row.circuit, style="bold")
    return text.append(f" {row.days}", style="not bold") if row.days else text


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
        text.append(f"{'  ' if text else ''}{name} {mark}", style=style)
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
