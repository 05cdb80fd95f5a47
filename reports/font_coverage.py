"""Which signs the fonts beside this module can draw: what they cannot is written as its number, never left out.

A PDF/A must not hold a sign without a drawing, and a reader must not be shown another name than the one on record.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"


@cache
def drawable() -> frozenset[int]:
    """The code points that some font of the folder has a glyph for."""
    return frozenset(point for file in sorted(FOLDER.glob("*.ttf")) for point in _code_points(file.read_bytes()))


def covered(text: str) -> str:
    """The text with every sign that no font has written as `[U+1F600]`."""
    if text.isascii():
        return text
    return _undrawable().sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


@cache
def _undrawable() -> re.Pattern[str]:
    """What matches one sign that no font has."""
    return re.compile(f"[^{''.join(map(re.escape, map(chr, sorted(drawable()))))}]")


def _code_points(font: bytes) -> Iterator[int]:
    """The code points of a TrueType font's `cmap`: its subtables of format 4 (16 bits) and 12 (32 bits)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    for number in range(tables):
        tag, _, start, _ = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if tag == b"cmap":
            (subtables,) = struct.unpack_from(">H", font, start + 2)
            for each in range(subtables):
                (offset,) = struct.unpack_from(">I", font, start + 4 + 8 * each + 4)
                yield from _subtable(font, start + offset)


def _subtable(font: bytes, at: int) -> Iterator[int]:
    (kind,) = struct.unpack_from(">H", font, at)
    if kind == 12:
        (groups,) = struct.unpack_from(">I", font, at + 12)
        for number in range(groups):
            first, last, _ = struct.unpack_from(">III", font, at + 16 + 12 * number)
            yield from range(first, last + 1)
    elif kind == 4:
        (twice,) = struct.unpack_from(">H", font, at + 6)
        ends = struct.unpack_from(f">{twice // 2}H", font, at + 14)
        starts = struct.unpack_from(f">{twice // 2}H", font, at + 16 + twice)
        for first, last in zip(starts, ends, strict=True):
            if first != 0xFFFF:
                yield from range(first, last + 1)
