"""ChirpStack v4 events (MQTT or HTTP integration, JSON) to device messages. Pure."""

import re
from fractions import Fraction
from typing import Any

from collectors.decoders.json_body import json_object, part
from collectors.decoders.lorawan import (
    FRAME_COUNTER_MODULUS,
    ProfileOf,
    Uplink,
    dev_eui,
    raw_payload,
    uplink_message,
    whole_number,
)
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import rfc3339_microseconds
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

_TOPIC = re.compile(r"(?:.+/)?application/[^/]+/device/(?P<device>[^/]+)/event/(?P<event>[^/]+)", re.DOTALL)
"""The default `event_topic` of the MQTT integration, with any levels in front of it."""
EVENTS = frozenset({"up", "status", "join", "ack", "txack", "log", "location", "integration"})
_LOG_CODES = frozenset(
    {
        "UNKNOWN", "DOWNLINK_PAYLOAD_SIZE", "UPLINK_CODEC", "DOWNLINK_CODEC", "OTAA", "UPLINK_F_CNT_RESET",
        "UPLINK_MIC", "UPLINK_F_CNT_RETRANSMISSION", "DOWNLINK_GATEWAY", "RELAY_NEW_END_DEVICE", "F_CNT_DOWN",
        "EXPIRED",
    }
)  # fmt: skip
"""LogCode of ChirpStack's integration.proto (v4.18)."""


def decoded(topic: str, payload: bytes, profile_of: ProfileOf) -> DeviceMessage:
    """What one event says; `profile_of` knows how the payload of each device is read.

    `up`: the raw bytes (`data`, `fPort`) by the profile of the device; sequence is `fCnt` within the session
    (`devAddr`). `status`: the battery. Other events are known and hold nothing to
    measure: no observations, and `ignored` names the event (of `log` events its code, too). `time` is when the
    network server had the frame; its nanoseconds are cut to microseconds. Fields that are absent are zero (proto3).

    Raises Refused: topic (not an event of ChirpStack, or of another device than the payload says), malformed (among
    others Protobuf, which has the same topics: set `json=true` in the integration), off_type, unknown_device, and
    what the profile refuses. Names of devices, tenants and tags are never read.
    """
    found = _TOPIC.fullmatch(topic)
    if found is None or found["event"] not in EVENTS:
        raise Refused(Reason.TOPIC, "not application/APPLICATION/device/DEVEUI/event/EVENT with a known event")
    event = found["event"]
    _refuse_protobuf(payload)
    body = json_object(payload)
    device = dev_eui(part(body, "deviceInfo").get("devEui"))
    if found["device"].lower() != device:
        raise Refused(Reason.TOPIC, "the topic names another device than the payload")
    if event == "up":
        return _up(device, body, profile_of)
    if event == "status":
        return DeviceMessage((_battery(device, body, _instant(body)),), ignored=("margin",))
    ignored: tuple[str, ...] = (f"event:{event}",)
    if event == "log":
        code = body.get("code", "UNKNOWN")
        ignored += (f"log:{code}" if isinstance(code, str) and code in _LOG_CODES else "log:OTHER",)
    return DeviceMessage(ignored=ignored)


def _up(device: str, body: dict[str, Any], profile_of: ProfileOf) -> DeviceMessage:
    return uplink_message(
        Uplink(
            device,
            _text(body, "devAddr"),
            whole_number(body.get("fCnt"), "fCnt", FRAME_COUNTER_MODULUS),
            _instant(body),
            whole_number(body.get("fPort"), "fPort", 256),
            raw_payload(body.get("data"), "data"),
            part(body, "object"),
        ),
        profile_of,
    )


def _battery(device: str, body: dict[str, Any], at_us: int | None) -> Observation:
    """The battery of a DevStatusAns (LoRaWAN 1.0.4 §5.5): 1..254 is a level, so 0 % is never one."""
    battery = observed(device, "", "battery_ratio", at_us, body.get("batteryLevel", 0), factor=Fraction(1, 100))
    if body.get("externalPowerSource") is True:
        return battery._replace(value=None, reason="external_power")
    if body.get("batteryLevelUnavailable") is True:
        return battery._replace(value=None, reason="unavailable")
    return battery._replace(value=None, reason="zero") if battery.value == 0 else battery


def _refuse_protobuf(payload: bytes) -> None:
    """Protobuf begins with field 1, a string (0x0a) and its length, 36 for a UUID; 0x0a is white space to JSON."""
    if payload[:1] == b"\n" and payload[1:2] not in (b"", b"{", b"\n", b"\r", b" ", b"\t"):
        raise Refused(Reason.MALFORMED, "Protobuf, not JSON: set json=true in ChirpStack's MQTT integration")


def _instant(body: dict[str, Any]) -> int | None:
    return None if body.get("time") is None else rfc3339_microseconds(body["time"], "time")


def _text(body: dict[str, Any], key: str) -> str:
    """An identifier the network server gave; one that is no short plain text is as good as none."""
    value = body.get(key)
    return value if isinstance(value, str) and re.fullmatch(r"[0-9A-Za-z-]{1,64}", value) else ""
