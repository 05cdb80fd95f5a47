"""From what was sent and lost to runs of good, bad and unknown intervals: exact, and in pieces that fit a cache."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sla_engine.facts import UNKNOWN, Flags, Integers
from sla_engine.spans import Numbers

Codes: TypeAlias = npt.NDArray[np.int8]
MIXED = 3  # known, and neither good nor bad for long enough to decide anything

_PIECE = 1 << 16  # rows; the working arrays of a piece, 8 bytes a row each, stay in the cache
_INT64_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Row i … of a run share a condition: rows [starts[j], starts[j+1]) have conditions[j]; `rows` in all."""

    starts: Numbers
    conditions: Codes
    rows: int


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


def condition_runs(
    sent: Integers,
    lost: Integers,
    threshold: Fraction,
    threshold_is_bad: bool = False,
    *,
    coarser_than: int = 0,
) -> Runs:
    """The runs of equal condition over consecutive rows: bad by `is_bad`, unknown where nothing was sent.

    Rows are read once, a cache-sized piece at a time. With `coarser_than` = n, known runs of fewer than n rows
    that nothing can lengthen are joined to MIXED runs, which decide no state: what is kept then grows with what
    can decide a state, not with how often the condition changes.
    """
    starts: list[Numbers] = []
    conditions: list[Codes] = []
    for first in range(0, len(sent), _PIECE):
        piece_sent = sent[first : first + _PIECE]
        codes = is_bad(piece_sent, lost[first : first + _PIECE], threshold, threshold_is_bad).view(np.int8)
        if piece_sent.min() == 0:
            codes[np.asarray(piece_sent == 0, np.bool_)] = UNKNOWN
        begins = np.concatenate(([0], np.flatnonzero(codes[1:] != codes[:-1]) + 1))
        piece = codes[begins]
        if coarser_than and begins.size > 2:
            begins, piece = _coarse(begins, piece, codes.size, coarser_than)
        if conditions and conditions[-1][-1] == piece[0]:
            begins, piece = begins[1:], piece[1:]
        if begins.size:
            starts.append(begins + first)
            conditions.append(piece)
    if not starts:
        return Runs(np.empty(0, np.int64), np.empty(0, np.int8), len(sent))
    return Runs(np.concatenate(starts), np.concatenate(conditions), len(sent))


def _coarse(begins: Numbers, codes: Codes, rows: int, n: int) -> tuple[Numbers, Codes]:
    """The runs of one piece with those joined that stay short and known whatever lies around them.

    The first and the last run may go on in the next piece, and one beside an unknown run may go on behind it.
    """
    kept = np.diff(begins, append=rows) >= n
    kept[[0, -1]] = True
    unknown = codes == UNKNOWN
    if unknown.any():
        kept |= unknown
        kept[1:] |= unknown[:-1]
        kept[:-1] |= unknown[1:]
    leads = kept.copy()
    leads[1:] |= kept[:-1]  # of the runs that are joined, the first gives the start
    return begins[leads], np.where(kept, codes, np.int8(MIXED))[leads]
