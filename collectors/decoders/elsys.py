"""Elsys uplinks: type and big-endian value, again and again (ERS, EMS, ELT, ETHD, EIAQD series). Pure.

Written from the table of sensor types of Elsys, which ends below 0x40. A type that is not in the table refuses the
message, for its length is not known.
"""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from collectors.decoders.lorawan_values import co2, humidity, no_value, temperature, tvoc, unless, value
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

SETTINGS = 0x3E
"""First byte of an answer to a query of the settings, which hold keys of the device: never read."""
_PROBE = 0x19
"""Temperature of a probe on the 1-wire bus; a payload has one for each of them."""
_BYTES = 0x3B
"""A byte of length and as many bytes follow."""


class Item(NamedTuple):
    """One type: its name, the bytes that follow it, and how they are read; without a reader it is ignored by name."""

    name: str
    length: int
    read: Callable[[bytes], Iterable[Observation]] | None = None


def decoded(f_port: int, payload: bytes) -> DeviceMessage:  # noqa: ARG001 - every profile is given the port
    """The observations of one uplink; what is no quantity of ours is ignored by name, settings as a whole.

    0x11 (presence): 0 vacant, 2 occupied; 1 is "pending" (someone is coming or going: motion was seen, no warmth) and
    counts as occupied as it does within any presence sensor's hold time, with `presence_pending` in `ignored`.
    Probes of the 1-wire bus (0x19 again and again) are external_2, external_3 … in the order in which they come.
    Raises Refused: malformed (ends inside an item), undecodable (a type that is not known; the whole message, since
    a message half stored would look whole).
    """
    if payload[:1] == bytes([SETTINGS]):
        return DeviceMessage(ignored=("settings",))
    observations: list[Observation] = []
    ignored: dict[str, None] = {}
    probes = 0
    position = 0
    while position < len(payload):
        kind = payload[position]
        item = ITEMS.get(kind)
        if item is None:
            raise Refused(Reason.UNDECODABLE, f"type 0x{kind:02x}, at byte {position}, is not of Elsys' table")
        length = item.length
        if kind == _BYTES and position + 1 < len(payload):
            length += payload[position + 1]
        data = payload[position + 1 : position + 1 + length]
        if len(data) < length:
            raise Refused(Reason.MALFORMED, f"ends inside {item.name}, at byte {position}")
        if item.read is None:
            ignored[item.name] = None
        else:
            read = item.read(data)
            if kind == _PROBE:
                probes += 1
                read = [one._replace(channel=f"external_{1 + probes}") for one in read]
            observations.extend(read)
            if item.name == "presence" and data[0] == 1:
                ignored["presence_pending"] = None
        position += 1 + length
    return DeviceMessage(tuple(observations), ignored=tuple(ignored))


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _degrees(channel: str) -> Callable[[bytes], Iterable[Observation]]:
    return lambda data: (temperature(int.from_bytes(data, "big", signed=True), channel),)


def _presence(data: bytes) -> Iterable[Observation]:
    if data[0] > 2:
        return (no_value("occupied", "invalid_bits"),)
    return (Observation("", "", "occupied", None, int(data[0] > 0)),)


def _plain(quantity: str, factor: Fraction, sentinels: tuple[int, ...]) -> Callable[[bytes], Iterable[Observation]]:
    return lambda data: (unless(_number(data), sentinels, value(quantity, _number(data), factor)),)


def _sound(data: bytes) -> Iterable[Observation]:
    return value("sound_decibels", data[1]), value("sound_decibels", data[0], channel="peak")


_ONE, _MILLI = Fraction(1), Fraction(1, 1000)
ITEMS: Mapping[int, Item] = {
    0x01: Item("temperature", 2, _degrees("")),
    0x02: Item("humidity", 1, lambda data: (humidity(data[0], 100),)),
    0x03: Item("acceleration", 3),
    0x04: Item("light", 2, _plain("illuminance_lux", _ONE, (0xFFFF,))),
    0x05: Item("motion", 1, _plain("motion", _ONE, ())),
    0x06: Item("co2", 2, lambda data: (co2(_number(data)),)),
    0x07: Item("battery", 2, _plain("battery_volts", _MILLI, (0, 0xFFFF))),
    0x08: Item("analog_1", 2),
    0x09: Item("position", 6),
    0x0A: Item("pulses_1", 2),
    0x0B: Item("pulses_1_total", 4),
    0x0C: Item("temperature_1", 2, _degrees("external_1")),
    0x0D: Item("digital_1", 1),
    0x0E: Item("distance", 2, _plain("distance_metres", _MILLI, (0xFFFF,))),
    0x0F: Item("acceleration_motion", 1),
    0x10: Item("infrared_temperature", 4),
    0x11: Item("presence", 1, _presence),
    0x12: Item("water_leak", 1),
    0x13: Item("thermal_image", 65),
    0x14: Item("pressure", 4, _plain("pressure_pascals", Fraction(1, 10), (0, 0xFFFFFFFF))),
    0x15: Item("sound", 2, _sound),
    0x16: Item("pulses_2", 2),
    0x17: Item("pulses_2_total", 4),
    0x18: Item("analog_2", 2),
    _PROBE: Item("temperature_2", 2, _degrees("external_2")),
    0x1A: Item("digital_2", 1),
    0x1B: Item("analog_microvolts", 4),
    0x1C: Item("tvoc", 2, lambda data: (tvoc(_number(data)),)),
    0x1D: Item("air_quality_index", 1),
    0x1E: Item("generic", 1),
    0x1F: Item("generic", 1),
    0x20: Item("generic", 2),
    0x21: Item("display_view", 1),
    0x22: Item("setpoint", 2),
    0x23: Item("fan_speed", 1),
    0x24: Item("humidity_1", 1, lambda data: (humidity(data[0], 100, "external_1"),)),
    _BYTES: Item("bytes", 1),
    0x3C: Item("checksum", 4),
    0x3D: Item("debug", 4),
}
"""Every type of Elsys' table. Probes (external_1 and on) measure where they hang, so they are parts of their own."""
