"""The Milesight AM304L and AM305L, which say of every stored value whether it is one, and when a sensor fails. Pure.

Written from the vendor's protocol tables. The number of motions (15 bits, since when is not told) and the step of light
are not read.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from collectors.decoders.lorawan_values import (
    co2,
    history_instant,
    humidity,
    no_value,
    occupied,
    one_of_two,
    unless,
    value,
)
from collectors.decoders.milesight import Item, Items, Model
from collectors.decoders.milesight_items import HUMIDITY, battery, celsius, model, occupancy, temperature_item, u16
from collectors.decoders.milesight_settings import IDENTITY
from collectors.observation import Observation

_VALIDITY = {0: "invalid", 2: "out_of_range", 3: "sensor_fault"}
"""What stands before a stored value; 1 is valid."""


def _fault(quantity: str, data: bytes) -> Iterable[Observation]:
    """A sensor that fails now: 0 it could not measure, 1 what it measured is out of its range."""
    return (no_value(quantity, {0: "sensor_fault", 1: "out_of_range"}.get(data[0], "invalid_bits")),)


def _lux(data: bytes) -> Observation:
    return unless(u16(data, 0), (0xFFFF,), value("illuminance_lux", u16(data, 0)))


def _motion(data: bytes) -> Iterable[Observation]:
    return (one_of_two("occupied", u16(data, 0) >> 15, 1, 0),)


def _checked(validity: int, found: Observation) -> Observation:
    if validity == 1:
        return found
    return found._replace(value=None, reason=_VALIDITY.get(validity, "invalid_bits"))


def _stored(in_lux: bool, with_co2: bool) -> Item:
    def read(data: bytes) -> Iterable[Observation]:
        found = [
            _checked(data[4], celsius(data[5:7])),
            _checked(data[7], humidity(data[8], 200)),
            _checked(data[9] >> 6 & 1, occupied(data[9] & 0x3F)),
        ]
        if in_lux:
            found.append(_checked(data[12], _lux(data[13:15])))
        if with_co2:
            found.append(_checked(data[15], co2(u16(data, 16))))
        at_us = history_instant(int.from_bytes(data[:4], "little"))
        return [observation._replace(measured_at_us=at_us) for observation in found]

    return Item("history", 18 if with_co2 else 15, read, is_historical=True)


def _items(with_co2: bool) -> Items:
    return {
        **IDENTITY,
        (0x01, 0x75): battery(),
        (0x03, 0x67): temperature_item(),
        (0x04, 0x68): HUMIDITY,
        (0x05, 0x9F): Item("motion", 2, _motion),
        (0x05, 0x00): occupancy(),
        (0x06, 0xCB): Item("light_level", 1),
        (0x06, 0x9D): Item("illumination", 2, _one(_lux)),
        (0xB3, 0x67): Item("fault:temperature", 1, partial(_fault, "temperature_celsius")),
        (0xB4, 0x68): Item("fault:humidity", 1, partial(_fault, "humidity_ratio")),
        (0xB6, 0xCB): Item("fault:light", 1),
        (0xB6, 0x9D): Item("fault:light", 1, partial(_fault, "illuminance_lux")),
        (0x83, 0x67): temperature_item(3),
        (0x86, 0x9D): Item("alarm:illumination", 3, _one(_lux)),
        (0x20, 0xCE): _stored(in_lux=False, with_co2=with_co2),
        (0x21, 0xCE): _stored(in_lux=True, with_co2=with_co2),
        **(
            {
                (0x07, 0x7D): Item("co2", 2, lambda data: (co2(u16(data, 0)),)),
                (0xB7, 0x7D): Item("fault:co2", 1, partial(_fault, "co2_ratio")),
                (0x87, 0x7D): Item("alarm:co2", 3, lambda data: (co2(u16(data, 0)),)),
            }
            if with_co2
            else {}
        ),
    }


def _one(read: Callable[[bytes], Observation]) -> Callable[[bytes], Iterable[Observation]]:
    return lambda data: (read(data),)


_EXTENDED = {0x63: 4, 0x66: 1, 0xBC: 2, 0xBD: 3, 0xBE: 4, 0xBF: 5, 0xC0: 2, 0xC4: 6}
CHECKED: Mapping[str, Model] = {
    "am304l": model(_items(with_co2=False), own_extended=_EXTENDED),
    "am305l": model(_items(with_co2=True), own_extended=_EXTENDED),
}
