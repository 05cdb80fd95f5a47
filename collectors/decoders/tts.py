"""The Things Stack v3 messages (webhook body, MQTT or Storage Integration; the same JSON) to device messages. Pure."""

import re
from collections.abc import Sequence
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
from collectors.decoders.passed_over import passed_over
from collectors.decoders.source_instant import rfc3339_microseconds
from collectors.observation import DeviceMessage
from collectors.reasons import Reason, Refused

_TOPIC = re.compile(r"v3/[^/@]+(?:@[^/@]+)?/devices/[^/]+/(?P<event>.+)", re.DOTALL)
"""Topics of the MQTT server; open-source deployments leave out @TENANT."""
_TOPICS = frozenset(
    {
        "up", "up/normalized", "join", "service/data", "location/solved", "down/queued", "down/sent", "down/ack",
        "down/nack", "down/failed", "down/queue_invalidated", "down/queue/invalidated",
    }
)  # fmt: skip
_OUT_OF_SCOPE = frozenset({"topic:down/push", "topic:down/replace"})
"""What applications publish to have something sent to a device: nothing that one measured."""
_DEVICE_ID = re.compile(r"(?=.{3,36}$)[a-z0-9](?:-?[a-z0-9])+", re.ASCII)
"""The Things Stack's own rule for identifiers."""
EVENTS = (
    "join_accept", "downlink_ack", "downlink_nack", "downlink_sent", "downlink_failed", "downlink_queued",
    "downlink_queue_invalidated", "location_solved", "service_data", "uplink_normalized",
)  # fmt: skip
"""Messages that hold nothing new to measure. `uplink_normalized` repeats an uplink in words of a codec."""


def decoded(topic: str, payload: bytes, profile_of: ProfileOf) -> DeviceMessage:
    """What one message says; `topic` is the MQTT topic, or "" for the body of a webhook.

    An uplink's raw bytes (`frm_payload`, `f_port`) are read by the profile of the device: its DevEUI, or the device id
    where there is none (ABP without one). A webhook's retries, up to 83 minutes later, have the instant of the first
    and so the same readings. The instant is the network server's (`uplink_message.received_at`); the application
    server's, at the top, is later and only stands in for it. A simulated uplink was never measured: no observations,
    `ignored` says "simulated". Other messages are known and hold nothing to measure; `ignored` names them, and topics
    out of scope (commands to devices, and what a later release may add). What is absent is zero.

    Raises Refused: topic, malformed, off_type, undecodable (no message of The Things Stack), unknown_device, and what
    the profile refuses. Names, attributes and locations are never read.
    """
    if topic:
        found = _TOPIC.fullmatch(topic)
        if found is None:
            raise Refused(Reason.TOPIC, "not v3/APPLICATION@TENANT/devices/DEVICE/ and an event")
        if found["event"] not in _TOPICS:
            return DeviceMessage(ignored=passed_over([f"topic:{found['event']}"], (), _OUT_OF_SCOPE, "topic:other"))
    body = json_object(payload)
    if "end_device_ids" not in body and isinstance(body.get("result"), dict):
        body = body["result"]  # the Storage Integration wraps each message
    if isinstance(body.get("uplink_message"), dict):
        return _uplink(body, body["uplink_message"], profile_of)
    for event in EVENTS:
        if event in body:
            return DeviceMessage(ignored=(f"event:{event}",))
    raise Refused(Reason.UNDECODABLE, "holds no message of The Things Stack that is known")


def _uplink(body: dict[str, Any], uplink: dict[str, Any], profile_of: ProfileOf) -> DeviceMessage:
    if body.get("simulated") is True:
        return DeviceMessage(ignored=("simulated",))
    device = _device(part(body, "end_device_ids"))
    counter = whole_number(uplink.get("f_cnt"), "f_cnt", FRAME_COUNTER_MODULUS)
    session = uplink.get("session_key_id")
    if not isinstance(session, str) or re.fullmatch(r"[0-9A-Za-z+/=_-]{1,128}", session) is None:
        session = ""
    received = next((at for at in (uplink.get("received_at"), body.get("received_at")) if at is not None), None)
    return uplink_message(
        Uplink(
            device,
            session,
            counter,
            None if received is None else rfc3339_microseconds(received, "received_at"),
            whole_number(uplink.get("f_port"), "f_port", 256),
            raw_payload(uplink.get("frm_payload"), "frm_payload"),
            part(uplink, "decoded_payload"),
        ),
        profile_of,
    )


def _device(identifiers: dict[str, Any]) -> str:
    """The DevEUI, or the device id of a device that has none; Refused (malformed) without either."""
    if identifiers.get("dev_eui") is not None:
        return dev_eui(identifiers["dev_eui"])
    return device_id(identifiers.get("device_id"))


def device_id(value: object) -> str:
    """The id of a device that has no DevEUI; Refused (malformed) for what The Things Stack would not take as one."""
    if not isinstance(value, str) or _DEVICE_ID.fullmatch(value) is None:
        raise Refused(Reason.MALFORMED, "neither a DevEUI nor a device id: small letters, digits and single dashes")
    return value


def parts(payload: bytes) -> Sequence[bytes]:
    """The messages of a payload: one, or those of the lines in which the Storage Integration answers."""
    lines = [line for raw in payload.split(b"\n") if (line := raw.strip())]
    is_several = len(lines) > 1 and all(line.startswith(b"{") and line.endswith(b"}") for line in lines)
    return lines if is_several else (payload,)
