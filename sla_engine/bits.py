"""Rows as bits, 64 to a word, the first row lowest: where runs begin and what a latch holds. Pure."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sla_engine.facts import Flags
from sla_engine.spans import Numbers

WORD = 64  # rows in a word
Words: TypeAlias = npt.NDArray[np.uint64]
_LITTLE = np.dtype("<u8")  # packbits and unpackbits see the bytes of a word, the lowest first


def packed(flags: Flags) -> Words:
    """The flags as bits; the bits behind the last flag are clear."""
    size = -(-flags.size // WORD)
    words = np.zeros(size, _LITTLE)
    words.view(np.uint8)[: -(-flags.size // 8)] = np.packbits(flags, bitorder="little")
    return words


def unpacked(words: Words) -> Flags:
    """The flag of every bit, those behind the last row too."""
    return np.unpackbits(words.view(np.uint8), bitorder="little").view(np.bool_)


def positions(words: Words) -> Numbers:
    """The positions of the bits that are set, in order; cheap where few words hold any."""
    filled = np.flatnonzero(words)
    if filled.size > words.size // 2:
        return np.flatnonzero(unpacked(words))
    bits = np.flatnonzero(unpacked(words[filled]))
    return filled[bits // WORD] * WORD + bits % WORD


def run_starts(words: Words, n: int) -> Words:
    """Bit i is set where the bits i … i+n-1 all are: every row from which n in a row follow.

    Windows of k and of k (or fewer) rows that touch or overlap make one of up to 2k, so log2(n) steps do.
    """
    length = 1
    while length < n and words.any():
        step = min(length, n - length)
        words = words & _earlier(words, step)
        length += step
    return words


def latch(sets: Words, clears: Words, held: bool) -> tuple[Words, Words]:
    """What a latch holds before and after every bit that sets it, clears it or (neither) leaves it; never both.

    That is how the carry of an addition travels: 1 + 1 makes a carry, 1 + 0 hands it on, 0 + 0 ends it. So the sum
    of ~clears and sets has carries that are the latch, within a word at once. From word to word: what leaves a word
    in which anything is set or cleared does not depend on what enters it, and the words after it hand that on.
    """
    if not sets.size:
        return sets, sets
    first = ~clears
    total = first + sets
    leaving = total < first  # the sum went beyond 64 bits
    decided = np.maximum.accumulate(np.where(sets | clears, np.arange(sets.size), -1))[:-1]
    total[:1] += np.uint64(held)
    total[1:] += np.where(decided >= 0, leaving[decided], held)
    before = first ^ sets ^ total
    return before, sets | (first & before)


def _earlier(words: Words, count: int) -> Words:
    """Bit i is bit i + count of `words`; clear behind the end."""
    whole, part = divmod(count, WORD)
    moved = np.zeros_like(words)
    left = words[whole:]
    moved[: left.size] = left >> np.uint64(part)
    if part and left.size > 1:
        moved[: left.size - 1] |= left[1:] << np.uint64(WORD - part)
    return moved
