"""Decodes the counts that Cisco Meraki MV cameras publish over MQTT (MV Sense). Pure."""

import re

from collectors.decoders.json_body import json_object, part
from collectors.decoders.passed_over import passed_over
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import epoch_microseconds
from collectors.observation import DeviceMessage
from collectors.reasons import Reason, Refused

_TOPIC = re.compile(r"/?merakimv/([A-Z0-9]{4}(?:-[A-Z0-9]{4}){2})/([A-Za-z0-9_]{1,40})(/.*)?", re.ASCII)
_NO_COUNTS = frozenset({"raw_detections", "custom_analytics", "audio_detections", "audio_analytics", "net-detections"})


def decoded(topic: str, payload: bytes, *, retained: bool = False) -> DeviceMessage:
    """The people in one zone of one camera, or the light on it; the topic begins with a slash, an empty level.

    The device is the camera's serial number, the channel `zone_N`; zone 0 is the whole picture and the channel "".
    `ts` is in ms. Detections with boxes around each person are not taken. Raises Refused: topic, malformed, off_type.
    """
    found = _TOPIC.fullmatch(topic)
    if found is None:
        raise Refused(Reason.TOPIC, "not /merakimv/SERIAL/ZONE")
    device, zone, rest = found.groups()
    if zone in _NO_COUNTS or rest:
        return DeviceMessage(ignored=(zone if zone in _NO_COUNTS else "other topics",))
    value = json_object(payload)
    written = value.get("ts")
    at_us = None if written is None else epoch_microseconds(written, "ms", '"ts"')
    is_state = retained and at_us is None
    if zone == "light":
        return DeviceMessage((observed(device, "", "illuminance_lux", at_us, value.get("lux")),), is_state=is_state)
    counts = part(value, "counts")
    channel = "" if zone == "0" else f"zone_{zone}"
    ignored = passed_over(counts, ("person",), ("vehicle",)) + passed_over(value, ("ts", "counts"))
    people = observed(device, channel, "people", at_us, counts.get("person"))
    return DeviceMessage((people,), ignored=tuple(dict.fromkeys(ignored)), is_state=is_state)
