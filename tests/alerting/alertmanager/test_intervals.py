"""Alertmanager's reading of an interval, next to the calendar's own reading of the hours it was made from."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerting.alertmanager.intervals import AHEAD_DAYS, Piece, holidays, location, service_hours, worked_days
from facilities.calendar import Season, ServiceHours, WeeklyWindow, service_windows, zone
from facilities.inventory import REAL_INVENTORY, read_inventory
from store.intervals import Interval

TODAY = date(2026, 11, 22)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CASABLANCA, PARIS = zone("Africa/Casablanca"), zone("Europe/Paris")
RAMADAN = Season("Ramadan", date(2027, 2, 8), date(2027, 3, 10), (WeeklyWindow(frozenset(range(5)), 540, 900),))
HOURS = ServiceHours(
    frozenset(range(5)), 8 * 60, 24 * 60, frozenset({date(2027, 1, 1), date(2027, 2, 11)}),
    more_windows=(WeeklyWindow(frozenset({5}), 0, 12 * 60 + 30),), seasons=(RAMADAN,),
)  # fmt: skip


def holds(piece: Piece, at: datetime) -> bool:
    """Whether Alertmanager takes the instant for inside: every field that is given must hold, the end is outside."""
    local = at.astimezone(ZoneInfo(piece["location"]))
    minute = local.hour * 60 + local.minute
    return (
        _in_times(piece.get("times"), minute)
        and ("weekdays" not in piece or DAYS[local.weekday()] in piece["weekdays"])
        and _in_ranges(piece.get("days_of_month"), local.day)
        and _in_ranges(piece.get("months"), local.month)
        and _in_ranges(piece.get("years"), local.year)
    )


def _in_times(times: Any, minute: int) -> bool:
    return times is None or any(_minute(one["start_time"]) <= minute < _minute(one["end_time"]) for one in times)


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _in_ranges(ranges: Any, value: int) -> bool:
    if ranges is None:
        return True
    return any(int(one.partition(":")[0]) <= value <= int(one.partition(":")[2] or one) for one in ranges)


@settings(deadline=None)
@given(
    st.integers(0, (AHEAD_DAYS - 2) * 24 * 60),
    st.sampled_from([CASABLANCA, PARIS, zone("America/New_York"), zone("Asia/Kolkata")]),
    st.sampled_from([HOURS, ServiceHours(frozenset({6}), 0, 24 * 60, frozenset())]),
)
def test_hours_less_holidays_are_the_service_time_of_the_calendar(
    minutes: int, in_zone: ZoneInfo, hours: ServiceHours
) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=minutes)
    inside = any(holds(piece, at) for piece in service_hours(hours, in_zone, TODAY))
    off = any(holds(piece, at) for piece in holidays(hours.holidays, in_zone, TODAY))
    second = int(at.timestamp())
    assert (inside and not off) == bool(service_windows(hours, in_zone, Interval(second, second + 1)))


def test_casablanca_is_written_in_utc_from_now_on_for_zone_files_may_not_know_it() -> None:
    assert location(CASABLANCA, TODAY) == "UTC"
    assert location(CASABLANCA, date(2026, 9, 20)) == "Africa/Casablanca"  # yesterday was another offset
    assert location(PARIS, TODAY) == "Europe/Paris"
    assert location(zone("Europe/London"), date(2026, 11, 22)) == "Europe/London"  # UTC today, not in summer


def test_days_that_are_over_are_left_out() -> None:
    found = holidays([date(2026, 11, 6), date(2027, 1, 1)], CASABLANCA, TODAY)
    assert found == [{"days_of_month": ["1"], "months": ["1"], "years": ["2027"], "location": "UTC"}]


@pytest.mark.parametrize("code", ["ma", "fr", "es"])
def test_weekdays_are_named_one_by_one(code: str) -> None:
    """No range: Alertmanager's week begins on Sunday, and it refuses monday:sunday."""
    calendar = read_inventory(REAL_INVENTORY).calendars[code]
    (found,) = worked_days(calendar, TODAY)
    assert found["weekdays"] == ["monday", "tuesday", "wednesday", "thursday", "friday"]
