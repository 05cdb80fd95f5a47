"""IMBuildings: each layout with its header and, on its port, without; a blocked beam counts nobody."""

import pytest

from collectors.decoders import imbuildings
from collectors.observation import DeviceMessage
from collectors.reasons import Reason, Refused

HEADER = "0004A30B00F6B569"


def read(f_port: int, payload: str) -> DeviceMessage:
    return imbuildings.decoded(f_port, bytes.fromhex(payload))


def values(message: DeviceMessage) -> dict[str, tuple[float | None, str]]:
    return {found.quantity: (found.value, found.reason) for found in message.observations}


COUNTER_BODY = "08 00F8 0003 0002 00 0603 05E6 61"
COUNTED = {
    "battery_volts": (2.48, ""),
    "people_in": (3, ""),
    "people_out": (2, ""),
    "people_in_total": (1539, ""),
    "people_out_total": (1510, ""),
}


@pytest.mark.parametrize(("f_port", "payload"), [(1, f"0206{HEADER}{COUNTER_BODY}"), (26, COUNTER_BODY)])
def test_the_people_counter(f_port: int, payload: str) -> None:
    message = read(f_port, payload)
    assert values(message) == COUNTED
    assert {found.modulus for found in message.observations if found.quantity.endswith("total")} == {2**16}


@pytest.mark.parametrize(
    ("status", "reason"), [("80", "beam_blocked"), ("40", "beam_disturbed"), ("A0", "beam_blocked")]
)
def test_a_blocked_beam_counts_nobody_and_keeps_its_totals(status: str, reason: str) -> None:
    message = read(26, COUNTER_BODY.replace(" 00 0603", f" {status} 0603"))
    assert values(message) == COUNTED | {"people_in": (None, reason), "people_out": (None, reason)}


def test_a_weak_transmitter_is_named() -> None:
    assert read(26, COUNTER_BODY.replace(" 00 0603", " 22 0603")).ignored[2:] == (
        "fault:transmitter_battery",
        "fault:weak_beam",
    )


@pytest.mark.parametrize(("f_port", "payload"), [(1, f"0207{HEADER}00FFFF0001"), (27, "00FFFF0001")])
def test_totals_alone_wrap_and_are_never_a_sentinel(f_port: int, payload: str) -> None:
    assert values(read(f_port, payload)) == {"people_in_total": (65535, ""), "people_out_total": (1, "")}


@pytest.mark.parametrize(("f_port", "payload"), [(1, f"0208{HEADER}00016F02"), (28, "00016F02")])
def test_the_heartbeat(f_port: int, payload: str) -> None:
    message = read(f_port, payload)
    assert values(message) == {"battery_volts": (3.67, "")}
    assert message.ignored == ("device_status", "fault:weak_beam")


@pytest.mark.parametrize(
    ("f_port", "payload"), [(1, f"0103{HEADER}03015F09FA0C74037901"), (13, "03015F09FA0C74037901")]
)
def test_the_comfort_sensor(f_port: int, payload: str) -> None:
    assert values(read(f_port, payload)) == {
        "battery_volts": (3.51, ""),
        "temperature_celsius": (25.54, ""),
        "humidity_ratio": (0.3188, ""),
        "co2_ratio": (0.000889, ""),
        "occupied": (1, ""),
    }


def test_the_comfort_sensor_without_its_sensors() -> None:
    assert values(read(13, "0300007FFFFFFF000002")) == {
        "battery_volts": (None, "sentinel"),
        "temperature_celsius": (None, "sentinel"),
        "humidity_ratio": (None, "sentinel"),
        "co2_ratio": (None, "zero"),
        "occupied": (None, "invalid_bits"),
    }


def test_the_narrowband_layout_whose_clock_names_no_zone() -> None:
    message = read(1, "0204e8eb1b4f131d00010b8f202302031035000005000300")
    assert values(message) == {"battery_volts": (2.67, ""), "people_in": (5, ""), "people_out": (3, "")}
    assert [found.measured_at_us for found in message.observations] == [None, None, None]


def test_buttons_and_settings_are_ignored_by_name() -> None:
    assert read(33, "00016F01").ignored == ("buttons",)
    assert read(10, "F10103C802").ignored == ("settings",)


@pytest.mark.parametrize(("f_port", "payload"), [(1, COUNTER_BODY), (26, "00"), (1, f"0209{HEADER}0000"), (26, "")])
def test_what_is_no_layout_is_refused(f_port: int, payload: str) -> None:
    with pytest.raises(Refused) as refused:
        read(f_port, payload)
    assert refused.value.refusal.reason == Reason.UNDECODABLE
