"""Values of devices gated: each becomes an observation, or none with the reason why it cannot be believed. Pure.

Zero, null and sentinels are not "good" (collectors.md §0.2): one bad value never takes the others of its message along.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from collectors.observation import Observation
from collectors.plausibility import LARGEST_COUNT, LARGEST_PEOPLE

_LARGEST_TOTAL = 2**64 - 1
BELIEVABLE: Mapping[str, tuple[Fraction, Fraction]] = {
    quantity: (Fraction(lowest), Fraction(highest))
    for quantity, lowest, highest in (
        ("people", 0, LARGEST_PEOPLE),
        ("people_peak", 0, LARGEST_PEOPLE),
        ("people_in", 0, LARGEST_PEOPLE),
        ("people_out", 0, LARGEST_PEOPLE),
        ("people_in_total", 0, _LARGEST_TOTAL),
        ("people_out_total", 0, _LARGEST_TOTAL),
        ("motion", 0, LARGEST_COUNT),
        ("motion_total", 0, _LARGEST_TOTAL),
        ("dwell_seconds", 0, 604_800),
        ("dwell_longest_seconds", 0, 604_800),
        ("temperature_celsius", -60, 125),  # 327.67 and -327.68 are absent sensors
        ("humidity_ratio", 0, 1),
        ("co2_ratio", "1e-5", "0.5"),  # 0 ppm is a sensor that has not measured: air never has less than 400
        ("tvoc_ratio", 0, 1),
        ("pressure_pascals", 30_000, 120_000),
        ("illuminance_lux", 0, 200_000),
        ("sound_decibels", 0, 200),
        ("distance_metres", 0, 1_000),
        ("battery_ratio", 0, 1),
        ("battery_volts", 0, 60),
        ("link_ratio", 0, 1),
        ("power_watts", -(10**9), 10**9),
        ("energy_joules_total", 0, 10**18),
        ("round_trip_seconds", 0, 86_400),
        ("probes_sent", 0, LARGEST_COUNT),
        ("probes_lost", 0, LARGEST_COUNT),
        ("octets_in_total", 0, _LARGEST_TOTAL),
        ("octets_out_total", 0, _LARGEST_TOTAL),
    )
}
"""The least and the greatest value of a quantity that is believed; beyond, the reason is out_of_range."""
YES_OR_NO = frozenset({"occupied", "is_online", "oper_up", "object_present", "closed"})
"""Quantities that are 1 or 0; true and false are read as such."""
COUNTS = frozenset(
    {
        "people", "people_peak", "people_in", "people_out", "people_in_total", "people_out_total", "motion",
        "motion_total",
        "touches", "touches_total", "object_present_total", "probes_sent", "probes_lost", "octets_in_total",
        "octets_out_total", "carrier_transitions_total",
    }
)  # fmt: skip
"""Quantities that are whole numbers and stay exact."""


def number(raw: Any) -> Fraction | str:
    """A JSON number as the exact decimal it was written as, or the reason why it is none."""
    if raw is None:
        return "null"
    if isinstance(raw, bool):
        return "off_type"
    if isinstance(raw, int):
        return Fraction(raw) if abs(raw) < 10**40 else "out_of_range"
    if isinstance(raw, float):
        # repr is the shortest decimal of the float: what the sender wrote, so that 44.72 % is exactly 0.4472
        return Fraction(repr(raw)) if math.isfinite(raw) else "not_finite"
    return "off_type"


def gated(quantity: str, raw: Any, factor: Fraction, offset: Fraction) -> tuple[int | float | None, str]:
    """The value `raw` × `factor` + `offset` of a quantity and "", or None and why it is none.

    Reasons: null, off_type (no number, or a fraction of a person), not_finite, negative, out_of_range.
    """
    if quantity in YES_OR_NO:
        if isinstance(raw, bool) or raw in (0, 1):
            return int(raw), ""
        return None, "null" if raw is None else "off_type"
    read = number(raw)
    if isinstance(read, str):
        return None, read
    scaled = read * factor + offset
    if quantity in COUNTS and scaled.denominator != 1:
        return None, "off_type"
    lowest, highest = BELIEVABLE.get(quantity, (Fraction(0), Fraction(_LARGEST_TOTAL)))
    if scaled < lowest:
        return None, "negative" if scaled < 0 and lowest == 0 else "out_of_range"
    if scaled > highest:
        return None, "out_of_range"
    return (int(scaled) if quantity in COUNTS else float(scaled)), ""


def observed(
    device: str,
    channel: str,
    quantity: str,
    measured_at_us: int | None,
    raw: Any,
    *,
    factor: Fraction = Fraction(1),
    offset: Fraction = Fraction(0),
    modulus: int | None = None,
    span_us: int | None = None,
) -> Observation:
    """The observation of one raw value; see `gated` for what becomes no value."""
    value, reason = gated(quantity, raw, factor, offset)
    return Observation(device, channel, quantity, measured_at_us, value, reason, modulus, span_us)
