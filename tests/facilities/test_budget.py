from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.budget import ahead_seconds, budget
from facilities.calendar import ServiceHours, period, zone
from facilities.instants import epoch_seconds
from store.intervals import Interval

CASABLANCA = zone("Africa/Casablanca")
OFFICE_HOURS = ServiceHours(frozenset(range(5)), 8 * 60, 18 * 60, frozenset({date(2026, 11, 6), date(2026, 11, 18)}))


@pytest.mark.parametrize(
    ("target", "up", "down", "ahead", "left_seconds"),
    [
        # A month that is over: 2592 s are allowed of 30 days at 99.9 %, to the second (CR-3).
        ("99.9", 2_589_408, 2_592, 0, Fraction(0)),
        ("99.9", 2_589_407, 2_593, 0, Fraction(-1)),
        ("99.9", 2_592_000, 0, 0, Fraction(2_592)),
        # September 2026 in Casablanca has 721 hours and allows 2595.6 s (DS-2).
        ("99.9", 2_593_006, 2_594, 0, Fraction("1.6")),
        # A running month: what is still to come counts in the denominator.
        ("99.9", 86_400, 0, 2_505_600, Fraction(2_592)),
        ("99.9", 86_300, 100, 2_505_600, Fraction(2_492)),
        # Unknown and excluded time has left it.
        ("99.9", 1_000_000, 0, 0, Fraction(1_000)),
    ],
)
def test_what_is_left(target: str, up: int, down: int, ahead: int, left_seconds: Fraction) -> None:
    found = budget(Fraction(target) / 100, up, down, ahead)
    assert found is not None
    assert found.left_seconds == left_seconds


def test_there_is_no_budget_of_a_month_nobody_measured() -> None:
    assert budget(Fraction(999, 1000), 0, 0, 2_592_000) is None


def test_a_target_of_all_the_time_allows_nothing() -> None:
    spotless = budget(Fraction(1), 100, 0, 0)
    spent = budget(Fraction(1), 99, 1, 0)
    assert spotless is not None
    assert spent is not None
    assert spotless.allowed_seconds == spotless.left_ratio == 0
    assert spent.left_seconds == spent.left_ratio == -1


@given(
    target=st.integers(1, 100_000).map(lambda n: Fraction(n, 100_000)),
    up=st.integers(0, 2_678_400),
    down=st.integers(0, 2_678_400),
)
def test_once_nothing_is_ahead_something_is_left_exactly_when_the_objective_is_met(
    target: Fraction, up: int, down: int
) -> None:
    found = budget(target, up, down, 0)
    if found is not None:
        assert (found.left_seconds >= 0) == (Fraction(up, up + down) >= target)
        assert found.ratio_at_best == Fraction(up, up + down)


def test_ahead_is_the_rest_of_the_period() -> None:
    rest = Interval(epoch_seconds("2026-11-22T08:12:00Z"), epoch_seconds("2026-12-01T00:00:00Z"))
    assert ahead_seconds(10**7, rest, None, CASABLANCA) == 8 * 86_400 + 15 * 3600 + 48 * 60
    assert ahead_seconds(10**7, None, None, CASABLANCA) == 0


def test_ahead_is_never_more_than_what_the_document_calls_unknown() -> None:
    """Works of ten hours accepted for next week are excluded in the document already."""
    rest = Interval(0, 100_000)
    assert ahead_seconds(100_000 - 36_000, rest, None, CASABLANCA) == 64_000


def test_ahead_counts_service_hours_only() -> None:
    november = period("2026-11", CASABLANCA)
    # BH-4: 19 working days of ten hours, without the holidays of the 6th and the 18th.
    assert ahead_seconds(10**7, november, OFFICE_HOURS, CASABLANCA) == 19 * 36_000
    friday_evening = Interval(epoch_seconds("2026-11-27T18:00:00Z"), november.ends_at)
    assert ahead_seconds(10**7, friday_evening, OFFICE_HOURS, CASABLANCA) == 36_000
