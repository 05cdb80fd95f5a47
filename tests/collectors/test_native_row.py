"""Numbers of stored rows, written as a sender writes them."""

import pytest

from collectors.native_row import milliseconds_text


@pytest.mark.parametrize(
    ("nanoseconds", "text"), [(-1, None), (0, "0.000000"), (1, "0.000001"), (24_700_001, "24.700001")]
)
def test_round_trips_are_written_exactly(nanoseconds: int, text: str | None) -> None:
    assert milliseconds_text(nanoseconds) == text
