"""Numbers as text to whole units, exactly: 24.7 ms is 24,700,000 ns and never a float on the way. Pure."""

import re
from decimal import Context, Decimal

from collectors.reasons import Reason, Refused

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST = 60  # characters; no quantity of ours needs a third of it, and arithmetic on it stays exact and quick
_LARGEST_EXPONENT = 17  # below 10^18: fits 64 bits whatever the unit
_EXACT = Context(prec=120)


def with_point(text: str) -> str:
    """A number with decimal comma as one with a point. Raises Refused (off_type) where it has a point already."""
    if "." in text:
        raise Refused(Reason.OFF_TYPE, "a point in a number with decimal comma")
    return text.replace(",", ".")


def whole_units(text: str, exponent: int, unit: str, round_half_even: bool = False) -> int:
    """`text` times 10^`exponent` as an integer number of `unit`s.

    Raises Refused when `text` is no number (off_type), or has digits finer than one unit (too_precise) unless
    `round_half_even` allows to lose them.
    """
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        raise Refused(Reason.OFF_TYPE, "not a number written in digits")
    number = Decimal(text)
    if not number:
        return 0
    if number.adjusted() + exponent > _LARGEST_EXPONENT:
        raise Refused(Reason.OUT_OF_RANGE, "too large a number")
    scaled = _EXACT.scaleb(number, exponent)
    whole = scaled.to_integral_value(context=_EXACT)  # half even
    if whole != scaled and not round_half_even:
        raise Refused(Reason.TOO_PRECISE, f"digits finer than one {unit}")
    return int(whole)
