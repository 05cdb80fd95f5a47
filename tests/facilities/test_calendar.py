"""Local time, in the one module that knows it: months, midnights and service windows through clock changes."""

import zoneinfo
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facilities.calendar import (
    TZDB_VERSION,
    ServiceHours,
    local_midnight,
    local_seconds,
    month,
    period,
    service_windows,
    zone,
    zone_data_self_test,
)
from facilities.instants import epoch_seconds, instant_text
from store.errors import InputError
from store.intervals import Interval, total_seconds

CASABLANCA = zone("Africa/Casablanca")
ALL_DAYS = frozenset(range(7))


def shown(span: Interval[int]) -> str:
    return f"{instant_text(span.starts_at)}/{instant_text(span.ends_at)}"


@pytest.mark.parametrize(
    ("year", "number", "expected", "hours"),
    [
        (2026, 1, "2025-12-31T23:00:00Z/2026-01-31T23:00:00Z", 744),
        (2026, 2, "2026-01-31T23:00:00Z/2026-03-01T00:00:00Z", 673),
        (2026, 3, "2026-03-01T00:00:00Z/2026-03-31T23:00:00Z", 743),
        (2026, 9, "2026-08-31T23:00:00Z/2026-10-01T00:00:00Z", 721),
        (2026, 10, "2026-10-01T00:00:00Z/2026-11-01T00:00:00Z", 744),
        (2026, 11, "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z", 720),
        (2026, 12, "2026-12-01T00:00:00Z/2027-01-01T00:00:00Z", 744),
        (2027, 2, "2027-02-01T00:00:00Z/2027-03-01T00:00:00Z", 672),
    ],
)
def test_months_of_casablanca(year: int, number: int, expected: str, hours: int) -> None:
    span = month(year, number, CASABLANCA)
    assert shown(span) == expected
    assert (span.ends_at - span.starts_at) // 3600 == hours


def test_months_follow_one_another() -> None:
    spans = [month(2026 + index // 12, index % 12 + 1, CASABLANCA) for index in range(24)]
    assert [span.ends_at for span in spans[:-1]] == [span.starts_at for span in spans[1:]]
    assert sum(span.ends_at - span.starts_at for span in spans[:12]) == 8761 * 3600


def test_the_last_month_of_the_calendar() -> None:
    assert shown(month(9999, 12, zone("Asia/Kolkata"))) == "9999-11-30T18:30:00Z/9999-12-31T18:30:00Z"
    utc = month(9999, 12, zone("UTC"))
    assert utc.ends_at - utc.starts_at == 31 * 86_400
    assert utc.ends_at == epoch_seconds("9999-12-31T23:59:59Z") + 1


def test_periods_as_written() -> None:
    assert period("2026-09", CASABLANCA) == month(2026, 9, CASABLANCA)
    between = period("2026-09-01T00:00:00+01:00/2026-09-02T00:00:00Z", CASABLANCA)
    assert shown(between) == "2026-08-31T23:00:00Z/2026-09-02T00:00:00Z"


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-9", "2026-13", "2026-00", "0000-01", "/", "2026-09-01", "2026-09/2026-10"]
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(InputError):
        period(text, CASABLANCA)


def test_a_doubled_midnight_is_the_first_and_a_skipped_one_the_first_second_of_its_day() -> None:
    # Havana's clocks went from 01:00 back to 00:00 on 2026-11-01 and skip from 00:00 to 01:00 on 2026-03-08.
    havana = zone("America/Havana")
    assert instant_text(local_midnight(date(2026, 11, 1), havana)) == "2026-11-01T04:00:00Z"
    assert instant_text(local_midnight(date(2026, 3, 8), havana)) == "2026-03-08T05:00:00Z"


def test_a_skipped_local_time_is_read_with_the_offset_before_the_change() -> None:
    # Casablanca skips from 02:00 to 03:00 on 2026-03-22.
    assert instant_text(local_seconds(date(2026, 3, 22), 150, CASABLANCA)) == "2026-03-22T02:30:00Z"


def hours(from_minute: int, to_minute: int, days: frozenset[int] = ALL_DAYS, *holidays: date) -> ServiceHours:
    return ServiceHours(days, from_minute, to_minute, frozenset(holidays))


def test_whole_days_are_one_window_of_all_the_time() -> None:
    september = month(2026, 9, CASABLANCA)
    assert service_windows(hours(0, 1440), CASABLANCA, september) == [september]


def test_a_window_over_the_day_of_25_hours() -> None:
    day = Interval(epoch_seconds("2026-09-19T23:00:00Z"), epoch_seconds("2026-09-21T00:00:00Z"))
    assert total_seconds(service_windows(hours(0, 1440), CASABLANCA, day)) == 25 * 3600
    # until 01:30, the first of the two: one hour and a half, and not two and a half
    assert total_seconds(service_windows(hours(0, 90), CASABLANCA, day)) == 5400
    # daytime keeps its length and moves by an hour in UTC
    windows = service_windows(hours(480, 1080), CASABLANCA, Interval(day.starts_at - 86_400, day.ends_at))
    assert [shown(window) for window in windows] == [
        "2026-09-19T07:00:00Z/2026-09-19T17:00:00Z",
        "2026-09-20T08:00:00Z/2026-09-20T18:00:00Z",
    ]


def test_a_window_inside_a_skipped_hour_that_ends_before_it_starts_is_none() -> None:
    day = Interval(epoch_seconds("2026-03-22T00:00:00Z"), epoch_seconds("2026-03-22T23:00:00Z"))
    assert service_windows(hours(150, 185), CASABLANCA, day) == []  # 02:30 before the change, 03:05 after it


def test_holidays_and_other_days_have_no_window() -> None:
    november = month(2026, 11, CASABLANCA)
    weekdays = hours(480, 1080, frozenset(range(5)), date(2026, 11, 6), date(2026, 11, 18))
    assert total_seconds(service_windows(weekdays, CASABLANCA, november)) == 190 * 3600


@settings(deadline=None)
@given(st.integers(0, 400 * 24), st.integers(1, 200), st.integers(0, 1439), st.integers(1, 1440))
def test_windows_of_a_part_are_the_part_of_the_windows(start: int, length: int, opens: int, width: int) -> None:
    starts_at = epoch_seconds("2025-12-01T00:00:00Z") + 3600 * start
    part = Interval(starts_at, starts_at + 3600 * length)
    half = Interval(part.starts_at, part.starts_at + 1800 * length)
    rest = Interval(half.ends_at, part.ends_at)
    service = hours(opens, min(1440, opens + width), frozenset({0, 2, 4, 6}))
    whole = total_seconds(service_windows(service, CASABLANCA, part))
    assert whole == sum(total_seconds(service_windows(service, CASABLANCA, each)) for each in (half, rest))


@pytest.mark.parametrize("name", ["Africa/Atlantis", "", "../etc/passwd", "Africa", "UTC+1", "casablanca", "x\0y"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"is not a time zone of tzdb {TZDB_VERSION}"):
        zone(name)


def test_zones_come_from_the_package_and_not_from_the_system() -> None:
    assert zoneinfo.TZPATH == ()
    assert TZDB_VERSION >= "2026c"


def test_the_self_test_passes_and_says_what_to_do_when_rules_are_stale() -> None:
    zone_data_self_test()
    stale = zone("Africa/Lagos")  # UTC+1 for ever, as Casablanca is in older zone data
    with pytest.raises(InputError, match=r'stale.*run: pip install --upgrade "tzdata>=2026.6"'):
        zone_data_self_test(stale)
