"""Sets of numbers as sorted disjoint ranges in arrays, and the axis that turns seconds into grid numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from store.intervals import Interval, union

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """The numbers in any of the half-open ranges [starts[i], ends[i]), which are sorted and do not touch."""

    starts: Numbers
    ends: Numbers

    @classmethod
    def of(cls, ranges: Iterable[Interval[int]]) -> Spans:
        """The union of `ranges`."""
        merged = union(ranges)
        return cls(
            np.array([span.starts_at for span in merged], np.int64),
            np.array([span.ends_at for span in merged], np.int64),
        )

    @classmethod
    def where(cls, edges: Numbers, flags: npt.NDArray[np.bool_]) -> Spans:
        """The cells [edges[i], edges[i+1]) whose flag is set; neighbours become one range."""
        padded = np.concatenate(([False], flags, [False]))
        changes = np.flatnonzero(padded[1:] != padded[:-1])
        return cls(edges[changes[::2]], edges[changes[1::2]])

    def contains(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Which of `numbers` lie in the set."""
        if not self.starts.size:
            return np.zeros(numbers.shape, np.bool_)
        position = np.searchsorted(self.starts, numbers, side="right") - 1
        inside: npt.NDArray[np.bool_] = (position >= 0) & (numbers < self.ends[position])
        return inside

    def common(self, other: Spans) -> Spans:
        """The numbers in both sets."""
        edges = boundaries(self.starts, self.ends, other.starts, other.ends)
        return Spans.where(edges, self.contains(edges[:-1]) & other.contains(edges[:-1]))

    def clipped(self, start: int, end: int) -> Spans:
        """The numbers of the set in [start, end)."""
        starts, ends = np.maximum(self.starts, start), np.minimum(self.ends, end)
        kept = starts < ends
        return Spans(starts[kept], ends[kept])

    def total(self) -> int:
        """How many numbers the set holds."""
        return int((self.ends - self.starts).sum())

    def as_intervals(self) -> list[Interval[int]]:
        """The ranges as intervals, in order."""
        return [Interval(a, b) for a, b in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]


def boundaries(*parts: npt.ArrayLike) -> Numbers:
    """Every number of `parts`, sorted, once."""
    found = np.sort(np.concatenate([np.asarray(part, np.int64) for part in parts]), kind="stable")
    if found.size < 2:
        return found
    return found[np.concatenate(([True], found[1:] != found[:-1]))]


@dataclass(frozen=True, slots=True)
class Axis:
    """A numbering of time: cell k covers [origin + k·step, origin + (k+1)·step) in epoch seconds.

    The grid of an agreement is the axis of its first midnight and Δt. Where the contract cuts by the
    second there is no grid: the axis of one second, on which "the cell" and "the instant" are one thing.
    """

    origin: int
    step_seconds: int

    def floor(self, at: Numbers) -> Numbers:
        """The number of the cell in which each instant lies."""
        return at if self == SECONDS else (at - self.origin) // self.step_seconds

    def lies_on(self, at: int) -> bool:
        """Whether a cell starts at the instant `at`."""
        return (at - self.origin) % self.step_seconds == 0

    def number(self, at: int) -> int:
        """The number of the cell in which `at` lies."""
        return (at - self.origin) // self.step_seconds

    def seconds(self, number: int) -> int:
        """The instant at which cell `number` starts."""
        return self.origin + number * self.step_seconds

    def touched(self, spans: Iterable[Interval[int]]) -> Spans:
        """The cells that intersect any of `spans`: an exclusion takes each Δt it touches, whole (R-05)."""
        return Spans.of(
            Interval(self.number(span.starts_at), -(-(span.ends_at - self.origin) // self.step_seconds))
            for span in spans
            if not span.is_empty
        )

    def inside(self, spans: Iterable[Interval[int]]) -> Spans:
        """The cells that lie wholly inside one of the united `spans`: those that service hours count."""
        return Spans.of(
            Interval(first, max(first, self.number(span.ends_at)))
            for span in union(spans)
            for first in (-(-(span.starts_at - self.origin) // self.step_seconds),)
        )


SECONDS = Axis(0, 1)
