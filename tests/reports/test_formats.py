from datetime import date, datetime
from fractions import Fraction

import pytest

from facilities.calendar import zone
from facilities.instants import epoch_seconds, instant
from reports.formats import duration, exact_decimal, percent_of
from reports.language_en import FORMATS as ENGLISH
from reports.language_fr import FORMATS as FRENCH

NO_BREAK, NARROW = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ("0", "0", "0"),
        ("999", "999", "999"),
        ("2678400", f"2{NARROW}678{NARROW}400", "2,678,400"),
        ("1234.50", f"1{NARROW}234,50", "1,234.50"),
        ("99.9500", "99,9500", "99.9500"),
        ("-174.4", "−174,4", "−174.4"),
        ("0.0001", "0,0001", "0.0001"),
    ],
)
def test_numbers_keep_every_digit(text: str, french: str, english: str) -> None:
    assert FRENCH.number(text) == french
    assert ENGLISH.number(text) == english


def test_french_groups_never_look_like_decimals() -> None:
    """fr-MA would write 99.950 for ninety-nine thousand nine hundred and fifty."""
    assert "." not in FRENCH.number("99950") + FRENCH.number("99.950")


def test_percent_and_money() -> None:
    assert FRENCH.percent("99.9434") == f"99,9434{NO_BREAK}%"
    assert FRENCH.money("12345.67", "MAD") == f"12{NARROW}345,67{NO_BREAK}MAD"
    assert ENGLISH.percent("99.9434") == "99.9434%"
    assert ENGLISH.money("12345.67", "MAD") == "12,345.67 MAD"


def test_dates_and_times() -> None:
    casablanca = zone("Africa/Casablanca")
    before, after = (
        instant(epoch_seconds(text)).astimezone(casablanca) for text in ("2026-09-20T00:59:59Z", "2026-09-20T01:00:00Z")
    )
    assert FRENCH.day(date(2026, 2, 14)) == "14/02/2026"
    assert FRENCH.moment(before) == f"20/09/2026{NO_BREAK}01:59:59"
    assert FRENCH.moment(after) == f"20/09/2026{NO_BREAK}01:00:00"  # the hour that came twice
    assert ENGLISH.day(date(2026, 2, 14)) == "2026-02-14"
    assert (FRENCH.month(2026, 8), ENGLISH.month(2026, 8)) == ("août 2026", "August 2026")
    assert isinstance(before, datetime)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (40, "40 s"),
        (60, "1 min 00 s"),
        (1_510, "25 min 10 s"),
        (3_600, "1 h 00 min 00 s"),
        (2_678_400, "744 h 00 min 00 s"),
    ],
)
def test_durations(seconds: int, text: str) -> None:
    assert duration(seconds).replace(NO_BREAK, " ") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(2592), "2592"),
        (Fraction("2595.6"), "2595.6"),
        (Fraction("-174.4"), "-174.4"),
        (Fraction(1, 1000), "0.001"),
        (Fraction(-1, 1000), "-0.001"),
    ],
)
def test_exact_decimals(value: Fraction, text: str) -> None:
    assert exact_decimal(value) == text


def test_a_number_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="1/3 has no finite decimal form"):
        exact_decimal(Fraction(1, 3))


def test_a_ratio_prints_as_the_percentage_it_was_written_as() -> None:
    assert [percent_of(Fraction(text) / 100) for text in ("99.95", "99.9", "100", "0.1", "95")] == [
        "99.95",
        "99.9",
        "100",
        "0.1",
        "95",
    ]
