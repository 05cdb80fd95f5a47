"""The availability state machine over a plain pair of arrays, one row for every Δt: the kernel, without a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from sla_engine.bits import WORD, Words, latch, packed, positions, run_starts, unpacked
from sla_engine.conditions import Codes, ConditionBits, condition_bits
from sla_engine.facts import DOWN, UNKNOWN, UP, Integers
from sla_engine.machine import AVAILABLE, UNAVAILABLE
from sla_engine.spans import Numbers

_PIECE = 1 << 12  # words; the dozen arrays of a piece, 32 KiB each, stay in the cache


@dataclass(frozen=True, slots=True, eq=False)
class StateRuns:
    """Maximal runs of equal state: rows [starts[i], starts[i+1]) have states[i]; and how many rows are unavailable."""

    starts: Numbers
    states: npt.NDArray[np.int8]
    unavailable: int


def dense_states(
    sent: Integers,
    lost: Integers,
    threshold: Fraction,
    n: int,
    *,
    threshold_is_bad: bool = False,
    unknown_breaks: bool = False,
    initial: int = AVAILABLE,
) -> StateRuns:
    """The state of every Δt of a series without gaps, exactly as `availability_by_intervals` finds it.

    0 <= lost <= sent; a row with sent = 0 is unknown, and has the state of the machine around it.

    A row from which n bad ones follow makes the circuit unavailable, one from which n good ones follow makes it
    available, any other leaves the state: a latch. Conditions are held as bits, so the rows are read once and all
    that follows costs little and, runs of unknown rows aside, the same however often the condition changes.
    """
    bits = condition_bits(sent, lost, threshold, threshold_is_bad)
    if bits.unknown is None or unknown_breaks:
        changes = _changes(bits.good, bits.bad, None, n, initial)
    else:
        changes = _spliced_changes(bits, bits.unknown, n, initial)
    starts = np.concatenate(([0], changes)) if len(sent) else np.empty(0, np.int64)
    states = ((np.arange(starts.size) + initial) % 2).astype(np.int8)
    if changes.size and changes[0] == 0:
        starts, states = starts[1:], states[1:]
    lengths = np.diff(starts, append=len(sent))
    return StateRuns(starts, states, int(lengths[states == UNAVAILABLE].sum()))


def _changes(good: Words, bad: Words, restarts: Words | None, n: int, initial: int) -> Numbers:
    """The positions at which the state becomes another, the first compared with `initial`."""
    found = [np.empty(0, np.int64)]
    held = initial == UNAVAILABLE
    ahead = -(-n // WORD)  # a run that begins in a piece may go on behind it
    piece = max(_PIECE, ahead)
    for first in range(0, bad.size, piece):
        end = first + piece
        sets = run_starts(bad[first : end + ahead], n)[:piece]
        if not held and not sets.any():
            continue  # available, and nothing makes it unavailable
        clears = run_starts(good[first : end + ahead], n)[:piece]
        if restarts is not None:
            clears = clears | restarts[first:end]
        before, after = latch(sets, clears, held)
        held = bool(after[-1] >> np.uint64(WORD - 1))
        found.append(positions(before ^ after) + first * WORD)
    return np.concatenate(found)


def _spliced_changes(bits: ConditionBits, unknown: Words, n: int, initial: int) -> Numbers:
    """The rows at which the state becomes another, with short runs of unknown rows taken out of the windows.

    A run of n or more unknown rows stays, and restarts the machine at its first row.
    """
    _, restarts = latch(run_starts(unknown, n), ~unknown, False)
    if not (unknown & ~restarts).any():
        return _changes(bits.good, bits.bad, restarts, n, initial)
    kept = bits.good | bits.bad | restarts
    changes = _changes(*_spliced(bits.bad, restarts, kept), n, initial)
    # From positions among the rows that stayed back to rows.
    parts = _parts(kept)
    before = np.cumsum([0, *(int(np.bitwise_count(part).sum()) for part in parts)])
    cuts = np.searchsorted(changes, before)
    rows = [np.empty(0, np.int64)]
    for number in np.flatnonzero(np.diff(cuts)).tolist():
        inside = changes[cuts[number] : cuts[number + 1]] - before[number]
        rows.append(positions(parts[number])[inside] + number * _PIECE * WORD)
    return np.concatenate(rows)


def _spliced(bad: Words, restarts: Words, kept: Words) -> tuple[Words, Words, Words | None]:
    """The good, the bad and the restarting rows among those that are kept, the others taken out."""
    restarting = bool(restarts.any())
    found: list[tuple[Words, Words, Words]] = []
    rest = np.empty(0, np.int8)  # codes that do not fill a word
    for part, part_bad, part_restarts in zip(_parts(kept), _parts(bad), _parts(restarts), strict=True):
        codes = unpacked(part_bad).view(np.int8)
        if restarting:
            codes[unpacked(part_restarts)] = UNKNOWN
        if (~part).any():
            codes = codes.take(positions(part))
        codes = np.concatenate((rest, codes))
        whole = codes.size // WORD * WORD
        found.append(_packed_codes(codes[:whole]))
        rest = codes[whole:]
    found.append(_packed_codes(rest))
    good, spliced_bad, unknown = (np.concatenate(column) for column in zip(*found, strict=True))
    return good, spliced_bad, unknown if restarting else None


def _packed_codes(codes: Codes) -> tuple[Words, Words, Words]:
    return packed(codes == UP), packed(codes == DOWN), packed(codes == UNKNOWN)


def _parts(words: Words) -> list[Words]:
    return [words[first : first + _PIECE] for first in range(0, words.size, _PIECE)]
