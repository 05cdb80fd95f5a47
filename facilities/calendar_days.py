"""Counting days of a calendar: *jours ouvrés* are not *jours ouvrables*, and English has one word for both."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, TypeAlias

from facilities.calendar import local_day, local_seconds
from facilities.civil_calendar import CivilCalendar
from store.errors import InputError

DayKind: TypeAlias = Literal["ouvres", "ouvrables"]
"""`ouvres`: the worked days of the calendar, without holidays. `ouvrables`: every day but Sunday, without holidays."""

_SUNDAY = 6
_ONE_DAY = timedelta(days=1)


def is_counted(calendar: CivilCalendar, kind: DayKind, day: date) -> bool:
    """Whether `day` is one of that kind; a forecast holiday is a holiday. A day not known is refused."""
    if not calendar.starts_on <= day < calendar.ends_on:
        version = f'calendar "{calendar.id}" version {calendar.identity.version}'
        raise InputError(f"{version} knows {calendar.starts_on} to before {calendar.ends_on}, not {day}")
    if day in calendar.days_off:
        return False
    return day.weekday() in calendar.worked_days if kind == "ouvres" else day.weekday() != _SUNDAY


def add_days(calendar: CivilCalendar, kind: DayKind, on: date, count: int) -> date:
    """The civil day that is `count` days of that kind after `on`, which itself never counts (*dies a quo*).

    One *jour ouvré* after a Friday, a Saturday or a Sunday is the Monday. With 0 it is `on` where that day counts,
    else the next that does. A negative count is refused, and so is reaching a day the calendar says nothing of.
    """
    if count < 0:
        raise InputError(f"{count} days cannot be added: a delay runs forward")
    day = on
    while count > 0:
        day += _ONE_DAY
        count -= is_counted(calendar, kind, day)
    while not is_counted(calendar, kind, day):  # only after 0
        day += _ONE_DAY
    return day


def movable_days(calendar: CivilCalendar, on: date, last_on: date) -> tuple[date, ...]:
    """The forecast days whose announcement could move a delay that runs after `on` and ends on `last_on`, in order.

    The moon is sighted on one of two evenings: a forecast may turn out to be the day before or the day after.
    """
    return tuple(day for day in sorted(calendar.forecasts) if on < day + _ONE_DAY and day - _ONE_DAY <= last_on)


def days_between(calendar: CivilCalendar, kind: DayKind, first_on: date, last_on: date) -> int:
    """How many days of that kind come after `first_on`, up to `last_on` included: a delay as `add_days` counts it.

    0 when both are one day. An end before its start is refused.
    """
    if last_on < first_on:
        raise InputError(f"the span ends ({last_on}) before it starts ({first_on})")
    days = (first_on + timedelta(days=number) for number in range(1, (last_on - first_on).days + 1))
    return sum(is_counted(calendar, kind, day) for day in days)


def due_at(calendar: CivilCalendar, kind: DayKind, filed_at: int, count: int) -> int:
    """The epoch second by which an answer is due, not included: the local midnight that ends the last day.

    `filed_at`, an epoch second, counts from its civil day on the calendar's clock, whatever the hour: a delay in days
    runs in days. An answer at that very midnight is a day late (half-open).
    """
    return local_seconds(
        add_days(calendar, kind, local_day(filed_at, calendar.time_zone), count), 24 * 60, calendar.time_zone
    )
