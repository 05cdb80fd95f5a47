"""Reads weekly hours from TOML: the windows of a calendar or an agreement, seasons, and service hours as a whole."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from facilities.calendar import Season, ServiceHours, WeeklyWindow, zone
from facilities.toml_table import TomlTable
from store.errors import InputError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"(\d{2}):(\d{2})", re.ASCII)


def read_service_hours(table: TomlTable) -> ServiceHours:
    """The table `[agreement.service_hours]` with its days written out; its key `calendar` is read before."""
    first = read_window(table)
    starts_on = table.day("starts_on") if table.has("starts_on") else None
    ends_on = table.day("ends_on") if table.has("ends_on") else None
    if starts_on is not None and ends_on is not None and ends_on <= starts_on:
        table.refuse("ends_on", "is not later than starts_on")
    hours = ServiceHours(
        days=first.days,
        from_minute=first.from_minute,
        to_minute=first.to_minute,
        holidays=table.days("holidays"),
        more_windows=read_windows(table, "more_windows"),
        seasons=_seasons(table),
        time_zone=read_zone(table, "time_zone") if table.has("time_zone") else None,
        starts_on=starts_on,
        ends_on=ends_on,
        forecasts=table.days("forecasts"),
    )
    table.close()
    return hours


def read_zone(table: TomlTable, key: str) -> ZoneInfo:
    """The IANA zone a required key names."""
    name = table.text(key)
    try:
        return zone(name)
    except InputError as error:
        table.refuse(key, str(error))


def read_days(table: TomlTable, key: str) -> frozenset[int]:
    """Days of the week, Monday as 0."""
    days = table.value(key)
    if not isinstance(days, list) or any(day not in DAYS for day in days):
        table.refuse(key, f"must be a list of {', '.join(DAYS)}")
    return frozenset(DAYS.index(day) for day in days)


def read_window(table: TomlTable) -> WeeklyWindow:
    """The keys `days`, `from` and `to` of a table; others are left to the caller."""
    days = read_days(table, "days")
    from_minute, to_minute = _minute(table, "from"), _minute(table, "to")
    if from_minute == 1440:
        table.refuse("from", 'must be a time of day such as "08:00"')
    if to_minute <= from_minute:
        table.refuse("to", "must be later than from")
    return WeeklyWindow(days, from_minute, to_minute)


def read_windows(table: TomlTable, key: str) -> tuple[WeeklyWindow, ...]:
    """The windows listed at `key`, in their order; none when it is absent."""
    windows = []
    for number, values in enumerate(table.tables(key), start=1):
        row = TomlTable(table.source, f"{table.path}.{key}[{number}]", values)
        windows.append(read_window(row))
        row.close()
    return tuple(windows)


def refuse_shared_days(seasons: list[Season], season: Season, table: TomlTable) -> None:
    """Refuses a season that shares a day with an earlier one: that day would have two timetables."""
    for other in seasons:
        if max(season.starts_on, other.starts_on) < min(season.ends_on, other.ends_on):
            table.refuse("starts_on", f'shares days with the season "{other.name}"')


def read_season_days(table: TomlTable) -> tuple[date, date]:
    """The keys `starts_on` and `ends_on` (exclusive) of a season, in order."""
    starts_on, ends_on = table.day("starts_on"), table.day("ends_on")
    if ends_on <= starts_on:
        table.refuse("ends_on", "is not later than starts_on")
    return starts_on, ends_on


def _seasons(table: TomlTable) -> tuple[Season, ...]:
    seasons: list[Season] = []
    for number, values in enumerate(table.tables("seasons"), start=1):
        row = TomlTable(table.source, f"{table.path}.seasons[{number}]", values)
        name, (starts_on, ends_on) = row.text("name"), read_season_days(row)
        row.value("windows")  # a list that is empty says "closed", one that is forgotten says nothing
        season = Season(name, starts_on, ends_on, read_windows(row, "windows"))
        row.close()
        refuse_shared_days(seasons, season, row)
        seasons.append(season)
    return tuple(seasons)


def _minute(table: TomlTable, key: str) -> int:
    found = _CLOCK.fullmatch(table.text(key))
    minute = int(found[1]) * 60 + int(found[2]) if found else -1
    if found is None or int(found[2]) > 59 or minute > 1440:
        table.refuse(key, 'must be a time of day such as "08:00", or "24:00" for the midnight that ends it')
    return minute
