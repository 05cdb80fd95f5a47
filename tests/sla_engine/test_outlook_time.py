"""Looking back in service time: against sets of seconds, one by one, and the laws of it."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sla_engine.facts import CircuitFacts
from sla_engine.outlook_recent import Recent, recent
from sla_engine.outlook_time import looked_back, looks_from, run_before, second_number, without
from sla_engine.spans import Spans
from store.alert_rows import LookedBack
from store.intervals import Interval
from tests.sla_engine.cases import T0, an_agreement, availability_objective, interval_rows, state_rows

NUMBERS = st.sets(st.integers(0, 60), max_size=50)


def spans(numbers: set[int]) -> Spans:
    return Spans.of(Interval(number, number + 1) for number in numbers)


def numbers(found: Spans) -> set[int]:
    return {number for span in found.as_intervals() for number in range(span.starts_at, span.ends_at)}


@given(NUMBERS, NUMBERS)
def test_without_is_the_difference_of_sets(some: set[int], holes: set[int]) -> None:
    assert numbers(without(spans(some), spans(holes))) == some - holes


@given(NUMBERS, st.integers(-2, 60))
def test_a_second_has_so_many_others_before_it(some: set[int], number: int) -> None:
    expected = sorted(some)[number] if 0 <= number < len(some) else None
    assert second_number(spans(some), number) == expected


@given(NUMBERS, NUMBERS, NUMBERS, st.integers(0, 61), st.sets(st.integers(1, 40), min_size=1, max_size=6))
def test_a_look_back_counts_service_seconds_one_by_one(
    service: set[int], known: set[int], bad: set[int], at: int, lengths: set[int]
) -> None:
    bad &= known
    expected = []
    for length in sorted(lengths):
        window = set(sorted(second for second in service if second < at)[-length:])
        expected.append(LookedBack(length, len(window & bad), len(window & known)))
    assert looked_back(spans(service), spans(known), spans(bad), at, lengths) == tuple(expected)


@given(NUMBERS, NUMBERS, NUMBERS, st.integers(0, 61))
def test_a_longer_look_back_never_sees_less(service: set[int], known: set[int], bad: set[int], at: int) -> None:
    found = looked_back(spans(service), spans(known), spans(bad & known), at, range(1, 45))
    for shorter, longer in itertools.pairwise(found):
        assert shorter.bad_seconds <= longer.bad_seconds
        assert shorter.counted_seconds <= longer.counted_seconds
        assert longer.bad_seconds <= longer.counted_seconds <= longer.seconds


@given(NUMBERS, NUMBERS, st.integers(0, 61), st.integers(1, 20), st.integers(1, 20))
def test_service_seconds_of_two_windows_in_a_row_add_up(
    service: set[int], known: set[int], at: int, first: int, second: int
) -> None:
    owed, measured = spans(service), spans(known)
    (whole,) = looked_back(owed, measured, measured, at, [first + second])
    (near,) = looked_back(owed, measured, measured, at, [first])
    (far,) = looked_back(owed, measured, measured, int(looks_from(owed, at, [first])[0]), [second])
    assert whole.counted_seconds == near.counted_seconds + far.counted_seconds


@given(NUMBERS, NUMBERS, st.integers(0, 61))
def test_a_run_is_the_service_time_since_what_breaks_it(service: set[int], breaks: set[int], at: int) -> None:
    past = sorted(second for second in service if second < at)
    expected = 0
    while expected < len(past) and past[-1 - expected] not in breaks:
        expected += 1
    assert run_before(spans(service), spans(breaks), at) == expected


@given(st.text("ggbbuz", min_size=2, max_size=40), st.integers(0, 40), st.integers(0, 400), st.booleans())
def test_splitting_what_was_measured_changes_nothing(line: str, cut: int, after: int, by_states: bool) -> None:
    method = {"method": "states"} if by_states else {}
    agreement = an_agreement(availability_objective(interval_seconds=10, **method))
    (objective,) = agreement.objectives
    assert objective.indicator == "availability"
    circuit = CircuitFacts(
        intervals=interval_rows(line), states=state_rows(line.replace("g", "u").replace("b", "d").replace("z", "n"))
    )
    as_of, end = T0 + after, T0 + after // 10 * 10
    at = min(T0 + 10 * min(cut, len(line)), end)

    def measured(starts_at: int, ends_at: int) -> Recent:
        span = Interval(starts_at, ends_at)
        return recent(agreement, objective, circuit, span, intervals_given=True, as_of=as_of)

    whole, parts = measured(T0, end), measured(T0, at).followed_by(measured(at, end))
    for name in ("known", "bad"):
        one, other = getattr(whole, name), getattr(parts, name)
        np.testing.assert_array_equal(one.starts, other.starts)
        np.testing.assert_array_equal(one.ends, other.ends)
