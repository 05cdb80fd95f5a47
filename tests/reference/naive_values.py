"""Single values of the scoring contract read and shown the plain way: instants, numbers, texts, days.

Written from contracts/score.md alone ("Command"); imports nothing of the project. An instant is an integer number
of seconds since 1970-01-01T00:00Z (a Fraction for `sent_at`); a value that must be refused raises BadInput.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo, reset_tzpath

reset_tzpath(to=[])  # only the tzdata package: the zone files of a machine may be stale


class BadInput(ValueError):
    """What the command answers with exit code 2."""


# ISO 8601, extended or basic; the fraction after a point or a comma.
INSTANT = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})T(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)", re.ASCII
)


def read_instant(text: str, fraction_allowed: bool = False) -> Fraction:
    """Seconds since 1970 of an ISO 8601 instant; a naive one is refused, and a fraction unless it is `sent_at`."""
    found = INSTANT.fullmatch(text)
    if found is None:
        raise BadInput(f"not an instant with offset: {text!r}")
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    if fraction is not None and not fraction_allowed:
        raise BadInput(f"fraction of a second: {text!r}")
    try:
        wall = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC)
    except ValueError as error:
        raise BadInput(f"no such instant: {text!r}") from error
    east = 0
    if offset != "Z":
        hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or "0")
        if hours > 23 or minutes > 59:
            raise BadInput(f"no such offset: {text!r}")
        east = (hours * 3600 + minutes * 60) * (-1 if offset[0] == "-" else 1)
    seconds = Fraction(int(wall.timestamp()) - east)
    if fraction is not None:
        seconds += Fraction(int(fraction), 10 ** len(fraction))
    return seconds


def read_second(text: str) -> int:
    """An instant without a fraction, as whole seconds since 1970."""
    return int(read_instant(text))


def read_decimal(text: object) -> Decimal:
    """Plain digits with an optional point: no sign, no exponent, and text, never a TOML number."""
    if not isinstance(text, str) or re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is None:
        raise BadInput(f"not a plain number: {text!r}")
    return Decimal(text)


def read_count(text: str) -> int:
    """A number of packets: a plain number ("10", "10.0") that is whole."""
    number = read_decimal(text)
    if number != int(number):
        raise BadInput(f"not a count: {text!r}")
    return int(number)


def local_second(zone: ZoneInfo, day: date, minutes: int) -> int:
    """The UTC second of a wall-clock time; a doubled local time is the first of the two (fold = 0)."""
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    return int(wall.replace(fold=0).timestamp())  # the addition above is on the wall clock, not in time


def show_instant(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def text_of(value: object) -> str:
    if not isinstance(value, str) or value == "":
        raise BadInput(f"not a text: {value!r}")
    return value


def one_of(value: object, *allowed: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise BadInput(f"{value!r} is none of {allowed}")
    return value


def not_reversed(starts_at: int, ends_at: int) -> None:
    if ends_at < starts_at:
        raise BadInput("an end before its start")


def read_period(text: str, zone: ZoneInfo) -> tuple[int, int, bool]:
    """(start, end, is a civil month) of `YYYY-MM` in the agreement's zone, or of `START/END`."""
    month = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
    if month is not None:
        year, number = int(month[1]), int(month[2])
        if not (1 <= number <= 12 and 1 <= year <= 9998):
            raise BadInput("no such month")
        first = date(year, number, 1)
        following = date(year + number // 12, number % 12 + 1, 1)
        return local_second(zone, first, 0), local_second(zone, following, 0), True
    start, slash, end = text.partition("/")
    if not slash:
        raise BadInput("--period: YYYY-MM or START/END")
    not_reversed(read_second(start), read_second(end))
    return read_second(start), read_second(end), False
