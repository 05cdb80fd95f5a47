"""Milesight frames: structure, what is ignored by name, instants, and what is refused rather than guessed."""

import pytest

from collectors.decoders.device_profiles import PROFILES
from collectors.observation import DeviceMessage
from collectors.reasons import Reason, Refused


def read(model: str, payload: str) -> DeviceMessage:
    decode = PROFILES[f"milesight-{model}"].decode
    assert decode is not None
    return decode(85, bytes.fromhex(payload))


def values(message: DeviceMessage) -> list[tuple[str, str, int | float | None]]:
    return [(found.channel, found.quantity, found.value) for found in message.observations]


def refusal(model: str, payload: str) -> tuple[Reason, str]:
    with pytest.raises(Refused) as refused:
        read(model, payload)
    return refused.value.refusal


def test_an_unknown_item_refuses_the_whole_message_and_says_where() -> None:
    assert refusal("vs340", "017564 030001 0A0B0C") == (
        Reason.UNDECODABLE,
        "channel 0x0a with type 0x0b, at byte 6, is not of this model",
    )


def test_a_channel_of_another_model_is_not_of_this_one() -> None:
    # 05 00 is motion for an AM307; a VS340 has no such channel
    assert refusal("vs340", "050001")[0] == Reason.UNDECODABLE


@pytest.mark.parametrize("length", range(1, 11))
def test_no_prefix_of_a_message_is_read_as_if_it_were_whole(length: int) -> None:
    whole = "017564 0367EE00 04687C"  # items end at bytes 3, 7 and 10
    payload = bytes.fromhex(whole)[:length].hex()
    if length in (3, 7, 10):
        assert len(read("am307", payload).observations) == (3, 7, 10).index(length) + 1
    else:
        assert refusal("am307", payload)[0] == Reason.MALFORMED


def test_identity_settings_and_results_are_ignored_by_name_and_their_lengths_are_known() -> None:
    identity = "FF0BFF FF0101 FF166746D38802580000 FF090100 FF0A0101 FF0F00 FFFF0100 FFFE01"
    settings = "FE030A00 FF680100 FF2701 F9850105 F88501050 0"
    message = read("vs133", (identity + settings).replace("FF680100", "FF6801").replace(" ", "") + "0FE302100709")
    assert values(message) == [(f"region_{at + 1}", "people", people) for at, people in enumerate((2, 16, 7, 9))]
    assert message.ignored == (
        "power_on", "protocol_version", "serial_number", "hardware_version", "firmware_version", "lorawan_class",
        "tsl_version", "reset", "setting:report_interval", "setting:history", "setting:clear_history",
        "setting:rejoin",
    )  # fmt: skip


def test_a_setting_whose_length_depends_on_the_model() -> None:
    assert values(read("am319", "FF3901 030000".replace("030000", "0367EE00"))) == [("", "temperature_celsius", 23.8)]
    assert values(read("am307", "FF390101010101 0367EE00")) == [("", "temperature_celsius", 23.8)]


def test_a_schedule_of_reports_says_its_own_length() -> None:
    payload = "FF3A02 001E0A00020A 1E3C0A00020A 0367EE00"
    assert values(read("am103", payload)) == [("", "temperature_celsius", 23.8)]
    assert refusal("am103", "FF3A")[0] == Reason.MALFORMED


def test_a_timestamp_dates_the_values_beside_it() -> None:
    message = read("vs360", "0AEF90D69968 05CC0C000500 017564")
    assert {found.measured_at_us for found in message.observations} == {1_754_912_400_000_000}
    assert not any(found.is_historical for found in message.observations)


def test_a_timestamp_of_a_clock_never_set_dates_nothing() -> None:
    message = read("vs360", "0AEF10000000 05CC0C000500")
    assert [found.measured_at_us for found in message.observations] == [None, None]
    assert message.ignored == ("timestamp_not_set",)


def test_stored_values_of_a_clock_never_set_cannot_be_dated() -> None:
    assert refusal("vs360", "20CE10000000 00 0B000400")[0] == Reason.CLOCK_NOT_SET


def test_stored_values_keep_their_own_instants_beside_current_ones() -> None:
    message = read("vs350", "20CE7B3AF16400 0B000400 017564")
    assert [(found.quantity, found.measured_at_us, found.is_historical) for found in message.observations] == [
        ("people_in", 1_693_530_747_000_000, True),
        ("people_out", 1_693_530_747_000_000, True),
        ("battery_ratio", None, False),
    ]


def test_stored_values_of_an_unknown_kind_are_refused() -> None:
    assert refusal("vs350", "20CE7B3AF16402 0B000400") == (
        Reason.UNDECODABLE,
        "stored values of kind 0x02 are not of this model",
    )
    assert refusal("vs350", "20CE7B3A")[0] == Reason.MALFORMED


def test_an_alarm_repeats_a_value_that_is_taken() -> None:
    message = read("vs351", "8367360101")
    assert (values(message), message.ignored) == ([("", "temperature_celsius", 31.0)], ("alarm:temperature",))


def test_no_bytes_hold_nothing() -> None:
    assert read("vs350", "") == DeviceMessage()
