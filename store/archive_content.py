"""What archived readings say, apart from how Parquet encodes it: their canonical text, its hash, their count. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from store.errors import InputError
from store.parquet_form import ABSENT, STATES, Column, Form, Piece
from store.reading_text import Texts, instant_texts, millisecond_texts, reading_lines

NANOSECONDS_PER_MS = 1_000_000


class Content(NamedTuple):
    """The rows of one file: how many, of which series, from when to when (µs, both inclusive), and their hash."""

    rows: int
    series: dict[str, int]
    first_at: int
    last_at: int
    sha256: str


def content(form: Form, pieces: Iterable[Piece]) -> Content:
    """Counts and hashes the pieces.

    The hash is the SHA-256 of a UTF-8 text: the form's header, then a line per row, series by series in the order of
    their codes, each in time order; the columns of the CSV files of `p2i score`, instants in UTC with a fraction of
    six digits only where there is one, round trips in milliseconds with the decimals they have, lines ended by LF.
    When a reading arrived is not in it. Raises InputError when the rows are not in that order or a key comes twice:
    then nobody could recompute the hash from the rows.
    """
    digest = hashlib.sha256(f"{form.header}\n".encode())
    series: dict[str, int] = {}
    first, last, previous = 0, 0, ("", 0)
    for piece in pieces:
        if not piece.instants.size:
            continue
        starts, ends = int(piece.instants[0]), int(piece.instants[-1])
        if (piece.series, starts) <= previous or (piece.instants[1:] <= piece.instants[:-1]).any():
            raise InputError(f'the rows of {form.series} "{piece.series}" are out of order, or a key comes twice')
        first, last = (min(first, starts), max(last, ends)) if series else (starts, ends)
        series[piece.series] = series.get(piece.series, 0) + piece.instants.size
        previous = (piece.series, ends)
        for text in canonical_text(form, piece):
            digest.update(text.encode())
    return Content(sum(series.values()), series, first, last, digest.hexdigest())


def canonical_text(form: Form, piece: Piece) -> Iterator[str]:
    """The lines of the piece, some thousands at a time."""
    return reading_lines(
        piece.series, piece.instants, lambda part: [_texts(form.kind, column[part]) for column in piece.values]
    )


def instant_text(at: int) -> str:
    """An instant of µs since 1970 as in the lines: `2026-09-01T00:00:00Z`."""
    (text,) = instant_texts(np.array([at], np.int64))
    return text


def _texts(kind: str, column: Column) -> Texts:
    if kind == "state":
        return [STATES[state - 1] for state in column.tolist()]
    if kind == "probe":
        return millisecond_texts(column, column != ABSENT, NANOSECONDS_PER_MS)
    counts: list[int] = column.tolist()
    return counts
