"""Good, bad and unknown intervals, exactly, up to and beyond 63 bits."""

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine import conditions
from sla_engine.conditions import MIXED, condition_runs, is_bad
from sla_engine.facts import DOWN, UNKNOWN, UP

LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    ("threshold", "threshold_is_bad", "sent", "lost", "bad"),
    [
        ("0.5", False, 10, 5, False),  # AV-2b: loss = C is good
        ("0.5", True, 10, 5, True),
        ("0.5", False, 10, 6, True),
        ("0.2", False, 300, 60, False),
        ("0.2", False, 300, 61, True),
        ("0.3", True, 10, 3, True),  # 0.1 + 0.2 in floats would be another number
        ("0", False, 7, 0, False),
        ("0", True, 7, 0, True),
        ("1", False, 7, 7, False),
        ("1", True, 7, 7, True),
        ("0.5", False, LARGEST, LARGEST // 2, False),
        ("0.5", False, LARGEST, LARGEST // 2 + 1, True),
        ("0.3333333333333333333333333333", False, 3, 1, True),
        ("0.3333333333333333333333333334", False, 3, 1, False),
    ],
)
def test_an_interval_is_bad_beyond_the_threshold(
    threshold: str, threshold_is_bad: bool, sent: int, lost: int, bad: bool
) -> None:
    for kind in (np.int64, object):
        found = is_bad(np.array([sent], kind), np.array([lost], kind), Fraction(threshold), threshold_is_bad)
        assert found.tolist() == [bad]


def test_numbers_of_more_than_63_bits_stay_exact() -> None:
    sent, lost = np.array([10**30], object), np.array([5 * 10**29], object)
    assert is_bad(sent, lost, Fraction("0.5")).tolist() == [False]
    assert is_bad(sent, lost + 1, Fraction("0.5")).tolist() == [True]


@st.composite
def series(draw: st.DrawFn) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    rows = draw(st.lists(st.integers(0, 4).flatmap(lambda s: st.tuples(st.just(s), st.integers(0, s))), max_size=80))
    return np.array([s for s, _ in rows], np.int64), np.array([lost for _, lost in rows], np.int64)


@given(series(), st.sampled_from(["0", "0.25", "0.5", "1"]), st.booleans(), st.integers(1, 7))
def test_runs_are_those_of_a_plain_loop_whatever_the_piece(
    rows: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], threshold: str, threshold_is_bad: bool, piece: int
) -> None:
    sent, lost = rows
    expected: list[tuple[int, int]] = []
    for i, (s, n) in enumerate(zip(sent.tolist(), lost.tolist(), strict=True)):
        ratio = Fraction(n, s) if s else None
        bad = ratio is not None and (ratio >= Fraction(threshold) if threshold_is_bad else ratio > Fraction(threshold))
        code = UNKNOWN if ratio is None else DOWN if bad else UP
        if not expected or expected[-1][1] != code:
            expected.append((i, code))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conditions, "_PIECE", piece)
        runs = condition_runs(sent, lost, Fraction(threshold), threshold_is_bad)
    assert list(zip(runs.starts.tolist(), runs.conditions.tolist(), strict=True)) == expected
    assert runs.rows == len(sent)


def test_coarser_runs_keep_what_can_decide_a_state() -> None:
    letters = "ggggbgbgbbbbbgzbgbg"
    sent = np.array([0 if letter == "z" else 10 for letter in letters], np.int64)
    lost = np.array([10 if letter == "b" else 0 for letter in letters], np.int64)
    runs = condition_runs(sent, lost, Fraction("0.5"), coarser_than=4)
    names = {UP: "g", DOWN: "b", UNKNOWN: "z", MIXED: "m"}
    kept = [(start, names[code]) for start, code in zip(runs.starts.tolist(), runs.conditions.tolist(), strict=True)]
    # the runs beside the unknown one stay: behind it they may go on
    assert kept == [(0, "g"), (4, "m"), (8, "b"), (13, "g"), (14, "z"), (15, "b"), (16, "m"), (18, "g")]
