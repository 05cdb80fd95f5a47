"""Where the days, outages and other time of a period lie on a bar, in units of its width. Pure geometry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from facilities.calendar import local_midnight
from facilities.instants import instant
from store.intervals import Interval, union

WIDTH = 1000
LEAST_WIDTH = 3
"""An outage of a minute is 0.02 units of a month: it is widened, or nobody would see it."""
LABEL_WIDTH = 22
CLOSEST = 600
"""Spans of one kind nearer than a 600th of the period are drawn as one: a month of flapping is no thousand shapes."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on the bar: from `x`, `width` wide, with a label for its middle; an empty label found no room."""

    x: str
    middle: str
    width: str
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The days of the period, its numbered outages, what had not been scored yet (None once all is), and other time:
    outside service hours, unknown and excluded, each as unlabelled marks."""

    days: tuple[Mark, ...]
    outages: tuple[Mark, ...]
    ahead: Mark | None
    outside: tuple[Mark, ...] = ()
    unknown: tuple[Mark, ...] = ()
    excluded: tuple[Mark, ...] = ()


def timeline(
    span: Interval[int],
    outages: Sequence[Interval[int]],
    scored_to: int,
    in_zone: ZoneInfo,
    *,
    outside: Iterable[Interval[int]] = (),
    unknown: Iterable[Interval[int]] = (),
    excluded: Iterable[Interval[int]] = (),
) -> Timeline:
    """The timeline of a period in epoch seconds; days are those of the wall clock, of 23 to 25 hours.

    Unknown time to come is drawn as what had not been scored yet, and nothing else.
    """
    marks, free_from = [], Fraction(-LABEL_WIDTH)
    for number, outage in enumerate(outages, start=1):
        x, width = _x(outage.starts_at, span), max(Fraction(LEAST_WIDTH), _width(outage, span))
        label = ""
        if x >= free_from:
            label, free_from = str(number), x + LABEL_WIDTH
        marks.append(_mark(min(x, Fraction(WIDTH) - width), width, label))
    ahead, scored = None, span
    if scored_to < span.ends_at:
        rest = Interval(max(scored_to, span.starts_at), span.ends_at)
        ahead = _mark(_x(rest.starts_at, span), _width(rest, span), "")
        scored = Interval(span.starts_at, rest.starts_at)
    return Timeline(
        tuple(_days(span, in_zone)),
        tuple(marks),
        ahead,
        _marks(outside, span, span, Fraction(0)),
        _marks(unknown, scored, span, Fraction(2 * LEAST_WIDTH)),
        _marks(excluded, span, span, Fraction(2 * LEAST_WIDTH)),
    )


def _marks(
    parts: Iterable[Interval[int]], within: Interval[int], span: Interval[int], least: Fraction
) -> tuple[Mark, ...]:
    """What lies within, as marks: neighbours that nobody could tell apart become one, the briefest is still seen."""
    near = (span.ends_at - span.starts_at) // CLOSEST
    found = [part for one in parts if (part := one.clipped(within)) is not None]
    joined = union(Interval(part.starts_at, part.ends_at + near) for part in found)
    drawn = []
    for one in joined:
        part = Interval(one.starts_at, max(one.starts_at, one.ends_at - near))
        width = max(least, _width(part, span))
        drawn.append(_mark(min(_x(part.starts_at, span), Fraction(WIDTH) - width), width, ""))
    return tuple(drawn)


def _days(span: Interval[int], in_zone: ZoneInfo) -> list[Mark]:
    day = instant(span.starts_at).astimezone(in_zone).date()
    days = []
    while (starts_at := local_midnight(day, in_zone)) < span.ends_at:
        whole = Interval(starts_at, local_midnight(day + timedelta(days=1), in_zone))
        part = whole.clipped(span)
        if part is not None:
            days.append(_mark(_x(part.starts_at, span), _width(part, span), str(day.day)))
        day += timedelta(days=1)
    return days


def _x(at: int, span: Interval[int]) -> Fraction:
    return Fraction((at - span.starts_at) * WIDTH, span.ends_at - span.starts_at)


def _width(part: Interval[int], span: Interval[int]) -> Fraction:
    return Fraction((part.ends_at - part.starts_at) * WIDTH, span.ends_at - span.starts_at)


def _mark(x: Fraction, width: Fraction, label: str) -> Mark:
    return Mark(f"{float(x):.2f}", f"{float(x + width / 2):.2f}", f"{float(width):.2f}", label)
