"""Decodes what Shelly devices of the second generation and later publish over MQTT. Pure."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from collectors.decoders.json_body import json_object, name_of_device, part, parts
from collectors.decoders.meaning import Meaning
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import epoch_microseconds
from collectors.observation import DeviceMessage, Observation
from collectors.plausibility import CLOCK_NOT_SET_BEFORE
from collectors.reasons import Reason, Refused


class _Field(NamedTuple):
    path: tuple[str, ...]
    quantity: str
    factor: Fraction = Fraction(1)
    phase: str = ""


_WATT_HOUR = Fraction(3600)
_METERED = (_Field(("apower",), "power_watts"), _Field(("aenergy", "total"), "energy_joules_total", _WATT_HOUR))
_COMPONENTS: Mapping[str, tuple[_Field, ...]] = {
    **dict.fromkeys(("switch", "light", "cover", "pm1", "cct", "rgb", "rgbw"), _METERED),
    "em": (
        _Field(("total_act_power",), "power_watts"),
        *(_Field((f"{phase}_act_power",), "power_watts", phase=f"/{phase}") for phase in "abc"),
    ),
    "em1": (_Field(("act_power",), "power_watts"),),
    "emdata": (_Field(("total_act",), "energy_joules_total", _WATT_HOUR),),
    "em1data": (_Field(("total_act_energy",), "energy_joules_total", _WATT_HOUR),),
    "temperature": (_Field(("tC",), "temperature_celsius"),),
    "humidity": (_Field(("rh",), "humidity_ratio", Fraction(1, 100)),),
    "illuminance": (_Field(("lux",), "illuminance_lux"),),
    "devicepower": (
        _Field(("battery", "percent"), "battery_ratio", Fraction(1, 100)),
        _Field(("battery", "V"), "battery_volts"),
    ),
    "presence": (_Field(("num_objects",), "people"),),
    "presencezone": (
        _Field(("num_objects",), "people"),
        _Field(("state",), "occupied"),
        _Field(("value",), "occupied"),
    ),
    "bthomedevice": (_Field(("battery",), "battery_ratio", Fraction(1, 100)),),
}
"""Components and their fields; the temperature inside a relay (`switch:0`) is not that of a room and is not taken."""
_NOT_OURS = frozenset(
    {
        "ble", "bthome", "button", "cloud", "eth", "group", "input", "knx", "matter", "modbus", "mqtt", "plugs_ui",
        "schedule", "script", "sys", "text", "thermostat", "ui", "virtual", "voltmeter", "wifi", "ws", "enum",
        "number", "boolean", "awaiting_auth_code", "smoke", "flood",
    }
)  # fmt: skip
_STATUS, _EVENTS, _ONLINE = "/status/", "/events/rpc", "/online"
_NO_MEASUREMENT = ("/debug/log", "/rpc", "/command", "/announce")


def decoded(
    topic: str, payload: bytes, *, retained: bool = False, bluetooth: Mapping[str, Meaning] | None = None
) -> DeviceMessage:
    """The observations of one message; the device is the topic prefix, the channel the component ("switch:0").

    `PREFIX/events/rpc` carries what changed (NotifyStatus) or everything (NotifyFullStatus) with the instant `ts`,
    null or from before 2000 until the device has found its time server; `PREFIX/status/COMPONENT` has no instant;
    `PREFIX/online` is the device's birth and will. A status of `bthomesensor:200` says nothing of what it measures:
    `bluetooth` does, by component. Raises Refused: topic, malformed, off_type.
    """
    if topic.endswith(_ONLINE):
        return _online(_device(topic.removesuffix(_ONLINE)), payload, retained)
    if topic.endswith(_EVENTS):
        return _notification(_device(topic.removesuffix(_EVENTS)), json_object(payload), retained, bluetooth or {})
    if _STATUS in topic:
        prefix, _, component = topic.rpartition(_STATUS)
        status = json_object(payload)
        device = _device(prefix)
        observations = _component(device, component, status, None, bluetooth or {})
        return DeviceMessage(observations, ignored=_ignored({component: status}), is_state=retained)
    if topic.endswith(_NO_MEASUREMENT) or "/command/" in topic:
        return DeviceMessage(ignored=(topic.rpartition("/")[2] if topic.endswith(_NO_MEASUREMENT) else "command",))
    raise Refused(Reason.TOPIC, "not PREFIX/events/rpc, PREFIX/status/COMPONENT or PREFIX/online of a Shelly")


def _device(prefix: str) -> str:
    device = name_of_device(prefix)
    if device is None:
        raise Refused(Reason.TOPIC, "no topic prefix of up to 200 printable characters")
    return device


def _online(device: str, payload: bytes, retained: bool) -> DeviceMessage:
    if payload not in (b"true", b"false"):
        raise Refused(Reason.OFF_TYPE, "online is neither true nor false")
    return DeviceMessage((observed(device, "", "is_online", None, payload == b"true"),), is_state=retained)


def _notification(
    device: str, frame: dict[str, Any], retained: bool, bluetooth: Mapping[str, Meaning]
) -> DeviceMessage:
    method, params = frame.get("method"), part(frame, "params")
    if method == "NotifyEvent":  # pushed buttons, settings changed, an update: no measurements
        parts(params, "events")
        return DeviceMessage(ignored=("events",))
    if method not in ("NotifyStatus", "NotifyFullStatus"):
        raise Refused(Reason.OFF_TYPE, '"method" is none of NotifyStatus, NotifyFullStatus, NotifyEvent')
    measured_at_us = _instant(params.get("ts"), '"ts"')
    observations: list[Observation] = []
    for component, status in params.items():
        if isinstance(status, dict):
            observations += _component(device, component, status, measured_at_us, bluetooth)
    is_state = retained and measured_at_us is None
    return DeviceMessage(observations, ignored=_ignored(params), is_state=is_state)


def _component(
    device: str,
    component: str,
    status: dict[str, Any],
    measured_at_us: int | None,
    bluetooth: Mapping[str, Meaning],
) -> list[Observation]:
    """The observations of one component; a field that has not changed is absent and is no observation."""
    seen_at_us = _instant(status.get("last_updated_ts"), '"last_updated_ts"')
    if component in bluetooth and "value" in status:
        meant = bluetooth[component]
        channel = meant.channel or component
        return [meant.observation(device, status["value"], seen_at_us or measured_at_us, channel)]
    has_errors = bool(status.get("errors"))
    found: dict[tuple[str, str], Observation] = {}
    kind, _, instance = component.partition(":")
    if instance and not (instance.isascii() and instance.isdigit() and len(instance) < 6):
        return []
    for field in _COMPONENTS.get(kind, ()):
        raw = _at(status, field.path)
        if raw is _ABSENT:
            continue
        channel = component + field.phase
        read = observed(device, channel, field.quantity, seen_at_us or measured_at_us, raw, factor=field.factor)
        if read.value is None and has_errors:
            read = read._replace(reason="fault")  # "errors": ["read"] beside a null
        found.setdefault((channel, field.quantity), read)
    return list(found.values())


_ABSENT = object()


def _at(status: dict[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = status
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return _ABSENT
        value = value[key]
    return value


def _instant(value: object, what: str) -> int | None:
    """A Unix time in µs; None when the device has none yet, or has a clock that was never set."""
    if value is None:
        return None
    microseconds = epoch_microseconds(value, "s", what)
    return microseconds if microseconds >= CLOCK_NOT_SET_BEFORE else None


def _ignored(components: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted({kind for name in components if (kind := name.partition(":")[0]) in _NOT_OURS}))
