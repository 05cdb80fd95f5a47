"""From what was sent and lost to good, bad and unknown intervals: exact, and in pieces that fit a cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sla_engine.bits import WORD, Words, packed
from sla_engine.facts import UNKNOWN, Flags, Integers
from sla_engine.spans import Numbers

Codes: TypeAlias = npt.NDArray[np.int8]

_PIECE = 512 * WORD  # rows; the working arrays of a piece, 8 bytes a row each, stay in the cache
_INT64_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Row i … of a run share a condition: rows [starts[j], starts[j+1]) have conditions[j]; `rows` in all."""

    starts: Numbers
    conditions: Codes
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class ConditionBits:
    """The condition of every row as bits, of which each row has one; `unknown` is None where no row is unknown."""

    good: Words
    bad: Words
    unknown: Words | None


def is_bad(sent: Integers, lost: Integers, threshold: Fraction, threshold_is_bad: bool = False) -> Flags:
    """Which rows have lost/sent > C, or >= C with `threshold_is_bad`, compared as integers (R-23).

    lost·q > sent·p for C = p/q. Where a product would leave 63 bits, lost is compared with the largest
    loss that is still good, computed once per distinct `sent`. Rows with sent = 0 mean nothing here.
    """
    p, q = threshold.numerator, threshold.denominator
    if sent.dtype == object or lost.dtype == object:
        ours, theirs = lost.astype(object) * q, sent.astype(object) * p
    elif sent.size and (q > _INT64_MAX or int(sent.max()) > _INT64_MAX // q):  # p <= q and lost <= sent
        distinct, where = np.unique(sent, return_inverse=True)
        good = [(int(n) * p - threshold_is_bad) // q for n in distinct]
        return np.asarray(lost > np.array(good, np.int64)[where], np.bool_)
    else:
        ours, theirs = lost * np.int64(q), sent * np.int64(p)
    return np.asarray(ours >= theirs if threshold_is_bad else ours > theirs, np.bool_)


def condition_runs(sent: Integers, lost: Integers, threshold: Fraction, threshold_is_bad: bool = False) -> Runs:
    """The runs of equal condition over consecutive rows: bad by `is_bad`, unknown where nothing was sent.

    Rows are read once, a cache-sized piece at a time.
    """
    starts: list[Numbers] = []
    conditions: list[Codes] = []
    for first, bad, unknown in _pieces(sent, lost, threshold, threshold_is_bad):
        codes = bad.view(np.int8)
        if unknown is not None:
            codes[unknown] = UNKNOWN
        begins = np.concatenate(([0], np.flatnonzero(codes[1:] != codes[:-1]) + 1))
        piece = codes[begins]
        if conditions and conditions[-1][-1] == piece[0]:
            begins, piece = begins[1:], piece[1:]
        if begins.size:
            starts.append(begins + first)
            conditions.append(piece)
    if not starts:
        return Runs(np.empty(0, np.int64), np.empty(0, np.int8), len(sent))
    return Runs(np.concatenate(starts), np.concatenate(conditions), len(sent))


def condition_bits(
    sent: Integers, lost: Integers, threshold: Fraction, threshold_is_bad: bool = False
) -> ConditionBits:
    """The condition of every row, as `condition_runs` finds it, in a bit each: its cost does not grow with the runs."""
    size = -(-len(sent) // WORD)
    good, all_bad = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
    all_unknown: Words | None = None
    for first, bad, unknown in _pieces(sent, lost, threshold, threshold_is_bad):
        words = slice(first // WORD, -(-(first + bad.size) // WORD))
        if unknown is None:
            good[words] = packed(~bad)
        else:
            bad &= ~unknown
            good[words] = packed(~(bad | unknown))
            all_unknown = np.zeros(size, np.uint64) if all_unknown is None else all_unknown
            all_unknown[words] = packed(unknown)
        all_bad[words] = packed(bad)
    return ConditionBits(good, all_bad, all_unknown)


def _pieces(
    sent: Integers, lost: Integers, threshold: Fraction, threshold_is_bad: bool
) -> Iterator[tuple[int, Flags, Flags | None]]:
    """Of every piece its first row, which rows are bad, and which unknown (None when none is)."""
    for first in range(0, len(sent), _PIECE):
        piece_sent = sent[first : first + _PIECE]
        bad = is_bad(piece_sent, lost[first : first + _PIECE], threshold, threshold_is_bad)
        yield first, bad, np.asarray(piece_sent == 0, np.bool_) if piece_sent.min() == 0 else None
