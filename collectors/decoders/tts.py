"""The Things Stack v3 messages (webhook body, MQTT or Storage Integration; the same JSON) to device messages. Pure."""

import re
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
from collectors.decoders.source_instant import rfc3339_microseconds
from collectors.observation import DeviceMessage
from collectors.reasons import Reason, Refused

_TOPIC = re.compile(
    r"v3/[^/@]+(?:@[^/@]+)?/devices/[^/]+/"
    r"(?:up(?:/normalized)?|join|down/(?:queued|sent|ack|nack|failed|queue_invalidated|queue/invalidated)"
    r"|service/data|location/solved)"
)
"""Topics of the MQTT server; open-source deployments leave out @TENANT."""
EVENTS = (
    "join_accept", "downlink_ack", "downlink_nack", "downlink_sent", "downlink_failed", "downlink_queued",
    "downlink_queue_invalidated", "location_solved", "service_data", "uplink_normalized",
)  # fmt: skip
"""Messages that hold nothing new to measure. `uplink_normalized` repeats an uplink in words of a codec."""


def decoded(topic: str, payload: bytes, profile_of: ProfileOf) -> DeviceMessage:
    """What one message says; `topic` is the MQTT topic, or "" for the body of a webhook.

    An uplink's raw bytes (`frm_payload`, `f_port`) are read by the profile of the device. message_id is (DevEUI,
    session key, frame counter), so that a webhook's retries, up to 83 minutes later, are told from new uplinks.
    The instant is the network server's (`uplink_message.received_at`); the application server's, at the top, is
    later and only stands in for it. A simulated uplink was never measured: no observations, `ignored` says
    "simulated". Other messages are known and hold nothing to measure; `ignored` names them. What is absent is zero.

    Raises Refused: topic, malformed, off_type, undecodable (no message of The Things Stack), unknown_device, and what
    the profile refuses. Names, attributes and locations are never read.
    """
    if topic and _TOPIC.fullmatch(topic) is None:
        raise Refused(Reason.TOPIC, "not v3/APPLICATION@TENANT/devices/DEVICE/ and a known event")
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
    device = dev_eui(part(body, "end_device_ids").get("dev_eui"))
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
            f"{device}/{session}/{counter}" if session else "",  # without its session a counter repeats
            None if received is None else rfc3339_microseconds(received, "received_at"),
            whole_number(uplink.get("f_port"), "f_port", 256),
            raw_payload(uplink.get("frm_payload"), "frm_payload"),
            part(uplink, "decoded_payload"),
        ),
        profile_of,
    )
