"""Weekly windows of local time, right through clock changes: when announced weekly maintenance really is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from facilities.calendar import local_day, local_seconds
from store.errors import InputError
from store.intervals import Interval


@dataclass(frozen=True, slots=True)
class Recurrence:
    """On each of `days`, from `from_minute` to `to_minute`, local time, in the civil days [starts_on, ends_on).

    Monday is 0. An end that is not later than its start lies on the next day: Saturday 22:00 to 04:00 is one window
    of six hours that starts on a Saturday. 1440 is the midnight that ends the day. `ends_on` None goes on for ever.
    """

    days: frozenset[int]
    from_minute: int
    to_minute: int
    starts_on: date
    ends_on: date | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.from_minute < 1440 and 0 <= self.to_minute <= 1440):
            raise InputError("a weekly window starts from 00:00 to 23:59 and ends from 00:00 to 24:00")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise InputError(f"a weekly window ends ({self.ends_on}) before it starts ({self.starts_on})")


def occurrences(recurrence: Recurrence, in_zone: ZoneInfo, span: Interval[int]) -> list[Interval[int]]:
    """The windows that share an instant with `span`, in epoch seconds, in order of time: each whole and on its own.

    They are neither clipped nor united, because notice is given and judged for each (MA-1), to its own start. Both
    ends are converted on their own day, so a window lasts as long as the clocks say: 01:00 to 05:00 is five hours in
    Casablanca on 2026-09-20. Of a doubled local time the first is taken, for starts and ends alike, as for service
    hours (score.md): a window that ends at a doubled 01:30 ends at the first one, and nothing is excluded that was not
    announced beyond doubt. A window that lies wholly in the hour a clock skips is none.
    """
    if span.is_empty:
        return []
    one_day = timedelta(days=1)
    day = max(recurrence.starts_on, local_day(span.starts_at, in_zone) - one_day)  # yesterday's may reach into today
    last = local_day(span.ends_at - 1, in_zone)
    if recurrence.ends_on is not None:
        last = min(last, recurrence.ends_on - one_day)
    found: list[Interval[int]] = []
    while day <= last:
        if day.weekday() in recurrence.days:
            ends_on = day if recurrence.to_minute > recurrence.from_minute else day + one_day
            starts_at = local_seconds(day, recurrence.from_minute, in_zone)
            ends_at = local_seconds(ends_on, recurrence.to_minute, in_zone)
            if starts_at < ends_at and Interval(starts_at, ends_at).clipped(span) is not None:
                found.append(Interval(starts_at, ends_at))
        day += one_day
    return found
