"""IMBuildings uplinks: people counters (infrared beam), office occupancy counters and comfort sensors. Pure.

Type and variant name one layout of fixed length each. A device sends them with a header (type, variant, its id) or,
set to leave the header out, on port 10 × type + variant.
"""

from collections.abc import Iterable
from fractions import Fraction

from collectors.decoders.lorawan_values import U16, co2, count, humidity, no_value, occupied, total, unless, value
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

_HEADER_BYTES = 10
_LENGTHS = {(1, 3): 10, (2, 6): 13, (2, 7): 5, (2, 8): 4, (3, 3): 4, (3, 4): 13}
"""Bytes behind the header, by (type, variant)."""
_NARROWBAND = (2, 4)
"""The NB-IoT layout, 24 bytes with a header and a clock of its own in no zone that is told."""
_BLOCKED, _DISTURBED = 0x80, 0x40
_SENSOR_FAULTS = {
    0x20: "fault:transmitter_battery", 0x04: "sensor_power_up", 0x02: "fault:weak_beam",
}  # fmt: skip


def decoded(f_port: int, payload: bytes) -> DeviceMessage:
    """The observations of one uplink.

    Counter A is who goes from A to B and is taken as in, counter B as out: mount the sensor so that A is outside.
    Totals wrap at 2^16. While the beam is blocked or disturbed nothing is counted, so the period's counts are no
    values; the totals stay what they are. Buttons and answers to settings are ignored by name, and so is the number
    of the payload (8 bits; the frame counter of LoRaWAN tells more).
    Raises Refused: undecodable, for a layout that is not known.
    """
    if f_port == 10 and payload[:2] == b"\xf1\x01":
        return DeviceMessage(ignored=("settings",))
    layout, body = _layout(f_port, payload)
    if layout[0] == 3:
        return DeviceMessage((_battery(body, 1),), ignored=("buttons",))
    if layout == (1, 3):
        return DeviceMessage(tuple(_comfort(body)), ignored=("device_status",))
    if layout == (2, 8):
        return DeviceMessage((_battery(body, 1),), ignored=("device_status", *_faults(body[3])))
    if layout == (2, 7):
        return DeviceMessage(tuple(_totals(body, 1)), ignored=_faults(body[0]))
    if layout == _NARROWBAND:
        observations = [_battery(body, 1), *_period(body, 11, body[15])]
        return DeviceMessage(tuple(observations), ignored=("device_status", "clock", *_faults(body[15])))
    observations = [_battery(body, 1), *_period(body, 3, body[7]), *_totals(body, 8)]
    return DeviceMessage(tuple(observations), ignored=("device_status", "payload_number", *_faults(body[7])))


def _layout(f_port: int, payload: bytes) -> tuple[tuple[int, int], bytes]:
    """Which layout a payload has, and what is behind its header."""
    headed = (payload[0], payload[1]) if len(payload) > 1 else (0, 0)
    if _LENGTHS.get(headed) == len(payload) - _HEADER_BYTES:
        return headed, payload[_HEADER_BYTES:]
    if headed == _NARROWBAND and len(payload) == 24:
        return headed, payload[8:]
    by_port = (f_port // 10, f_port % 10)
    if _LENGTHS.get(by_port) == len(payload):
        return by_port, payload
    raise Refused(Reason.UNDECODABLE, f"{len(payload)} bytes on port {f_port} are no layout of IMBuildings")


def _u16(body: bytes, at: int) -> int:
    return int.from_bytes(body[at : at + 2], "big")


def _battery(body: bytes, at: int) -> Observation:
    hundredths = _u16(body, at)
    return unless(hundredths, (0, 0xFFFF), value("battery_volts", hundredths, Fraction(1, 100)))


def _period(body: bytes, at: int, status: int) -> Iterable[Observation]:
    fault = "beam_blocked" if status & _BLOCKED else "beam_disturbed" if status & _DISTURBED else ""
    for quantity, raw in (("people_in", _u16(body, at)), ("people_out", _u16(body, at + 2))):
        yield no_value(quantity, fault) if fault else count(quantity, raw, U16)


def _totals(body: bytes, at: int) -> Iterable[Observation]:
    return total("people_in_total", _u16(body, at), U16), total("people_out_total", _u16(body, at + 2), U16)


def _comfort(body: bytes) -> Iterable[Observation]:
    hundredths = int.from_bytes(body[3:5], "big", signed=True)
    degrees = value("temperature_celsius", hundredths, Fraction(1, 100))
    return (
        _battery(body, 1),
        unless(hundredths, (0x7FFF, -0x8000), degrees),  # 327.67 °C is a sensor that is not there
        humidity(_u16(body, 5), 10_000),
        co2(_u16(body, 7)),
        occupied(body[9]),
    )


def _faults(status: int) -> tuple[str, ...]:
    return tuple(name for bit, name in _SENSOR_FAULTS.items() if status & bit)
