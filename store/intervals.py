"""Half-open spans [starts_at, ends_at) and their set algebra. Pure; over seconds, grid numbers or aware instants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from store.errors import InputError

Instant = TypeVar("Instant", int, datetime)


@dataclass(frozen=True, slots=True, order=True)
class Interval(Generic[Instant]):
    """The span from `starts_at`, included, to `ends_at`, not included.

    Equal ends make an empty span; an end before its start is refused (anchors I8: it made
    another product count below zero).
    """

    starts_at: Instant
    ends_at: Instant

    def __post_init__(self) -> None:
        if self.ends_at < self.starts_at:
            raise InputError(f"the span ends ({self.ends_at}) before it starts ({self.starts_at})")

    @property
    def is_empty(self) -> bool:
        """Whether no instant lies in the span."""
        return self.starts_at == self.ends_at

    def contains(self, instant: Instant) -> bool:
        """Whether `instant` lies in the span; its end does not."""
        return self.starts_at <= instant < self.ends_at

    def clipped(self, to: Interval[Instant]) -> Interval[Instant] | None:
        """The part of this span inside `to`, or None when nothing of it is."""
        starts_at, ends_at = max(self.starts_at, to.starts_at), min(self.ends_at, to.ends_at)
        return Interval(starts_at, ends_at) if starts_at < ends_at else None


def union(spans: Iterable[Interval[Instant]]) -> list[Interval[Instant]]:
    """The same instants as `spans`, as sorted spans that neither overlap nor touch; empty ones are gone."""
    merged: list[Interval[Instant]] = []
    for span in sorted((span for span in spans if not span.is_empty), key=lambda span: span.starts_at):
        if merged and span.starts_at <= merged[-1].ends_at:
            if span.ends_at > merged[-1].ends_at:
                merged[-1] = Interval(merged[-1].starts_at, span.ends_at)
        else:
            merged.append(span)
    return merged


def clip(spans: Iterable[Interval[Instant]], to: Interval[Instant]) -> list[Interval[Instant]]:
    """The union of `spans`, cut to `to`."""
    return [part for span in union(spans) if (part := span.clipped(to)) is not None]


def intersection(spans: Iterable[Interval[Instant]], others: Iterable[Interval[Instant]]) -> list[Interval[Instant]]:
    """The instants that lie in both sets, as sorted spans that neither overlap nor touch."""
    left, right = union(spans), union(others)
    common: list[Interval[Instant]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        if (part := left[i].clipped(right[j])) is not None:
            common.append(part)
        if left[i].ends_at <= right[j].ends_at:
            i += 1
        else:
            j += 1
    return common


def subtract(spans: Iterable[Interval[Instant]], holes: Iterable[Interval[Instant]]) -> list[Interval[Instant]]:
    """The instants of `spans` that lie in none of `holes`."""
    remaining: list[Interval[Instant]] = []
    cuts = union(holes)
    first = 0
    for span in union(spans):
        while first < len(cuts) and cuts[first].ends_at <= span.starts_at:
            first += 1
        starts_at = span.starts_at
        for hole in cuts[first:]:
            if hole.starts_at >= span.ends_at:
                break
            if starts_at < hole.starts_at:
                remaining.append(Interval(starts_at, hole.starts_at))
            starts_at = max(starts_at, hole.ends_at)
        if starts_at < span.ends_at:
            remaining.append(Interval(starts_at, span.ends_at))
    return remaining


def total_seconds(spans: Iterable[Interval[int]]) -> int:
    """How many seconds the union of `spans` holds; what two spans share is counted once (anchors I6)."""
    return sum(span.ends_at - span.starts_at for span in union(spans))
