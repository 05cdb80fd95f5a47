"""ChirpStack v4 events: identity, instants, zeros that proto3 leaves out, and payloads that are none of it."""

import base64
import json
from typing import Any

import pytest

from collectors.decoders import chirpstack
from collectors.decoders.device_profiles import PROFILES
from collectors.decoders.lorawan import DeviceProfile
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.reasons import Reason, Refused

EUI = "24e124136b502217"
TOPIC = f"application/17c82e96-be03-4f38-aef3-f83d48582d97/device/{EUI}/event"
INFO = {"deviceInfo": {"devEui": EUI, "deviceName": "Bureau de Amina", "tags": {"badge": "1234"}}}
UP: dict[str, Any] = {
    **INFO,
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": "2026-11-22T09:34:15.775023999+00:00",
    "devAddr": "00189440",
    "fCnt": 7,
    "fPort": 85,
    "data": base64.b64encode(bytes.fromhex("030001")).decode(),
    "object": {"occupancy": "vacant"},
}


def desk(eui: str) -> DeviceProfile | None:
    return PROFILES["milesight-vs340"] if eui == EUI else None


def read(event: str, body: dict[str, Any], topic: str = TOPIC) -> DeviceMessage:
    return chirpstack.decoded(f"{topic}/{event}", json.dumps(body).encode(), desk)


def refusal(event: str, body: dict[str, Any], topic: str = TOPIC) -> tuple[Reason, str]:
    with pytest.raises(Refused) as refused:
        read(event, body, topic)
    return refused.value.refusal


def test_an_uplink_is_read_from_its_bytes_and_never_from_somebodys_codec() -> None:
    assert read("up", UP) == DeviceMessage(
        (Observation(EUI, "", "occupied", 1_795_340_055_775_023, 1),),
        SequenceNumber(f"{EUI}/00189440", 7, 2**32),
    )


def test_levels_in_front_of_the_topic_and_capitals_in_the_eui() -> None:
    assert read("up", UP, f"p2i/casanearshore/{TOPIC}".replace(EUI, EUI.upper())) == read("up", UP)


def test_the_frame_counter_and_port_of_proto3_are_left_out_when_they_are_0() -> None:
    message = read("up", {key: value for key, value in UP.items() if key not in ("fCnt", "fPort")})
    assert message.sequence == SequenceNumber(f"{EUI}/00189440", 0, 2**32)
    assert message.observations[0].value == 1


@pytest.mark.parametrize("data", [None, ""])
def test_an_uplink_without_payload_still_moves_the_frame_counter(data: str | None) -> None:
    message = read("up", UP | {"data": data})
    assert (message.observations, message.ignored) == ((), ("empty_payload",))
    assert message.sequence is not None


def test_stored_values_keep_their_instant_and_not_the_network_servers() -> None:
    stored = UP | {"data": base64.b64encode(bytes.fromhex("20CE7B3AF164000B000400")).decode()}
    message = chirpstack.decoded(f"{TOPIC}/up", json.dumps(stored).encode(), lambda _: PROFILES["milesight-vs350"])
    assert {found.measured_at_us for found in message.observations} == {1_693_530_747_000_000}
    assert all(found.is_historical for found in message.observations)


def test_nothing_of_names_and_tags_comes_through() -> None:
    for event in chirpstack.EVENTS:
        body = UP | {"level": "ERROR", "code": "Amina", "description": "Amina", "batteryLevel": 50}
        assert "Amina" not in str(read(event, body))
        assert "1234" not in str(read(event, body))


def test_an_event_nobody_dated_has_no_instant() -> None:
    assert read("up", {key: value for key, value in UP.items() if key != "time"}).observations[0].measured_at_us is None


