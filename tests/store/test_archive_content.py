"""The canonical text of archived readings: the lines of the CSV files, hashed in one order only."""

import csv
import hashlib
import io
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.archive_content import canonical_text, content, instant_text
from store.errors import InputError
from store.parquet_form import ABSENT, FORMS, Piece

SECOND = 1_000_000
AT = 1_788_220_800 * SECOND  # 2026-09-01T00:00:00Z


def piece(series: str, instants: list[int], *values: list[int]) -> Piece:
    arrays = tuple(np.array(column, np.int64) for column in values)
    return Piece(series, np.array(instants, np.int64), arrays, np.zeros(len(instants), np.int64))


@pytest.mark.parametrize(
    ("kind", "rows", "text"),
    [
        ("interval", piece("c", [AT, AT + 10 * SECOND], [10, 0], [3, 0]),
         "2026-09-01T00:00:00Z,c,10,3\n2026-09-01T00:00:10Z,c,0,0\n"),
        ("probe", piece("c", [AT], [24_700_000]), "2026-09-01T00:00:00Z,c,24.7\n"),
        ("probe", piece("c", [AT + 1], [ABSENT]), "2026-09-01T00:00:00.000001Z,c,\n"),
        ("probe", piece("c", [AT + 250_000], [1]), "2026-09-01T00:00:00.250000Z,c,0.000001\n"),
        ("probe", piece("c", [AT], [30_000_000]), "2026-09-01T00:00:00Z,c,30\n"),
        ("probe", piece("c", [AT], [0]), "2026-09-01T00:00:00Z,c,0\n"),
        ("state", piece("c", [AT, AT + SECOND, AT + 2 * SECOND], [1, 2, 3]),
         "2026-09-01T00:00:00Z,c,up\n2026-09-01T00:00:01Z,c,down\n2026-09-01T00:00:02Z,c,unknown\n"),
        ("occupancy", piece("z", [AT], [41]), "2026-09-01T00:00:00Z,z,41\n"),
        ("occupancy", piece('a "b", c', [-1], [0]), '1969-12-31T23:59:59.999999Z,"a ""b"", c",0\n'),
    ],
)  # fmt: skip
def test_the_lines_of_each_kind(kind: str, rows: Piece, text: str) -> None:
    assert "".join(canonical_text(FORMS[kind], rows)) == text
    found = content(FORMS[kind], [rows])
    assert found.sha256 == hashlib.sha256(f"{FORMS[kind].header}\n{text}".encode()).hexdigest()
    assert (found.rows, found.series) == (rows.instants.size, {rows.series: rows.instants.size})
    assert (found.first_at, found.last_at) == (int(rows.instants[0]), int(rows.instants[-1]))


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=20), st.text("abé,\"\n\r' ", min_size=1))
def test_no_digit_is_lost_and_every_csv_reader_finds_the_code(round_trips: list[int], code: str) -> None:
    rows = piece(code, [AT + i for i in range(len(round_trips))], round_trips)
    text = "".join(canonical_text(FORMS["probe"], rows))
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert [Decimal(row[2]) * 10**6 for row in found] == round_trips
    assert {row[1] for row in found} == {code}


def test_how_rows_are_cut_into_pieces_changes_nothing() -> None:
    instants = list(range(AT, AT + 40_000 * SECOND, SECOND))
    people = [i % 7 for i in range(40_000)]
    parts = [piece("z", instants[a : a + 9_000], people[a : a + 9_000]) for a in range(0, 40_000, 9_000)]
    assert content(FORMS["occupancy"], parts) == content(FORMS["occupancy"], [piece("z", instants, people)])
    other = [*people[:-1], 8]
    assert (
        content(FORMS["occupancy"], [piece("z", instants, other)]).sha256 != content(FORMS["occupancy"], parts).sha256
    )


@pytest.mark.parametrize(
    "pieces",
    [
        [piece("b", [AT], [1]), piece("a", [AT], [1])],
        [piece("a", [AT, AT], [1, 1])],
        [piece("a", [AT + 1, AT], [1, 1])],
        [piece("a", [AT], [1]), piece("a", [AT], [1])],
        [piece("a", [AT], [1]), piece("b", [AT], [1]), piece("a", [AT + 1], [1])],
    ],
)
def test_rows_in_any_other_order_have_no_hash(pieces: list[Piece]) -> None:
    with pytest.raises(InputError, match="out of order"):
        content(FORMS["occupancy"], pieces)


def test_an_instant_for_people() -> None:
    assert instant_text(AT) == "2026-09-01T00:00:00Z"
    assert instant_text(AT + 5) == "2026-09-01T00:00:00.000005Z"
