"""When a month's first version may come: by somebody, and by itself on a day of a calendar."""

from dataclasses import replace
from datetime import date

import pytest

from facilities.agreement import Agreement
from facilities.calendar import period
from facilities.calendar_days import DayKind
from facilities.civil_calendar import CivilCalendar, Holiday
from facilities.civil_calendar_toml import read_calendars
from facilities.closing import Closing, IssueDays
from facilities.instants import instant_text
from facilities.inventory import REAL_INVENTORY
from sla_engine.verdict_issuing import issuable_from, issue_forecasts, provisional_from, terms
from store.errors import InputError
from store.intervals import Interval
from tests.sla_engine.cases import an_agreement, at

CALENDARS = read_calendars(REAL_INVENTORY / "calendars")
MOROCCO = CALENDARS["ma"]


def text(
    count: int | None, kind: DayKind = "ouvres", calendar: str = "ma", zone: str = "Africa/Casablanca"
) -> Agreement:
    """An agreement that gives late readings no time, with so many days of a calendar."""
    issue = None if count is None else IssueDays(count, kind, calendar)
    return replace(an_agreement(time_zone=zone), closing=Closing(0, 30, issue))


def day(one: Agreement, month: str, calendars: dict[str, CivilCalendar] = CALENDARS) -> str:
    return instant_text(issuable_from([(one, period(month, one.time_zone))], calendars))


@pytest.mark.parametrize(
    ("one", "month", "expected"),
    [
        (text(None), "2026-10", "2026-11-01T00:00:00Z"),
        # Saturday 31 October; Friday 6 November is the Marche verte
        (text(5), "2026-10", "2026-11-09T00:00:00Z"),
        (text(5, "ouvrables"), "2026-10", "2026-11-07T00:00:00Z"),
        # the client's calendar, on its clock
        (text(5, calendar="fr"), "2026-10", "2026-11-05T23:00:00Z"),
        # Morocco at UTC+1: Monday 31 August, then 1 September
        (text(1), "2026-08", "2026-08-31T23:00:00Z"),
        # 0 waits for nothing, on a Sunday either
        (text(0), "2026-10", "2026-11-01T00:00:00Z"),
        (text(0, calendar="none"), "2026-10", "2026-11-01T00:00:00Z"),
        # Monday 30 November is the last day in New York, where 1 December begins when Casablanca has 05:00 of it
        (text(1, zone="America/New_York"), "2026-11", "2026-12-01T05:00:00Z"),
    ],
)
def test_the_day_on_which_a_month_is_published_by_itself(one: Agreement, month: str, expected: str) -> None:
    assert day(one, month) == expected


def test_late_readings_have_their_time_all_the_same() -> None:
    late = replace(text(1), closing=Closing(10 * 24, 30, IssueDays(1, "ouvres", "ma")))
    span = period("2026-10", late.time_zone)
    assert issuable_from([(late, span)], CALENDARS) == provisional_from([(late, span)]) == span.ends_at + 10 * 86_400


def test_of_two_segments_the_later_day_counts_each_from_its_own_last_day() -> None:
    first = Interval(at("2026-10-01T00:00:00Z"), at("2026-10-15T00:00:00Z"))
    second = Interval(first.ends_at, at("2026-11-01T00:00:00Z"))
    # 20 jours ouvrés after Wednesday 14 October: 12 to the 30th, 4 to Thursday 5 November, 4 from Monday 9 on
    long = issuable_from([(text(20), first), (text(None), second)], CALENDARS)
    assert instant_text(long) == "2026-11-12T00:00:00Z"
    short = issuable_from([(text(5), first), (text(None), second)], CALENDARS)
    assert short == second.ends_at, "the day of the first part has long come; the month is one"
    assert instant_text(issuable_from([(text(None), first), (text(5), second)], CALENDARS)) == "2026-11-09T00:00:00Z"


def test_an_announced_feast_moves_the_day_and_a_forecast_is_named() -> None:
    february = [(text(7), period("2027-02", MOROCCO.time_zone))]
    assert instant_text(issuable_from(february, CALENDARS)) == "2027-03-10T00:00:00Z"
    assert issue_forecasts(february, CALENDARS) == [date(2027, 3, 9)]
    seen = [
        Holiday(date(2027, 3, 10), each.name, "confirmed", date(2027, 3, 9)) if each.on == date(2027, 3, 9) else each
        for each in MOROCCO.holidays
    ]
    announced = {"ma": replace(MOROCCO, holidays=tuple(seen))}
    assert instant_text(issuable_from(february, announced)) == "2027-03-09T00:00:00Z"
    assert issue_forecasts(february, announced) == []
    assert issue_forecasts([(text(None), february[0][1])], CALENDARS) == []


@pytest.mark.parametrize(
    ("one", "wrong"),
    [
        (text(1), 'calendar "ma" version 1 knows 2026-01-01 to before 2028-01-01, not 2028-01-01'),
        (text(1, calendar="mars"), 'calendar "mars", whose days it is published by, is not in the inventory'),
    ],
)
def test_a_calendar_that_does_not_say_is_one_line(one: Agreement, wrong: str) -> None:
    with pytest.raises(InputError) as refused:
        day(one, "2027-12")
    assert str(refused.value) == wrong


def test_the_terms_name_the_text_of_the_calendar_only_where_there_are_days() -> None:
    assert terms(Closing(), CALENDARS) == {"lateness_hours": 24, "contest_days": 30}
    days = {"lateness_hours": 0, "contest_days": 30, "issue_days": 5, "issue_day_kind": "ouvres"}
    identity = {"id": "ma", "version": 1, "sha256": MOROCCO.identity.sha256}
    assert terms(text(5).closing, CALENDARS) == {**days, "issue_calendar": identity}
    assert terms(text(5).closing, {}) == {**days, "issue_calendar": {"id": "ma"}}
