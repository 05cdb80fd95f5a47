"""R-18 case by case, in its order, and the laws: growth adds up, and a gap never has a rate."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.counters import CounterSample, Gap, Rate, changes, rate, rates

SECOND = 1_000_000
GIGABIT = Fraction(10**9, 8)


def sample(seconds: float, value: int, **more: object) -> CounterSample:
    return CounterSample(round(seconds * SECOND), value, **more)  # type: ignore[arg-type]


def test_a_rate_is_growth_over_the_time_between_the_readings() -> None:
    found = rate(sample(0, 1_000), sample(10.5, 2_050))
    assert found == Rate(0, 10_500_000, 1_050, Fraction(100), None)


def test_no_growth_is_a_rate_of_zero_and_no_gap() -> None:
    assert rate(sample(0, 7), sample(10, 7)).per_second == 0


CASES = [
    (sample(0, 1, name="a"), sample(10, 2, name="b"), 2**64, None, Gap.RENAMED),
    (sample(0, 1, discontinuity=5), sample(10, 2, discontinuity=6), 2**64, None, Gap.DISCONTINUITY),
    (sample(0, 1, discontinuity=5), sample(10, 2), 2**64, None, Gap.DISCONTINUITY),
    (sample(10, 1), sample(10, 2), 2**64, None, Gap.NO_TIME),
    (sample(10, 1), sample(9, 2), 2**64, None, Gap.NO_TIME),
    (sample(0, 1, uptime_hundredths=900_000), sample(10, 2, uptime_hundredths=300), 2**64, None, Gap.RESTART),
    (sample(0, 1, uptime_hundredths=0), sample(10, 2, uptime_hundredths=1_501), 2**64, None, Gap.RESTART),
    (sample(0, 2**63), sample(10, 1), 2**64, GIGABIT, Gap.DECREASED),
    (sample(0, 2**33), sample(10, 1), 2**32, GIGABIT, Gap.DECREASED),
    (sample(0, 2**32 - 1), sample(10, 1), 2**32, None, Gap.AMBIGUOUS_WRAP),
    (sample(0, 2**32 - 1), sample(10, 1), 2**32, Fraction(0), Gap.AMBIGUOUS_WRAP),
    (sample(0, 2**32 - 1), sample(35, 1), 2**32, GIGABIT, Gap.AMBIGUOUS_WRAP),
    (sample(0, 0), sample(1, 131_250_001), 2**64, GIGABIT, Gap.IMPLAUSIBLE),
    (sample(0, 2**31), sample(1, 1), 2**32, GIGABIT, Gap.IMPLAUSIBLE),
]


@pytest.mark.parametrize(("first", "second", "modulus", "fastest", "gap"), CASES)
def test_what_cannot_be_believed_is_a_gap(
    first: CounterSample, second: CounterSample, modulus: int, fastest: Fraction | None, gap: Gap
) -> None:
    found = rate(first, second, modulus, fastest)
    assert (found.growth, found.per_second, found.gap) == (None, None, gap)


@pytest.mark.parametrize(
    ("first", "second", "modulus", "growth"),
    [
        (sample(0, 2**32 - 10), sample(10, 90), 2**32, 100),
        (sample(0, 2**53 - 10), sample(10, 90), 2**53, 100),
        (sample(0, 2**16 - 10), sample(1e-4, 90), 2**16, 100),
        (sample(0, 0), sample(1, 131_250_000), 2**64, 131_250_000),
        (sample(0, 4_000_000_000_000_001), sample(10, 4_000_000_000_000_003), 2**64, 2),
        (sample(0, 5, uptime_hundredths=2**32 - 500), sample(10, 6, uptime_hundredths=500), 2**64, 1),
        (sample(0, 5, uptime_hundredths=100), sample(10, 6, uptime_hundredths=1_600), 2**64, 1),
    ],
)
def test_a_wrap_and_the_edge_of_each_bound_are_rates(
    first: CounterSample, second: CounterSample, modulus: int, growth: int
) -> None:
    assert rate(first, second, modulus, GIGABIT).growth == growth


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**9)), min_size=2, max_size=20))
def test_growth_adds_up_over_a_wrap(steps: list[tuple[int, int]]) -> None:
    at, total, samples = 0, 2**32 - 5, []
    for span, growth in steps:
        at, total = at + span, total + growth % 1000
        samples.append(CounterSample(at, total % 2**32))
    found = rates(samples, 2**32, Fraction(2**31, 10**5))
    believed = [one for one in found if one.gap is None]
    assert len(found) == len(samples) - 1
    assert all((one.growth is None) == (one.per_second is None) == (one.gap is not None) for one in found)
    if len(believed) == len(found):
        first = 2**32 - 5 + steps[0][1] % 1000
        assert sum(one.growth or 0 for one in found) == total - first


def test_events_lie_between_two_readings_and_a_counter_that_began_again_is_none() -> None:
    found = changes([sample(0, 1), sample(10, 1), sample(20, 3), sample(30, 0), sample(40, 1)])
    assert found == [(10 * SECOND, 20 * SECOND, 2), (30 * SECOND, 40 * SECOND, 1)]
