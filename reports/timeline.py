"""Where the days and outages of a period lie on a bar, in units of its width. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from facilities.calendar import local_midnight
from facilities.instants import instant
from store.intervals import Interval

WIDTH = 1000
LEAST_WIDTH = 3
"""An outage of a minute is 0.02 units of a month: it is widened, or nobody would see it."""
LABEL_WIDTH = 16


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on the bar: from `x`, `width` wide, with a label for its middle; an empty label found no room."""

    x: str
    middle: str
    width: str
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The days of the period, its numbered outages, and what had not been scored yet (None once all is)."""

    days: tuple[Mark, ...]
    outages: tuple[Mark, ...]
    ahead: Mark | None


def timeline(span: Interval[int], outages: Sequence[Interval[int]], scored_to: int, in_zone: ZoneInfo) -> Timeline:
    """The timeline of a period in epoch seconds; days are those of the wall clock, of 23 to 25 hours."""
    marks, free_from = [], Fraction(-LABEL_WIDTH)
    for number, outage in enumerate(outages, start=1):
        x, width = _x(outage.starts_at, span), max(Fraction(LEAST_WIDTH), _width(outage, span))
        label = ""
        if x >= free_from:
            label, free_from = str(number), x + LABEL_WIDTH
        marks.append(_mark(min(x, Fraction(WIDTH) - width), width, label))
    ahead = None
    if scored_to < span.ends_at:
        rest = Interval(max(scored_to, span.starts_at), span.ends_at)
        ahead = _mark(_x(rest.starts_at, span), _width(rest, span), "")
    return Timeline(tuple(_days(span, in_zone)), tuple(marks), ahead)


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
