"""Weekly maintenance over clock changes, as annotated vectors: Morocco's of 2026 and Europe's of 2026 and 2027."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facilities.calendar import zone
from facilities.calendar_recurrence import Recurrence, occurrences
from facilities.instants import epoch_seconds, instant_text
from store.errors import InputError
from store.intervals import Interval

CASABLANCA, PARIS = "Africa/Casablanca", "Europe/Paris"
SATURDAY, SUNDAY = frozenset({5}), frozenset({6})


def span(start: str, end: str) -> Interval[int]:
    return Interval(epoch_seconds(start), epoch_seconds(end))


def shown(found: list[Interval[int]]) -> list[str]:
    return [f"{instant_text(one.starts_at)}/{instant_text(one.ends_at)}" for one in found]


def minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


VECTORS = [
    # zone, days, from, to, the span asked for, the windows
    pytest.param(
        *(CASABLANCA, SUNDAY, "01:00", "05:00", "2026-09-13T00:00:00Z", "2026-09-28T00:00:00Z"),
        [
            "2026-09-13T00:00:00Z/2026-09-13T04:00:00Z",  # UTC+1
            "2026-09-20T00:00:00Z/2026-09-20T05:00:00Z",  # five hours: 01:00 to 02:00 is there twice
            "2026-09-27T01:00:00Z/2026-09-27T05:00:00Z",  # UTC+0
        ],
        id="Morocco leaves UTC+1",
    ),
    pytest.param(
        *(CASABLANCA, SUNDAY, "01:30", "02:30", "2026-09-20T00:00:00Z", "2026-09-21T00:00:00Z"),
        ["2026-09-20T00:30:00Z/2026-09-20T02:30:00Z"],  # the first 01:30; there is one 02:30
        id="a start in the doubled hour is the first",
    ),
    pytest.param(
        *(CASABLANCA, SATURDAY, "22:00", "01:30", "2026-09-20T00:00:00Z", "2026-09-21T00:00:00Z"),
        ["2026-09-19T21:00:00Z/2026-09-20T00:30:00Z"],  # from the day before; to the first 01:30
        id="an end in the doubled hour is the first",
    ),
    pytest.param(
        *(CASABLANCA, SATURDAY, "22:00", "04:00", "2026-09-19T00:00:00Z", "2026-09-21T00:00:00Z"),
        ["2026-09-19T21:00:00Z/2026-09-20T04:00:00Z"],  # seven hours across midnight and the change
        id="across midnight and the change",
    ),
    pytest.param(
        *(CASABLANCA, SUNDAY, "02:00", "03:00", "2026-03-15T00:00:00Z", "2026-03-30T00:00:00Z"),
        [
            "2026-03-15T02:00:00Z/2026-03-15T03:00:00Z",  # Ramadan, UTC+0
            "2026-03-29T01:00:00Z/2026-03-29T02:00:00Z",  # not on the 22nd, which has no 02:00 to 03:00
        ],
        id="a window in the skipped hour is none",
    ),
    pytest.param(
        *(CASABLANCA, SUNDAY, "01:00", "05:00", "2026-03-22T00:00:00Z", "2026-03-23T00:00:00Z"),
        ["2026-03-22T01:00:00Z/2026-03-22T04:00:00Z"],  # three hours
        id="around the skipped hour",
    ),
    pytest.param(
        *(PARIS, SUNDAY, "01:00", "04:00", "2026-10-18T00:00:00Z", "2026-11-02T00:00:00Z"),
        [
            "2026-10-17T23:00:00Z/2026-10-18T02:00:00Z",
            "2026-10-24T23:00:00Z/2026-10-25T03:00:00Z",  # four hours, the end of summer time
            "2026-11-01T00:00:00Z/2026-11-01T03:00:00Z",
        ],
        id="Paris leaves summer time",
    ),
    pytest.param(
        *(PARIS, SUNDAY, "01:00", "04:00", "2027-03-28T00:00:00Z", "2027-03-29T00:00:00Z"),
        ["2027-03-28T00:00:00Z/2027-03-28T02:00:00Z"],  # two hours
        id="Paris enters summer time",
    ),
    pytest.param(
        *(PARIS, frozenset({4, 0}), "09:00", "10:00", "2026-09-18T00:00:00Z", "2026-09-22T00:00:00Z"),
        # DS-6: 08:00 and then 07:00 in Casablanca, one and the same 09:00 for the client
        ["2026-09-18T07:00:00Z/2026-09-18T08:00:00Z", "2026-09-21T07:00:00Z/2026-09-21T08:00:00Z"],
        id="a client's clock does not follow Morocco's",
    ),
    pytest.param(
        *(CASABLANCA, SUNDAY, "00:00", "24:00", "2026-09-20T12:00:00Z", "2026-09-20T12:00:01Z"),
        ["2026-09-19T23:00:00Z/2026-09-21T00:00:00Z"],  # whole, whatever was asked for; 25 hours
        id="windows are not clipped",
    ),
]


@pytest.mark.parametrize(("in_zone", "days", "start", "end", "first", "last", "expected"), VECTORS)
def test_windows_as_clocks_show_them(
    in_zone: str, days: frozenset[int], start: str, end: str, first: str, last: str, expected: list[str]
) -> None:
    weekly = Recurrence(days, minutes(start), minutes(end), starts_on=date(2026, 1, 1))
    assert shown(occurrences(weekly, zone(in_zone), span(first, last))) == expected


def test_it_starts_and_ends_on_civil_days() -> None:
    nights = Recurrence(frozenset(range(7)), 23 * 60, 60, starts_on=date(2026, 11, 3), ends_on=date(2026, 11, 5))
    found = occurrences(nights, zone(CASABLANCA), span("2026-11-01T00:00:00Z", "2026-11-30T00:00:00Z"))
    assert shown(found) == ["2026-11-03T23:00:00Z/2026-11-04T01:00:00Z", "2026-11-04T23:00:00Z/2026-11-05T01:00:00Z"]


def test_a_window_that_only_touches_the_span_is_not_in_it() -> None:
    weekly = Recurrence(SUNDAY, 60, 300, starts_on=date(2026, 1, 1))
    assert occurrences(weekly, zone(CASABLANCA), span("2026-11-01T05:00:00Z", "2026-11-08T01:00:00Z")) == []
    empty = span("2026-11-01T02:00:00Z", "2026-11-01T02:00:00Z")
    assert occurrences(weekly, zone(CASABLANCA), empty) == []


@pytest.mark.parametrize(("start", "end"), [(-1, 60), (1440, 60), (0, 1441), (0, -1)])
def test_a_time_that_no_clock_shows_is_refused(start: int, end: int) -> None:
    with pytest.raises(InputError, match="a weekly window starts from 00:00 to 23:59 and ends from 00:00 to 24:00"):
        Recurrence(SUNDAY, start, end, starts_on=date(2026, 1, 1))


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(InputError, match=r"ends \(2026-01-01\) before it starts \(2026-01-02\)"):
        Recurrence(SUNDAY, 0, 60, starts_on=date(2026, 1, 2), ends_on=date(2026, 1, 1))


@settings(deadline=None)
@given(
    st.integers(0, 1439),
    st.integers(0, 1440),
    st.integers(0, 400),
    st.integers(1, 40),
    st.sampled_from([CASABLANCA, PARIS]),
)
def test_splitting_the_span_loses_no_window_and_invents_none(
    start: int, end: int, offset: int, length: int, in_zone: str
) -> None:
    weekly = Recurrence(frozenset({1, 5, 6}), start, end, starts_on=date(2026, 1, 1))
    first = epoch_seconds("2025-12-20T00:00:00Z") + 43_200 * offset
    whole = Interval(first, first + 43_200 * length)
    middle = first + 21_600 * length
    found = occurrences(weekly, zone(in_zone), whole)
    parts = [
        one
        for half in (Interval(first, middle), Interval(middle, whole.ends_at))
        for one in occurrences(weekly, zone(in_zone), half)
    ]
    assert found == sorted(set(parts))
