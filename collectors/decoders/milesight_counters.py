"""The Milesight people counters (VS121, VS132, VS133, VS135, VS350, VS351, VS360): items and meanings. Pure.

Written from the vendor's protocol tables (products/docs/en/*/protocol and the README of each model). Moduli are those
of the field: 2^32 for VS132/133/135, 2^16 for VS121/350/351/360.
"""

from collections.abc import Iterable, Mapping
from functools import partial

from collectors.decoders.lorawan_values import U8, count, occupied
from collectors.decoders.milesight import Item, Items, Model
from collectors.decoders.milesight_items import (
    HISTORY,
    TIMESTAMP,
    battery,
    history,
    long_total,
    model,
    one_stay,
    passages,
    regions,
    stays,
    temperature_item,
    totals,
)
from collectors.decoders.milesight_settings import IDENTITY
from collectors.observation import Observation
from collectors.reasons import Reason, Refused


def _camera_people(data: bytes) -> Iterable[Observation]:
    """VS121: people in view, then one bit a region, region 1 the lowest of big-endian 16 (00 a1 is 1, 6 and 8)."""
    if data[1] > 16:
        raise Refused(Reason.OUT_OF_RANGE, f"{data[1]} regions; the mask has 16")
    bits = int.from_bytes(data[2:4], "big")
    regions = [occupied(bits >> at & 1, f"region_{at + 1}") for at in range(data[1])]
    return [count("people", data[0], U8), *regions]


_CAMERA_PEAK = Item("people_peak", 1, lambda data: (count("people_peak", data[0], U8),))
_CAMERA_LIVE = {
    0x04: ("c9", Item("people", 4, _camera_people)),
    0x05: ("cc", Item("passages", 4, passages)),
    0x06: ("cd", _CAMERA_PEAK),
    0x07: ("d5", Item("regions", 8, partial(regions, 1, ""))),
    0x08: ("d5", Item("regions", 8, partial(regions, 9, ""))),
    0x09: ("da", Item("flows", 8)),
    0x0A: ("da", Item("flows", 8)),
    0x0B: ("da", Item("flows", 8)),
    0x0C: ("da", Item("flows", 8)),
    0x0D: ("cc", Item("totals", 4, totals)),
    0x0E: ("e4", Item("dwell", 5, partial(stays, ""))),
    0x0F: ("85", TIMESTAMP),
    0x10: ("f7", Item("line_passages", 4, lambda data: passages(data, "line"))),
}
_VS121_ITEMS: Items = {
    **IDENTITY,
    **{(channel, int(kind, 16)): item for channel, (kind, item) in _CAMERA_LIVE.items()},
    HISTORY: history(
        {
            0x01: _CAMERA_LIVE[0x04][1],
            0x02: _CAMERA_LIVE[0x05][1],
            0x03: _CAMERA_PEAK,
            **{0x04 + at: Item("regions", 4, partial(regions, 1 + 4 * at, "")) for at in range(4)},
            **{kind: Item("flows", 4) for kind in range(0x08, 0x10)},
            0x10: _CAMERA_LIVE[0x0D][1],
            0x11: _CAMERA_LIVE[0x0E][1],
            0x12: _CAMERA_LIVE[0x10][1],
        }
    ),
}


def _line_entries(base: int, suffix: str) -> dict[int, tuple[int, Item]]:
    """The channels of the four lines from `base` on, as channel: (type, item): total in, total out, period."""
    found: dict[int, tuple[int, Item]] = {}
    for line in range(4):
        name = f"line_{line + 1}{suffix}"
        at = base + 3 * line
        found[at] = (0xD2, Item("total_in", 4, partial(long_total, "people_in_total", name)))
        found[at + 1] = (0xD2, Item("total_out", 4, partial(long_total, "people_out_total", name)))
        found[at + 2] = (0xCC, Item("passages", 4, partial(passages, channel=name)))
    return found


_DEPTH_ENTRIES = {
    **_line_entries(0x03, ""),
    0x0F: (0xE3, Item("regions", 4, partial(regions, 1, ""))),
    **_line_entries(0x11, "_child"),
    0x1D: (0xE3, Item("regions", 4, partial(regions, 1, "_child"))),
}
"""VS133 and VS135. Of those counted on a line or in a region, children are counted again, in parts of their own."""
_VS13X_ITEMS: Items = {
    **IDENTITY,
    **{(channel, kind): item for channel, (kind, item) in _DEPTH_ENTRIES.items()},
    (0x10, 0xE4): Item("dwell", 5, partial(stays, "")),
    (0x1E, 0xE4): Item("dwell", 5, partial(stays, "_child")),
    (0x50, 0xFC): Item("alarm:occlusion", 3),
    HISTORY: history(
        {
            **{channel: item for channel, (_, item) in _DEPTH_ENTRIES.items()},
            0x10: Item("dwell", 3, partial(one_stay, "dwell_seconds", "")),
            0x20: Item("dwell", 3, partial(one_stay, "dwell_longest_seconds", "")),
            0x1E: Item("dwell", 3, partial(one_stay, "dwell_seconds", "_child")),
            0x3C: Item("dwell", 3, partial(one_stay, "dwell_longest_seconds", "_child")),
        }
    ),
}
_VS132_ITEMS: Items = {
    **IDENTITY,
    (0x03, 0xD2): Item("total_in", 4, partial(long_total, "people_in_total", "")),
    (0x04, 0xD2): Item("total_out", 4, partial(long_total, "people_out_total", "")),
    (0x05, 0xCC): Item("passages", 4, passages),
}


def _passages_and_totals(data: bytes) -> Iterable[Observation]:
    return [*passages(data), *totals(data[4:])]


_DOOR_ITEMS: Items = {
    **IDENTITY,
    (0x01, 0x75): battery(),
    (0x04, 0xCC): Item("totals", 4, totals),
    (0x05, 0xCC): Item("passages", 4, passages),
    (0x84, 0xCC): Item("alarm:totals", 5, totals),
    (0x85, 0xCC): Item("alarm:passages", 5, passages),
    (0x0A, 0xEF): TIMESTAMP,
    HISTORY: history({0x00: Item("passages", 4, passages), 0x01: Item("passages", 8, _passages_and_totals)}),
}
_WARM_DOOR_ITEMS: Items = {
    **_DOOR_ITEMS,
    (0x03, 0x67): temperature_item(),
    (0x83, 0x67): temperature_item(3),
    (0x81, 0xEE): Item("sensitivity", 1),
}
_VS360_ITEMS: Items = {
    **_DOOR_ITEMS,
    (0x02, 0x75): battery("node"),
    (0x03, 0xF4): Item("alarm:counting", 2),  # anomaly, node without response, or misaligned; and its release
}

_VS13X = model(_VS13X_ITEMS)
COUNTERS: Mapping[str, Model] = {
    "vs121": model(_VS121_ITEMS, own_extended={0x88: 1}),
    "vs132": model(_VS132_ITEMS),
    "vs133": _VS13X,
    "vs135": _VS13X,
    "vs350": model(_WARM_DOOR_ITEMS),
    "vs351": model(_WARM_DOOR_ITEMS, {0x75: 6, 0x8F: 2}),
    "vs360": model(_VS360_ITEMS, {0x75: 6}),
}
