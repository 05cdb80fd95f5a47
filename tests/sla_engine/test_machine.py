"""The state machine against one that looks n intervals ahead at every step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine.machine import AVAILABLE, UNAVAILABLE, States, machine
from tests.sla_engine.cases import letters

CODES = {"g": 0, "b": 1, "u": 2}


def states_of(timeline: str, n: int, *, unknown_breaks: bool = False, initial: int = AVAILABLE) -> States:
    """The machine, one segment per Δt."""
    codes = np.array([CODES[letter] for letter in letters(timeline)], np.int8)
    return machine(np.ones(codes.size, np.int64), codes, n, unknown_breaks=unknown_breaks, initial=initial)


def shown(states: States) -> str:
    return "".join("AU"[code] for code in states.states)


@pytest.mark.parametrize(
    ("timeline", "states"),
    [
        ("2g 3b 2g", "AA UUU UU"),  # two good ones do not close what three bad ones opened
        ("2g 3b 3g", "AA UUU AAA"),  # both transitions are back-dated
        ("2g 2b 2g", "AA AA AA"),
        ("3b", "UUU"),
        ("3b 1g 1b 2g 1b 3g", "UUU U U UU U AAA"),
        ("2b 1u 1b 3g", "UU A U AAA"),  # the unknown one is not there; a state is not asked of it
        ("2b 3u 1b", "AA AAA A"),  # three unknown ones restart the machine
        ("3b 3u 2g", "UUU AAA AA"),  # even during an outage
        ("3b 2u 2b", "UUU UU UU"),
    ],
)
def test_annotated_timelines(timeline: str, states: str) -> None:
    found = shown(states_of(timeline, 3))
    known = [i for i, letter in enumerate(letters(timeline)) if letter != "u"]
    expected = states.replace(" ", "")
    assert [found[i] for i in known] == [expected[i] for i in known]


def test_an_unknown_interval_breaks_both_windows() -> None:
    assert shown(states_of("2b 1u 1b", 3, unknown_breaks=True)) == "AAAA"
    assert shown(states_of("3b 1u 2g 1u 1g", 3, unknown_breaks=True)) == "U" * 8
    assert shown(states_of("3b 9u 1b", 3, unknown_breaks=True)) == "U" * 13  # and restarts nothing


@pytest.mark.parametrize(
    ("timeline", "undecided"),
    [
        ("3g 2b", "...xx"),
        ("3g 3b", "......"),  # decided
        ("3b 2g", "...xx"),
        ("3g 1b 1u 1b", "...x.x"),  # the unknown one aside
        ("3g 1b 2u", "...x.."),
        ("3g 1b 3u", "......."),  # restarted: nothing is open
        ("3g", "..."),
    ],
)
def test_the_undecided_tail(timeline: str, undecided: str) -> None:
    assert "".join(".x"[int(flag)] for flag in states_of(timeline, 3).undecided) == undecided


def test_with_breaks_an_unknown_last_interval_decides_the_tail() -> None:
    assert not states_of("3g 2b 1u", 3, unknown_breaks=True).undecided.any()
    assert states_of("3g 1u 2b", 3, unknown_breaks=True).undecided.tolist() == [False] * 4 + [True] * 2


def test_no_interval_has_no_state_and_short_unknown_runs_keep_the_initial_one() -> None:
    assert machine(np.empty(0, np.int64), np.empty(0, np.int8), 3).states.size == 0
    assert shown(states_of("2u", 3, initial=UNAVAILABLE)) == "UU"
    assert shown(states_of("2u 2g", 3, initial=UNAVAILABLE)) == "UUUU"


def by_looking_ahead(codes: str, n: int, *, unknown_breaks: bool, initial: int) -> list[int]:
    """States of the known intervals, straight from the definition."""
    pieces: list[list[str]] = [[]]
    if unknown_breaks:
        pieces = [list(codes)]
    else:
        unknown = 0
        for letter in [*codes, "end"]:
            if letter == "u":
                unknown += 1
                continue
            if unknown >= n:
                pieces.append([])
            unknown = 0
            if letter != "end":
                pieces[-1].append(letter)
    states, state = [], initial
    for index, piece in enumerate(pieces):
        if index:
            state = AVAILABLE
        for k, letter in enumerate(piece):
            window = piece[k : k + n]
            if state == AVAILABLE and window == ["b"] * n:
                state = UNAVAILABLE
            elif state == UNAVAILABLE and window == ["g"] * n:
                state = AVAILABLE
            if letter != "u":
                states.append(state)
    return states


@given(
    st.lists(st.tuples(st.sampled_from("gbu"), st.integers(1, 5)), max_size=20),
    st.integers(1, 5),
    st.booleans(),
    st.sampled_from([AVAILABLE, UNAVAILABLE]),
)
def test_runs_say_what_looking_ahead_says(
    runs: list[tuple[str, int]], n: int, unknown_breaks: bool, initial: int
) -> None:
    codes = "".join(letter * count for letter, count in runs)
    lengths = np.array([count for _, count in runs], np.int64)
    conditions = np.array([CODES[letter] for letter, _ in runs], np.int8)
    found = machine(lengths, conditions, n, unknown_breaks=unknown_breaks, initial=initial)
    spread = np.repeat(found.states, lengths)
    known = [i for i, letter in enumerate(codes) if letter != "u"]
    expected = by_looking_ahead(codes, n, unknown_breaks=unknown_breaks, initial=initial)
    assert spread[known].tolist() == expected
