"""Strict reading of one CSV file: every mistake is one line `FILE:LINE: what is wrong`, nothing is guessed."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

from facilities.instants import epoch_seconds, epoch_seconds_and_fraction
from store.errors import InputError

_FRACTION_AND_OFFSET = re.compile(r"(?:[.,](\d+))?([Zz]|[+-]\d{2}(?::?\d{2})?)", re.ASCII)

Parsed = TypeVar("Parsed")


class CsvTable:
    """A CSV file with a header: its rows as tuples in the order of `columns`, whatever order the file has.

    Comma, UTF-8 with or without a byte order mark; blank lines are ignored; an unknown, missing or doubled
    column and a row of another width are refused.
    """

    def __init__(self, path: str | Path, columns: Sequence[str]) -> None:
        self.path = str(path)
        self.columns = tuple(columns)

    def error(self, line: int, what: str) -> InputError:
        """The one-line error about a line of this file."""
        return InputError(f"{self.path}:{line}: {what}")

    def parsed(self, line: int, column: str, parse: Callable[[str], Parsed], text: str) -> Parsed:
        """What `parse` makes of the text of a column; what it refuses becomes the error of that line."""
        try:
            return parse(text)
        except (InputError, ValueError) as error:
            raise self.error(line, f"{column}: {error}") from None

    def named(self, line: int, column: str, text: str) -> str:
        """A name, which is not empty."""
        if not text:
            raise self.error(line, f"{column} is empty")
        return text

    def rows(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Each row with the number of its first line."""
        line = 1
        try:
            with open(self.path, encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, strict=True)
                width, pick = 0, None
                for fields in reader:
                    if len(fields) < 2 and not "".join(fields).strip():
                        line = reader.line_num + 1
                        continue
                    if pick is None:
                        pick, width = self._order(line, fields), len(fields)
                    elif len(fields) != width:
                        raise self.error(line, f"{len(fields)} fields where the header has {width}")
                    else:
                        yield line, pick(fields)
                    line = reader.line_num + 1
        except csv.Error as error:
            raise self.error(line, f"not CSV: {error}") from None
        except UnicodeDecodeError:
            raise self.error(self._line_that_is_not_utf8(), "not UTF-8") from None
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read: {error.strerror}") from None
        if pick is None:
            raise self.error(1, f"no header row; expected {','.join(self.columns)}")

    def _order(self, line: int, header: list[str]) -> itemgetter[tuple[str, ...]]:
        for column in header:
            if column not in self.columns:
                raise self.error(line, f'unknown column "{column}"; expected {",".join(self.columns)}')
            if header.count(column) > 1:
                raise self.error(line, f'column "{column}" appears twice')
        for column in self.columns:
            if column not in header:
                raise self.error(line, f'column "{column}" is missing')
        return itemgetter(*(header.index(column) for column in self.columns))

    def _line_that_is_not_utf8(self) -> int:
        content = Path(self.path).read_bytes()
        try:
            content.decode()
        except UnicodeDecodeError as error:
            return content.count(b"\n", 0, error.start) + 1
        return 1


class InstantReader:
    """Instants of a file, by remembering days and times of day: a month has few of each, and millions of rows."""

    def __init__(self) -> None:
        self._days: dict[str, int] = {}
        self._times: dict[str, int] = {}  # time of day with its offset
        self._clocks: dict[str, int] = {}  # time of day alone
        self._offsets: dict[str, int] = {}

    def seconds(self, text: str) -> int:
        """The epoch second of an instant without a fraction."""
        try:
            return self._days[text[:11]] + self._times[text[11:]]
        except KeyError:
            seconds = epoch_seconds(text)
            with suppress(InputError):  # written another way than YYYY-MM-DDT: nothing to remember
                self._days[text[:11]] = day = epoch_seconds(f"{text[:11]}00:00:00Z")
                self._times[text[11:]] = seconds - day
            return seconds

    def seconds_and_fraction(self, text: str) -> tuple[int, str]:
        """The epoch second in which an instant lies, and the digits of its fraction without trailing zeros."""
        found = _FRACTION_AND_OFFSET.fullmatch(text, 19)
        if found is None:
            return epoch_seconds_and_fraction(text)
        fraction, offset = found.groups("")
        try:
            seconds = self._days[text[:11]] + self._clocks[text[11:19]] + self._offsets[offset]
        except KeyError:
            seconds, fraction = epoch_seconds_and_fraction(text)
            with suppress(InputError):
                self._days[text[:11]] = day = epoch_seconds(f"{text[:11]}00:00:00Z")
                self._clocks[text[11:19]] = of_day = epoch_seconds(f"{text[:19]}Z") - day
                self._offsets[offset] = seconds - day - of_day
            return seconds, fraction
        return seconds, fraction.rstrip("0")
