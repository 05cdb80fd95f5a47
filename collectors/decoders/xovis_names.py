"""What packages of Xovis sensors call their counts, and how their numbers and instants are read. Pure."""

from collections.abc import Mapping
from typing import TypeGuard

from collectors.decoders.source_instant import EpochUnit, epoch_microseconds, rfc3339_microseconds

COUNTS: Mapping[str, str] = {
    "fw": "people_in",
    "bw": "people_out",
    "in": "people_in",
    "out": "people_out",
    "visits": "people_in",
    "outflow": "people_out",
    "balance": "people",
    "queue-length": "people",
    "dwell-time": "dwell_seconds",
    "queueing-time": "dwell_seconds",
}
"""Counts of a logic; fw-male, bw-mask, fw-age and their like say who somebody is and are not ours."""


def is_number(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number as sensors count and number things."""
    return type(value) is int and 0 <= value < 2**63


def instant(value: object, unit: EpochUnit, what: str) -> int:
    """An instant in µs since 1970: text is RFC 3339, a number is in `unit`. Raises Refused."""
    return rfc3339_microseconds(value, what) if isinstance(value, str) else epoch_microseconds(value, unit, what)


def plain(name: object) -> str:
    """The name of a count in small letters and with dashes; "" for what is no name."""
    return name.lower().replace("_", "-") if isinstance(name, str) else ""
