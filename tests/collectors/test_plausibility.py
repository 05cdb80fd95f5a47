"""The quick look at the rows of one message objects exactly when the columns' checks do."""

from hypothesis import given
from hypothesis import strategies as st

from collectors.file_rows import columns_of
from collectors.grid import Grid
from collectors.native_topic import KIND_WORDS, KindWord
from collectors.plausibility import CLOCK_NOT_SET_BEFORE, FUTURE_SECONDS, LARGEST_PEOPLE, is_plausible, refusals

NOW = 1_788_220_800_000_000
instants = st.one_of(
    st.integers(NOW // 1_000_000 - 20, NOW // 1_000_000).map(lambda second: second * 1_000_000),
    st.sampled_from([NOW + 1, NOW + FUTURE_SECONDS * 1_000_000, NOW + FUTURE_SECONDS * 1_000_000 + 1]),
    st.sampled_from([CLOCK_NOT_SET_BEFORE, CLOCK_NOT_SET_BEFORE - 1, 0, -1]),
)
values = st.sampled_from([0, 1, 9, 10, LARGEST_PEOPLE, LARGEST_PEOPLE + 1])
grids = st.frozensets(st.builds(Grid, st.sampled_from([1, 7, 10]), st.integers(0, 3)), max_size=2)


@given(st.sampled_from(KIND_WORDS), st.lists(st.tuples(instants, values, values), max_size=5), grids)
def test_both_say_the_same(kind: KindWord, read: list[tuple[int, int, int]], on: frozenset[Grid]) -> None:
    rows = [(17, *row) if kind == "intervals" else (17, *row[:2]) for row in read]
    found = refusals(kind, columns_of(kind, rows), NOW, {17: on} if on else {})
    assert is_plausible(kind, rows, NOW, on) is (not found)
