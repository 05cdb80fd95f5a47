"""New, there already or contradicting: against the rule told row by row."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from store.binary_copy import Column
from store.told_apart import spans, told_apart

Row = tuple[int, int, int, int]
rows = st.lists(st.tuples(*(st.integers(0, 3) for _ in range(4))), max_size=30)


def columns(found: list[Row]) -> list[Column]:
    return [np.array([row[place] for row in found], dtype=np.int64) for place in range(4)]


@given(rows, rows.filter(bool))
def test_the_first_with_a_key_counts_and_what_is_stored_came_first(earlier: list[Row], batch: list[Row]) -> None:
    stored: dict[tuple[int, int], tuple[int, ...]] = {row[:2]: row[2:] for row in reversed(earlier)}
    held = dict(stored)
    new, conflicts = [], []
    for position, row in enumerate(batch):
        key, values = row[:2], row[2:]
        if key not in held:
            new.append(position)
        if held.setdefault(key, values) != values:
            conflicts.append(position)
    found, contradicting = told_apart(
        columns([(*key, values[0], values[1]) for key, values in stored.items()]), columns(batch)
    )
    assert found.tolist() == sorted(new, key=lambda position: batch[position][:2])
    assert contradicting == conflicts


@given(rows.filter(bool))
def test_the_span_of_each_series(batch: list[Row]) -> None:
    numbers, first, last, counts = spans(*columns(batch)[:2])
    for number, *found in zip(*(column.tolist() for column in (numbers, first, last, counts)), strict=True):
        instants = [at for series, at, *_ in batch if series == number]
        assert found == [min(instants), max(instants), len(instants)]
    assert numbers.tolist() == sorted({row[0] for row in batch})
