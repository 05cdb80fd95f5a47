"""Instants as text: ISO 8601 with an offset to epoch seconds and back. Pure; local time is `calendar`'s business."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from store.errors import InputError

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = re.compile(
    r"(?P<year>\d{4})(?P<dash>-?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})[Tt ]"
    r"(?P<hour>\d{2})(?P<colon>:?)(?P<minute>\d{2})(?:(?P=colon)(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    r"(?P<offset>[Zz]|(?P<sign>[+-])(?P<offset_hour>\d{2}):?(?P<offset_minute>\d{2})?)?",
    re.ASCII,
)


def epoch_seconds_and_fraction(text: str) -> tuple[int, str]:
    """The epoch second in which the instant `text` lies, and the digits of its fraction without trailing zeros.

    ISO 8601, calendar date and time of day, extended or basic, a space or `T` between them, with an
    offset: an instant without one is refused, because it names two or no instants on the days a
    clock changes (R-37). A leap second and 24:00 are refused.
    """
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise InputError(f'"{text}" is not an ISO 8601 instant such as 2026-09-01T00:00:00Z')
    if found["offset"] is None:
        raise InputError(f'"{text}" has no offset from UTC')
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    offset_hour, offset_minute = int(found["offset_hour"] or 0), int(found["offset_minute"] or 0)
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"])).toordinal() - _EPOCH_DAY
    except ValueError:
        day = None
    if day is None or hour > 23 or minute > 59 or second > 59 or offset_hour > 23 or offset_minute > 59:
        raise InputError(f'"{text}" is not an instant of the calendar')
    offset_seconds = (offset_hour * 60 + offset_minute) * 60
    if found["sign"] == "-":
        offset_seconds = -offset_seconds
    whole = ((day * 24 + hour) * 60 + minute) * 60 + second - offset_seconds
    return whole, (found["fraction"] or "").rstrip("0")


def epoch_seconds(text: str) -> int:
    """The instant `text` in epoch seconds; a written fraction of a second is refused, even a zero one."""
    found = _INSTANT.fullmatch(text)
    if found is not None and found["fraction"] is not None:
        raise InputError(f'"{text}" has a fraction of a second')
    return epoch_seconds_and_fraction(text)[0]


def instant(seconds: int) -> datetime:
    """The aware UTC instant of an epoch second."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise InputError("an instant lies outside the years 1 to 9999") from None


def instant_text(seconds: int) -> str:
    """An epoch second as the contract prints it: `2026-08-31T23:00:00Z`."""
    return instant(seconds).isoformat().replace("+00:00", "Z")
