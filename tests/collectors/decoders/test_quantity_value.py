"""Tests collectors.decoders.quantity_value and json_body: what is believed of a raw value."""

from fractions import Fraction
from typing import Any

import pytest

from collectors.decoders.json_body import json_object, json_value, name_of_device
from collectors.decoders.quantity_value import BELIEVABLE, COUNTS, YES_OR_NO, observed
from collectors.observation import QUANTITIES
from collectors.reasons import Reason, Refused


@pytest.mark.parametrize(
    ("quantity", "raw", "factor", "value"),
    [
        ("humidity_ratio", 44.72, Fraction(1, 100), 0.4472),
        ("co2_ratio", 617, Fraction(1, 10**6), 0.000617),
        ("energy_joules_total", 110.046, Fraction(3600), 396165.6),
        ("people", 3.0, Fraction(1), 3),
        ("people_in_total", 2**63 + 1, Fraction(1), 2**63 + 1),
        ("occupied", True, Fraction(1), 1),
        ("occupied", 0, Fraction(1), 0),
        ("temperature_celsius", 0, Fraction(1), 0.0),
    ],
)
def test_a_believable_value_is_exact(quantity: str, raw: Any, factor: Fraction, value: float) -> None:
    read = observed("d", "", quantity, 1, raw, factor=factor)
    assert (read.value, read.reason) == (value, "")
    assert isinstance(read.value, int) == (quantity in COUNTS | YES_OR_NO)


@pytest.mark.parametrize(
    ("quantity", "raw", "reason"),
    [
        ("people", None, "null"),
        ("people", True, "off_type"),
        ("people", "3", "off_type"),
        ("people", 1.5, "off_type"),
        ("people", -1, "negative"),
        ("people", 100_001, "out_of_range"),
        ("people", 10**50, "out_of_range"),
        ("occupied", "yes", "off_type"),
        ("occupied", 2, "off_type"),
        ("occupied", None, "null"),
        ("temperature_celsius", 327.67, "out_of_range"),
        ("temperature_celsius", -327.68, "out_of_range"),
        ("co2_ratio", 0, "out_of_range"),
        ("illuminance_lux", float("nan"), "not_finite"),
        ("illuminance_lux", float("inf"), "not_finite"),
    ],
)
def test_a_value_that_cannot_be_is_none_with_its_reason(quantity: str, raw: Any, reason: str) -> None:
    read = observed("d", "", quantity, 1, raw)
    assert (read.value, read.reason) == (None, reason)


def test_every_quantity_is_gated() -> None:
    assert set(BELIEVABLE) | YES_OR_NO | COUNTS == set(QUANTITIES)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff{}", Reason.MALFORMED),
        (b"{", Reason.MALFORMED),
        (b'{"a":NaN}', Reason.MALFORMED),
        (b"[" * 100_000, Reason.MALFORMED),
        (b"[" + b"9" * 5000 + b"]", Reason.MALFORMED),
        (b"[]", Reason.OFF_TYPE),
        (b" " * 300_000, Reason.OVERSIZED),
    ],
)
def test_a_body_that_is_no_object_is_refused(body: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        json_object(body)
    assert refused.value.refusal.reason is reason


def test_a_body_may_be_any_json_where_a_list_is_expected() -> None:
    assert json_value(b"[1]") == [1]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("30Z-R9E", "30Z-R9E"),
        (602439, "602439"),
        ("", None),
        ("a\nb", None),
        ("x" * 201, None),
        (True, None),
        (-1, None),
    ],
)
def test_a_name_is_short_and_printable(value: object, name: str | None) -> None:
    assert name_of_device(value) == name
