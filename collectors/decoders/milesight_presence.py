"""The Milesight presence sensors of desks, rooms and cabins (VS321, VS330, VS340, VS341, VS370, WS202, WS203). Pure.

Written from the vendor's protocol tables.
"""

from collections.abc import Iterable, Mapping

from collectors.decoders.lorawan_values import U16, count, humidity, occupied
from collectors.decoders.milesight import Frame, Item, Items, Model
from collectors.decoders.milesight_items import (
    DISTANCE,
    HISTORY,
    HUMIDITY,
    TIMESTAMP,
    battery,
    celsius,
    history,
    model,
    occupancy,
    temperature_item,
    u16,
)
from collectors.decoders.milesight_settings import IDENTITY
from collectors.observation import Observation


def _desks(data: bytes) -> Iterable[Observation]:
    """VS321: which of ten regions are enabled, which of them occupied; both little-endian, region 1 the lowest bit."""
    enabled, taken = u16(data, 0), u16(data, 2)
    return [occupied(taken >> at & 1, f"region_{at + 1}") for at in range(10) if enabled >> at & 1]


def _blind(frames: list[Frame], observations: list[Observation]) -> list[Observation]:
    """VS321: while it says that it cannot detect, neither its count nor its regions are values."""
    if not any(item.name == "detection" and data[1] != 0 for item, data in frames):
        return observations
    return [
        found._replace(value=None, reason="undetectable")
        if found.quantity in ("people", "occupied") and found.measured_at_us is None
        else found
        for found in observations
    ]


_PEOPLE = Item("people", 2, lambda data: (count("people", u16(data, 0), U16),))
_VS321_ITEMS: Items = {
    **IDENTITY,
    (0x01, 0x75): battery(),
    (0x03, 0x67): temperature_item(),
    (0x04, 0x68): HUMIDITY,
    (0x05, 0xFD): _PEOPLE,
    (0x06, 0xFE): Item("desks", 4, _desks),
    (0x07, 0xFF): Item("illumination", 1),
    (0x08, 0xF4): Item("detection", 2),
    (0x0A, 0xEF): TIMESTAMP,
    (0x83, 0x67): temperature_item(3),
    (0x84, 0x68): Item("alarm:humidity", 2, HUMIDITY.read),
    HISTORY: history({0x00: _PEOPLE, 0x01: Item("desks", 4, _desks)}),
}


_VS330_ITEMS: Items = {
    **IDENTITY,
    (0x01, 0x75): battery(),
    (0x02, 0x82): DISTANCE,
    (0x03, 0x8E): occupancy(),
    (0x04, 0x8E): Item("calibration", 1),
}
_VS340_ITEMS: Items = {**IDENTITY, (0x01, 0x75): battery(), (0x03, 0x00): occupancy()}
_VS370_ITEMS: Items = {**_VS340_ITEMS, (0x04, 0x00): Item("illumination", 1)}


def _why_stored(data: bytes) -> Iterable[Observation]:
    """WS203: the entry behind the byte that says why it was stored: presence, temperature, humidity."""
    return occupied(data[0]), celsius(data[1:]), humidity(data[3], 200)


_WS202_ITEMS: Items = {
    **IDENTITY,
    (0x01, 0x75): battery(),
    (0x03, 0x00): occupancy(),
    (0x04, 0x00): Item("daylight", 1),
}
_WS203_ITEMS: Items = {
    **IDENTITY,
    (0x01, 0x75): battery(),
    (0x03, 0x67): temperature_item(),
    (0x04, 0x68): HUMIDITY,
    (0x05, 0x00): occupancy(),
    (0x83, 0x67): temperature_item(3),
    HISTORY: history({kind: Item("presence", 4, _why_stored) for kind in range(0x100)}),
}

_VS34X = model(_VS340_ITEMS)
PRESENCE: Mapping[str, Model] = {
    "vs321": model(_VS321_ITEMS, {0x65: 1})._replace(finish=_blind),
    "vs330": model(_VS330_ITEMS),
    "vs340": _VS34X,
    "vs341": _VS34X,
    "vs370": model(_VS370_ITEMS, {0x8F: 1}),
    "ws202": model(_WS202_ITEMS),
    "ws203": model(_WS203_ITEMS),
}
