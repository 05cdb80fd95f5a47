"""Calendars and service hours as Alertmanager's time intervals. Pure.

Alertmanager reads local times by the zone files of its own machine. Those may not know yet that Morocco's clocks are
UTC for good, so hours of a zone that is at UTC all the time ahead are written in UTC.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from facilities.calendar import ServiceHours, WeeklyWindow, local_midnight
from facilities.civil_calendar import CivilCalendar

AHEAD_DAYS = 400
_EPOCH_ON = date(1970, 1, 1)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Piece = dict[str, Any]


def worked_days(calendar: CivilCalendar, today: date) -> list[Piece]:
    """The weekdays on which the calendar works, holidays or not: `holidays` are muted beside it."""
    return [{"weekdays": _weekdays(calendar.worked_days), "location": location(calendar.time_zone, today)}]


def holidays(days: Iterable[date], in_zone: ZoneInfo, today: date) -> list[Piece]:
    """Each day off from yesterday on."""
    where = location(in_zone, today)
    return [
        piece | {"location": where}
        for day in sorted(days)
        if day >= today - timedelta(days=1)
        for piece in _dates(day, day)
    ]


def service_hours(hours: ServiceHours, of_agreement: ZoneInfo, today: date) -> list[Piece]:
    """The hours of `AHEAD_DAYS`, holidays left in. Where seasons have hours of their own, each span has its dates."""
    clock = hours.time_zone or of_agreement
    where = location(clock, today)
    weekly = (WeeklyWindow(hours.days, hours.from_minute, hours.to_minute), *hours.more_windows)
    first, end = today - timedelta(days=1), today + timedelta(days=AHEAD_DAYS)
    seasons = sorted(
        (one for one in hours.seasons if one.starts_on < end and first < one.ends_on), key=lambda one: one.starts_on
    )
    if not seasons:
        return [_window(window) | {"location": where} for window in weekly]
    found: list[Piece] = []
    at = first
    for season in seasons:
        found.extend(_dated(weekly, at, season.starts_on, where))
        found.extend(_dated(season.windows, max(season.starts_on, first), min(season.ends_on, end), where))
        at = season.ends_on
    found.extend(_dated(weekly, at, end, where))
    return found


def location(in_zone: ZoneInfo, today: date) -> str:
    """UTC where the zone shows UTC on every day ahead, else its own name."""
    days = range(-1, AHEAD_DAYS)
    at_utc = all(
        local_midnight(day, in_zone) == (day - _EPOCH_ON).days * 86400
        for day in (today + timedelta(days=number) for number in days)
    )
    return "UTC" if at_utc else in_zone.key


def _dated(windows: Sequence[WeeklyWindow], first: date, end: date, where: str) -> Iterator[Piece]:
    """The windows on the civil days [first, end) only."""
    if first >= end:
        return
    for piece in _dates(first, end - timedelta(days=1)):
        for window in windows:
            yield _window(window) | piece | {"location": where}


def _window(window: WeeklyWindow) -> Piece:
    times = {"start_time": _clock(window.from_minute), "end_time": _clock(window.to_minute)}
    return {"times": [times], "weekdays": _weekdays(window.days)}


def _dates(first: date, last: date) -> Iterator[Piece]:
    """The civil days from `first` to `last` inclusive, a piece per month: years, months and days are all demanded."""
    at = first
    while at <= last:
        month_ends = at.replace(day=monthrange(at.year, at.month)[1])
        to = min(last, month_ends)
        days = str(at.day) if at == to else f"{at.day}:{to.day}"
        yield {"days_of_month": [days], "months": [str(at.month)], "years": [str(at.year)]}
        at = month_ends + timedelta(days=1)


def _weekdays(days: Iterable[int]) -> list[str]:
    """Each by its name: a range of Alertmanager's may not cross its week's end, which is Saturday."""
    return [_DAYS[day] for day in sorted(days)]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