@pytest.mark.parametrize(
    ("body", "value", "reason"),
    [
        ({"batteryLevel": 88.3}, 0.883, ""),
        ({}, None, "zero"),
        ({"batteryLevel": 0}, None, "zero"),
        ({"externalPowerSource": True}, None, "external_power"),
        ({"batteryLevelUnavailable": True}, None, "unavailable"),
        ({"batteryLevel": 140}, None, "out_of_range"),
        ({"batteryLevel": "full"}, None, "off_type"),
    ],
)
def test_the_battery_of_a_status(body: dict[str, Any], value: float | None, reason: str) -> None:
    (battery,) = read("status", {**INFO, "margin": 10, **body}).observations
    assert (battery.device, battery.quantity, battery.value, battery.reason) == (EUI, "battery_ratio", value, reason)


@pytest.mark.parametrize("event", ["join", "ack", "txack", "location", "integration"])
def test_events_that_hold_nothing_to_measure(event: str) -> None:
    assert read(event, {**INFO, "deduplicationId": "a-1"}) == DeviceMessage(ignored=(f"event:{event}",))


@pytest.mark.parametrize(
    ("code", "named"),
    [("UPLINK_F_CNT_RESET", "log:UPLINK_F_CNT_RESET"), ("Amina", "log:OTHER"), (7, "log:OTHER"), (None, "log:OTHER")],
)
def test_a_log_is_named_by_its_code(code: object, named: str) -> None:
    assert read("log", {**INFO, "code": code}).ignored == ("event:log", named)


def test_protobuf_is_refused_with_what_to_set() -> None:
    protobuf = b"\n$3ac7e3c4-4401-4b8d-9386-a5c902f9202d\x12\x0c\x08\xb7\xc1"
    with pytest.raises(Refused, match="set json=true") as refused:
        chirpstack.decoded(f"{TOPIC}/up", protobuf, desk)
    assert refused.value.refusal.reason == Reason.MALFORMED


def test_json_may_begin_with_a_line_feed() -> None:
    assert chirpstack.decoded(f"{TOPIC}/up", b"\n" + json.dumps(UP).encode(), desk) == read("up", UP)


@pytest.mark.parametrize(
    ("event", "change", "reason"),
    [
        ("up", {"deviceInfo": {}}, Reason.MALFORMED),
        ("up", {"deviceInfo": {"devEui": "24e124136b50221"}}, Reason.MALFORMED),
        ("up", {"deviceInfo": []}, Reason.OFF_TYPE),
        ("up", {"deviceInfo": {"devEui": "0101010101010101"}}, Reason.TOPIC),
        ("up", {"fCnt": -1}, Reason.OUT_OF_RANGE),
        ("up", {"fCnt": 2**32}, Reason.OUT_OF_RANGE),
        ("up", {"fCnt": "7"}, Reason.OFF_TYPE),
        ("up", {"fCnt": True}, Reason.OFF_TYPE),
        ("up", {"fPort": 256}, Reason.OUT_OF_RANGE),
        ("up", {"data": "AAA"}, Reason.MALFORMED),
        ("up", {"data": "ÄÄÄÄ"}, Reason.MALFORMED),
        ("up", {"data": 3}, Reason.OFF_TYPE),
        ("up", {"data": base64.b64encode(bytes(300)).decode()}, Reason.OVERSIZED),
        ("up", {"time": "yesterday"}, Reason.OFF_TYPE),
        ("up", {"time": "2026-11-22T09:34:15"}, Reason.NAIVE_INSTANT),
        ("up", {"data": "/w=="}, Reason.MALFORMED),
        ("nonsense", {}, Reason.TOPIC),
    ],
)
def test_what_is_refused(event: str, change: dict[str, Any], reason: Reason) -> None:
    assert refusal(event, UP | change)[0] == reason


def test_a_device_that_nobody_entered() -> None:
    other = "0101010101010101"
    body = UP | {"deviceInfo": {"devEui": other}}
    assert refusal("up", body, TOPIC.replace(EUI, other))[0] == Reason.UNKNOWN_DEVICE


@pytest.mark.parametrize("topic", ["", "v3/app@ttn/devices/x/up", f"gateway/{EUI}/event/up"])
def test_topics_of_something_else(topic: str) -> None:
    with pytest.raises(Refused) as refused:
        chirpstack.decoded(topic, json.dumps(UP).encode(), desk)
    assert refused.value.refusal.reason == Reason.TOPIC
