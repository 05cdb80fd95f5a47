"""A calendar compared with the text it replaces: whether it is an honest new version, and which days it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from facilities.civil_calendar import CivilCalendar


def revision_problems(older: CivilCalendar, newer: CivilCalendar) -> Iterator[str]:
    """What is wrong with `newer` as the successor of `older`, as `key: what is wrong`.

    A verdict names id, version and hash, so a changed text needs a higher version, and what was announced is not
    unannounced. A confirmed day may still be moved or dropped: announcements are corrected too.
    """
    if newer.identity == older.identity:
        return
    if newer.identity.version <= older.identity.version:
        was = older.identity.version
        yield f"calendar.version: the text has changed since version {was}, so the version must be above it"
    announced = {(holiday.on, holiday.name) for holiday in older.holidays if holiday.status != "forecast"}
    for holiday in newer.holidays:
        if holiday.status == "forecast" and (holiday.on, holiday.name) in announced:
            yield f"holiday[{holiday.on}].status: is no forecast any more in version {older.identity.version}"


def changed_days(older: CivilCalendar, newer: CivilCalendar) -> tuple[date, ...]:
    """The civil days both know whose hours, or whose place among *jours ouvrés* and *ouvrables*, differ; in order.

    These are the days by which a restatement differs. A forecast that is confirmed as it was changes none.
    """
    day, changed = max(older.starts_on, newer.starts_on), []
    while day < min(older.ends_on, newer.ends_on):
        if _meaning(older, day) != _meaning(newer, day):
            changed.append(day)
        day += timedelta(days=1)
    return tuple(changed)


def _meaning(calendar: CivilCalendar, day: date) -> tuple[object, ...]:
    hours = calendar.service_hours(calendar.time_zone)
    windows = () if hours is None else tuple((one.from_minute, one.to_minute) for one in hours.windows_on(day))
    return day in calendar.days_off, day.weekday() in calendar.worked_days, calendar.time_zone.key, windows
