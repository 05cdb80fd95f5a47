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
BETWEEN = 2
LEAST_LABEL, MOST_LABEL = 18, 36
"""The label of a zone is all that may be cut: tables stand side by side only if the first is left, and none needs more
than the other. A single table takes what there is."""


def tables_beside(rows: Sequence[ZoneRow], words: Words, now: datetime, width: int) -> int:
    """How many tables of zones stand side by side in `width` columns with every figure whole; at least one."""
    least = sum(_widths_beside_label(rows, words, now)) + 4 + LEAST_LABEL
    return max(1, (width + BETWEEN) // (least + BETWEEN))


def zone_tables(rows: Sequence[ZoneRow], words: Words, now: datetime, width: int, beside: int) -> Table:
    """The rows in their order, down and then across, in so many tables side by side."""
    lines = -(-len(rows) // beside)
    widths = _widths_beside_label(rows, words, now)
    room = (width - BETWEEN * (beside - 1)) // beside - sum(widths) - 4
    label = max(1, min(MOST_LABEL, room))
    grid = Table.grid(padding=(0, BETWEEN, 0, 0))
    grid.add_row(
        *(_zone_table(rows[start : start + lines], words, now, widths, label) for start in range(0, len(rows), lines))
    )
    return grid


def _widths_beside_label(rows: Sequence[ZoneRow], words: Words, now: datetime) -> list[int]:
    """How wide park, people, occupancy and age must be for every row."""
    headings = [words.columns[name] for name in ("park", "people", "occupancy", "counted")]
    listed = [[Text(heading) for heading in headings], *(_beside_label(row, words, now) for row in rows)]
    return [max(cell.cell_len for cell in column) for column in zip(*listed, strict=True)]


def _beside_label(row: ZoneRow, words: Words, now: datetime) -> list[Text]:
    counted = age(row.measured_at, now, words)
    if row.is_stale:
        counted.stylize("magenta")
    return [Text(row.park_code), _people(row, words), _bar(row, words), counted]


def _zone_table(rows: Sequence[ZoneRow], words: Words, now: datetime, widths: Sequence[int], label: int) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold underline")
    park, people, occupancy, counted = widths
    table.add_column(words.columns["park"], no_wrap=True, width=park)
    table.add_column(words.columns["zone"], no_wrap=True, overflow="ellipsis", max_width=label)
    table.add_column(words.columns["people"], justify="right", no_wrap=True, width=people)
    table.add_column(words.columns["occupancy"], no_wrap=True, width=occupancy)
    table.add_column(words.columns["counted"], justify="right", no_wrap=True, width=counted)
    for row in rows:
        first, *others = _beside_label(row, words, now)
        table.add_row(first, row.label, *others)
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
