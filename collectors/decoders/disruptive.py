"""Decodes events of Disruptive Technologies sensors, as a Data Connector posts them. Pure."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from collectors.decoders.json_body import json_object, name_of_device, part, parts
from collectors.decoders.passed_over import passed_over
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import rfc3339_microseconds
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

_ONE, _PERCENT = Fraction(1), Fraction(1, 100)
_NUMBERS: Mapping[str, tuple[tuple[str, str, Fraction], ...]] = {
    "co2": (("ppm", "co2_ratio", Fraction(1, 10**6)),),
    "pressure": (("pascal", "pressure_pascals", _ONE),),
    "networkStatus": (("signalStrength", "link_ratio", _PERCENT),),
    "batteryStatus": (("percentage", "battery_ratio", _PERCENT),),
    "objectPresentCount": (("total", "object_present_total", _ONE),),
    "touchCount": (("total", "touches_total", _ONE),),
}
_SAMPLED: Mapping[str, tuple[tuple[str, str, Fraction], ...]] = {
    "temperature": (("value", "temperature_celsius", _ONE),),
    "humidity": (("temperature", "temperature_celsius", _ONE), ("relativeHumidity", "humidity_ratio", _PERCENT)),
}
_STATES: Mapping[str, tuple[str, str, Mapping[str, bool]]] = {
    "deskOccupancy": ("state", "occupied", {"OCCUPIED": True, "NOT_OCCUPIED": False}),
    "motion": ("state", "occupied", {"MOTION_DETECTED": True, "NO_MOTION_DETECTED": False}),
    "objectPresent": ("state", "object_present", {"PRESENT": True, "NOT_PRESENT": False}),
    "contact": ("state", "closed", {"CLOSED": True, "OPEN": False}),
    "connectionStatus": ("connection", "is_online", {"ETHERNET": True, "CELLULAR": True, "OFFLINE": False}),
}
_BESIDE = frozenset(
    {"updateTime", "samples", "cloudConnectors", "transmissionMode", "rssi", "remarks", "sampleTime", "ccons"}
)
"""What stands beside a value and is not read."""
_NOT_OURS = frozenset({"waterPresent", "labelsChanged", "ethernetStatus", "cellularStatus", "probeWireStatus"})


def decoded(body: bytes, *, device: str | None = None) -> DeviceMessage:
    """The observations of one event; posted again, it has the same instant and is the same reading.

    The device is the last part of `targetName` (projects/P/devices/D), else `device`. Instants are the sensor's
    updateTime, or each sample's own where a heartbeat brings several. A touch is an event of its own. Taken both as
    posted (`{"event": …}`) and as the bare event. Events that measure nothing are not taken; labels and metadata,
    which people write, are never read. Raises Refused: malformed, off_type, naive_instant, unknown_device.
    """
    value = json_object(body)
    event = part(value, "event") or value
    kind = event.get("eventType")
    if not isinstance(kind, str):
        raise Refused(Reason.OFF_TYPE, '"eventType" is missing')
    if kind not in _READERS:
        return DeviceMessage(ignored=(kind if kind in _NOT_OURS else "eventType",))
    data = part(event, "data") or event
    raw = data.get(kind)
    content = {} if kind == "touch" and raw is True else part(data, kind)
    if not content and kind != "touch":
        raise Refused(Reason.OFF_TYPE, "the event has no data of its type")
    name = _device(event) or device
    if name is None:
        raise Refused(Reason.UNKNOWN_DEVICE, "the event names no device and none is configured for this address")
    written = content.get("updateTime", event.get("timestamp"))
    at_us = None if written is None else rfc3339_microseconds(written, '"updateTime"')
    ignored = passed_over(content, _BESIDE | _taken(kind))
    return DeviceMessage(_READERS[kind](kind, content, name, at_us), ignored=ignored)


def _taken(kind: str) -> frozenset[str]:
    """The fields of a kind of event that are read."""
    if kind in _STATES:
        return frozenset({_STATES[kind][0], "available"})
    return frozenset(key for key, _, _ in (*_NUMBERS.get(kind, ()), *_SAMPLED.get(kind, ())))


def _device(event: dict[str, Any]) -> str | None:
    target = event.get("targetName")
    return name_of_device(target.rpartition("/")[2]) if isinstance(target, str) else None


def _numbers(kind: str, content: dict[str, Any], device: str, at_us: int | None) -> list[Observation]:
    return [
        observed(device, "", quantity, at_us, content.get(key), factor=factor)
        for key, quantity, factor in _NUMBERS[kind]
    ]


def _samples(kind: str, content: dict[str, Any], device: str, at_us: int | None) -> list[Observation]:
    """Every sample of the heartbeat once; the event's own value is the latest of them and stands only without them."""
    observations: dict[tuple[str, int | None], Observation] = {}
    for sample in parts(content, "samples") or [content]:
        own = sample.get("sampleTime")
        sampled_at_us = at_us if own is None else rfc3339_microseconds(own, '"sampleTime"')
        for key, quantity, factor in _SAMPLED[kind]:
            read = observed(device, "", quantity, sampled_at_us, sample.get(key), factor=factor)
            observations.setdefault((quantity, sampled_at_us), read)
    return list(observations.values())


def _state(kind: str, content: dict[str, Any], device: str, at_us: int | None) -> list[Observation]:
    key, quantity, words = _STATES[kind]
    word = content.get(key)
    return [observed(device, "", quantity, at_us, words.get(word, word) if isinstance(word, str) else word)]


def _touch(kind: str, content: dict[str, Any], device: str, at_us: int | None) -> list[Observation]:
    del kind, content
    return [observed(device, "", "touches", at_us, 1)]


_READERS: Mapping[str, Callable[[str, dict[str, Any], str, int | None], list[Observation]]] = {
    **dict.fromkeys(_NUMBERS, _numbers),
    **dict.fromkeys(_SAMPLED, _samples),
    **dict.fromkeys(_STATES, _state),
    "touch": _touch,
}
