"""Elsys uplinks: every quantity that is taken, what is ignored by name, and what is refused rather than guessed."""

import pytest

from collectors.decoders import elsys
from collectors.observation import DeviceMessage
from collectors.reasons import Reason, Refused


def read(payload: str, f_port: int = 5) -> DeviceMessage:
    return elsys.decoded(f_port, bytes.fromhex(payload))


@pytest.mark.parametrize(
    ("payload", "channel", "quantity", "value"),
    [
        ("0100E9", "", "temperature_celsius", 23.3),
        ("01FFF6", "", "temperature_celsius", -1.0),
        ("021D", "", "humidity_ratio", 0.29),
        ("040165", "", "illuminance_lux", 357.0),
        ("0503", "", "motion", 3),
        ("0601BF", "", "co2_ratio", 0.000447),
        ("070E50", "", "battery_volts", 3.664),
        ("0CFF38", "external_1", "temperature_celsius", -20.0),
        ("1900C8", "external_2", "temperature_celsius", 20.0),
        ("0E012C", "", "distance_metres", 0.3),
        ("1100", "", "occupied", 0),
        ("1101", "", "occupied", 1),
        ("1102", "", "occupied", 1),
        ("14000EB751", "", "pressure_pascals", 96443.3),
        ("1C000C", "", "tvoc_ratio", 1.2e-08),
        ("2432", "external_1", "humidity_ratio", 0.5),
    ],
)
def test_each_quantity(payload: str, channel: str, quantity: str, value: float) -> None:
    (found,) = read(payload).observations
    assert (found.channel, found.quantity, found.value, found.reason) == (channel, quantity, value, "")


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("017FFF", "sentinel"),
        ("018000", "sentinel"),
        ("0600 00", "zero"),
        ("06FFFF", "sentinel"),
        ("0265", "out_of_range"),
        ("070000", "sentinel"),
        ("1103", "invalid_bits"),
        ("1400000000", "sentinel"),
    ],
)
def test_what_is_no_value_says_why(payload: str, reason: str) -> None:
    (found,) = read(payload).observations
    assert (found.value, found.reason) == (None, reason)


def test_each_probe_on_the_wire_is_a_part_of_its_own() -> None:
    found = read("1900C8" + "0C0064" + "1900D2" + "197FFF" + "0503").observations
    assert [(one.channel, one.value) for one in found if one.quantity == "temperature_celsius"] == [
        ("external_2", 20.0), ("external_1", 10.0), ("external_3", 21.0), ("external_4", None),
    ]  # fmt: skip


def test_coming_or_going_is_told_apart_from_seated() -> None:
    assert read("1101").ignored == ("presence_pending",)
    assert read("1102").ignored == ()


def test_sound_is_the_average_and_its_peak() -> None:
    assert [(found.channel, found.value) for found in read("15402C").observations] == [("", 44.0), ("peak", 64.0)]


def test_what_is_behind_an_ignored_item_is_found() -> None:
    thermal_image = "13" + "20" * 65
    message = read("033E01FF" + "09" + "00" * 6 + thermal_image + "3B03AABBCC" + "3D00000001" + "0503")
    assert [(found.quantity, found.value) for found in message.observations] == [("motion", 3)]
    assert message.ignored == ("acceleration", "position", "thermal_image", "bytes", "debug")


def test_settings_hold_keys_and_are_not_read() -> None:
    assert read("3E5601" + "01" + "AA" * 16, f_port=6) == DeviceMessage(ignored=("settings",))


@pytest.mark.parametrize("payload", ["01", "0100", "0503 06", "3B", "3B0301", "13" + "00" * 64])
def test_a_message_that_ends_too_early(payload: str) -> None:
    with pytest.raises(Refused, match="ends inside") as refused:
        read(payload)
    assert refused.value.refusal.reason == Reason.MALFORMED


@pytest.mark.parametrize("kind", ["00", "25", "3F", "41", "FF"])
def test_an_unknown_type_refuses_the_whole_message(kind: str) -> None:
    with pytest.raises(Refused) as refused:
        read("0503" + kind + "0601BF")
    assert refused.value.refusal == (
        Reason.UNDECODABLE,
        f"type 0x{kind.lower()}, at byte 2, is not of Elsys' table",
    )
