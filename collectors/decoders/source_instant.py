"""Instants as sources write them (epoch numbers, RFC 3339) to whole microseconds since 1970. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from collectors.reasons import Reason, Refused

EpochUnit: TypeAlias = Literal["s", "ms", "us", "ns"]
_EXPONENTS: Mapping[EpochUnit, int] = {"s": 6, "ms": 3, "us": 0, "ns": -3}
_LATEST = 253_402_300_800_000_000  # the year 10000 in µs: what Python and PostgreSQL can both write down

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,18}))?(?:([Zz])|([+-]\d\d):?(\d\d))?", re.ASCII
)


def epoch_microseconds(value: object, unit: EpochUnit, what: str = "the instant") -> int:
    """A number since 1970-01-01T00:00:00Z in `unit` as whole µs; anything finer is cut off, as a clock would.

    Text of digits counts as a number (some firmware quotes it). Raises Refused: not a number, or before 1970 or after
    the year 9999. What lies before 2000 is returned: whether a clock was ever set is judged elsewhere.
    """
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,9})?", value, re.ASCII):
        number = Decimal(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(repr(value)) if abs(value) < 1e21 else Decimal(-1)
    else:
        raise Refused(Reason.OFF_TYPE, f"{what} is not a number since 1970")
    microseconds = int(number.scaleb(_EXPONENTS[unit])) if number >= 0 else -1
    if not 0 <= microseconds < _LATEST:
        raise Refused(Reason.OUT_OF_RANGE, f"{what} is not between 1970 and 9999")
    return microseconds


def rfc3339_microseconds(value: object, what: str = "the instant") -> int:
    """An RFC 3339 instant as whole µs since 1970; digits finer than a microsecond are cut off.

    Raises Refused: not of the form, no such date, or without an offset from UTC (which instant was meant cannot be
    known, and a device's idea of its zone is not believed: Morocco changed it on 2026-09-20).
    """
    found = _RFC3339.fullmatch(value) if isinstance(value, str) and len(value) <= 60 else None
    if found is None:
        raise Refused(Reason.OFF_TYPE, f"{what} is not an RFC 3339 instant such as 2026-09-01T00:00:00Z")
    day, time, fraction, zulu, hours, minutes = found.groups()
    if zulu is None and hours is None:
        raise Refused(Reason.NAIVE_INSTANT, f"{what} has no offset from UTC")
    try:
        instant = datetime.fromisoformat(f"{day}T{time}{'+00:00' if zulu else f'{hours}:{minutes}'}")
        seconds = (instant - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        raise Refused(Reason.OFF_TYPE, f"{what} is no date and time that exists") from None
    if seconds < 0:
        raise Refused(Reason.OUT_OF_RANGE, f"{what} is not between 1970 and 9999")
    return seconds + int((fraction or "")[:6].ljust(6, "0"))
