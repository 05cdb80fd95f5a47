"""A calendar against the text it replaces: a changed text is a new version, and says which days it changed."""

from datetime import date
from pathlib import Path

import pytest

from facilities.calendar_revision import changed_days, revision_problems
from facilities.civil_calendar import CivilCalendar
from facilities.civil_calendar_toml import calendar_from_toml

GOOD = (Path(__file__).parent / "good_inventory" / "calendars" / "ma-bureau.toml").read_text(encoding="utf-8")


def read(text: str) -> CivilCalendar:
    return calendar_from_toml(text.encode(), "ma-bureau.toml")


OLDER = read(GOOD)
NEXT = GOOD.replace("version = 2", "version = 3").replace("compiled_on = 2026-11-22", "compiled_on = 2027-03-09")
FORECAST = 'on = 2027-03-09\nname = "Aïd al-Fitr"\nstatus = "forecast"'
SEASON = 'ends_on = 2027-03-09\nstatus = "forecast"'
CONFIRMED = 'status = "confirmed"\nconfirmed_on = 2027-03-08'


def test_a_forecast_confirmed_as_it_was_is_a_new_version_that_changes_no_day() -> None:
    newer = read(NEXT.replace(FORECAST, FORECAST.replace('status = "forecast"', CONFIRMED)))
    assert list(revision_problems(OLDER, newer)) == []
    assert changed_days(OLDER, newer) == ()
    assert newer.forecasts == OLDER.forecasts  # the season that ends that day is still forecast
    whole = read(
        NEXT.replace(FORECAST, FORECAST.replace('status = "forecast"', CONFIRMED)).replace(
            SEASON, SEASON.replace('status = "forecast"', CONFIRMED)
        )
    )
    assert whole.forecasts == {date(2027, 8, 14)}


def test_the_moon_a_day_later_changes_two_days() -> None:
    newer = read(
        NEXT.replace(FORECAST, FORECAST.replace("03-09", "03-10").replace('status = "forecast"', CONFIRMED)).replace(
            SEASON, SEASON.replace("03-09", "03-10").replace('status = "forecast"', CONFIRMED)
        )
    )
    assert list(revision_problems(OLDER, newer)) == []
    # the 9th is a last day of Ramadan hours now, and the 10th the feast
    assert changed_days(OLDER, newer) == (date(2027, 3, 9), date(2027, 3, 10))


@pytest.mark.parametrize("version", ["version = 2", "version = 1"])
def test_a_changed_text_under_an_old_version_is_refused(version: str) -> None:
    newer = read(GOOD.replace("version = 2", version) + "# a word\n")
    assert list(revision_problems(OLDER, newer)) == [
        "calendar.version: the text has changed since version 2, so the version must be above it"
    ]


def test_the_same_text_is_no_revision() -> None:
    assert list(revision_problems(OLDER, read(GOOD))) == []


def test_what_was_announced_is_not_unannounced() -> None:
    newer = read(NEXT.replace('status = "confirmed"\nconfirmed_on = 2026-03-19', 'status = "forecast"'))
    assert list(revision_problems(OLDER, newer)) == ["holiday[2026-03-20].status: is no forecast any more in version 2"]


def test_another_zone_or_other_worked_days_change_days_too() -> None:
    elsewhere = read(NEXT.replace("Africa/Casablanca", "Europe/Paris"))
    assert len(changed_days(OLDER, elsewhere)) == 730
    six = read(NEXT.replace('worked_days = ["mon",', 'worked_days = ["sat", "mon",'))
    assert all(day.weekday() == 5 for day in changed_days(OLDER, six))
    assert len(changed_days(OLDER, six)) == 104
