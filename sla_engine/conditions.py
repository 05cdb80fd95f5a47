"""From what was sent and lost to runs of good, bad and unknown intervals: exact, and in pieces that fit a cache."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from sla_engine.facts import UNKNOWN, Flags, Integers
from sla_engine.spans import Numbers

# 4 working arrays of 8 bytes a row stay inside a 1 MiB second-level cache
_PIECE = 1 << 14
_INT64_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Row i … of a run share a condition: rows [starts[j], starts[j+1]) have conditions[j]; `rows` in all."""

    starts: Numbers
    conditions: npt.NDArray[np.int8]
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


def condition_runs(sent: Integers, lost: Integers, threshold: Fraction, threshold_is_bad: bool = False) -> Runs:
    """The runs of equal condition over consecutive rows: bad by `is_bad`, unknown where nothing was sent.

    Rows are read once, a cache-sized piece at a time; what is kept grows with the changes, not the rows.
    """
    rows = len(sent)
    starts: list[Numbers] = []
    conditions: list[npt.NDArray[np.int8]] = []
    last = -1
    for first in range(0, rows, _PIECE):
        piece_sent, piece_lost = sent[first : first + _PIECE], lost[first : first + _PIECE]
        codes = is_bad(piece_sent, piece_lost, threshold, threshold_is_bad).view(np.int8)
        if piece_sent.min() == 0:
            codes[np.asarray(piece_sent == 0, np.bool_)] = UNKNOWN
        changes = np.flatnonzero(codes[1:] != codes[:-1]) + 1
        if codes[0] != last:
            changes = np.concatenate(([0], changes))
        last = codes[-1]
        if changes.size:
            starts.append(changes + first)
            conditions.append(codes[changes])
    return Runs(
        np.concatenate(starts) if starts else np.empty(0, np.int64),
        np.concatenate(conditions) if conditions else np.empty(0, np.int8),
        rows,
    )
