"""Where text stands on the pages of a PDF that Typst drew: each run with its rectangle, by the widths of its font."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from pypdf import PdfReader
from pypdf.generic import ContentStream

Matrix = tuple[float, float, float, float, float, float]
WATERMARK_SIZE = 80
WIDTH, HEIGHT, MARGIN = 595.28, 841.89, 42.52
"""Of A4 in points, and what is left free on its left and right."""


class Run(NamedTuple):
    """A run of text from left to right, and its rectangle in points from the page's lower left corner."""

    text: str
    page: int
    left: float
    bottom: float
    right: float
    top: float
    size: float


def runs(content: bytes) -> Iterator[Run]:
    """Every run of text on every page but the watermark, which is meant to lie across."""
    reader = PdfReader(io.BytesIO(content))
    for number, page in enumerate(reader.pages, start=1):
        listed: Any = page["/Resources"]
        fonts = {name: _Font(font.get_object()) for name, font in listed["/Font"].items()}
        kept: list[Matrix] = []
        matrix, text, font, size = _IDENTITY, _IDENTITY, "", 0.0
        for operands, operator in ContentStream(page["/Contents"].get_object(), reader).operations:
            if operator == b"q":
                kept.append(matrix)
            elif operator == b"Q":
                matrix = kept.pop()
            elif operator == b"cm":
                matrix = _times(_six(operands), matrix)
            elif operator == b"Tm":
                text = _six(operands)
            elif operator == b"Tf":
                font, size = str(operands[0]), float(operands[1])
            elif operator in (b"TJ", b"Tj") and size < WATERMARK_SIZE:
                said, width = fonts[font].read(operands[0] if operator == b"TJ" else operands)
                ends = [_times((1, 0, 0, 1, x, 0), _times(text, matrix))[4:] for x in (0.0, width * size / 1000)]
                (x, y), (to_x, to_y) = ends
                yield Run(said, number, min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y) + 0.7 * size, size)


def misplaced(found: Sequence[Run]) -> list[str]:
    """What is drawn outside the margins, but for a blank at the end of a line, or over something else."""
    outside = [
        f"outside: {run}"
        for run in found
        if run.left < MARGIN - 1 or run.right > WIDTH - MARGIN + 4 or run.bottom < 20 or run.top > HEIGHT - 10
    ]
    return outside + [f"{one} is drawn over by {other}" for one, other in _overlapping(found)]


def _overlapping(found: Iterable[Run]) -> Iterator[tuple[Run, Run]]:
    """Runs on one line of which one begins before the other ends; marks above letters have no width."""
    lines: dict[tuple[int, int], list[Run]] = {}
    for run in found:
        if run.right - run.left > 1:
            lines.setdefault((run.page, round(run.bottom)), []).append(run)
    for line in lines.values():
        line.sort(key=lambda run: run.left)
        yield from ((one, other) for one, other in pairwise(line) if other.left < one.right - 1.5)


_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


def _six(operands: Any) -> Matrix:
    a, b, c, d, e, f = map(float, operands)
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


class _Font:
    """A composite font with codes of two bytes: how wide each glyph is, and what it stands for."""

    def __init__(self, font: Any) -> None:
        self._widths: dict[int, float] = {}
        listed = list(font["/DescendantFonts"][0].get_object()["/W"])
        while listed:
            first, second = int(listed.pop(0)), listed.pop(0)
            if isinstance(second, list):
                self._widths |= {first + place: float(width) for place, width in enumerate(second)}
            else:
                self._widths |= dict.fromkeys(range(first, int(second) + 1), float(listed.pop(0)))
        named = font["/ToUnicode"].get_data().decode("ascii")
        pairs = re.findall(r"^<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>$", named, re.MULTILINE)
        self._letters = {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}

    def read(self, parts: Any) -> tuple[str, float]:
        """What the parts of a run say, and how far they go in thousandths of the size; a number takes back."""
        said, width = "", 0.0
        for part in parts:
            if isinstance(part, int | float):
                width -= float(part)
                continue
            codes = part if isinstance(part, bytes) else part.original_bytes
            for place in range(0, len(codes), 2):
                code = int.from_bytes(codes[place : place + 2])
                said += self._letters.get(code, "")
                width += self._widths.get(code, 0.0)
        return said, width
