"""Decodes VergeSense webhooks: people and availability of spaces, floors and sensors. Pure."""

from fractions import Fraction
from typing import Any

from collectors.decoders.json_body import json_value, name_of_device, part
from collectors.decoders.passed_over import passed_over
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import rfc3339_microseconds
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

_STATES = {"occupied": True, "available": False}
_NOT_OURS = frozenset({"iaq", "signs_of_life", "motion_detected", "passively_occupied", "people", "sensor_ids"})
"""`signs_of_life` is a coat on a chair, `people` has the coordinates of each: neither is a number of people."""
_WRAPPING = frozenset(
    {
        "event_type", "timestamp", "person_count", "state", "environment", "building_id", "building_ref_id",
        "building_name", "floor_id", "floor_ref_id", "floor_name", "space_id", "space_ref_id", "space_name",
        "space_type", "sensor_id", "capacity", "max_capacity",
    }
)  # fmt: skip


def decoded(body: bytes) -> DeviceMessage:
    """The observations of one delivery, an event or a list of them.

    `space_report` and `floor_report` count people (null: no value), `sensor_report` those one sensor sees, and
    `space_availability` says occupied or available. The device is the number of the space, BUILDING/FLOOR for a
    floor, the sensor's id for a sensor; all by VergeSense's clock in UTC. `motion_detected` and events we do not know
    are not taken. Raises Refused: malformed, off_type, naive_instant, unknown_device.
    """
    value = json_value(body)
    events = value if isinstance(value, list) else [value]
    if not all(isinstance(event, dict) for event in events):
        raise Refused(Reason.OFF_TYPE, "an event is one JSON object")
    observations: list[Observation] = []
    ignored = {word for event in events for word in passed_over(event, _WRAPPING, _NOT_OURS)}
    for event in events:
        kind = event.get("event_type")
        if kind in ("space_report", "floor_report", "sensor_report"):
            observations += _report(str(kind), event)
        elif kind == "space_availability":
            device, at_us = _place("space_report", event), rfc3339_microseconds(event.get("timestamp"))
            state = event.get("state")
            is_occupied = _STATES.get(state.lower(), state) if isinstance(state, str) else state
            observations.append(observed(device, "", "occupied", at_us, is_occupied))
        elif isinstance(kind, str):
            ignored.add("event_type")
        else:
            raise Refused(Reason.OFF_TYPE, '"event_type" is missing')
    return DeviceMessage(observations, ignored=tuple(sorted(ignored)))


def _report(kind: str, event: dict[str, Any]) -> list[Observation]:
    device, at_us = _place(kind, event), rfc3339_microseconds(event.get("timestamp"))
    people = event.get("person_count")
    if people is None:
        people = part(event, "people").get("count")
    observations = [observed(device, "", "people", at_us, people)]
    environment = part(event, "environment")
    measured = environment.get("timestamp")
    air_at_us = at_us if measured is None else rfc3339_microseconds(measured)
    for key, quantity, factor in (
        ("temperature", "temperature_celsius", Fraction(1)),
        ("humidity", "humidity_ratio", Fraction(1, 100)),
    ):
        if key in environment:
            written = environment[key]
            raw = written.get("value") if isinstance(written, dict) else written
            observations.append(observed(device, "", quantity, air_at_us, raw, factor=factor))
    return observations


def _place(kind: str, event: dict[str, Any]) -> str:
    if kind == "floor_report":
        names = [name_of_device(event.get(key)) for key in ("building_ref_id", "floor_ref_id")]
        found = "/".join(name for name in names if name) if all(names) else None
    elif kind == "sensor_report":
        found = name_of_device(event.get("sensor_id"))
    else:
        found = name_of_device(event.get("space_id")) or name_of_device(event.get("space_ref_id"))
    if found is None:
        raise Refused(Reason.UNKNOWN_DEVICE, f"a {kind} that does not say of what")
    return found
