"""Decodes live data of Xovis sensors: people that cross lines, and counters as they step. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.decoders.json_body import part, parts
from collectors.decoders.passed_over import passed_over
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import EpochUnit
from collectors.decoders.xovis_names import COUNTS, instant, is_number, plain
from collectors.observation import Observation

_TOTALS: Mapping[str, str] = {"fw": "people_in_total", "bw": "people_out_total", "balance": "people"}
_OTHER_EVENTS = frozenset(
    {
        "COUNT_INCREMENT", "COUNT_DECREMENT", "TIME_CHANGE", "LINE_CROSS_FORWARD", "LINE_CROSS_BACKWARD", "ZONE_ENTRY",
        "ZONE_EXIT", "ZONE_DWELL_IN", "ZONE_DWELL_OUT", "ZONE_DWELL", "OBJECT_CREATED", "OBJECT_DELETED",
        "OBJECT_LOST", "TRACK_CREATED", "TRACK_DELETED", "TRACK_FLIP", "TAG_MANUAL", "VIEW_DIRECTION",
    }
)  # fmt: skip
"""Events of a person on the way, and those of counters that are no count of people."""


def live(
    package: dict[str, Any], device: str, prefix: str, unit: EpochUnit
) -> tuple[list[Observation], tuple[str, ...]]:
    """The observations of the frames of one package, and the words for what is passed over.

    People who cross a line in one frame are added up; groups, prams and the like are left out.
    """
    observations: list[Observation] = []
    ignored: list[str] = []
    for frame in parts(package, "frames"):
        tracks = parts(frame, "tracked_objects")
        events = parts(frame, "events")
        ignored += ["tracked_objects"] if tracks else []
        if not events:
            continue
        at_us = instant(frame.get("time"), unit, '"time"')
        people = _not_people(tracks)
        crossed: dict[tuple[str, str], int] = {}
        for event in events:
            attributes = part(event, "attributes")
            kind = event.get("type")
            if kind in ("LINE_CROSS_FORWARD", "LINE_CROSS_BACKWARD"):
                if _track(attributes) not in people and is_number(attributes.get("geometry_id")):
                    quantity = "people_in" if kind == "LINE_CROSS_FORWARD" else "people_out"
                    place = (f"{prefix}geometry_{attributes['geometry_id']}", quantity)
                    crossed[place] = crossed.get(place, 0) + 1
            elif event.get("category") == "COUNT":
                observations += _counter(attributes, kind, device, prefix, at_us)
            ignored += passed_over([str(kind)], _OTHER_EVENTS, otherwise="unknown event")
        observations += [
            observed(device, channel, quantity, at_us, number) for (channel, quantity), number in crossed.items()
        ]
    return observations, tuple(dict.fromkeys(ignored))


def _not_people(tracks: list[dict[str, Any]]) -> frozenset[int]:
    """Tracks of groups, prams and the like: a group crosses after its people and would count them again."""
    return frozenset(number for track in tracks if track.get("type") != "PERSON" and (number := _track(track)) >= 0)


def _track(of: dict[str, Any]) -> int:
    number = of.get("track_id")
    return number if type(number) is int else -1


def _counter(attributes: dict[str, Any], kind: object, device: str, prefix: str, at_us: int) -> Iterator[Observation]:
    number, name = attributes.get("logic_id"), plain(attributes.get("counter_name"))
    if not is_number(number):
        return
    channel = f"{prefix}logic_{number}"
    if kind in ("COUNT_INCREMENT", "COUNT_DECREMENT") and name in _TOTALS:
        yield observed(device, channel, _TOTALS[name], at_us, attributes.get("counter_value"))
    elif kind == "TIME_CHANGE" and COUNTS.get(name) == "dwell_seconds":
        yield observed(device, channel, "dwell_seconds", at_us, attributes.get("amount"))
