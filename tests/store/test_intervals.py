"""Set algebra of half-open spans, against sets of whole numbers."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import InputError
from store.intervals import Interval, clip, intersection, subtract, total_seconds, union

SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda pair: Interval(pair[0], pair[0] + pair[1])),
    max_size=8,
)


def numbers(spans: list[Interval[int]]) -> set[int]:
    return {number for span in spans for number in range(span.starts_at, span.ends_at)}


def is_canonical(spans: list[Interval[int]]) -> bool:
    apart = all(earlier.ends_at < later.starts_at for earlier, later in pairwise(spans))
    return apart and not any(span.is_empty for span in spans)


@settings(deadline=None)
@given(SPANS)
def test_a_union_has_the_same_numbers(spans: list[Interval[int]]) -> None:
    assert numbers(union(spans)) == numbers(spans)
    assert is_canonical(union(spans))
    assert total_seconds(spans) == len(numbers(spans))


@settings(deadline=None)
@given(SPANS, SPANS)
def test_intersection_and_difference(spans: list[Interval[int]], others: list[Interval[int]]) -> None:
    assert numbers(intersection(spans, others)) == numbers(spans) & numbers(others)
    assert numbers(subtract(spans, others)) == numbers(spans) - numbers(others)
    assert is_canonical(intersection(spans, others))
    assert is_canonical(subtract(spans, others))


@settings(deadline=None)
@given(SPANS, st.integers(0, 40), st.integers(0, 20))
def test_clip(spans: list[Interval[int]], start: int, length: int) -> None:
    to = Interval(start, start + length)
    assert numbers(clip(spans, to)) == numbers(spans) & numbers([to])


def test_the_end_is_not_in_the_span() -> None:
    span = Interval(10, 20)
    assert [span.contains(instant) for instant in (9, 10, 19, 20)] == [False, True, True, False]
    assert span.clipped(Interval(20, 30)) is None
    assert span.clipped(Interval(15, 30)) == Interval(15, 20)


def test_an_end_before_its_start_is_refused_and_an_equal_one_is_empty() -> None:
    with pytest.raises(InputError, match=r"the span ends \(1\) before it starts \(2\)"):
        Interval(2, 1)
    assert Interval(2, 2).is_empty


def test_aware_instants_work_the_same() -> None:
    day = [datetime(2026, 9, number, tzinfo=UTC) for number in (1, 2, 3)]
    assert union([Interval(day[1], day[2]), Interval(day[0], day[1])]) == [Interval(day[0], day[2])]
