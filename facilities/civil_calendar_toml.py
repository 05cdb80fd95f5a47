"""Reads calendars from TOML, strictly: one line for the first mistake, and the identity of the text that was read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast, get_args

from facilities.calendar import Season
from facilities.civil_calendar import AnnouncedSeason, CalendarVersion, CivilCalendar, Holiday, Status
from facilities.hours_toml import read_days, read_season_days, read_windows, read_zone, refuse_shared_days
from facilities.inventory_toml import CODE_PATTERN, CODE_RULE, mistake
from facilities.toml_document import toml_document
from facilities.toml_table import TomlTable
from store.errors import InputError

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_MOST_DAYS = 366 * 30
"""A calendar for longer knows no holiday of its last years; most likely a year is mistyped."""


def read_calendars(folder: Path) -> dict[str, CivilCalendar]:
    """The calendars of `folder`/*.toml by id; none when there is no such folder.

    InputError in one line for the first mistake. A calendar `ma` is in `ma.toml`, so that no id is used twice.
    """
    calendars: dict[str, CivilCalendar] = {}
    for file in sorted(folder.glob("[!.]*.toml")):
        try:
            content = file.read_bytes()
        except OSError as error:
            raise InputError(f"{file}: cannot be read: {error.strerror}") from None
        calendar = calendar_from_toml(content, str(file))
        if calendar.id != file.stem:
            raise mistake(file, f'calendar.id: "{calendar.id}" is not the name of its file, which is "{file.stem}"')
        calendars[calendar.id] = calendar
    return calendars


def calendar_from_toml(content: bytes, source: str) -> CivilCalendar:
    """The calendar that TOML text writes; `source` names it in errors, `source: key: what is wrong`."""
    top = toml_document(content, source)
    table = top.table("calendar")
    identity = table.text("id")
    if not CODE_PATTERN.fullmatch(identity):
        table.refuse("id", CODE_RULE)
    version = CalendarVersion(identity, table.integer("version", 1), hashlib.sha256(content).hexdigest())
    country = table.text("country") if table.has("country") else None
    if country is not None and not _COUNTRY.fullmatch(country):
        table.refuse("country", 'must be two capitals of ISO 3166, such as "MA"')
    starts_on, ends_on = read_season_days(table)
    if (ends_on - starts_on).days > _MOST_DAYS:
        table.refuse("ends_on", "is more than 30 years after starts_on")
    calendar = CivilCalendar(
        identity=version,
        name=table.text("name"),
        country=country,
        tenant=table.text("tenant") if table.has("tenant") else None,
        time_zone=read_zone(table, "time_zone"),
        starts_on=starts_on,
        ends_on=ends_on,
        compiled_on=table.day("compiled_on"),
        sources=_sources(table),
        worked_days=read_days(table, "worked_days"),
        windows=read_windows(table, "hours"),
        holidays=(),
        seasons=(),
    )
    if not calendar.worked_days:
        table.refuse("worked_days", "must not be empty")
    table.close()
    reader = _Announced(top, calendar)
    holidays, seasons = reader.holidays(), reader.seasons()
    top.close()
    return replace(calendar, holidays=holidays, seasons=seasons)


class _Announced:
    """Reads what a calendar announces: `[[holiday]]` and `[[season]]`, each inside the days it speaks of."""

    def __init__(self, top: TomlTable, calendar: CivilCalendar) -> None:
        self.top = top
        self.calendar = calendar

    def holidays(self) -> tuple[Holiday, ...]:
        """The holidays in their order. One day may have two names; one name twice on one day is a slip."""
        found: list[Holiday] = []
        for number, values in enumerate(self.top.tables("holiday"), start=1):
            table = TomlTable(self.top.source, f"holiday[{_place(values.get('on'), number)}]", values)
            on, name = table.day("on"), table.text("name")
            if not self.calendar.starts_on <= on < self.calendar.ends_on:
                table.refuse("on", f"is outside {self._span()}")
            if any((known.on, known.name) == (on, name) for known in found):
                table.refuse("name", f'"{name}" is listed twice on this day')
            status, confirmed_on = self._status(table)
            table.close()
            found.append(Holiday(on, name, status, confirmed_on))
        return tuple(found)

    def seasons(self) -> tuple[AnnouncedSeason, ...]:
        """The seasons in their order; none shares a day with another or leaves the calendar."""
        found: list[AnnouncedSeason] = []
        for number, values in enumerate(self.top.tables("season"), start=1):
            table = TomlTable(self.top.source, f"season[{_place(values.get('name'), number)}]", values)
            name, (starts_on, ends_on) = table.text("name"), read_season_days(table)
            if starts_on < self.calendar.starts_on:
                table.refuse("starts_on", f"is outside {self._span()}")
            if ends_on > self.calendar.ends_on:
                table.refuse("ends_on", f"is outside {self._span()}")
            table.value("hours")  # a list that is empty says "closed", one that is forgotten says nothing
            season = Season(name, starts_on, ends_on, read_windows(table, "hours"))
            if not self.calendar.windows:
                table.refuse("hours", "replace weekly hours, and this calendar has none (calendar.hours)")
            refuse_shared_days([known.season for known in found], season, table)
            status, confirmed_on = self._status(table)
            table.close()
            found.append(AnnouncedSeason(season, status, confirmed_on))
        return tuple(found)

    def _status(self, table: TomlTable) -> tuple[Status, date | None]:
        status = cast(Status, table.choice("status", get_args(Status)))
        if status != "confirmed":
            if table.has("confirmed_on"):
                table.refuse("confirmed_on", f"is written with the status confirmed only, not with {status}")
            return status, None
        confirmed_on = table.day("confirmed_on")
        if confirmed_on > self.calendar.compiled_on:
            table.refuse("confirmed_on", f"is later than compiled_on ({self.calendar.compiled_on}) of the calendar")
        return status, confirmed_on

    def _span(self) -> str:
        return f"the days of the calendar, from {self.calendar.starts_on} to before {self.calendar.ends_on}"


def _place(written: Any, number: int) -> str:
    """How an entry is called in errors: by what it says of itself, else by its place in the file."""
    return str(written) if isinstance(written, date) or (isinstance(written, str) and written) else str(number)


def _sources(table: TomlTable) -> tuple[str, ...]:
    """A mark or a list of them, as everywhere in an inventory."""
    written = table.value("source")
    marks = [written] if isinstance(written, str) else written
    if not isinstance(marks, list) or not marks or not all(isinstance(mark, str) and mark for mark in marks):
        table.refuse("source", "must be a mark of sources.toml, or a list of them")
    return tuple(marks)
