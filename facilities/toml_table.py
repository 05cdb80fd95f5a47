"""Strict reading of one TOML table: typed values, exact decimals, and unknown keys refused with their path."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn, TypeVar

from store.errors import InputError

Choice = TypeVar("Choice", bound=str)

_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_MOST_DIGITS = 1000  # Python prints whole numbers of 4300; sums and products of what is read stay below that


def plain_decimal(text: str) -> Decimal | None:
    """The number that plain digits with an optional point write, exactly; None for any other text."""
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


class TomlTable:
    """One table of a file: every key is asked for once, `close` refuses the keys nobody asked for.

    Each mistake is one line, `FILE: key: what is wrong`, with the key's path in the file.
    """

    def __init__(self, source: str, path: str, values: Mapping[str, Any]) -> None:
        self.source = source
        self.path = path
        self._values = values
        self._asked: set[str] = set()

    def refuse(self, key: str, what: str) -> NoReturn:
        """Raises the one-line error about `key` of this table."""
        raise InputError(f"{self.source}: {self.path}.{key}: {what}" if self.path else f"{self.source}: {key}: {what}")

    def has(self, key: str) -> bool:
        """Whether the file writes `key`."""
        return key in self._values

    def value(self, key: str) -> Any:
        """The raw value of a required key."""
        self._asked.add(key)
        if key not in self._values:
            self.refuse(key, "is required")
        return self._values[key]

    def text(self, key: str) -> str:
        """A required text that is not empty."""
        value = self.value(key)
        if not isinstance(value, str) or not value:
            self.refuse(key, "must be a text that is not empty")
        return value

    def choice(self, key: str, options: Sequence[Choice], default: Choice | None = None) -> Choice:
        """One of `options`; without a default the key is required."""
        if default is not None and not self.has(key):
            self._asked.add(key)
            return default
        value = self.value(key)
        chosen = next((option for option in options if value == option), None)
        if chosen is None:
            self.refuse(key, f"must be one of {', '.join(options)}")
        return chosen

    def integer(self, key: str, at_least: int, default: int | None = None) -> int:
        """A whole number; without a default the key is required."""
        if default is not None and not self.has(key):
            self._asked.add(key)
            return default
        value = self.value(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
            self.refuse(key, f"must be a whole number, at least {at_least}")
        if value >= 10**_MOST_DIGITS:
            self.refuse(key, f"has more than {_MOST_DIGITS} digits")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        if not self.has(key):
            self._asked.add(key)
            return default
        value = self.value(key)
        if not isinstance(value, bool):
            self.refuse(key, "must be true or false")
        return value

    def day(self, key: str) -> date:
        """A required civil date, written as a TOML date."""
        value = self.value(key)
        if type(value) is not date:  # a datetime is a date too, and is not meant
            self.refuse(key, "must be a date such as 2026-01-01")
        return value

    def optional_day(self, key: str) -> date | None:
        """A civil date, or None when the key is absent."""
        self._asked.add(key)
        return self.day(key) if self.has(key) else None

    def days(self, key: str) -> frozenset[date]:
        """A list of civil dates; none when the key is absent."""
        if not self.has(key):
            self._asked.add(key)
            return frozenset()
        value = self.value(key)
        if not isinstance(value, list) or any(type(day) is not date for day in value):
            self.refuse(key, "must be a list of dates such as 2026-01-01")
        return frozenset(value)

    def decimal(self, key: str, default: str | None = None) -> Decimal:
        """An exact number of at least zero, written as text so that no float comes near it (R-23)."""
        if default is not None and not self.has(key):
            self._asked.add(key)
            return Decimal(default)
        value = self.value(key)
        number = plain_decimal(value) if isinstance(value, str) else None
        if number is None:
            self.refuse(key, 'must be a number written as text, such as "99.9"')
        if len(value) > _MOST_DIGITS:
            self.refuse(key, f"has more than {_MOST_DIGITS} digits")
        return number

    def percent(self, key: str, default: str | None = None, *, zero: bool = True) -> Decimal:
        """A percentage in [0, 100], or in (0, 100] without `zero`."""
        number = self.decimal(key, default)
        if number > 100 or (number == 0 and not zero):
            self.refuse(key, f"must be a percentage in {'[' if zero else '('}0, 100]")
        return number

    def percent_text(self, key: str) -> str:
        """A required percentage in [0, 100] as the file writes it: `"05"` and `"5.0"` stay what they are."""
        self.percent(key)
        return self.text(key)

    def ratio(self, key: str, default: str | None = None, *, zero: bool = True) -> Fraction:
        """The same percentage as an exact ratio in 0..1."""
        return Fraction(self.percent(key, default, zero=zero)) / 100

    def table(self, key: str) -> TomlTable:
        """The required table at `key`."""
        value = self.value(key)
        path = f"{self.path}.{key}" if self.path else key
        if not isinstance(value, dict):
            self.refuse(key, "must be a table")
        return TomlTable(self.source, path, value)

    def optional_table(self, key: str) -> TomlTable | None:
        """The table at `key`, or None when it is absent."""
        self._asked.add(key)
        return self.table(key) if self.has(key) else None

    def tables(self, key: str) -> list[dict[str, Any]]:
        """The raw tables listed at `key`; none when the key is absent."""
        self._asked.add(key)
        value = self._values.get(key, [])
        if not isinstance(value, list) or any(not isinstance(entry, dict) for entry in value):
            self.refuse(key, "must be a list of tables")
        return value

    def close(self, what: str = "unknown key") -> None:
        """Refuses the first key that was never asked for: a misspelt option must not act as its default."""
        for key in self._values:
            if key not in self._asked:
                self.refuse(key, what)
