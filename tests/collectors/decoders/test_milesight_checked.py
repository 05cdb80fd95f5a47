"""The Milesight AM304L and AM305L: values, failing sensors, and stored values that say whether they are valid."""

import pytest

from collectors.decoders.device_profiles import PROFILES
from collectors.observation import DeviceMessage
from collectors.reasons import Reason, Refused


def read(model: str, payload: str) -> DeviceMessage:
    decode = PROFILES[f"milesight-{model}"].decode
    assert decode is not None
    return decode(85, bytes.fromhex(payload))


def values(message: DeviceMessage) -> list[tuple[str, int | float | None, str]]:
    return [(found.quantity, found.value, found.reason) for found in message.observations]


def test_current_values() -> None:
    message = read("am305l", "017564 0367EE00 04687C 059F0380 069D2C01 077DA803 06CB02")
    assert values(message) == [
        ("battery_ratio", 1.0, ""),
        ("temperature_celsius", 23.8, ""),
        ("humidity_ratio", 0.62, ""),
        ("occupied", 1, ""),
        ("illuminance_lux", 300.0, ""),
        ("co2_ratio", 0.000936, ""),
    ]
    assert message.ignored == ("light_level",)
    assert values(read("am304l", "059F0300 050001")) == [("occupied", 0, ""), ("occupied", 1, "")]


@pytest.mark.parametrize(
    ("payload", "quantity", "reason"),
    [
        ("B36700", "temperature_celsius", "sensor_fault"),
        ("B36701", "temperature_celsius", "out_of_range"),
        ("B46800", "humidity_ratio", "sensor_fault"),
        ("B69D01", "illuminance_lux", "out_of_range"),
        ("B77D00", "co2_ratio", "sensor_fault"),
        ("B77D07", "co2_ratio", "invalid_bits"),
    ],
)
def test_a_failing_sensor_has_no_value(payload: str, quantity: str, reason: str) -> None:
    assert values(read("am305l", payload)) == [(quantity, None, reason)]


def test_stored_values_that_are_all_valid() -> None:
    message = read("am305l", "21CE 9E744663 01EE00 017C 41 0300 012C01 01A803 017564")
    assert values(message) == [
        ("temperature_celsius", 23.8, ""),
        ("humidity_ratio", 0.62, ""),
        ("occupied", 1, ""),
        ("illuminance_lux", 300.0, ""),
        ("co2_ratio", 0.000936, ""),
        ("battery_ratio", 1.0, ""),
    ]
    assert [found.is_historical for found in message.observations] == [True] * 5 + [False]
    assert message.observations[0].measured_at_us == 1_665_561_758_000_000


def test_stored_values_that_are_not() -> None:
    message = read("am304l", "20CE 9E744663 00EE00 027C 01 0300 030200 017564")
    assert values(message) == [
        ("temperature_celsius", None, "invalid"),
        ("humidity_ratio", None, "out_of_range"),
        ("occupied", None, "invalid"),
        ("battery_ratio", 1.0, ""),
    ]


def test_carbon_dioxide_is_not_of_the_smaller_model() -> None:
    with pytest.raises(Refused) as refused:
        read("am304l", "077DA803")
    assert refused.value.refusal.reason == Reason.UNDECODABLE


def test_settings_have_lengths_of_their_own() -> None:
    assert values(read("am305l", "F9BD010A00 F9C4010120034006 0367EE00")) == [("temperature_celsius", 23.8, "")]
