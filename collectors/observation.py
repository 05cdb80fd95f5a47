"""What a device of somebody else's making said, in one form whatever it spoke: the answer of every decoder. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

QUANTITIES = {
    "people": "people in the field of view or zone at the instant",
    "people_in_total": "people who came in since the device last started its count (modulus applies)",
    "people_out_total": "people who went out since the device last started its count (modulus applies)",
    "people_in": "people who came in during the span that ends at measured_at",
    "people_out": "people who went out during the span that ends at measured_at",
    "people_peak": "most people at one time during the span",
    "occupied": "1 occupied, 0 vacant; holds for the device's own hold time",
    "motion_total": "movements since the device last started its count",
    "motion": "movements during the span",
    "dwell_seconds": "mean stay of those who left during the span",
    "dwell_longest_seconds": "longest stay of those who left during the span",
    "temperature_celsius": "air temperature",
    "humidity_ratio": "relative humidity, 0..1",
    "co2_ratio": "CO2 mole fraction, 0..1 (400 ppm = 0.0004)",
    "tvoc_ratio": "volatile organic compounds, mole fraction, 0..1",
    "pressure_pascals": "air pressure",
    "illuminance_lux": "illuminance",
    "sound_decibels": "sound pressure level",
    "distance_metres": "distance to the nearest object",
    "battery_ratio": "battery charge, 0..1",
    "battery_volts": "battery voltage",
    "link_ratio": "radio link quality, 0..1",
    "object_present": "1 when an object is in front of the sensor (a door leaf, a chair), 0 when there is none",
    "object_present_total": "objects that came in front of the sensor since it started its count",
    "closed": "1 when a door or window is closed, 0 when it is open",
    "touches": "touches of the device during the span; 1 for an event",
    "touches_total": "touches since the device started its count",
    "is_online": "1 when the source says the device is reachable, 0 when it says it is not",
    "power_watts": "active power",
    "energy_joules_total": "energy since the device last started its count",
    "round_trip_seconds": "round trip of a probe",
    "probes_sent": "probes sent during the span",
    "probes_lost": "probes lost during the span",
    "octets_in_total": "octets received by an interface (modulus applies)",
    "octets_out_total": "octets sent by an interface (modulus applies)",
    "carrier_transitions_total": "times an interface went up or down since it started its count",
    "oper_up": "1 when the interface is operationally up, 0 when it is down",
}
"""Every quantity a decoder may name, with its meaning; the unit is in the name. A new one is added here first."""


class Observation(NamedTuple):
    """One value of one part of a device.

    `channel` is the part ("" = the device itself; "line_1", "region_2", "switch:0"). `measured_at_us` is µs since
    1970 (UTC) by the source's clock, None when the source gives no instant of its own. `value` is exact for counts
    (int), a float for physical quantities, and None when the device says it has none: then `reason` says why
    (a sentinel, a fault flag, null) and is "" otherwise. `modulus` is where a total wraps around, None when
    unknown or not a total. `span_us` is the time a period count covers, None when it is not one or not told: counts
    over different spans are different series and are never added up. `is_historical` marks what a device had stored
    and sends late: it is a measurement at its own instant (without one it is none), and not what is there now.
    """

    device: str
    channel: str
    quantity: str
    measured_at_us: int | None
    value: int | float | None
    reason: str = ""
    modulus: int | None = None
    span_us: int | None = None
    is_historical: bool = False


class SequenceNumber(NamedTuple):
    """A counter the source keeps so that gaps are seen: `key` is the stream, `number` its value, `modulus` its wrap."""

    key: str
    number: int
    modulus: int | None = None


class DeviceMessage(NamedTuple):
    """What one message held.

    `ignored` says what was passed over, in fixed words of ours and never in the sender's (decoders/passed_over.py).
    `is_state` marks retained or replayed state, which is not a new measurement.
    """

    observations: Sequence[Observation] = ()
    sequence: SequenceNumber | None = None
    ignored: tuple[str, ...] = ()
    is_state: bool = False
