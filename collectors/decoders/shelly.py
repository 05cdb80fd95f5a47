"""Decodes what Shelly devices of the second generation and later publish over MQTT. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.decoders.json_body import json_object, name_of_device, part, parts
from collectors.decoders.meaning import Meaning
from collectors.decoders.passed_over import UNKNOWN_FIELD, passed_over
from collectors.decoders.quantity_value import observed
from collectors.decoders.shelly_components import BESIDE, COMPONENTS, NOT_OURS, OF_A_PHASE
from collectors.decoders.source_instant import epoch_microseconds
from collectors.observation import DeviceMessage, Observation
from collectors.plausibility import CLOCK_NOT_SET_BEFORE
from collectors.reasons import Reason, Refused

_METER = re.compile(r"shelly(?:pro)?(?:3em|em)[a-z0-9]*(?:-[0-9a-z]+)?", re.IGNORECASE)
"""The ids of energy meters, whose `temperature:0` is that of the meter; those of sensors are that of the air."""
_OF_METER = re.compile(r"temperature:[0-9]{1,2}")
"""From 100 on components are add-ons: the probes of a meter hang in the air, too."""
_INSTANCE = re.compile(r"[a-z0-9_]+(?::[0-9]{1,5})?")
_STATUS, _EVENTS, _ONLINE = "/status/", "/events/rpc", "/online"
_NO_MEASUREMENT = ("/debug/log", "/rpc", "/command", "/announce")


def decoded(
    topic: str, payload: bytes, *, retained: bool = False, bluetooth: Mapping[str, Meaning] | None = None
) -> DeviceMessage:
    """The observations of one message; the device is the topic prefix, the channel the component ("switch:0").

    `PREFIX/events/rpc` carries what changed (NotifyStatus) or everything (NotifyFullStatus) with the instant `ts`,
    null or from before 2000 until the device has found its time server; `PREFIX/status/COMPONENT` has no instant;
    `PREFIX/online` is the device's birth and will. A status of `bthomesensor:200` says nothing of what it measures:
    `bluetooth` does, by component. The temperature of an energy meter is its own and is not taken; a meter is told by
    its id (`src`, or the last level of the prefix), or by a meter's component beside. What is not taken is in
    `ignored`. Raises Refused: topic, malformed, off_type.
    """
    if topic.endswith(_ONLINE):
        return _online(_device(topic.removesuffix(_ONLINE)), payload, retained)
    if topic.endswith(_EVENTS):
        return _notification(_device(topic.removesuffix(_EVENTS)), json_object(payload), retained, bluetooth or {})
    if _STATUS in topic:
        prefix, _, component = topic.rpartition(_STATUS)
        status = json_object(payload)
        device = _device(prefix)
        return _message(device, {component: status}, None, bluetooth or {}, is_state=retained)
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
    is_state = retained and measured_at_us is None
    return _message(device, params, measured_at_us, bluetooth, is_state=is_state, source=frame.get("src"))


def _message(
    device: str,
    components: Mapping[str, Any],
    measured_at_us: int | None,
    bluetooth: Mapping[str, Meaning],
    *,
    is_state: bool,
    source: object = None,
) -> DeviceMessage:
    """What the components of one message say; a meter's own temperature is passed over."""
    is_meter = _is_meter(device, components, source)
    observations: list[Observation] = []
    ignored: list[str] = []
    for component, status in components.items():
        if is_meter and _OF_METER.fullmatch(component):
            ignored.append("device_temperature")
            continue
        if isinstance(status, dict):
            observations += _component(device, component, status, measured_at_us, bluetooth)
        ignored += _others(component, status, bluetooth)
    return DeviceMessage(observations, ignored=tuple(sorted(set(ignored))), is_state=is_state)


def _is_meter(device: str, components: Mapping[str, Any], source: object) -> bool:
    names = (source if isinstance(source, str) else "", device.rpartition("/")[2])
    kinds = {component.partition(":")[0] for component in components}
    return bool(kinds & {"em", "em1", "emdata", "em1data"}) or any(_METER.fullmatch(name) for name in names)


def _others(component: str, status: Any, bluetooth: Mapping[str, Meaning]) -> Iterator[str]:
    """The words for what a component has and nobody takes."""
    kind = component.partition(":")[0]
    if component in bluetooth or component == "ts":
        return
    if kind not in COMPONENTS or not _INSTANCE.fullmatch(component):
        yield kind if kind in NOT_OURS else "unknown component"
    elif isinstance(status, dict):
        taken = {field.path[0] for field in COMPONENTS[kind]} | BESIDE
        others = [name for name in status if not (kind.startswith("em") and OF_A_PHASE.fullmatch(name))]
        yield from passed_over(others, taken)
    else:
        yield UNKNOWN_FIELD


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
    has_no_battery = _at(status, ("external", "present")) is True and _at(status, ("battery", "percent")) in (0, None)
    found: dict[tuple[str, str], Observation] = {}
    if not _INSTANCE.fullmatch(component):
        return []
    for field in COMPONENTS.get(component.partition(":")[0], ()):
        raw = _at(status, field.path)
        if raw is _ABSENT:
            continue
        channel = component + field.phase
        read = observed(device, channel, field.quantity, seen_at_us or measured_at_us, raw, factor=field.factor)
        if read.value is None and has_errors:
            read = read._replace(reason="fault")  # "errors": ["read"] beside a null
        if has_no_battery and field.path[0] == "battery":
            read = read._replace(value=None, reason="external_power")  # 0 % and 0.43 V of an empty holder, fed by USB
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
