"""Local time, which only the family `calendar*` knows: periods and service windows cut in a zone, in UTC seconds.

Zones, midnights and windows are here; `calendar_recurrence` expands weekly windows, `calendar_days` counts civil days.
Morocco left UTC+1 for UTC+0 for good on 2026-09-20 and most systems' zone files do not know it
yet, so zones are read from the pinned `tzdata` package and never from the system (R-33, R-34).
"""

from __future__ import annotations

import re
import zoneinfo
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzdata

from facilities.instants import epoch_seconds, instant
from store.errors import InputError
from store.intervals import Interval, clip

zoneinfo.reset_tzpath(to=[])
ZoneInfo.clear_cache()

TZDB_VERSION: str = tzdata.IANA_VERSION

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - subtracted from a civil time, before its offset is applied
_SECOND = timedelta(seconds=1)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_CHANGE_AT = 1_789_866_000  # 2026-09-20T01:00:00Z


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """Days of the week, Monday as 0, from one local time to a later one; 1440 is the midnight that ends the day."""

    days: frozenset[int]
    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True)
class Season:
    """The civil days [starts_on, ends_on) on which other windows replace the weekly ones: Ramadan, a summer."""

    name: str
    starts_on: date
    ends_on: date
    windows: tuple[WeeklyWindow, ...]


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """The weekly window in which service is owed, as local wall-clock time, and the days it is not.

    `days` counts Monday as 0. `to_minute` is 1440 for "24:00", the midnight that ends the day. What follows
    `holidays` is written where one window is not enough: `more_windows` (Saturdays, a night in two halves), `seasons`
    with hours of their own, `time_zone` where the clock is not the agreement's (a client's), the civil days
    [starts_on, ends_on) for which holidays and seasons are known, and of those the days that are only forecast.
    """

    days: frozenset[int]
    from_minute: int
    to_minute: int
    holidays: frozenset[date]
    more_windows: tuple[WeeklyWindow, ...] = ()
    seasons: tuple[Season, ...] = ()
    time_zone: ZoneInfo | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    forecasts: frozenset[date] = frozenset()

    def windows_on(self, day: date) -> Iterator[WeeklyWindow]:
        """The windows of one civil day: those of its season where it lies in one; none on a holiday."""
        if day in self.holidays:
            return
        season = next((one for one in self.seasons if one.starts_on <= day < one.ends_on), None)
        weekly = (WeeklyWindow(self.days, self.from_minute, self.to_minute), *self.more_windows)
        for window in weekly if season is None else season.windows:
            if day.weekday() in window.days:
                yield window


def zone(name: str) -> ZoneInfo:
    """The IANA zone `name` from the pinned zone data; an unknown one is refused."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(f'"{name}" is not a time zone of tzdb {TZDB_VERSION}') from None


def zone_data_self_test(casablanca: ZoneInfo | None = None) -> None:
    """Refuses to go on when the zone data do not know Morocco's change of 2026-09-20 01:00Z (R-33).

    `casablanca` is the zone tried, by default the one every calculation uses.
    """
    tried = casablanca or zone("Africa/Casablanca")
    offsets = [instant(at).astimezone(tried).utcoffset() for at in (_CHANGE_AT - 1, _CHANGE_AT)]
    if offsets != [timedelta(hours=1), timedelta(0)]:
        raise InputError(
            "time zone data are stale: Africa/Casablanca must be UTC+1 until 2026-09-20T01:00:00Z and UTC+0 "
            f"from then on (tzdb 2026c or later), and tzdb {TZDB_VERSION} says otherwise; "
            'run: pip install --upgrade "tzdata>=2026.6"'
        )


def local_seconds(day: date, minute: int, in_zone: ZoneInfo) -> int:
    """The epoch second at which clocks of `in_zone` show `minute` minutes after the midnight that starts `day`.

    Of a doubled local time the first is taken (score.md, Service hours). A local time that the clock
    skips is read with the offset before the change: a skipped midnight is the first second of its day.
    1440 is the midnight that ends `day`.
    """
    if minute == 24 * 60:
        if day == date.max:  # no date follows it, but its midnight is an instant
            return local_seconds(day, minute - 1, in_zone) + 60
        day, minute = day + timedelta(days=1), 0
    local = datetime.combine(day, time(minute // 60, minute % 60))
    offset = local.replace(tzinfo=in_zone).utcoffset()
    assert offset is not None  # a ZoneInfo always has one
    return (local - _EPOCH - offset) // _SECOND


def local_midnight(day: date, in_zone: ZoneInfo) -> int:
    """The epoch second at which the civil day `day` starts in `in_zone`."""
    return local_seconds(day, 0, in_zone)


def local_day(at: int, in_zone: ZoneInfo) -> date:
    """The civil day that calendars of `in_zone` show at the epoch second `at`."""
    return instant(at).astimezone(in_zone).date()


def month(year: int, month_number: int, in_zone: ZoneInfo) -> Interval[int]:
    """A civil month of `in_zone` in epoch seconds; September 2026 in Casablanca has 721 hours (DS-1)."""
    last = date(year, month_number, monthrange(year, month_number)[1])
    return Interval(local_midnight(last.replace(day=1), in_zone), local_seconds(last, 24 * 60, in_zone))


def period(text: str, in_zone: ZoneInfo) -> Interval[int]:
    """The period `YYYY-MM`, a civil month of `in_zone`, or `START/END`, two instants with offset, in epoch seconds.

    Half-open and converted once (R-28). An empty or inverted period is refused.
    """
    start, slash, end = text.partition("/")
    if slash:
        starts_at, ends_at = epoch_seconds(start), epoch_seconds(end)
        if ends_at <= starts_at:
            raise InputError(f'"{text}" does not end after it starts')
        return Interval(starts_at, ends_at)
    found = _MONTH.fullmatch(text)
    if found is None:
        raise InputError(f'"{text}" is neither a month such as 2026-09 nor two instants START/END')
    try:
        return month(int(found[1]), int(found[2]), in_zone)
    except ValueError:
        raise InputError(f'"{text}" is not a month of the calendar') from None


def service_windows(hours: ServiceHours, in_zone: ZoneInfo, span: Interval[int]) -> list[Interval[int]]:
    """The service time inside `span`, in epoch seconds: sorted windows that neither overlap nor touch.

    Each day's windows are converted on their own, so they are right on days of 23 and 25 hours (anchors I9).
    `in_zone` is the agreement's; hours with a zone of their own are read on that clock (R-28, DS-6).
    """
    clock = hours.time_zone or in_zone
    first = max(span.starts_at // 86400 - 2, _day_number(date.min) + 1)
    last = min(span.ends_at // 86400 + 2, _day_number(date.max) - 1)
    windows: list[Interval[int]] = []
    for number in range(first, last + 1):
        day = _EPOCH.date() + timedelta(days=number)
        for window in hours.windows_on(day):
            starts_at = local_seconds(day, window.from_minute, clock)
            ends_at = local_seconds(day, window.to_minute, clock)
            if starts_at < ends_at:  # a clock change can skip a whole window
                windows.append(Interval(starts_at, ends_at))
    return clip(windows, span)


def _day_number(day: date) -> int:
    return (day - _EPOCH.date()).days
