"""The kernel without a calendar finds what the ordinary path finds."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine import conditions
from sla_engine.dense import dense_states
from sla_engine.machine import UNAVAILABLE, machine

CONDITION_OF_LETTER = {"g": 0, "b": 1, "z": 2}


@given(st.text("gbz", max_size=120), st.integers(1, 6), st.integers(3, 9), st.booleans())
def test_coarse_runs_change_no_state(letters: str, n: int, piece: int, unknown_breaks: bool) -> None:
    sent = np.array([0 if letter == "z" else 10 for letter in letters], np.int64)
    lost = np.array([6 if letter == "b" else 0 for letter in letters], np.int64)
    codes = np.array([CONDITION_OF_LETTER[letter] for letter in letters], np.int8)
    expected = machine(np.ones(codes.size, np.int64), codes, n, unknown_breaks=unknown_breaks).states
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conditions, "_PIECE", piece)
        found = dense_states(sent, lost, Fraction("0.5"), n, unknown_breaks=unknown_breaks)
    lengths = np.diff(found.starts, append=len(letters))
    known = codes != 2
    assert np.repeat(found.states, lengths)[known].tolist() == expected[known].tolist()
    assert (lengths > 0).all()
    assert found.unavailable == int(lengths[found.states == UNAVAILABLE].sum())
