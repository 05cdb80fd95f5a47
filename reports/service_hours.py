"""The service hours of an agreement in words: every window, season, clock and forecast that decides a figure. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from facilities.agreement import Agreement
from facilities.calendar import Season, ServiceHours, WeeklyWindow
from reports.catalogue import Catalogue
from reports.formats import NO_BREAK


def service_hours_rules(agreement: Agreement, words: Catalogue) -> Iterator[str]:
    """One sentence for the week and its holidays, one per season with hours of its own, one for what is only forecast,
    and one for the calendar they come from; nothing for an agreement without service hours."""
    hours = agreement.service_hours
    if hours is None:
        return
    yield _week(hours, words)
    for season in hours.seasons:
        yield _season(season, words)
    if hours.forecasts:
        yield words.say("rule.forecasts", days=_days(hours.forecasts, words))
    calendar = agreement.calendar
    if calendar is not None:
        yield words.say("rule.calendar", id=calendar.id, version=calendar.version)


def _week(hours: ServiceHours, words: Catalogue) -> str:
    weekly = WeeklyWindow(hours.days, hours.from_minute, hours.to_minute)
    zone = "" if hours.time_zone is None else words.say("rule.hours_zone", zone=hours.time_zone.key)
    holidays = words.say("rule.holidays", days=_days(hours.holidays, words)) if hours.holidays else ""
    windows = _windows((weekly, *hours.more_windows), words)
    return words.say("rule.service_hours", windows=windows, zone=zone, holidays=holidays)


def _season(season: Season, words: Catalogue) -> str:
    first, last = (words.formats.day(day) for day in (season.starts_on, season.ends_on - timedelta(days=1)))
    windows = _windows(season.windows, words) or words.say("rule.closed")
    return words.say("rule.season", name=season.name, first=first, last=last, windows=windows)


def _windows(windows: Iterable[WeeklyWindow], words: Catalogue) -> str:
    return f"{NO_BREAK}; ".join(
        words.say(
            "rule.window",
            days=", ".join(words.say(f"days.{day}") for day in sorted(window.days)),
            start=_clock(window.from_minute),
            end=_clock(window.to_minute),
        )
        for window in windows
        if window.days
    )


def _days(days: Iterable[date], words: Catalogue) -> str:
    return ", ".join(words.formats.day(day) for day in sorted(days))


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
