"""The Milesight room sensors (AM, WS and EM series): their channels, lengths and meanings. Pure.

Written from the vendor's protocol tables. Particles, formaldehyde, ozone, indices of air quality and steps of light
have no quantity here and are ignored by name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import TypeAlias

from collectors.decoders.lorawan_values import (
    U32,
    co2,
    history_instant,
    humidity,
    occupied,
    one_of_two,
    total,
    tvoc,
    unless,
    value,
)
from collectors.decoders.milesight import Item, Items, Model
from collectors.decoders.milesight_items import (
    DISTANCE,
    HISTORY,
    HUMIDITY,
    READ_FAILED_IN_THE_COLD,
    battery,
    celsius,
    model,
    occupancy,
    temperature_item,
    u16,
)
from collectors.decoders.milesight_settings import IDENTITY, am100_replies, extended_replies
from collectors.observation import Observation

Cell: TypeAlias = tuple[int, Callable[[bytes], Observation] | None]
"""One field of a stored entry: its length, and how it is read; None is not read."""


def _pressure(data: bytes) -> Observation:
    tenths_of_hectopascal = u16(data, 0)
    pressure = value("pressure_pascals", tenths_of_hectopascal, 10)
    return unless(tenths_of_hectopascal, (0xFFFF,), pressure)


def _one(read: Callable[[bytes], Observation]) -> Callable[[bytes], Iterable[Observation]]:
    return lambda data: (read(data),)


_CO2 = Item("co2", 2, lambda data: (co2(u16(data, 0)),))
_PRESSURE = Item("pressure", 2, _one(_pressure))
_MOTION = Item("activity", 2, lambda data: (unless(u16(data, 0), (0xFFFF,), value("motion", u16(data, 0))),))
_DOOR = Item("magnet", 1, lambda data: (one_of_two("closed", data[0], 0, 1),))
"""0 the magnet is near and the door closed, 1 it is open."""
_LIGHT = Item(
    "illumination", 6, lambda data: (unless(u16(data, 0), (0xFFFF,), value("illuminance_lux", u16(data, 0))),)
)
"""Visible light in lux; the two infrared numbers behind it have no unit and are not read."""

_TEMPERATURE: Cell = (2, celsius)
_COLD_TEMPERATURE: Cell = (2, partial(celsius, sentinels=READ_FAILED_IN_THE_COLD))
_HALF_PERCENT: Cell = (1, lambda data: humidity(data[0], 200))
_WIDE_HALF_PERCENT: Cell = (2, lambda data: humidity(u16(data, 0), 200))
_PRESENCE: Cell = (1, lambda data: occupied(data[0]))
_PPM: Cell = (2, lambda data: co2(u16(data, 0)))
_TENTHS_OF_HECTOPASCAL: Cell = (2, _pressure)
_UNREAD_BYTE: Cell = (1, None)
_CLOSED: Cell = (1, lambda data: one_of_two("closed", data[0], 0, 1))
_UNREAD: Cell = (2, None)


def _stored(cells: Sequence[Cell]) -> Item:
    """Stored values of one instant (u32): every field of the model, one behind the other."""

    def read(data: bytes) -> Iterable[Observation]:
        at_us = history_instant(int.from_bytes(data[:4], "little"))
        found, at = [], 4
        for length, reader in cells:
            if reader is not None:
                found.append(reader(data[at : at + length])._replace(measured_at_us=at_us))
            at += length
        return found

    return Item("history", 4 + sum(length for length, _ in cells), read, is_historical=True)


_AM102_ITEMS: Items = {
    **IDENTITY,
    (0x01, 0x75): battery(),
    (0x03, 0x67): temperature_item(),
    (0x04, 0x68): HUMIDITY,
    HISTORY: _stored((_TEMPERATURE, _HALF_PERCENT)),
}
_AM103_ITEMS: Items = {
    **_AM102_ITEMS,
    (0x07, 0x7D): _CO2,
    HISTORY: _stored((_TEMPERATURE, _HALF_PERCENT, _PPM)),
}
_AM104_ITEMS: Items = {
    **IDENTITY,
    (0x01, 0x75): battery(),
    (0x03, 0x67): temperature_item(),
    (0x04, 0x68): HUMIDITY,
    (0x05, 0x6A): _MOTION,
    (0x06, 0x65): _LIGHT,
}
_AM107_ITEMS: Items = {
    **_AM104_ITEMS,
    (0x07, 0x7D): _CO2,
    (0x08, 0x7D): Item("tvoc", 2, lambda data: (tvoc(u16(data, 0)),)),
    (0x09, 0x73): _PRESSURE,
}


def _am300(behind: Sequence[Cell], **unread: int) -> Items:
    """The AM300 series: `behind` are the stored fields behind the pressure, `unread` the channels of type 0x7d."""
    stored = _stored(
        (
            _TEMPERATURE,
            _WIDE_HALF_PERCENT,
            _PRESENCE,
            _UNREAD_BYTE,  # step of light
            _PPM,
            _UNREAD,  # index, or mass, of volatile compounds
            _TENTHS_OF_HECTOPASCAL,
            *behind,
        )
    )
    return {
        **IDENTITY,
        (0x01, 0x75): battery(),
        (0x03, 0x67): temperature_item(),
        (0x04, 0x68): HUMIDITY,
        (0x05, 0x00): occupancy(),
        (0x06, 0xCB): Item("light_level", 1),
        (0x07, 0x7D): _CO2,
        (0x08, 0x7D): Item("tvoc_index", 2),
        (0x08, 0xE6): Item("tvoc_mass", 2),
        (0x09, 0x73): _PRESSURE,
        **{(channel, 0x7D): Item(name, 2) for name, channel in unread.items()},
        (0x0E, 0x01): Item("buzzer", 1),
        (0x20, 0xCE): stored,
        (0x21, 0xCE): stored,
    }


_AM307_ITEMS = _am300(())
_AM308_ITEMS = _am300((_UNREAD, _UNREAD), pm2_5=0x0B, pm10=0x0C)
_AM319_ITEMS = _am300((_UNREAD, _UNREAD, _UNREAD), hcho=0x0A, pm2_5=0x0B, pm10=0x0C, o3=0x0D)  # has one of hcho and o3

_WS201_ITEMS: Items = {
    **IDENTITY,
    (0x01, 0x75): battery(),
    (0x03, 0x82): DISTANCE,
    (0x04, 0xD6): Item("fill", 1),
}
_WS301_ITEMS: Items = {
    **IDENTITY,
    (0x01, 0x75): battery(),
    (0x03, 0x00): _DOOR,
    (0x04, 0x00): Item("tamper", 1),
}


def _sound(data: bytes) -> Iterable[Observation]:
    """WS302: level, equivalent level and maximum in tenths of a decibel, weighted as its first byte says."""
    equivalent, most = u16(data, 3), u16(data, 5)
    return (
        unless(equivalent, (0xFFFF,), value("sound_decibels", equivalent, Fraction(1, 10))),
        unless(most, (0xFFFF,), value("sound_decibels", most, Fraction(1, 10), "peak")),
    )


_WS302_ITEMS: Items = {**IDENTITY, (0x01, 0x75): battery(), (0x05, 0x5B): Item("sound", 7, _sound)}


def _energy(data: bytes) -> Iterable[Observation]:
    """Watt-hours in 32 bits as joules: the modulus is that of the watt-hours."""
    joules = int.from_bytes(data, "little") * 3600
    return (total("energy_joules_total", joules, U32 * 3600),)


_WS523_ITEMS: Items = {
    **IDENTITY,
    (0x03, 0x74): Item("voltage", 2),
    (0x04, 0x80): Item("power", 4, lambda data: (value("power_watts", int.from_bytes(data, "little")),)),
    (0x05, 0x81): Item("power_factor", 1),
    (0x06, 0x83): Item("energy", 4, _energy),
    (0x07, 0xC9): Item("current", 2),
    (0x08, 0x70): Item("socket", 1),
}
_EM300_MCS_ITEMS: Items = {
    **_AM102_ITEMS,
    (0x03, 0x67): temperature_item(2, READ_FAILED_IN_THE_COLD),
    (0x06, 0x00): _DOOR,
    HISTORY: _stored((_COLD_TEMPERATURE, _HALF_PERCENT, _CLOSED)),
}
_EM300_TH_ITEMS: Items = {
    **_AM102_ITEMS,
    (0x03, 0x67): temperature_item(2, READ_FAILED_IN_THE_COLD),
    HISTORY: _stored((_COLD_TEMPERATURE, _HALF_PERCENT, _UNREAD_BYTE)),
}
_EM320_TH_ITEMS: Items = {**_EM300_TH_ITEMS, HISTORY: _stored((_COLD_TEMPERATURE, _HALF_PERCENT))}
_EM500_CO2_ITEMS: Items = {
    **IDENTITY,
    (0x01, 0x75): battery(),
    (0x03, 0x67): temperature_item(2, READ_FAILED_IN_THE_COLD),
    (0x04, 0x68): HUMIDITY,
    (0x05, 0x7D): _CO2,
    (0x06, 0x73): _PRESSURE,
    (0x83, 0xD7): temperature_item(5, READ_FAILED_IN_THE_COLD),
    HISTORY: _stored((_PPM, _TENTHS_OF_HECTOPASCAL, _COLD_TEMPERATURE, _HALF_PERCENT)),
}


_AM307 = model(_AM307_ITEMS, {0x3A: 2})
_AM308 = model(_AM308_ITEMS, {0x3A: 2, 0x65: 2})
_AM319 = model(_AM319_ITEMS, {0x39: 1, 0x3A: 2, 0x65: 2})
_AM102, _AM103, _AM104, _AM107 = (
    Model(items, am100_replies(), extended_replies())
    for items in (_AM102_ITEMS, _AM103_ITEMS, _AM104_ITEMS, _AM107_ITEMS)
)
ROOMS: Mapping[str, Model] = {
    "am102": _AM102,
    "am102l": _AM102,
    "am103": _AM103,
    "am103l": _AM103,
    "am104": _AM104,
    "am107": _AM107,
    "am307": _AM307,
    "am307l": _AM307,
    "am308": _AM308,
    "am308l": _AM308,
    "am319": _AM319,
    "am319-hcho": _AM319,
    "am319-hcho-ir": _AM319,
    "am319l-hcho-ir": _AM319,
    "am319-o3": _AM319,
    "am319l-o3": _AM319,
    "em300-mcs": model(_EM300_MCS_ITEMS),
    "em300-th": model(_EM300_TH_ITEMS),
    "em320-th": model(_EM320_TH_ITEMS),
    "em500-co2": model(_EM500_CO2_ITEMS),
    "ws201": model(_WS201_ITEMS, {0x75: 6}),
    "ws301": model(_WS301_ITEMS),
    "ws302": model(_WS302_ITEMS),
    "ws523": model(_WS523_ITEMS),
}
