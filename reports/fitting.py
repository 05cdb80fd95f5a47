"""The texts of pages as a PDF can draw them: signs that some font has, places to break, a direction each. Pure."""

from __future__ import annotations

import re
from typing import Any

from reports.font_coverage import covered

Json = dict[str, Any]
ZERO_WIDTH = "\u200b"
HASH_SIGNS = 64
TEXT_WIDTH, GUTTER = 510.0, 8.5
"""Of an A4 page between its margins, and what a column loses to the space beside its words; in points."""
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
OF_THE_PAGE = ("mono", "code")
"""Styles whose direction the page gives."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
"""Blocks of Unicode whose letters are read from the right."""


def fitting(document: Json) -> Json:
    """The pages with every sign drawable, and a place to break in words longer than their column."""
    way = document["head"]["direction"]
    blocks = [
        _fitted_table(one, way) if one["block"] == "table" else _fitted(one, 70, way) for one in document["blocks"]
    ]
    return {"head": _fitted(document["head"], None, way), "blocks": blocks}


def _fitted_table(table: Json, way: str) -> Json:
    signs = room(table)
    rows = [[_fitted(cell, most, way) for cell, most in zip(row, signs, strict=True)] for row in table["rows"]]
    return {**{key: _fitted(value, 22, way) for key, value in table.items() if key != "rows"}, "rows": rows}


def _fitted(value: Any, longest: int | None, way: str) -> Any:
    if isinstance(value, str):
        text = covered(value)
        return text if longest is None or len(text) <= longest else _broken(text, longest)
    if isinstance(value, list):
        return [_fitted(one, longest, way) for one in value]
    if isinstance(value, dict):
        if "style" not in value:
            return {key: one if key == "svg" else _fitted(one, longest, way) for key, one in value.items()}
        style = value["style"]
        if style == "mono" and longest is not None:
            longest = max(longest, HASH_SIGNS)  # it fits, and whoever copies it out of the page gets it whole
        text = _fitted(value["text"], longest, way)
        return {"text": text if style in OF_THE_PAGE else isolated(text, way), "style": style}
    return value


def _broken(text: str, longest: int) -> str:
    """The text with places to break in what is too long and has none: blanks are, and hyphens but before a digit.

    A no-break blank holds a date together, and is a place to break all the same where nothing else helps. A place is a
    sign that is copied out of the page, too, so there are none where a line can break without.
    """
    pieces = re.compile(f".{{1,{11 if longest > 16 else 8}}}")
    whole = rf"(?:[^\s-]|-(?=\d)){{{longest + 1},}}"
    return re.sub(whole, lambda found: ZERO_WIDTH.join(pieces.findall(found[0])), text)


def room(table: Json) -> list[int]:
    """How many signs of a word each column surely has room for: of 13, which is a narrow one, to 22.

    A column of width 0 takes what its words need; the others share the rest. A sign is taken as 6 points wide.
    """
    columns = table["columns"]
    cells = list(zip(*table["rows"], strict=True)) or [()] * len(columns)
    taken = sum(
        max((len(line["text"]) for cell in column for line in cell), default=0) * 5 + GUTTER
        for one, column in zip(columns, cells, strict=True)
        if one["width"] == "0"
    )
    shares = [float(one["width"]) for one in columns]
    left = max(0.0, TEXT_WIDTH - taken) / (sum(shares) or 1)
    return [22 if not share else max(13, min(22, int((left * share - GUTTER) / 6))) for share in shares]


def isolated(text: str, direction: str) -> str:
    """A line in a direction of its own, that of its first letter, as `<bdi>` has it: else signs beside its letters
    wander to its other end.

    On a page that is read from the left only one with letters that are not: what isolates it is copied with it.
    """
    if direction == "ltr" and (text.isascii() or not _RIGHT_TO_LEFT.search(text)):
        return text
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"
