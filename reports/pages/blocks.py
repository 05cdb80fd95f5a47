"""What pages are made of: headings, tables, lists and drawings, as plain JSON values. Pure.

A line is text and a style (`strong`, `small`, `mono`, `muted`, or `chip` with a verdict), a cell is a list of lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

Json = dict[str, Any]
Line: TypeAlias = dict[str, str]
Cell: TypeAlias = list[Line]
Block: TypeAlias = Json

MARKS = {"met": "✓", "breached": "✗", "open": "…", "insufficient_data": "?", "not_measurable": "–"}
"""A shape beside each verdict's word, for paper without colour."""
LONG = 22
"""Words that are longer may be broken anywhere where there is little room."""


def line(text: str, style: str = "") -> Line:
    """One line of a cell."""
    return {"text": text, "style": style}


def cell(*parts: str | Line) -> Cell:
    """A cell of lines; plain text is a plain line, and empty text no line at all."""
    lines = [line(part) if isinstance(part, str) else part for part in parts]
    return [one for one in lines if one["text"]]


def chip(verdict: str, word: str) -> Line:
    """A verdict as a word in a frame with its shape."""
    return line(f"{MARKS[verdict]}\u00a0{word}", f"chip {verdict}")


def heading(level: int, text: str, *, page: str | None = None, chip: Line | None = None) -> Block:
    """A heading, of levels that none is skipped in; with `page` it begins one, at whose foot this is said."""
    return {"block": "heading", "level": level, "text": text, "page": page, "chip": chip}


def text(*lines: str | Line, with_next: bool = False) -> Block:
    """A paragraph; `with_next` keeps it on the page of what follows, as a heading is."""
    return {"block": "text", "lines": cell(*lines), "with_next": with_next}


def notice(title: str, items: Sequence[str]) -> Block:
    """What must not be overlooked, in a frame."""
    return {"block": "notice", "title": title, "items": list(items)}


def facts(rows: Sequence[tuple[str, Cell]]) -> Block:
    """Labels and what they name."""
    return {"block": "facts", "rows": [[label, named] for label, named in rows]}


def column(label: str, width: float = 1, *, end: bool = False) -> Json:
    """A column; `width` is its share of what columns of width 0 leave, `end` puts numbers under each other."""
    return {"label": label, "width": f"{width:g}", "end": end}


def table(
    columns: Sequence[Json], rows: Sequence[Sequence[Cell]], *, totals: int = 0, summary: str, whole: bool = False
) -> Block:
    """A table whose last `totals` rows are sums; `summary` says what it is to who cannot see it.

    Sums are never parted from the row above them; a `whole` table, which must be a short one, from nothing.
    """
    return {"block": "table", "columns": list(columns), "rows": [list(row) for row in rows], "totals": totals,
            "summary": summary, "whole": whole}  # fmt: skip


def rules(items: Sequence[str]) -> Block:
    """A numbered list."""
    return {"block": "rules", "items": list(items)}


def drawing(svg: str, alternative: str) -> Block:
    """A drawing over the whole width, and what it shows in words."""
    return {"block": "drawing", "svg": svg, "alternative": alternative}


def legend(items: Sequence[tuple[str, str]]) -> Block:
    """Small drawings (SVG) and what they mean."""
    return {"block": "legend", "items": [{"svg": svg, "text": meaning} for svg, meaning in items]}


def amount(label: str, note: str, value: str) -> Block:
    """The figure a reader looks for first."""
    return {"block": "amount", "label": label, "note": note, "value": value}


def has_long_word(cell: Cell) -> str:
    """The class of a cell in which a word may be broken anywhere."""
    return "long" if any(len(word) > LONG for line in cell for word in line["text"].split()) else ""
