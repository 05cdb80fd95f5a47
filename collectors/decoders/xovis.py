"""Decodes what Xovis sensors push: version 5 (logics, live data, status) and the two forms of version 4. Pure.

Positions, tracks, gender, age, masks and names of lines are never read: only counts, by the numbers of their logics.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias, TypeGuard

from collectors.decoders.json_body import json_object, name_of_device, part, parts
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import EpochUnit, epoch_microseconds, rfc3339_microseconds
from collectors.decoders.xovis_legacy import legacy_elements, legacy_events
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.reasons import Reason, Refused

TimeFormat: TypeAlias = Literal["ms", "s", "rfc3339"]

_COUNTS: Mapping[str, str] = {
    "fw": "people_in",
    "bw": "people_out",
    "in": "people_in",
    "out": "people_out",
    "visits": "people_in",
    "outflow": "people_out",
    "balance": "people",
    "queue-length": "people",
    "dwell-time": "dwell_seconds",
    "queueing-time": "dwell_seconds",
}
"""Counts of a logic; fw-male, bw-mask, fw-age and their like say who somebody is and are not ours."""
_TOTALS: Mapping[str, str] = {"fw": "people_in_total", "bw": "people_out_total", "balance": "people"}
_OTHER_THAN_PEOPLE = ("BICYCLE", "PRAM", "WHEELCHAIR", "SHOPPING_CART", "GROUP", "WRONG_WAY")


def decoded(
    body: bytes, *, device: str | None = None, time_format: TimeFormat = "ms", forward_is_in: bool = True
) -> DeviceMessage:
    """The observations of one pushed package; channels are `logic_2`, or `geometry_2` for single crossings.

    A record's counts are of its span, measured at its end; a record made of fewer samples than expected counted only
    part of its minute, so its values are none with the reason "partial". Numbers are instants in the sensor's
    `time_format` (text is always RFC 3339). The package's id, counted by each push agent, is the sequence. `device`
    is used when the package names no sensor (old firmware). Push lines either as logics or as live data, not both:
    the same people would come twice. Raises Refused: malformed, off_type, naive_instant, unknown_device.
    """
    value = json_object(body)
    unit: EpochUnit = "s" if time_format == "s" else "ms"
    for kind, read in (("logics_data", _logics), ("live_data", _live), ("status_data", _status)):
        if kind in value:
            package = part(value, kind)
            sensor = part(package, "sensor_info")
            name = name_of_device(sensor.get("serial_number")) or device
            if name is None:
                raise Refused(Reason.UNKNOWN_DEVICE, "neither the package nor its address names a sensor")
            observations, ignored = read(package, name, _prefix(sensor), unit)
            return _message(observations, forward_is_in, _sequence(package, name), ignored)
    if "content" in value:
        return _message(legacy_elements(value, device), forward_is_in)
    if "values" in value:
        return _message(legacy_events(value, device, unit), forward_is_in, ignored=("object",))
    raise Refused(Reason.OFF_TYPE, "none of logics_data, live_data, status_data, content, values")


def _message(
    observations: list[Observation],
    forward_is_in: bool,
    sequence: SequenceNumber | None = None,
    ignored: tuple[str, ...] = (),
) -> DeviceMessage:
    if not forward_is_in:
        observations = [read._replace(quantity=_REVERSED.get(read.quantity, read.quantity)) for read in observations]
    return DeviceMessage(observations, sequence, ignored=ignored)


_REVERSED = {
    "people_in": "people_out",
    "people_out": "people_in",
    "people_in_total": "people_out_total",
    "people_out_total": "people_in_total",
}


def _prefix(sensor: dict[str, Any]) -> str:
    """Logics of a multisensor have numbers of their own beside those of the single sensor that speaks for it."""
    if sensor.get("type") != "MULTI_SENSOR":
        return ""
    number = sensor.get("multisensor_id")
    return f"multisensor_{number}/" if _is_number(number) else "multisensor/"


def _sequence(package: dict[str, Any], name: str) -> SequenceNumber | None:
    info = part(package, "package_info")
    agent, number = info.get("agent_id"), info.get("id")
    if not _is_number(number):
        return None
    return SequenceNumber(f"{name}/agent_{agent}" if _is_number(agent) else name, number)


def _is_number(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < 2**63


def _instant(value: object, unit: EpochUnit, what: str) -> int:
    return rfc3339_microseconds(value, what) if isinstance(value, str) else epoch_microseconds(value, unit, what)


def _logics(
    package: dict[str, Any], device: str, prefix: str, unit: EpochUnit
) -> tuple[list[Observation], tuple[str, ...]]:
    observations: list[Observation] = []
    is_other = False
    for logic in parts(package, "logics"):
        number, info = logic.get("id"), logic.get("info")
        if not _is_number(number):
            raise Refused(Reason.OFF_TYPE, "a logic without a number")
        if isinstance(info, str) and any(word in info for word in _OTHER_THAN_PEOPLE):
            is_other = True
            continue
        for record in parts(logic, "records"):
            observations += _record(record, device, f"{prefix}logic_{number}", unit)
    return observations, ("other than people",) if is_other else ()


def _record(record: dict[str, Any], device: str, channel: str, unit: EpochUnit) -> Iterator[Observation]:
    started_us, ended_us = (_instant(record.get(key), unit, f'"{key}"') for key in ("from", "to"))
    if ended_us <= started_us:
        raise Refused(Reason.OFF_TYPE, 'a record whose "to" is not after its "from"')
    samples, expected = record.get("samples"), record.get("samples_expected")
    is_partial = _is_number(samples) and _is_number(expected) and samples < expected
    for count in parts(record, "counts"):
        quantity = _COUNTS.get(_plain(count.get("name")))
        if quantity is None:
            continue
        span_us = None if quantity == "people" else ended_us - started_us
        read = observed(device, channel, quantity, ended_us, count.get("value"), span_us=span_us)
        yield read._replace(value=None, reason="partial") if is_partial else read


def _plain(name: object) -> str:
    return name.lower().replace("_", "-") if isinstance(name, str) else ""


def _live(
    package: dict[str, Any], device: str, prefix: str, unit: EpochUnit
) -> tuple[list[Observation], tuple[str, ...]]:
    observations: list[Observation] = []
    has_tracks = False
    for frame in parts(package, "frames"):
        tracks = parts(frame, "tracked_objects")
        events = parts(frame, "events")
        has_tracks = has_tracks or bool(tracks)
        if not events:
            continue
        at_us = _instant(frame.get("time"), unit, '"time"')
        people = _not_people(tracks)
        crossed: dict[tuple[str, str], int] = {}
        for event in events:
            attributes = part(event, "attributes")
            kind = event.get("type")
            if kind in ("LINE_CROSS_FORWARD", "LINE_CROSS_BACKWARD"):
                if _track(attributes) not in people and _is_number(attributes.get("geometry_id")):
                    quantity = "people_in" if kind == "LINE_CROSS_FORWARD" else "people_out"
                    place = (f"{prefix}geometry_{attributes['geometry_id']}", quantity)
                    crossed[place] = crossed.get(place, 0) + 1
            elif event.get("category") == "COUNT":
                observations += _counter(attributes, kind, device, prefix, at_us)
        observations += [
            observed(device, channel, quantity, at_us, number) for (channel, quantity), number in crossed.items()
        ]
    return observations, ("tracked_objects",) if has_tracks else ()


def _not_people(tracks: list[dict[str, Any]]) -> frozenset[int]:
    """Tracks of groups, prams and the like: a group crosses after its people and would count them again."""
    return frozenset(number for track in tracks if track.get("type") != "PERSON" and (number := _track(track)) >= 0)


def _track(of: dict[str, Any]) -> int:
    number = of.get("track_id")
    return number if type(number) is int else -1


def _counter(attributes: dict[str, Any], kind: object, device: str, prefix: str, at_us: int) -> Iterator[Observation]:
    number, name = attributes.get("logic_id"), _plain(attributes.get("counter_name"))
    if not _is_number(number):
        return
    channel = f"{prefix}logic_{number}"
    if kind in ("COUNT_INCREMENT", "COUNT_DECREMENT") and name in _TOTALS:
        yield observed(device, channel, _TOTALS[name], at_us, attributes.get("counter_value"))
    elif kind == "TIME_CHANGE" and _COUNTS.get(name) == "dwell_seconds":
        yield observed(device, channel, "dwell_seconds", at_us, attributes.get("amount"))


def _status(
    package: dict[str, Any], device: str, prefix: str, unit: EpochUnit
) -> tuple[list[Observation], tuple[str, ...]]:
    del prefix
    clock = part(part(part(part(package, "states"), "time"), "state"), "details")
    at_us = _instant(clock["time"], unit, '"time"') if clock.get("time") is not None else None
    return [observed(device, "", "is_online", at_us, True)], ("states",)
