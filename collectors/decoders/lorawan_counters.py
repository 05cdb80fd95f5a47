"""Small payloads of other sensors: Terabee and HKT people counters, Browan motion, MClimate and Dragino air. Pure."""

from collections.abc import Mapping
from fractions import Fraction

from collectors.decoders.lorawan_values import U8, U16, U32, co2, count, no_value, occupied, total, unless, value
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

_TERABEE_FLAGS = {0x08: "wifi_open", 0x04: "fault:several_devices", 0x02: "fault:stuck", 0x01: "fault:stopped"}
_HKT_HEADER = b"hkt"
_HKT_LENGTHS: Mapping[int, int] = {
    0x01: 2, 0x03: 1, 0x04: 1, 0x05: 2, 0x06: 2, 0x07: 12, 0x83: 1, 0x84: 1, 0x86: 2,
}  # fmt: skip
_HKT_NAMES: Mapping[int, str] = {
    0x01: "versions", 0x04: "reporting", 0x05: "setting", 0x06: "threshold", 0x84: "installed", 0x86: "setting",
}  # fmt: skip


def terabee(f_port: int, payload: bytes) -> DeviceMessage:  # noqa: ARG001 - every profile is given the port
    """Terabee People Counting L and XL: people forward (in) and backward (out) since the last reset, 32 bits each.

    The flags behind them are in `ignored`; a sensor that has stopped or is stuck still tells what it had counted.
    """
    if len(payload) != 9:
        raise Refused(Reason.UNDECODABLE, f"{len(payload)} bytes; Terabee sends counts in 9")
    forward, backward = int.from_bytes(payload[:4], "big"), int.from_bytes(payload[4:8], "big")
    observations = (total("people_in_total", forward, U32), total("people_out_total", backward, U32))
    return DeviceMessage(observations, ignored=_named(_TERABEE_FLAGS, payload[8]))


def hkt(f_port: int, payload: bytes) -> DeviceMessage:  # noqa: ARG001 - every profile is given the port
    """HKT people counter: "hkt", two bytes of header, then type and value; counter A is in, B is out.

    With the infrared fault (0x83) of the same message the period's counts are no values.
    """
    if payload[:3] != _HKT_HEADER or len(payload) < 5:
        raise Refused(Reason.UNDECODABLE, "does not begin with HKT's header")
    found: dict[int, bytes] = {}
    position = 5
    while position < len(payload):
        kind = payload[position]
        if kind not in _HKT_LENGTHS:
            raise Refused(Reason.UNDECODABLE, f"type 0x{kind:02x}, at byte {position}, is not of HKT's table")
        data = payload[position + 1 : position + 1 + _HKT_LENGTHS[kind]]
        if len(data) < _HKT_LENGTHS[kind]:
            raise Refused(Reason.MALFORMED, f"ends inside type 0x{kind:02x}, at byte {position}")
        found[kind] = data
        position += 1 + len(data)
    observations: list[Observation] = []
    if 0x03 in found:
        observations.append(value("battery_ratio", found[0x03][0], Fraction(1, 100)))
    if data := found.get(0x07, b""):
        for quantity, at in (("people_in", 0), ("people_out", 2)):
            period = count(quantity, int.from_bytes(data[at : at + 2], "big"), U16)
            observations.append(no_value(quantity, "beam_blocked") if found.get(0x83, b"\0")[0] else period)
        for quantity, at in (("people_in_total", 4), ("people_out_total", 8)):
            observations.append(total(quantity, int.from_bytes(data[at : at + 4], "big"), U32))
    return DeviceMessage(tuple(observations), ignored=tuple(name for kind, name in _HKT_NAMES.items() if kind in found))


def browan_motion(f_port: int, payload: bytes) -> DeviceMessage:
    """Browan TBMS100: presence, battery (tenths of a volt above 2.5 V), board temperature, and 24 bits of motions."""
    if f_port != 102 or len(payload) != 8:
        raise Refused(Reason.UNDECODABLE, f"{len(payload)} bytes on port {f_port}; TBMS100 sends 8 on port 102")
    observations = (
        occupied(payload[0] & 1),
        value("battery_volts", (payload[1] & 0x0F) + 25, Fraction(1, 10)),
        value("temperature_celsius", payload[2] & 0x7F, offset=-32),
        total("motion_total", int.from_bytes(payload[5:8], "little"), 2**24),
    )
    return DeviceMessage(observations, ignored=("minutes_since_event",))


def mclimate_co2(f_port: int, payload: bytes) -> DeviceMessage:  # noqa: ARG001 - every profile is given the port
    """MClimate CO2 sensor: its keep-alive (0x01). Answers to settings may stand before it and are not taken apart."""
    if len(payload) != 7 or payload[0] != 0x01:
        raise Refused(Reason.UNDECODABLE, f"{len(payload)} bytes that are no keep-alive of MClimate's CO2 sensor")
    degrees = value("temperature_celsius", int.from_bytes(payload[3:5], "big") - 400, Fraction(1, 10))
    return DeviceMessage(
        (
            co2(int.from_bytes(payload[1:3], "big")),
            degrees,
            value("humidity_ratio", payload[5], Fraction(1, U8)),
            value("battery_volts", payload[6] * 8 + 1600, Fraction(1, 1000)),
        )
    )


def dragino_lht52(f_port: int, payload: bytes) -> DeviceMessage:
    """Dragino LHT52 on port 2: air, and a probe's temperature, whose 327.67 °C is a probe that is not there.

    Its clock is left aside: it sends at once, and the network server's clock is better. Port 5 is about the device.
    """
    if f_port == 5:
        return DeviceMessage(ignored=("device_status",))
    if f_port != 2 or len(payload) != 11:
        raise Refused(Reason.UNDECODABLE, f"{len(payload)} bytes on port {f_port}; LHT52 reports 11 on port 2")
    inside, humidity, probe = (int.from_bytes(payload[at : at + 2], "big", signed=True) for at in (0, 2, 4))
    return DeviceMessage(
        (
            _hundredths(inside, ""),
            value("humidity_ratio", humidity, Fraction(1, 1000)),
            _hundredths(probe, "external"),
        ),
        ignored=("probe_type", "clock"),
    )


def _hundredths(raw: int, channel: str) -> Observation:
    return unless(raw, (0x7FFF, -0x8000), value("temperature_celsius", raw, Fraction(1, 100), channel))


def _named(flags: Mapping[int, str], bits: int) -> tuple[str, ...]:
    return tuple(name for bit, name in flags.items() if bits & bit)
