from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.decimal_text import whole_units
from collectors.reasons import Reason, Refused


@pytest.mark.parametrize(
    ("text", "exponent", "units"),
    [
        ("178.924995", 6, 178_924_995),
        ("0.000000001", 9, 1),
        ("-3", 6, -3_000_000),
        ("+1.", 6, 1_000_000),
        (".5", 6, 500_000),
        ("9.5e-05", 9, 95_000),
        ("0", 6, 0),
        ("-0.0", 6, 0),
        ("00012", 0, 12),
        ("1.50000000000000000000", 1, 15),
    ],
)
def test_numbers_are_scaled_exactly(text: str, exponent: int, units: int) -> None:
    assert whole_units(text, exponent, "unit") == units


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.OFF_TYPE),
        ("NaN", Reason.OFF_TYPE),
        ("Infinity", Reason.OFF_TYPE),
        ("1,5", Reason.OFF_TYPE),
        ("1_000", Reason.OFF_TYPE),
        ("٣", Reason.OFF_TYPE),
        ("0x10", Reason.OFF_TYPE),
        ("1 000", Reason.OFF_TYPE),
        ("1" * 61, Reason.OFF_TYPE),
        ("1e999", Reason.OUT_OF_RANGE),
        ("9" * 30, Reason.OUT_OF_RANGE),
        ("0.0000001", Reason.TOO_PRECISE),
        ("1e-999", Reason.TOO_PRECISE),
    ],
)
def test_what_is_no_exact_number_of_units_is_refused(text: str, reason: Reason) -> None:
    with pytest.raises(Refused) as caught:
        whole_units(text, 6, "nanosecond")
    assert caught.value.refusal.reason is reason


@pytest.mark.parametrize(("text", "units"), [("0.0000005", 0), ("0.0000015", 2), ("24.70000000000000001", 24_700_000)])
def test_finer_digits_are_rounded_half_even_where_that_is_asked_for(text: str, units: int) -> None:
    assert whole_units(text, 6, "nanosecond", round_half_even=True) == units


@given(st.integers(-(10**15), 10**15), st.integers(0, 9))
def test_every_written_decimal_comes_back(units: int, places: int) -> None:
    sign, digits = "-" if units < 0 else "", str(abs(units)).rjust(places + 1, "0")
    text = sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
    assert Fraction(text) * 10**places == units
    assert whole_units(text, places, "unit") == units
