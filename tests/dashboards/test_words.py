from dataclasses import fields
from decimal import Decimal
from fractions import Fraction

import pytest

from dashboards.standing import Standing
from dashboards.words import ENGLISH, FRENCH, Words

BOTH = pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["fr", "en"])


def test_both_languages_say_the_same_things() -> None:
    for field in fields(Words):
        french, english = getattr(FRENCH, field.name), getattr(ENGLISH, field.name)
        if not isinstance(french, str):
            assert french.keys() == english.keys(), field.name
    assert FRENCH.standing.keys() == set(Standing)


@pytest.mark.parametrize(
    ("value", "places", "french"),
    [
        (Fraction(1992, 60), 1, "33,2"),
        (Fraction(2_591_999, 60_000), 1, "43,1"),  # 43.19998…: cut, never rounded up
        (Fraction(-1, 60), 1, "-0,1"),  # a second overspent is overspent
        (Fraction(0), 1, "0,0"),
        (Fraction(-408, 60), 1, "-6,8"),
        (Decimal("99.95"), 2, "99,95"),
        (Fraction(1999, 1000) * 100, 0, "199"),
    ],
)
def test_numbers_are_cut_downwards(value: Fraction | Decimal, places: int, french: str) -> None:
    assert FRENCH.decimal(value, places) == french
    assert ENGLISH.decimal(value, places) == french.replace(",", ".")


def test_money_is_grouped() -> None:
    assert FRENCH.amount(Decimal("12345.67")) == "12\u202f345,67"
    assert ENGLISH.amount(Decimal("12345.67")) == "12,345.67"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (-3, "0 s"), (59.9, "59 s"), (60, "1 min"), (3_599, "59 min"), (86_399, "23 h"), (172_800, "2 j")],
)
def test_an_age_is_in_its_largest_unit(seconds: float, text: str) -> None:
    assert FRENCH.age(seconds).replace("\u00a0", " ") == text


@BOTH
def test_every_text_with_a_place_can_be_filled(words: Words) -> None:
    assert words.period.format(month="2026-11", zone="z", tzdb="t")
    assert words.complete_to.format(at="x").endswith("x")
    assert "live-2" in words.open_outages.format(circuits="live-2")
