"""Months of the archive: UTC calendar months, half-open, so that every contract's month lies in two or three. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from store.errors import InputError


class Month(NamedTuple):
    """A calendar month of UTC."""

    year: int
    number: int

    @property
    def text(self) -> str:
        """As in folders and options: `2026-09`."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def starts_at(self) -> datetime:
        """Its first instant."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return self.next.starts_at

    @property
    def next(self) -> Month:
        """The month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def through(self, last: Month) -> list[Month]:
        """This month and those after it, up to `last`."""
        months = [self]
        while months[-1] < last:
            months.append(months[-1].next)
        return months


def month_of(at: datetime) -> Month:
    """The month in which an instant lies."""
    at = at.astimezone(UTC)
    return Month(at.year, at.month)


def parsed_month(text: str) -> Month:
    """The month that a text such as `2026-09` names. Raises InputError for any other text."""
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text, re.ASCII)
    if found is None or not 1 <= int(found[1]) < 9999:
        raise InputError(f'"{text}" is not a month such as 2026-09')
    return Month(int(found[1]), int(found[2]))
