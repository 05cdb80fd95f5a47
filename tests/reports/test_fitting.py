"""Texts as a PDF can draw them: what is too long for its column has places to break, and nothing else has."""

from typing import Any

import pytest

from reports.fitting import fitting, isolated, room
from reports.pages.blocks import cell, column, line, table, text

ZERO_WIDTH = "\u200b"
BOTH = [column("narrow", 1), column("wide", 5), column("auto", 0)]


def fitted(block: dict[str, Any], direction: str = "ltr") -> dict[str, Any]:
    head = {"direction": direction}
    found: dict[str, Any] = fitting({"head": head, "blocks": [block]})["blocks"][0]
    return found


def test_the_room_of_a_column_is_what_the_others_leave() -> None:
    assert room(table(BOTH, [[cell("a"), cell("b"), cell("c")]], summary="")) == [13, 22, 22]
    assert room(table(BOTH, [], summary="")) == [13, 22, 22]
    assert room(table([column("a", 1), column("b", 1)], [], summary="")) == [22, 22]


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("indéterminés", 1),
        ("thirteen-signs", 1),
        ("DEMO-MX-casa-a1-1", 1),
        ("fourteen_signs", 2),
        ("2026-10-07T09:12:20Z", 3),
    ],
)
def test_a_word_has_places_to_break_where_it_is_too_long_and_has_none(word: str, pieces: int) -> None:
    rows = [[cell(word), cell(word), cell("c")]]
    [[narrow, wide, _]] = fitted(table(BOTH, rows, summary=""))["rows"]
    assert narrow[0]["text"].count(ZERO_WIDTH) == pieces - 1
    assert narrow[0]["text"].replace(ZERO_WIDTH, "") == word
    assert wide[0]["text"] == word


def test_a_hash_stays_whole_and_a_signature_does_not() -> None:
    block = text(line("0f" * 32, "mono"), line("0f" * 44, "mono"))
    rows = [[cell(*block["lines"]), [], []]]
    [[found, _, _]] = fitted(table(BOTH, rows, summary=""))["rows"]
    assert [each["text"].count(ZERO_WIDTH) > 0 for each in found] == [False, True]


@pytest.mark.parametrize(
    ("said", "direction", "is_isolated"),
    [
        ("OCP Services S.A.", "ltr", False),
        ("05/09/2026\u00a001:30:00", "ltr", False),
        ("شركة الأطلس.", "ltr", True),
        ("OCP Services S.A.", "rtl", True),
        ("-2+3", "rtl", True),
    ],
)
def test_a_line_is_isolated_where_directions_may_meet(said: str, direction: str, is_isolated: bool) -> None:
    assert (isolated(said, direction) != said) is is_isolated
    [found] = fitted(text(line(said)), direction)["lines"]
    assert (found["text"] != said) is is_isolated
    [code] = fitted(text(line(said, "code")), direction)["lines"]
    assert code["text"] == said
