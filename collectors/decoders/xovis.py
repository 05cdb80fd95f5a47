"""Decodes what Xovis sensors push: version 5 (logics, live data, status) and the two forms of version 4. Pure.

Positions, tracks, gender, age, masks and names of lines are never read: only counts, by the numbers of their logics.
"""

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from collectors.decoders.json_body import json_object, name_of_device, part, parts
from collectors.decoders.passed_over import passed_over
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import EpochUnit
from collectors.decoders.xovis_legacy import legacy_elements, legacy_events
from collectors.decoders.xovis_live import live
from collectors.decoders.xovis_names import COUNTS, instant, is_number, plain
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.reasons import Reason, Refused, numbered

TimeFormat: TypeAlias = Literal["ms", "s", "rfc3339"]

_WHO = "who somebody is"
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
    for kind, read in (("logics_data", _logics), ("live_data", live), ("status_data", _status)):
        if kind in value:
            package = part(value, kind)
            sensor = part(package, "sensor_info")
            name = name_of_device(sensor.get("serial_number")) or device
            if name is None:
                raise Refused(Reason.UNKNOWN_DEVICE, "neither the package nor its address names a sensor")
            sequence = _sequence(package, name)
            with numbered(sequence):
                observations, ignored = read(package, name, _prefix(sensor), unit)
            return _message(observations, forward_is_in, sequence, ignored)
    if "content" in value:
        observations, ignored = legacy_elements(value, device)
        return _message(observations, forward_is_in, ignored=ignored)
    if "values" in value:
        observations, ignored = legacy_events(value, device, unit)
        return _message(observations, forward_is_in, ignored=ignored)
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
    return f"multisensor_{number}/" if is_number(number) else "multisensor/"


def _sequence(package: dict[str, Any], name: str) -> SequenceNumber | None:
    info = part(package, "package_info")
    agent, number = info.get("agent_id"), info.get("id")
    if not is_number(number):
        return None
    return SequenceNumber(f"{name}/agent_{agent}" if is_number(agent) else name, number)


def _logics(
    package: dict[str, Any], device: str, prefix: str, unit: EpochUnit
) -> tuple[list[Observation], tuple[str, ...]]:
    observations: list[Observation] = []
    ignored: list[str] = []
    for logic in parts(package, "logics"):
        number, info = logic.get("id"), logic.get("info")
        if not is_number(number):
            raise Refused(Reason.OFF_TYPE, "a logic without a number")
        if isinstance(info, str) and any(word in info for word in _OTHER_THAN_PEOPLE):
            ignored.append("other than people")
            continue
        for record in parts(logic, "records"):
            observations += _record(record, device, f"{prefix}logic_{number}", unit)
            ignored += _other_counts(record)
    return observations, tuple(dict.fromkeys(ignored))


def _record(record: dict[str, Any], device: str, channel: str, unit: EpochUnit) -> Iterator[Observation]:
    started_us, ended_us = (instant(record.get(key), unit, f'"{key}"') for key in ("from", "to"))
    if ended_us <= started_us:
        raise Refused(Reason.OFF_TYPE, 'a record whose "to" is not after its "from"')
    samples, expected = record.get("samples"), record.get("samples_expected")
    is_partial = is_number(samples) and is_number(expected) and samples < expected
    for count in parts(record, "counts"):
        quantity = COUNTS.get(plain(count.get("name")))
        if quantity is None:
            continue
        span_us = None if quantity == "people" else ended_us - started_us
        read = observed(device, channel, quantity, ended_us, count.get("value"), span_us=span_us)
        yield read._replace(value=None, reason="partial") if is_partial else read


def _other_counts(record: dict[str, Any]) -> tuple[str, ...]:
    names = (plain(count.get("name")) for count in parts(record, "counts"))
    told = (_WHO if name.rpartition("-")[0] in COUNTS or name.endswith("no-mask") else name for name in names)
    return passed_over(told, COUNTS, (_WHO,), "unknown count")


def _status(
    package: dict[str, Any], device: str, prefix: str, unit: EpochUnit
) -> tuple[list[Observation], tuple[str, ...]]:
    del prefix
    clock = part(part(part(part(package, "states"), "time"), "state"), "details")
    at_us = instant(clock["time"], unit, '"time"') if clock.get("time") is not None else None
    return [observed(device, "", "is_online", at_us, True)], ("states",)
