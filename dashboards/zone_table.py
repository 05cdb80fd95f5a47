"""The table of zones: people, capacity and a bar, and how old the count is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.table import Table
from rich.text import Text

from dashboards.circuit_table import NOT_KNOWN, age
from dashboards.rows import ZoneRow
from dashboards.words import Words

BAR_CELLS = 8
COLUMNS = 58
"""Width of one table of zones; several stand side by side where they fit."""


def tables_beside(width: int) -> int:
    """How many tables of zones stand side by side in `width` columns."""
    return max(1, width // COLUMNS)


def zone_tables(rows: Sequence[ZoneRow], words: Words, now: datetime, width: int) -> Table:
    """The rows in their order, down and then across, in as many tables side by side as fit."""
    beside = tables_beside(width)
    lines = -(-len(rows) // beside)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_row(
        *(_zone_table(rows[start : start + lines], words, now, width // beside) for start in range(0, len(rows), lines))
    )
    return grid


def _zone_table(rows: Sequence[ZoneRow], words: Words, now: datetime, width: int) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold underline")
    table.add_column(words.columns["park"], no_wrap=True)
    table.add_column(words.columns["zone"], no_wrap=True, overflow="ellipsis", max_width=max(14, min(36, width - 38)))
    table.add_column(words.columns["people"], justify="right", no_wrap=True)
    table.add_column(words.columns["occupancy"], no_wrap=True)
    table.add_column(words.columns["counted"], justify="right", no_wrap=True)
    for row in rows:
        counted = age(row.measured_at, now, words)
        if row.is_stale:
            counted.stylize("magenta")
        table.add_row(row.park_code, row.label, _people(row, words), _bar(row, words), counted)
    return table


def _people(row: ZoneRow, words: Words) -> Text:
    capacity = words.unknown_capacity if row.capacity_persons is None else str(row.capacity_persons)
    people = NOT_KNOWN if row.people is None else str(row.people)
    return Text.assemble(people, (f" / {capacity}", "dim"))


def _bar(row: ZoneRow, words: Words) -> Text:
    """A bar in eighths of a cell and the percentage in words: full at the capacity, red above it."""
    if row.occupancy_ratio is None:
        return Text(words.no_count if row.people is None else NOT_KNOWN, style="dim")
    eighths = min(BAR_CELLS * 8, int(row.occupancy_ratio * BAR_CELLS * 8))
    cells = "█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else "")
    percent = f"{words.decimal(row.occupancy_ratio * 100, 0)}{words.percent_sign}"
    too_many = row.occupancy_ratio > 1
    style = "bold red" if too_many else "dim" if row.is_stale else "cyan"
    return Text.assemble((cells.ljust(BAR_CELLS), style), (f" {percent:>5}", "bold red" if too_many else ""))
