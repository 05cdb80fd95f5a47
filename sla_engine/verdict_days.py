"""A published period as people name it. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from facilities.calendar import local_day, month
from store.intervals import Interval


def days_text(period: Interval[int], zone: ZoneInfo) -> str:
    """A period as people name it: `2026-09`, or where it is part of a month `2026-09 01-14`, first and last day."""
    span = month_of(period.starts_at, zone)
    first, last = (local_day(at, zone) for at in (period.starts_at, period.ends_at - 1))
    return f"{first:%Y-%m}" if period == span else f"{first:%Y-%m} {first:%d}-{last:%d}"


def month_of(at: int, zone: ZoneInfo) -> Interval[int]:
    """The civil month of a zone that contains the epoch second `at`."""
    day = local_day(at, zone)
    return month(day.year, day.month, zone)
