"""A calendar as versioned data: which days a country or a client works, which are only forecast, and its weekly hours.

Holidays are data and never a library's opinion: the file in the inventory is what a verdict rests on (R-28).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from facilities.calendar import Season, ServiceHours, WeeklyWindow

Status: TypeAlias = Literal["fixed", "forecast", "confirmed"]
"""`fixed` by law; `forecast` by astronomy, until the moon is sighted; `confirmed` by the announcement."""


@dataclass(frozen=True, slots=True)
class CalendarVersion:
    """What names one text of a calendar for good, for whoever stores a verdict: id, version, SHA-256 of the file."""

    id: str
    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day off. `confirmed_on` is the day of the announcement, there exactly when the status is `confirmed`."""

    on: date
    name: str
    status: Status
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class AnnouncedSeason:
    """Days with hours of their own, and whether their first and last day are announced yet."""

    season: Season
    status: Status
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class CivilCalendar:
    """What one file of `calendars/` says about the civil days [starts_on, ends_on) of one clock; about no other day.

    `worked_days` are those of *jours ouvrés*. `windows` are the weekly service hours, none for a calendar that only
    counts days. With a `tenant` it is that tenant's own (its client's country): no agreement of another may name it.

    A forecast counts: its day is a holiday, its season is in force, in every figure and due date, because the calendar
    is the best knowledge of its version. What it touches is not settled (`forecasts`): a period with such a day may be
    shown and not issued. The announcement makes a new version, even where it only confirms the forecast.
    """

    identity: CalendarVersion
    name: str
    country: str | None
    tenant: str | None
    time_zone: ZoneInfo
    starts_on: date
    ends_on: date
    compiled_on: date
    sources: tuple[str, ...]
    worked_days: frozenset[int]
    windows: tuple[WeeklyWindow, ...]
    holidays: tuple[Holiday, ...]
    seasons: tuple[AnnouncedSeason, ...]

    @property
    def id(self) -> str:
        """The id that agreements name; the version is the inventory's current one."""
        return self.identity.id

    @property
    def days_off(self) -> frozenset[date]:
        """Every holiday, forecast ones too."""
        return frozenset(holiday.on for holiday in self.holidays)

    @property
    def forecasts(self) -> frozenset[date]:
        """The days an announcement may move: forecast holidays, and where a forecast season starts and ends."""
        found = {holiday.on for holiday in self.holidays if holiday.status == "forecast"}
        for announced in self.seasons:
            if announced.status == "forecast":
                found |= {announced.season.starts_on, announced.season.ends_on}
        return frozenset(found)

    def service_hours(self, of_agreement: ZoneInfo) -> ServiceHours | None:
        """The service hours this calendar gives an agreement on the clock `of_agreement`; None without weekly hours."""
        if not self.windows:
            return None
        first, *more = self.windows
        return ServiceHours(
            days=first.days,
            from_minute=first.from_minute,
            to_minute=first.to_minute,
            holidays=self.days_off,
            more_windows=tuple(more),
            seasons=tuple(announced.season for announced in self.seasons),
            time_zone=None if self.time_zone.key == of_agreement.key else self.time_zone,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            forecasts=self.forecasts,
        )
