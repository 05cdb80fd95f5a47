"""Tests collectors.decoders.zigbee2mqtt."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders.zigbee2mqtt import decoded
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

MOTION = "zigbee2mqtt/hall/motion 2"


def message(topic: str = MOTION, *, retained: bool = False, **state: Any) -> DeviceMessage:
    return decoded(topic, json.dumps(state).encode(), retained=retained)


def values(read: DeviceMessage) -> dict[str, Any]:
    return {f"{one.quantity}{one.channel and '@' + one.channel}": one.value for one in read.observations}


def test_a_room_sensor_says_what_it_measured() -> None:
    read = message(
        occupancy=True, illuminance=16848, illuminance_lux=48, battery=68.5, linkquality=51, temperature=27.9
    )
    assert values(read) == {
        "occupied": 1, "illuminance_lux": 48.0, "battery_ratio": 0.685, "link_ratio": 0.2, "temperature_celsius": 27.9,
    }  # fmt: skip
    assert {one.device for one in read.observations} == {"hall/motion 2"}
    assert {one.measured_at_us for one in read.observations} == {None}
    assert not read.is_state
    assert read.ignored == ("illuminance",)


def test_since_version_2_illuminance_alone_is_lux() -> None:
    assert values(message(illuminance=48)) == {"illuminance_lux": 48.0}


def test_a_null_is_no_value_and_an_absent_field_no_observation() -> None:
    read = message(occupancy=None, humidity=43.1)
    assert read.observations[0] == Observation("hall/motion 2", "", "occupied", None, None, "null")
    assert values(read) == {"occupied": None, "humidity_ratio": 0.431}


@pytest.mark.parametrize("last_seen", ["2023-03-26T17:40:40.000Z", "2023-03-26T19:40:40+02:00", 1679852440000])
def test_last_seen_is_the_instant_in_any_of_its_forms(last_seen: object) -> None:
    read = message(occupancy=True, last_seen=last_seen, retained=True)
    assert read.observations[0].measured_at_us == 1_679_852_440_000_000
    assert not read.is_state  # retained, but with an instant of its own


@pytest.mark.parametrize(
    ("last_seen", "reason"),
    [("2023-03-26T19:40:40", Reason.NAIVE_INSTANT), ("yesterday", Reason.OFF_TYPE), (True, Reason.OFF_TYPE)],
)
def test_a_last_seen_that_names_no_instant_is_refused(last_seen: object, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        message(occupancy=True, last_seen=last_seen)
    assert refused.value.refusal.reason is reason


def test_a_retained_message_without_an_instant_is_state() -> None:
    assert message(occupancy=True, retained=True).is_state
    assert message(occupancy=True, last_seen=None, retained=True).is_state


@pytest.mark.parametrize(
    ("payload", "value"),
    [(b'{"state":"online"}', 1), (b'{"state":"offline"}', 0), (b"online", 1), (b"offline", 0), (b'"offline"', 0)],
)
def test_availability_old_and_new(payload: bytes, value: int) -> None:
    read = decoded("zigbee2mqtt/hall/motion 2/availability", payload, retained=True)
    assert read.observations == (Observation("hall/motion 2", "", "is_online", None, value),)
    assert read.is_state


@pytest.mark.parametrize("payload", [b"{}", b'{"state":"gone"}', b"[]", b"7"])
def test_an_availability_of_other_words_is_refused(payload: bytes) -> None:
    with pytest.raises(Refused, match="neither online nor offline"):
        decoded("zigbee2mqtt/hall/availability", payload)


@pytest.mark.parametrize(
    ("topic", "ignored"),
    [
        ("zigbee2mqtt/bridge/state", "bridge"),
        ("zigbee2mqtt/bridge/logging", "bridge"),
        ("zigbee2mqtt/bridge", "bridge"),
        ("zigbee2mqtt/hall/lamp/set", "command"),
        ("zigbee2mqtt/hall/lamp/get", "command"),
        ("zigbee2mqtt/hall/lamp/set/state", "command"),
    ],
)
def test_the_bridge_and_commands_hold_nothing_for_us(topic: str, ignored: str) -> None:
    assert decoded(topic, b"anything at all") == DeviceMessage(ignored=(ignored,))


def test_a_friendly_name_may_begin_like_the_bridge() -> None:
    assert values(message("zigbee2mqtt/bridge room/desk", occupancy=False)) == {"occupied": 0}


def test_an_emptied_retained_topic_is_no_message() -> None:
    assert decoded(MOTION, b"", retained=True) == DeviceMessage(ignored=("emptied",))


def test_a_battery_has_millivolts_and_a_plug_is_left_alone() -> None:
    assert values(message(battery=100, voltage=3015)) == {"battery_ratio": 1.0, "battery_volts": 3.015}
    assert values(message(voltage=231, power=12.5, energy=2.5)) == {"power_watts": 12.5, "energy_joules_total": 9e6}


def test_endpoints_are_channels() -> None:
    assert values(message(power_l1=1, power_l2=2, occupancy_left=True, contact=False)) == {
        "power_watts@l1": 1.0, "power_watts@l2": 2.0, "occupied@left": 1, "closed": 0,
    }  # fmt: skip


def test_one_detection_under_two_names_is_taken_once() -> None:
    assert values(message(presence=False, occupancy=True)) == {"occupied": 1}
    assert values(message(presence=False)) == {"occupied": 0}


def test_unknown_names_are_not_repeated() -> None:
    read = decoded(MOTION, b'{"Fatima Z.":3,"action":"single","occupancy":true}')
    assert read.ignored == ("unknown field", "action")
    assert "Fatima" not in repr(read)


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("other/hall", b"{}", Reason.TOPIC),
        ("zigbee2mqtt/", b"{}", Reason.TOPIC),
        ("zigbee2mqtt/a\x00b", b"{}", Reason.TOPIC),
        (MOTION, b"ON", Reason.MALFORMED),
        (MOTION, b"[1]", Reason.OFF_TYPE),
    ],
)
def test_other_messages_are_refused(topic: str, payload: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        decoded(topic, payload)
    assert refused.value.refusal.reason is reason


def test_another_base_topic() -> None:
    assert values(decoded("site/a/z2m/desk", b'{"occupancy":true}', base_topic="site/a/z2m")) == {"occupied": 1}


def test_real_messages(samples: Path) -> None:
    text = (samples / "payloads/zigbee2mqtt/publish_log_lines.txt").read_text()
    found = re.findall(r"topic '(.*?)', payload '(.*)'", text)
    assert [(topic, values(decoded(topic, payload.encode()))) for topic, payload in found] == [
        ("zigbee2mqtt/Kitchen motion sensor", {
            "battery_ratio": 0.685, "illuminance_lux": 48.0, "link_ratio": 123 / 255, "occupied": 1,
            "temperature_celsius": 27.9,
        }),
        ("zigbee2mqtt/Corridor garage motion sensor", {
            "battery_ratio": 0.795, "illuminance_lux": 38.0, "link_ratio": 114 / 255, "occupied": 1,
            "temperature_celsius": 28.1,
        }),
        ("zigbee2mqtt/bedroom/motion", {
            "battery_ratio": 1.0, "link_ratio": 18 / 255, "occupied": 1, "temperature_celsius": 19.9,
            "illuminance_lux": 49.0,
        }),
    ]  # fmt: skip
