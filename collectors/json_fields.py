"""Fields of foreign JSON: read as the type they must have, exactly, or refused. Pure.

Numbers come as numbers or as text (RIPE Atlas firmware 0 quotes them) and never pass through arithmetic on floats.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import msgspec

from collectors.decimal_text import whole_units
from collectors.instant_format import InstantFormat
from collectors.reasons import Reason, Refused

JsonObject: TypeAlias = Mapping[str, Any]

_ISO = InstantFormat("iso", None)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_DURATION = re.compile(
    r"P(?:(?P<days>\d{1,9})D)?(?:T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>[\d.eE+-]{1,40})S)?)?",
    re.ASCII,
)


def json_object(content: bytes) -> JsonObject:
    """The one JSON object that `content` is; Refused (malformed) for anything else."""
    try:
        value = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(Reason.MALFORMED, "not JSON") from None
    except RecursionError:
        raise Refused(Reason.MALFORMED, "JSON nested too deep") from None
    return as_object(value, "the record")


def as_object(value: object, what: str) -> JsonObject:
    """`value` as a JSON object; `what` names it in the refusal."""
    if not isinstance(value, dict):
        raise Refused(Reason.MALFORMED, f"{what} is not a JSON object")
    return value


def as_list(value: object, what: str) -> list[Any]:
    """`value` as a JSON array."""
    if not isinstance(value, list):
        raise Refused(Reason.MALFORMED, f"{what} is not a JSON array")
    return value


def number_text(value: object, what: str) -> str:
    """A JSON number, or a text, as text in digits; whether it is a number is for the reader of the text to see.

    Of a double its shortest text is taken: 43.869999999999997, as old firmware prints it, is 43.87.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Refused(Reason.OFF_TYPE, f"{what} is not a number")
    return value if isinstance(value, str) else repr(value)


def count_of(value: object, what: str) -> int:
    """A number of things: whole and not negative."""
    text = number_text(value, what)
    try:
        number = whole_units(text, 0, "unit")
    except Refused as error:
        raise Refused(error.refusal.reason, f"{what}: {error}") from None
    if number < 0:
        raise Refused(Reason.NEGATIVE, f"{what} is negative")
    return number


def scaled_of(value: object, exponent: int, what: str) -> int:
    """A number times 10^`exponent`, rounded half to even: for values that were floats at their source."""
    text = number_text(value, what)
    try:
        return whole_units(text, exponent, "unit", round_half_even=True)
    except Refused as error:
        raise Refused(error.refusal.reason, f"{what}: {error}") from None


def epoch_of(value: object, what: str) -> int:
    """Seconds since 1970 as µs; above 10^11 the number counts milliseconds (collectors.md §a.8), both exactly."""
    text = number_text(value, what)
    seconds = whole_units(text, 0, "second", round_half_even=True)
    return plausible_instant(whole_units(text, 3 if abs(seconds) > 10**11 else 6, "microsecond"), what)


def instant_of_text(value: object, what: str) -> int:
    """An ISO 8601 text with an offset as µs since 1970."""
    if not isinstance(value, str):
        raise Refused(Reason.OFF_TYPE, f"{what} is not a text")
    return _ISO.microseconds(value)


def duration_of(value: object, what: str) -> int:
    """An ISO 8601 duration ("PT0.0002S") in ns, rounded half to even; years and months are refused, they vary."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) and len(value) > 2 else None
    if found is None or value == "PT":
        raise Refused(Reason.OFF_TYPE, f"{what} is not an ISO 8601 duration such as PT0.0002S")
    whole = (int(found["days"] or 0) * 24 + int(found["hours"] or 0)) * 60 + int(found["minutes"] or 0)
    return whole * 60 * 10**9 + scaled_of(found["seconds"] or "0", 9, what)


def plausible_instant(microseconds: int, what: str) -> int:
    """An instant of the calendar; beyond it no arithmetic of ours is meant to go."""
    if not 0 <= microseconds <= _LATEST:
        raise Refused(Reason.OUT_OF_RANGE, f"{what} is no instant between 1970 and 9999")
    return microseconds
