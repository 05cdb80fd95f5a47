"""Readings as text, exactly: lines of the CSV files of `p2i score`, which are also what the archive hashes. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Texts: TypeAlias = Sequence[str] | Sequence[int]

_ROWS = 1 << 14  # per piece of text: a month of readings need never be one string
_SECOND, _DAY = 1_000_000, 86_400
_EPOCH = date(1970, 1, 1).toordinal()


def reading_lines(
    series: str, instants: npt.NDArray[np.int64], values: Callable[[slice], Sequence[Texts]]
) -> Iterator[str]:
    """The lines `instant,series,value[,value]` of one series, some thousands at a time, each ended by LF.

    `instants` are µs since 1970; `values` gives the one or two columns of a slice of the rows, each as text or counts.
    """
    name = csv_line([series, ""])[:-2]
    for start in range(0, instants.size, _ROWS):
        part = slice(start, start + _ROWS)
        at, columns = instant_texts(instants[part]), values(part)
        if len(columns) == 1:
            yield "".join([f"{when},{name},{value}\n" for when, value in zip(at, *columns, strict=True)])
        else:
            yield "".join([f"{when},{name},{one},{two}\n" for when, one, two in zip(at, *columns, strict=True)])


def instant_texts(instants: npt.NDArray[np.int64]) -> list[str]:
    """Instants of µs since 1970 as `2026-09-01T00:00:00Z`; a fraction only where there is one, of six digits."""
    seconds, rests = instants // _SECOND, instants % _SECOND
    clock = _clock()
    pairs = zip((seconds // _DAY).tolist(), (seconds % _DAY).tolist(), strict=True)
    texts = [f"{_day(day)}{clock[second]}" for day, second in pairs]
    if not rests.any():
        return [f"{text}Z" for text in texts]
    return [f"{text}.{rest:06d}Z" if rest else f"{text}Z" for text, rest in zip(texts, rests.tolist(), strict=True)]


def millisecond_texts(round_trips: npt.NDArray[Any], answered: npt.NDArray[np.bool_], units_per_ms: int) -> list[str]:
    """Round trips in milliseconds with the decimals they have; empty for a lost probe. Units are a power of ten."""
    decimals = len(str(units_per_ms)) - 1
    texts = []
    for value, is_answered in zip(round_trips.tolist(), answered.tolist(), strict=True):
        whole, rest = divmod(value, units_per_ms) if is_answered else ("", 0)
        texts.append(f"{whole}.{rest:0{decimals}d}".rstrip("0") if rest else str(whole))
    return texts


def csv_line(fields: Iterable[str]) -> str:
    r"""One row of CSV. Written with \r\n, which makes every Python quote a field that holds either of the two."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(fields)
    return text.getvalue()[:-2] + "\n"


@cache
def _day(day: int) -> str:
    return date.fromordinal(_EPOCH + day).isoformat()


@cache
def _clock() -> list[str]:
    return [f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(_DAY)]
