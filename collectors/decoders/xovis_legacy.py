"""Decodes what Xovis sensors of version 4 push: line and zone counts by the minute, and single count events. Pure."""

from typing import Any

from collectors.decoders.json_body import name_of_device, part, parts
from collectors.decoders.passed_over import passed_over
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import EpochUnit, epoch_microseconds, rfc3339_microseconds
from collectors.observation import Observation
from collectors.reasons import Reason, Refused

_EVENTS = frozenset(
    {
        "LineCount", "LineCrossing", "ZoneEntry", "ZoneExit", "CountZoneEntry", "CountZoneExit", "FillLevelChanged",
        "ZoneDwellIn", "ZoneDwellOut", "ObjectCreated", "ObjectDeleted",
    }
)  # fmt: skip
LABELS = {"fw": "people_in", "bw": "people_out", "fill level": "people", "fill-level": "people", "balance": "people"}
"""What a count is called, in small letters."""


def legacy_elements(value: dict[str, Any], device: str | None) -> tuple[list[Observation], tuple[str, ...]]:
    """The counts of `content.element[].measurement[]`, and the words for what is passed over.

    Channels are `line_0`, `zone_1` by the element's number. Instants carry the sensor's offset from UTC,
    which is believed.
    """
    name = name_of_device(part(value, "sensor-info").get("serial-number")) or device
    if name is None:
        raise Refused(Reason.UNKNOWN_DEVICE, "the package names no sensor and none is configured for this address")
    observations: list[Observation] = []
    ignored: dict[str, None] = {}
    for element in parts(part(value, "content"), "element"):
        number, kind = element.get("element-id"), element.get("data-type")
        channel = _channel("zone" if kind == "ZONE" else "line", number)
        for measured in parts(element, "measurement"):
            started_us = rfc3339_microseconds(measured.get("from"), '"from"')
            ended_us = rfc3339_microseconds(measured.get("to"), '"to"')
            if ended_us <= started_us:
                raise Refused(Reason.OFF_TYPE, 'a measurement whose "to" is not after its "from"')
            for count in parts(measured, "value"):
                label = count.get("label")
                quantity = LABELS.get(label.lower()) if isinstance(label, str) else None
                if quantity:
                    span_us = None if quantity == "people" else ended_us - started_us
                    raw = count.get("value")
                    observations.append(observed(name, channel, quantity, ended_us, raw, span_us=span_us))
                else:
                    ignored["unknown count"] = None
    return observations, tuple(ignored)


def legacy_events(
    value: dict[str, Any], device: str | None, unit: EpochUnit
) -> tuple[list[Observation], tuple[str, ...]]:
    """One person each by `LineCount` events, and the words for what is passed over.

    Those of one instant, line and direction are added up. LineCrossing, ZoneExit and their like
    tell of the same person on the way and are not counted.
    """
    counted: dict[tuple[str, str, str, int], int] = {}
    kinds = [str(event.get("type")) for event in parts(value, "values")]
    for event in parts(value, "values"):
        if event.get("type") != "LineCount" or event.get("objectType", "PERSON") != "PERSON":
            continue
        name = name_of_device(event.get("serial")) or device
        quantity = {"forward": "people_in", "backward": "people_out"}.get(str(event.get("direction")))
        if name is None or quantity is None:
            raise Refused(Reason.OFF_TYPE, "a LineCount without its sensor or its direction")
        stamp = event.get("timestamp")
        at_us = rfc3339_microseconds(stamp) if isinstance(stamp, str) else epoch_microseconds(stamp, unit)
        place = (name, _channel("line", part(event, "countItem").get("id")), quantity, at_us)
        counted[place] = counted.get(place, 0) + 1
    read = [
        observed(name, channel, quantity, at_us, number) for (name, channel, quantity, at_us), number in counted.items()
    ]
    return read, ("object", *passed_over(kinds, _EVENTS, otherwise="unknown event"))


def _channel(word: str, number: object) -> str:
    if type(number) is not int or not 0 <= number < 2**31:
        raise Refused(Reason.OFF_TYPE, f"a {word} without a number")
    return f"{word}_{number}"
