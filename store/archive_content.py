"""What archived readings say, apart from how Parquet encodes it: their canonical text, its hash, their count. Pure."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from store.errors import InputError
from store.parquet_form import ABSENT, STATES, Column, Form, Piece

_ROWS = 1 << 14  # per piece of text: a month need never be one string
_SECOND, _DAY = 1_000_000, 86_400
_NANOSECONDS_PER_MS, _DECIMALS = 1_000_000, 6


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
    name = _field(piece.series)
    for start in range(0, piece.instants.size, _ROWS):
        part = slice(start, start + _ROWS)
        instants = _instants(piece.instants[part])
        values = [_values(form.kind, column[part]) for column in piece.values]
        if len(values) == 1:
            yield "".join([f"{at},{name},{value}\n" for at, value in zip(instants, *values, strict=True)])
        else:
            yield "".join([f"{at},{name},{one},{two}\n" for at, one, two in zip(instants, *values, strict=True)])


def instant_text(at: int) -> str:
    """An instant of µs since 1970 as in the lines: `2026-09-01T00:00:00Z`."""
    whole = datetime.fromtimestamp(at // _SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{at % _SECOND:06d}Z" if at % _SECOND else f"{whole}Z"


def _instants(instants: Column) -> list[str]:
    seconds, rests = instants // _SECOND, instants % _SECOND
    clock = _clock()
    pairs = zip((seconds // _DAY).tolist(), (seconds % _DAY).tolist(), strict=True)
    texts = [f"{_day(day)}{clock[second]}" for day, second in pairs]
    if not rests.any():
        return [f"{text}Z" for text in texts]
    return [f"{text}.{rest:06d}Z" if rest else f"{text}Z" for text, rest in zip(texts, rests.tolist(), strict=True)]


@cache
def _day(day: int) -> str:
    return datetime.fromtimestamp(day * _DAY, UTC).strftime("%Y-%m-%d")


@cache
def _clock() -> list[str]:
    return [f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(_DAY)]


def _values(kind: str, column: Column) -> list[str] | list[int]:
    if kind == "state":
        return [STATES[state - 1] for state in column.tolist()]
    if kind == "probe":
        return [_milliseconds(value) for value in column.tolist()]
    counts: list[int] = column.tolist()
    return counts


def _milliseconds(nanoseconds: int) -> str:
    if nanoseconds == ABSENT:
        return ""
    whole, rest = divmod(nanoseconds, _NANOSECONDS_PER_MS)
    return f"{whole}.{rest:0{_DECIMALS}d}".rstrip("0") if rest else str(whole)


def _field(text: str) -> str:
    r"""One field of CSV. Written with \r\n, which makes every Python quote a field that holds either of the two."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([text, ""])
    return line.getvalue()[:-3]
