"""Decodes what Axis 3D people counters push ("Axis Retail Data") and answer when asked for occupancy. Pure."""

from collectors.decoders.json_body import json_object, name_of_device, part, parts
from collectors.decoders.passed_over import passed_over
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import rfc3339_microseconds
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

_DIRECTIONS = {"in": "people_in", "out": "people_out"}
_OCCUPANCY = {"occupancy": "people", "total_in": "people_in_total", "total_out": "people_out_total"}
_BESIDE = frozenset({"serial", "name", "timestamp", "timezone"})


def decoded(body: bytes, *, device: str | None = None) -> DeviceMessage:
    """The people in and out of each measured span; the device is the camera's serial number, else `device`.

    Only utcFrom and utcTo are read: localFrom has no offset and follows the camera's own time zone table. `adults`
    and the camera's name are not taken. The occupancy answer has people and the totals since its daily reset.
    Raises Refused: malformed, off_type, naive_instant, unknown_device.
    """
    value = json_object(body)
    is_push = value.get("apiName") == "Axis Retail Data"
    if not is_push and "occupancy" not in value:
        raise Refused(Reason.OFF_TYPE, "neither Axis Retail Data nor an occupancy answer")
    name = name_of_device(part(value, "sensor").get("serial") if is_push else value.get("serial")) or device
    if name is None:
        raise Refused(Reason.UNKNOWN_DEVICE, "the body names no camera and none is configured for this address")
    if not is_push:
        at_us = rfc3339_microseconds(value.get("timestamp"), '"timestamp"')
        found = ((quantity, value[key]) for key, quantity in _OCCUPANCY.items() if key in value)
        read = [observed(name, "", quantity, at_us, raw) for quantity, raw in found]
        return DeviceMessage(read, ignored=passed_over(value, _OCCUPANCY.keys() | _BESIDE))
    data = part(value, "data")
    observations: list[Observation] = []
    ignored: list[str] = []
    for measured in parts(data, "measurements"):
        if measured.get("kind") != "people-counts":
            ignored.append("other measurements")
            continue
        started_us = rfc3339_microseconds(measured.get("utcFrom", data.get("utcFrom")), '"utcFrom"')
        ended_us = rfc3339_microseconds(measured.get("utcTo", data.get("utcTo")), '"utcTo"')
        if ended_us <= started_us:
            raise Refused(Reason.OFF_TYPE, 'a measurement whose "utcTo" is not after its "utcFrom"')
        for item in parts(measured, "items"):
            ignored += passed_over(item, ("direction", "count"), ("adults",))
            quantity = _DIRECTIONS.get(str(item.get("direction")))
            if quantity:
                raw = item.get("count")
                observations.append(observed(name, "", quantity, ended_us, raw, span_us=ended_us - started_us))
            else:
                ignored.append("unknown direction")
    return DeviceMessage(observations, ignored=tuple(dict.fromkeys(ignored)))
