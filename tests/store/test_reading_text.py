"""Readings as text: every digit that is there and no other, whoever asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from store.reading_text import csv_line, instant_texts, millisecond_texts, reading_lines

INSTANTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999_999))  # noqa: DTZ001


@given(st.lists(INSTANTS, max_size=20))
def test_instants_are_what_python_shows(instants: list[datetime]) -> None:
    """In every year of the calendar, before 1970 and with a year of less than four digits too."""
    numbers = [(at - datetime(1970, 1, 1)) // timedelta(microseconds=1) for at in instants]  # noqa: DTZ001
    expected = [at.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z") for at in instants]
    assert instant_texts(np.array(numbers, np.int64)) == expected


@given(st.lists(st.tuples(st.integers(0, 10**15), st.booleans()), max_size=20), st.sampled_from([1, 1000, 10**6]))
def test_round_trips_keep_their_decimals(round_trips: list[tuple[int, bool]], units_per_ms: int) -> None:
    values, answered = ([row[i] for row in round_trips] for i in (0, 1))
    texts = millisecond_texts(np.array(values, np.int64), np.array(answered, np.bool_), units_per_ms)
    for value, is_answered, text in zip(values, answered, texts, strict=True):
        assert (text == "") is not is_answered
        assert not text.endswith(".")
        assert not ("." in text and text.endswith("0"))
        if text:
            assert Fraction(text) * units_per_ms == value


def test_lines_have_one_value_or_two_and_a_code_is_quoted_where_csv_needs_it() -> None:
    at = np.array([0, 1], np.int64)
    assert "".join(reading_lines('a "b", c', at, lambda part: [["up", "down"][part]])) == (
        '1970-01-01T00:00:00Z,"a ""b"", c",up\n1970-01-01T00:00:00.000001Z,"a ""b"", c",down\n'
    )
    two = "".join(reading_lines("c", at[:1], lambda part: [[10][part], [3][part]]))
    assert two == "1970-01-01T00:00:00Z,c,10,3\n"
    assert list(reading_lines("c", at[:0], lambda _: [[]])) == []


def test_a_field_with_either_end_of_line_is_quoted() -> None:
    assert csv_line(["a\rb", "c\nd", 'e"', "f"]) == '"a\rb","c\nd","e""",f\n'
