"""Tests collectors.decoders.source_instant."""

from typing import Any

import pytest

from collectors.decoders.source_instant import EpochUnit, epoch_microseconds, rfc3339_microseconds
from collectors.reasons import Reason, Refused


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1736603810.49, "s", 1_736_603_810_490_000),
        (1645780665470, "ms", 1_645_780_665_470_000),
        (1535747258000000123, "ns", 1_535_747_258_000_000),
        ("946685671", "s", 946_685_671_000_000),
        ("12.5", "s", 12_500_000),
        (0, "us", 0),
    ],
)
def test_an_epoch_number_is_microseconds_and_finer_digits_are_cut(
    value: object, unit: EpochUnit, expected: int
) -> None:
    assert epoch_microseconds(value, unit) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (True, Reason.OFF_TYPE),
        (None, Reason.OFF_TYPE),
        ("soon", Reason.OFF_TYPE),
        ("\u0661\u0662", Reason.OFF_TYPE),
        (-1, Reason.OUT_OF_RANGE),
        (10**30, Reason.OUT_OF_RANGE),
        (1e300, Reason.OUT_OF_RANGE),
        (253_402_300_800, Reason.OUT_OF_RANGE),
    ],
)
def test_what_is_no_instant_is_refused(value: object, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        epoch_microseconds(value, "s")
    assert refused.value.refusal.reason is reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("2021-09-14T08:16:27.517331Z", 1_631_607_387_517_331),
        ("2021-09-14T08:16:27.517331999Z", 1_631_607_387_517_331),
        ("2021-09-14t09:16:27.5+01:00", 1_631_607_387_500_000),
        ("2020-07-05 12:14:54+0200", 1_593_944_094_000_000),
    ],
)
def test_rfc3339_is_microseconds(text: str, expected: int) -> None:
    assert rfc3339_microseconds(text) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2021-09-14T08:16:27", Reason.NAIVE_INSTANT),
        ("2021-02-30T08:16:27Z", Reason.OFF_TYPE),
        ("2021-09-14", Reason.OFF_TYPE),
        ("2021-09-14T08:16:27+99:00", Reason.OFF_TYPE),
        ("1950-01-01T00:00:00Z", Reason.OUT_OF_RANGE),
        (1631607387, Reason.OFF_TYPE),
    ],
)
def test_text_that_names_no_instant_is_refused(value: Any, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        rfc3339_microseconds(value)
    assert refused.value.refusal.reason is reason
