"""Jours ouvrés and jours ouvrables on the domain's delays: a claim is acknowledged in 1 and answered in 10 j.o."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.calendar_days import DayKind, add_days, days_between, due_at, is_counted
from facilities.civil_calendar_toml import read_calendars
from facilities.instants import epoch_seconds, instant_text
from facilities.inventory import REAL_INVENTORY
from store.errors import InputError

CALENDARS = read_calendars(REAL_INVENTORY / "calendars")
MOROCCO, FRANCE = CALENDARS["ma"], CALENDARS["fr"]
OFFICE = read_calendars(Path(__file__).parent / "good_inventory" / "calendars")["ma-bureau"]


@pytest.mark.parametrize(
    ("kind", "filed_on", "count", "expected"),
    [
        # Thursday; Friday 6 November 2026 is the Marche verte, Wednesday 18 the fête de l'indépendance
        ("ouvres", date(2026, 11, 5), 1, date(2026, 11, 9)),
        ("ouvrables", date(2026, 11, 5), 1, date(2026, 11, 7)),  # the Saturday
        ("ouvres", date(2026, 11, 5), 10, date(2026, 11, 23)),
        ("ouvrables", date(2026, 11, 5), 10, date(2026, 11, 19)),
        # one day after a Friday, a Saturday and a Sunday
        ("ouvres", date(2026, 11, 13), 1, date(2026, 11, 16)),
        ("ouvres", date(2026, 11, 14), 1, date(2026, 11, 16)),
        ("ouvres", date(2026, 11, 15), 1, date(2026, 11, 16)),
        ("ouvrables", date(2026, 11, 13), 1, date(2026, 11, 14)),
        ("ouvrables", date(2026, 11, 14), 1, date(2026, 11, 16)),
        # 31 October 2026, Aïd Al Wahda, is a Saturday: an ouvrable lost, no ouvré
        ("ouvres", date(2026, 10, 30), 1, date(2026, 11, 2)),
        ("ouvrables", date(2026, 10, 30), 1, date(2026, 11, 2)),
        # a forecast counts as the holiday it will be: Tuesday 9 March 2027
        ("ouvres", date(2027, 3, 8), 1, date(2027, 3, 10)),
        # no delay: the day itself where it counts, else the next that does
        ("ouvres", date(2026, 11, 5), 0, date(2026, 11, 5)),
        ("ouvres", date(2026, 11, 6), 0, date(2026, 11, 9)),
        ("ouvrables", date(2026, 11, 6), 0, date(2026, 11, 7)),
    ],
)
def test_a_delay_in_days(kind: DayKind, filed_on: date, count: int, expected: date) -> None:
    assert add_days(MOROCCO, kind, filed_on, count) == expected


def test_a_client_counts_by_its_own_calendar() -> None:
    # 11 November is a holiday in France only, 18 November in Morocco only
    assert add_days(FRANCE, "ouvres", date(2026, 11, 10), 1) == date(2026, 11, 12)
    assert add_days(MOROCCO, "ouvres", date(2026, 11, 10), 1) == date(2026, 11, 11)
    assert add_days(FRANCE, "ouvres", date(2026, 11, 17), 1) == date(2026, 11, 18)


def test_due_is_the_midnight_that_ends_the_last_day() -> None:
    filed_at = epoch_seconds("2026-11-05T16:30:00Z")
    assert instant_text(due_at(MOROCCO, "ouvres", filed_at, 1)) == "2026-11-10T00:00:00Z"
    assert instant_text(due_at(MOROCCO, "ouvres", filed_at, 10)) == "2026-11-24T00:00:00Z"


def test_the_day_of_filing_is_that_of_the_calendars_clock() -> None:
    # 23:30Z is still the 2nd in UTC, and the 3rd in Casablanca while it was UTC+1
    filed_at = epoch_seconds("2026-09-02T23:30:00Z")
    assert instant_text(due_at(MOROCCO, "ouvres", filed_at, 1)) == "2026-09-04T23:00:00Z"
    # filed before the change and due after it: midnights are an hour later in UTC+1's absence
    filed_at = epoch_seconds("2026-09-18T12:00:00Z")
    assert instant_text(due_at(MOROCCO, "ouvres", filed_at, 1)) == "2026-09-22T00:00:00Z"


def test_the_days_worked_are_the_calendars_and_a_season_closes_none() -> None:
    assert is_counted(OFFICE, "ouvres", date(2027, 2, 10))  # Ramadan shortens the day and it counts
    assert not is_counted(OFFICE, "ouvres", date(2027, 2, 13))
    assert is_counted(OFFICE, "ouvrables", date(2027, 2, 13))
    assert not is_counted(OFFICE, "ouvrables", date(2027, 2, 14))


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2028, 1, 1)])
def test_a_day_the_calendar_does_not_know_is_no_ordinary_day(day: date) -> None:
    with pytest.raises(InputError) as error:
        is_counted(MOROCCO, "ouvres", day)
    assert str(error.value) == f'calendar "ma" version 1 knows 2026-01-01 to before 2028-01-01, not {day}'


def test_a_delay_that_runs_out_of_the_calendar_is_refused() -> None:
    with pytest.raises(InputError, match="not 2028-01-01"):
        add_days(MOROCCO, "ouvres", date(2027, 12, 31), 1)


def test_a_delay_backwards_is_refused() -> None:
    with pytest.raises(InputError, match="-1 days cannot be added: a delay runs forward"):
        add_days(MOROCCO, "ouvres", date(2026, 11, 5), -1)
    with pytest.raises(InputError, match=r"ends \(2026-11-05\) before it starts \(2026-11-06\)"):
        days_between(MOROCCO, "ouvres", date(2026, 11, 6), date(2026, 11, 5))


@given(st.integers(0, 600), st.integers(1, 30), st.sampled_from(["ouvres", "ouvrables"]))
def test_the_delay_taken_is_the_delay_given(offset: int, count: int, kind: DayKind) -> None:
    filed_on = MOROCCO.starts_on + timedelta(days=offset)
    due_on = add_days(MOROCCO, kind, filed_on, count)
    assert is_counted(MOROCCO, kind, due_on)
    assert days_between(MOROCCO, kind, filed_on, due_on) == count
    assert days_between(MOROCCO, kind, filed_on, due_on - timedelta(days=1)) == count - 1
    assert add_days(MOROCCO, "ouvrables", filed_on, count) <= add_days(MOROCCO, "ouvres", filed_on, count)
