"""TEKTELIC Smart Room sensors: the frame of channel, type and value that Milesight has too, big end first. Pure."""

from collections.abc import Callable, Iterable
from fractions import Fraction

from collectors.decoders import milesight
from collectors.decoders.lorawan_values import (
    U16,
    battery_percent,
    count,
    humidity,
    one_of_two,
    temperature,
    unless,
    value,
)
from collectors.decoders.milesight import Item, Model
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused


def decoded(f_port: int, payload: bytes) -> DeviceMessage:
    """The observations of one uplink on port 10; answers to settings (ports 100 and 101) are ignored as a whole.

    Motion (0a 00) is ff or 00 and holds for the sensor's own grace period. The temperature of its processor,
    impacts and inputs are ignored by name. Raises Refused as the Milesight decoder does; other ports are undecodable.
    """
    if f_port in (100, 101):
        return DeviceMessage(ignored=("settings",))
    if f_port != 10:
        raise Refused(Reason.UNDECODABLE, f"port {f_port}; TEKTELIC reports on 10, and answers on 100 and 101")
    return milesight.decoded(_MODEL, payload)


def _volts(factor: Fraction) -> Callable[[bytes], Iterable[Observation]]:
    def read(data: bytes) -> Iterable[Observation]:
        raw = int.from_bytes(data, "big")
        return (unless(raw, (0, 0xFFFF, 0x7FFF), value("battery_volts", raw, factor)),)

    return read


_MODEL = Model(
    {
        (0x00, 0xFF): Item("battery", 2, _volts(Fraction(1, 100))),
        (0x00, 0xBA): Item("battery", 2, _volts(Fraction(1, 1000))),
        (0x00, 0xD3): Item("battery", 1, lambda data: (battery_percent(data[0]),)),
        (0x01, 0x00): Item("door", 1, lambda data: (one_of_two("closed", data[0], 0x00, 0xFF),)),
        (0x02, 0x00): Item("light_detected", 1),
        (0x03, 0x67): Item("temperature", 2, lambda data: (temperature(int.from_bytes(data, "big", signed=True)),)),
        (0x04, 0x68): Item("humidity", 1, lambda data: (humidity(data[0], 200),)),
        (0x05, 0x02): Item("impact", 2),
        (0x06, 0x00): Item("break_in", 1),
        (0x07, 0x71): Item("acceleration", 6),
        (0x08, 0x04): Item("door_count", 2),
        (0x09, 0x00): Item("moisture", 1),
        (0x0A, 0x00): Item("motion", 1, lambda data: (one_of_two("occupied", data[0], 0xFF, 0x00),)),
        (0x0B, 0x67): Item("processor_temperature", 2),
        (0x0C, 0x00): Item("alarm:impact", 1),
        (0x0D, 0x04): Item("motions", 2, lambda data: (count("motion", int.from_bytes(data, "big"), U16),)),
        (0x0E, 0x00): Item("input", 1),
        (0x0F, 0x04): Item("input_count", 2),
        (0x10, 0x02): Item("light_level", 1),
        (0x11, 0x02): Item("input_analog", 2),
    },
    {},
    {},
)
