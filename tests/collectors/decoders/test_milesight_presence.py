"""The Milesight presence sensors: vacant, occupied, neither, and a sensor that says that it cannot see."""

import pytest

from collectors.decoders.device_profiles import PROFILES
from collectors.observation import DeviceMessage


def read(model: str, payload: str) -> DeviceMessage:
    decode = PROFILES[f"milesight-{model}"].decode
    assert decode is not None
    return decode(85, bytes.fromhex(payload))


def values(message: DeviceMessage) -> list[tuple[str, str, int | float | None, str]]:
    return [(found.channel, found.quantity, found.value, found.reason) for found in message.observations]


@pytest.mark.parametrize(
    ("model", "payload"),
    [("vs330", "038E"), ("vs340", "0300"), ("vs341", "0300"), ("vs370", "0300"), ("ws202", "0300"), ("ws203", "0500")],
)
def test_presence_is_one_bit_and_any_other_pattern_means_neither(model: str, payload: str) -> None:
    assert values(read(model, payload + "00")) == [("", "occupied", 0, "")]
    assert values(read(model, payload + "01")) == [("", "occupied", 1, "")]
    assert values(read(model, payload + "02")) == [("", "occupied", None, "invalid_bits")]


def test_a_cabin_tells_its_distance() -> None:
    assert values(read("vs330", "017562 02820F00 038E01 048E01")) == [
        ("", "battery_ratio", 0.98, ""),
        ("", "distance_metres", 0.015, ""),
        ("", "occupied", 1, ""),
    ]
    assert values(read("vs330", "0282FFFF")) == [("", "distance_metres", None, "sentinel")]


def test_desks_that_are_enabled_and_only_those() -> None:
    message = read("vs321", "017564 03671101 07FF00 08F40200 04686A 06FE03000200")
    assert values(message) == [
        ("", "battery_ratio", 1.0, ""),
        ("", "temperature_celsius", 27.3, ""),
        ("", "humidity_ratio", 0.53, ""),
        ("region_1", "occupied", 0, ""),
        ("region_2", "occupied", 1, ""),
    ]
    assert message.ignored == ("illumination", "detection")


def test_a_sensor_that_cannot_detect_counts_nobody_yet_tells_the_temperature() -> None:
    assert values(read("vs321", "05FD0000 06FE01000000 0367EE00 08F40201")) == [
        ("", "people", None, "undetectable"),
        ("region_1", "occupied", None, "undetectable"),
        ("", "temperature_celsius", 23.8, ""),
    ]


def test_what_it_had_stored_is_not_undone_by_not_seeing_now() -> None:
    message = read("vs321", "08F40201 20CE7B3AF164 00 0300 20CE7B3AF164 01 01000100")
    assert values(message) == [("", "people", 3, ""), ("region_1", "occupied", 1, "")]


def test_stored_presence_says_why_it_was_stored_and_the_rest() -> None:
    message = read("ws203", "20CEAE5BA664 04 00 2401 65")
    assert values(message) == [
        ("", "occupied", 0, ""),
        ("", "temperature_celsius", 29.2, ""),
        ("", "humidity_ratio", 0.505, ""),
    ]
    assert all(found.is_historical for found in message.observations)
