"""The texts of CSV fields as exact values. Parsing is the cost of reading, so texts that repeat are remembered."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from facilities.instants import epoch_seconds, epoch_seconds_and_fraction
from store.errors import InputError

Parsed = TypeVar("Parsed")
_COUNT = re.compile(r"(\d+)(?:\.0+)?", re.ASCII)
_DECIMAL = re.compile(r"(\d+)(?:\.(\d+))?", re.ASCII)
_MOST_DIGITS = 1000  # Python prints whole numbers of 4300; sums of what is read stay below that


class Remembered(dict[str, Parsed]):
    """What a parser made of each text it was given; emptied when it holds `at_most` texts."""

    def __init__(self, parse: Callable[[str], Parsed], at_most: int = 1 << 17) -> None:
        super().__init__()
        self._parse = parse
        self._at_most = at_most

    def __missing__(self, text: str) -> Parsed:
        value = self._parse(text)
        if len(self) >= self._at_most:
            self.clear()
        self[text] = value
        return value


def seconds_reader() -> Callable[[Sequence[str]], list[int]]:
    """A reader of instants without a fraction, in epoch seconds, that remembers days and times of day apart.

    A text of which both parts are right is right; any other is left to `epoch_seconds`, which says what is wrong.
    """
    days = Remembered(lambda text: epoch_seconds(f"{text}00:00:00Z"))
    times = Remembered(lambda text: epoch_seconds(f"1970-01-01T{text}"))

    def seconds(texts: Sequence[str]) -> list[int]:
        try:
            return [days[text[:11]] + times[text[11:]] for text in texts]
        except InputError:
            return list(map(epoch_seconds, texts))

    return seconds


def microseconds_reader() -> Callable[[Sequence[str]], tuple[list[int], list[str]]]:
    """A reader of instants with a fraction: the epoch microseconds in which they lie, and any digits beyond them."""
    days = Remembered(lambda text: epoch_seconds(f"{text}00:00:00Z"))
    clocks = Remembered(lambda text: epoch_seconds(f"1970-01-01T{text}Z"))
    rests = Remembered(lambda text: _microseconds(f"1970-01-01T00:00:00{text}"))

    def microseconds(texts: Sequence[str]) -> tuple[list[int], list[str]]:
        try:
            whole = [(days[text[:11]] + clocks[text[11:19]]) * 1_000_000 for text in texts]
            parts = [rests[text[19:]] for text in texts]
        except InputError:
            whole, parts = [0] * len(texts), list(map(_microseconds, texts))
        return [at + part[0] for at, part in zip(whole, parts, strict=True)], [part[1] for part in parts]

    return microseconds


def _microseconds(text: str) -> tuple[int, str]:
    seconds, fraction = epoch_seconds_and_fraction(text)
    return seconds * 1_000_000 + int(f"{fraction[:6]:0<6}"), fraction[6:]


def count(text: str) -> int:
    """A whole number in plain digits; a point followed by zeros changes nothing."""
    found = _COUNT.fullmatch(text)
    if found is None:
        raise InputError(f'"{text}" is not a whole number in plain digits')
    _refuse_too_long(text)
    return int(found[1])


def decimal_or_nothing(text: str) -> tuple[int, int]:
    """A number as its digits without the point and how many of them follow it, trailing zeros gone; (-1, 0) for ""."""
    if not text:
        return -1, 0
    found = _DECIMAL.fullmatch(text)
    if found is None:
        if text.startswith("-") and _DECIMAL.fullmatch(text[1:]):
            raise InputError(f'"{text}" is negative')
        raise InputError(f'"{text}" is not a number in plain digits')
    _refuse_too_long(text)
    decimals = (found[2] or "").rstrip("0")
    return int(found[1] + decimals), len(decimals)


def _refuse_too_long(number: str) -> None:
    if len(number) > _MOST_DIGITS:
        raise InputError(f"has more than {_MOST_DIGITS} digits")


def name(text: str) -> str:
    """A name, which is not empty."""
    if not text:
        raise InputError("is empty")
    return text
