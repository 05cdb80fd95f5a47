"""The kernel without a calendar, which counts in bits, finds what the ordinary path finds, which counts runs."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine import conditions, dense
from sla_engine.conditions import condition_runs
from sla_engine.dense import dense_states
from sla_engine.facts import Integers
from sla_engine.machine import AVAILABLE, UNAVAILABLE, machine

HUGE = 2**62 // 10 + 1  # ten times that fits 63 bits, and leaves them when multiplied by q = 2
SENT_AND_LOST = {"g": (10, 5), "b": (10, 6), "z": (0, 0)}  # just good and just bad for C = 1/2


def check(sent: Integers, lost: Integers, n: int, threshold_is_bad: bool, unknown_breaks: bool, initial: int) -> None:
    runs = condition_runs(sent, lost, Fraction("0.5"), threshold_is_bad)
    lengths = np.diff(runs.starts, append=runs.rows)
    states = machine(lengths, runs.conditions, n, unknown_breaks=unknown_breaks, initial=initial).states
    found = dense_states(
        sent,
        lost,
        Fraction("0.5"),
        n,
        threshold_is_bad=threshold_is_bad,
        unknown_breaks=unknown_breaks,
        initial=initial,
    )
    begins = np.flatnonzero(np.diff(states, prepend=-1))
    assert found.starts.tolist() == runs.starts[begins].tolist()
    assert found.states.tolist() == states[begins].tolist()
    assert found.unavailable == int(lengths[states == UNAVAILABLE].sum())


@given(
    st.lists(st.tuples(st.text("gbz", min_size=1, max_size=6), st.integers(1, 70)), max_size=12),
    st.one_of(st.integers(1, 6), st.integers(1, 100)),
    st.sampled_from([(1, object), (1, np.int64), (HUGE, np.int64), (10**30, object)]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([AVAILABLE, UNAVAILABLE]),
)
def test_states_are_those_of_the_machine_whatever_the_piece(
    repeated: list[tuple[str, int]],
    n: int,
    scale_and_kind: tuple[int, type],
    threshold_is_bad: bool,
    unknown_breaks: bool,
    initial: int,
) -> None:
    scale, kind = scale_and_kind
    letters = "".join(text * count for text, count in repeated)
    sent: Integers = np.array([SENT_AND_LOST[letter][0] * scale for letter in letters], kind)
    lost: Integers = np.array([SENT_AND_LOST[letter][1] * scale for letter in letters], kind)
    if threshold_is_bad:  # loss = C is bad now
        lost -= np.where(sent > 0, 1, 0).astype(kind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conditions, "_PIECE", 64)
        patch.setattr(dense, "_PIECE", 1 + len(letters) % 3)
        check(sent, lost, n, threshold_is_bad, unknown_breaks, initial)


@pytest.mark.parametrize("extra", [-65, -64, -1, 0, 1, 64, 65])
@pytest.mark.parametrize("unknown_ratio", [0.0, 0.0001, 0.1, 0.9])
def test_long_series_around_the_edges_of_pieces(extra: int, unknown_ratio: float) -> None:
    rows = dense._PIECE * 64 + extra
    random = np.random.default_rng(extra + 100)
    sent = np.where(random.random(rows) < unknown_ratio, 0, 10)
    sent[rows // 2 : rows // 2 + 30] = 0 if unknown_ratio else 10
    lost = np.minimum(sent, np.repeat(random.integers(0, 11, rows // 4 + 1), 4)[:rows])
    for n in (1, 4, 10, 64, 65):
        check(sent, lost, n, False, False, AVAILABLE)
    lost[-40:] = sent[-40:]  # an outage across the edge
    check(sent, lost, 20, False, True, AVAILABLE)


def test_a_window_longer_than_the_series_and_than_a_piece_decides_nothing() -> None:
    sent = np.full(1000, 10, np.int64)
    assert dense_states(sent, sent, Fraction("0.5"), 1001).unavailable == 0
    assert dense_states(sent, sent, Fraction("0.5"), 1000).unavailable == 1000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "_PIECE", 2)
        assert dense_states(sent, sent, Fraction("0.5"), 1000).unavailable == 1000
        assert dense_states(sent, sent, Fraction("0.5"), 1001).unavailable == 0


def test_no_rows_have_no_states() -> None:
    nothing = np.empty(0, np.int64)
    found = dense_states(nothing, nothing, Fraction("0.5"), 3)
    assert (found.starts.size, found.states.size, found.unavailable) == (0, 0, 0)
