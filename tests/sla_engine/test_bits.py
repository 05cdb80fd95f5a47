"""Runs and latches in words of 64 rows against plain loops over rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine.bits import latch, packed, positions, run_starts, unpacked
from sla_engine.facts import Flags

FLAGS = st.lists(st.tuples(st.booleans(), st.integers(1, 90)), max_size=12).map(
    lambda runs: np.array([flag for flag, count in runs for _ in range(count)], np.bool_)
)


@given(FLAGS)
def test_packed_flags_come_back_and_the_rest_of_the_last_word_is_clear(flags: Flags) -> None:
    words = packed(flags)
    assert words.size == -(-flags.size // 64)
    back = unpacked(words)
    assert back[: flags.size].tolist() == flags.tolist()
    assert not back[flags.size :].any()
    assert positions(words).tolist() == np.flatnonzero(flags).tolist()


@pytest.mark.parametrize("places", [[], [0], [63], [64], [6399], [0, 63, 64, 3200, 6399], list(range(6400))])
def test_positions_in_sparse_and_in_full_words(places: list[int]) -> None:
    flags = np.zeros(6400, np.bool_)
    flags[places] = True
    assert positions(packed(flags)).tolist() == places


@given(FLAGS, st.integers(1, 200))
def test_a_run_starts_where_n_in_a_row_follow(flags: Flags, n: int) -> None:
    expected = [i for i in range(flags.size - n + 1) if flags[i : i + n].all()]
    assert positions(run_starts(packed(flags), n)).tolist() == expected


@given(st.lists(st.tuples(st.sampled_from("sc."), st.integers(1, 150)), max_size=12), st.booleans())
def test_a_latch_holds_what_was_last_said(runs: list[tuple[str, int]], held: bool) -> None:
    letters = "".join(letter * count for letter, count in runs)
    expected, state = [], held
    for letter in letters:
        before, state = state, state if letter == "." else letter == "s"
        expected.append((before, state))
    said = np.array(list(letters), "U1")
    before_words, after_words = latch(packed(said == "s"), packed(said == "c"), held)
    found = zip(unpacked(before_words).tolist(), unpacked(after_words).tolist(), strict=True)
    assert list(found)[: len(letters)] == expected
