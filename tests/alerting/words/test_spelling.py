"""Numbers, amounts, durations and instants as each language writes them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from alerting.words.spelling import duration, moment, money, month, number, percent, short_moment


def test_french_never_writes_a_dot_in_a_number() -> None:
    assert number(Decimal("1234567.89"), "fr") == "1\u202f234\u202f567,89"
    assert number(Decimal("1234567.89"), "en") == "1,234,567.89"
    assert number(-1200, "fr") == "−1\u202f200"
    assert percent(Decimal("99.954"), "fr") == "99,954\u00a0%"
    assert money(Decimal("1234.567"), "MAD", "fr") == "1\u202f234,56\u00a0MAD"


@pytest.mark.parametrize(
    ("seconds", "french", "english"),
    [
        (0, "moins d’une minute", "less than a minute"),
        (59, "moins d’une minute", "less than a minute"),
        (60, "1 min", "1 min"),
        (3900, "1 h 05 min", "1 h 05 min"),
        (86_400, "24 h 00 min", "24 h 00 min"),
        (183_600, "2 j 03 h", "2 d 03 h"),
        (-3900, "1 h 05 min", "1 h 05 min"),
    ],
)
def test_durations_are_cut_to_minutes(seconds: int, french: str, english: str) -> None:
    assert duration(seconds, "fr").replace("\u00a0", " ") == french
    assert duration(seconds, "en").replace("\u00a0", " ") == english


def test_the_day_is_said_only_when_it_is_another_one_in_casablanca() -> None:
    late = datetime(2026, 9, 19, 23, 30, tzinfo=UTC)  # half past midnight there, of the next day
    assert short_moment(late, datetime(2026, 9, 20, 0, 30, tzinfo=UTC), "fr") == "00\u00a0h\u00a030"
    assert short_moment(late, datetime(2026, 9, 20, 23, 30, tzinfo=UTC), "en") == "00:30"
    assert short_moment(late, datetime(2026, 9, 21, 12, 0, tzinfo=UTC), "en") == "20/09 00:30"


def test_the_first_of_a_month() -> None:
    at = datetime(2026, 12, 1, 8, 5, tzinfo=UTC)
    assert moment(at, "fr").startswith("mardi 1er décembre 2026 à 08")


def test_months() -> None:
    assert month("2026-08", "fr") == "août 2026"
    assert month("2026-13", "fr") is None
    assert month("soon", "en") is None
