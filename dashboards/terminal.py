"""Lays a board out for a terminal of any size: heading, circuits, zones, legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from rich.console import Group, RenderableType
from rich.text import Text

from dashboards.circuit_table import STYLES, Layout, circuit_layout, circuit_table
from dashboards.rows import Board, Heading
from dashboards.words import Words
from dashboards.zone_table import tables_beside, zone_tables

LEGEND_LINES = 30
"""A terminal with fewer lines shows circuits instead of the legend."""

Row = TypeVar("Row")


def drawing(board: Board, words: Words, *, width: int, height: int | None = None) -> RenderableType:
    """The board in `width` columns and, if given, `height` lines: what does not fit is counted, from the bottom of
    each table, so that the worst circuits always show."""
    layout = circuit_layout(board.circuits, words, board.heading.now, width)
    heading = [part for line in _heading(board, words) for part in _lines_of(line, width)]
    legend = [_legend(board, words, layout)] if height is None or height >= LEGEND_LINES else []
    beside = tables_beside(board.zones, words, board.heading.now, width)
    circuits, zone_lines = len(board.circuits), -(-len(board.zones) // beside)
    if height is not None:
        # Heading, legend, blank lines and the headings of both tables (two lines and one) take their lines first,
        # zones at most a third.
        lines = height - sum(-(-line.cell_len // width) for line in (*heading, *legend)) - 7
        if circuits + zone_lines > lines:
            zone_lines = min(zone_lines, max(lines - circuits, lines // 3))
            zone_lines = zone_lines if zone_lines > 1 else 0  # one line would hold the count of the others only
            circuits = max(1, lines - zone_lines)
    parts: list[RenderableType] = [*heading, Text(), *_circuits(board, words, layout, circuits), Text()]
    if board.zones and zone_lines:
        parts += [*_zones(board, words, width, zone_lines * beside, beside), Text()]
    return Group(*parts, *legend)


def _legend(board: Board, words: Words, layout: Layout) -> Text:
    """What the columns that are shown mean, and no others."""
    shown = {"unknown", *(layout.names if board.circuits else ())}
    return Text(" ".join(text for name, text in words.legend.items() if name in shown), style="dim")


def _lines_of(line: Text, width: int) -> list[Text]:
    """The line, or where it is too long its parts between " · " one below another: an instant is never cut."""
    return [line] if line.cell_len <= width else list(line.split(" · "))


def _heading(board: Board, words: Words) -> list[Text]:
    heading = board.heading
    first = Text(no_wrap=True, overflow="ellipsis")
    if heading.label:
        first.append(f" {heading.label} ", style="bold reverse")
        first.append(" ")
    first.append(heading.title, style="bold")
    period = words.period.format(month=heading.month, zone=heading.time_zone, tzdb=heading.tzdb_version)
    lines = [first, Text(period, no_wrap=True, overflow="ellipsis"), _clock(heading, words), _summary(board, words)]
    if heading.away_since_at is not None:
        lines.append(Text(words.away.format(at=f"{heading.away_since_at:%H:%M:%S}Z"), style="bold red"))
    if heading.foreign_agreements:
        lines.append(Text(words.foreign.format(agreements=", ".join(heading.foreign_agreements)), style="magenta"))
    for agreement, reason in heading.failed_agreements:
        lines.append(Text(words.failed.format(agreement=agreement, reason=reason), style="magenta"))
    return lines


def _clock(heading: Heading, words: Words) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{words.now} {heading.now:%Y-%m-%d %H:%M:%S}Z", style="bold")
    line.append(f" ({heading.local_now:%H:%M:%S} {words.local}) · ")
    if heading.complete_to_at is None:
        line.append(words.never_scored, style="magenta")
        return line
    same_day = heading.complete_to_at.date() == heading.now.date()
    at = f"{heading.complete_to_at:%H:%M:%S}Z" if same_day else f"{heading.complete_to_at:%Y-%m-%d %H:%M:%S}Z"
    line.append(words.complete_to.format(at=at))
    return line


def _summary(board: Board, words: Words) -> Text:
    line = Text()
    for standing, (mark, style) in STYLES.items():
        count = sum(row.standing is standing for row in board.circuits)
        if count:
            line.append(f"{mark} {words.standing[standing]} {count}   ", style=style)
    down = [row.circuit for row in board.circuits if row.state is not None and row.state.state == "down"]
    if down:
        line.append(words.open_outages.format(circuits=", ".join(down)), style="bold red")
    return line


def _circuits(board: Board, words: Words, layout: Layout, room: int) -> list[RenderableType]:
    if not board.circuits:
        return [Text(words.no_circuits, style="dim")]
    shown, more = _fitting(board.circuits, room, 1, words)
    return [circuit_table(shown, words, layout), *more]


def _zones(board: Board, words: Words, width: int, room: int, beside: int) -> list[RenderableType]:
    shown, more = _fitting(board.zones, room, beside, words)
    return [Text(words.occupancy, style="bold"), zone_tables(shown, words, board.heading.now, width, beside), *more]


def _fitting(rows: Sequence[Row], room: int, on_a_line: int, words: Words) -> tuple[Sequence[Row], list[Text]]:
    """The rows that fit; when not all do, a line that counts the others stands in the place of the last."""
    if len(rows) <= room:
        return rows, []
    shown = rows[: max(1, room - on_a_line)]
    return shown, [Text(words.hidden.format(count=len(rows) - len(shown)), style="dim")]
