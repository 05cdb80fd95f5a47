"""ISO 8601 with an offset, to the second and beyond, and back."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facilities.instants import epoch_seconds, epoch_seconds_and_fraction, instant, instant_text
from store.errors import InputError


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-20T01:00:00Z", "2026-09-20T02:00:00+01:00", "2026-09-20T02:00:00+0100", "2026-09-20T02:00:00+01",
        "2026-09-19T21:30:00-03:30", "2026-09-20 01:00:00Z", "2026-09-20t01:00:00z", "2026-09-20T01:00Z",
        "20260920T010000Z", "20260920T0200+01",
    ],
)  # fmt: skip
def test_ways_to_write_one_instant(text: str) -> None:
    assert instant_text(epoch_seconds(text)) == "2026-09-20T01:00:00Z"


@pytest.mark.parametrize(
    ("text", "fraction"),
    [("2026-09-20T01:00:00.5Z", "5"), ("2026-09-20T01:00:00,500Z", "5"), ("2026-09-20T01:00:00.000Z", ""),
     ("2026-09-20T01:00:00.1234567890Z", "123456789")],
)  # fmt: skip
def test_fractions(text: str, fraction: str) -> None:
    assert epoch_seconds_and_fraction(text) == (epoch_seconds("2026-09-20T01:00:00Z"), fraction)
    with pytest.raises(InputError, match="has a fraction of a second"):
        epoch_seconds(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-09-20", "2026-09-20T01:00:00", "2026-09-20T01Z", "2026-09-20T25:00:00Z", "2026-09-20T01:60:00Z",
        "2026-09-20T01:00:60Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-09-20T01:00:00+24:00",
        "2026-09-20T01:00:00+01:60", "2026-0920T01:00:00Z", "2026-09-20T0100:00Z", "2026-9-20T01:00:00Z",
        " 2026-09-20T01:00:00Z", "2026-09-20T01:00:00Z ", "٢٠٢٦-09-20T01:00:00Z", "0000-01-01T00:00:00Z",
        "2026-W38-7T01:00:00Z", "2026-09-20T01:00:00.Z", "1790000000",
    ],
)  # fmt: skip
def test_what_is_no_instant(text: str) -> None:
    with pytest.raises(InputError):
        epoch_seconds(text)
    with pytest.raises(InputError):
        epoch_seconds_and_fraction(text)


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)), st.integers(-1439, 1439))  # noqa: DTZ001
def test_the_standard_library_agrees(local: datetime, offset_minutes: int) -> None:
    sign = "-" if offset_minutes < 0 else "+"
    offset = f"{sign}{abs(offset_minutes) // 60:02d}:{abs(offset_minutes) % 60:02d}"
    text = local.replace(microsecond=0).isoformat() + offset
    expected = datetime.fromisoformat(text)
    assert instant(epoch_seconds(text)) == expected
    assert datetime.fromisoformat(instant_text(epoch_seconds(text))) == expected


def test_an_instant_that_no_calendar_shows() -> None:
    with pytest.raises(InputError, match="outside the years 1 to 9999"):
        instant(10**12)
    assert instant(0) + timedelta(seconds=1) == instant(1)
