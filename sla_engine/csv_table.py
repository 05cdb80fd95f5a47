"""Strict reading of one CSV file: every mistake is one line `FILE:LINE: what is wrong`, nothing is guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from store.errors import InputError

_CHUNK = 1 << 9  # rows; small enough for the cache, large enough for numpy
Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file: the number of each record in the file, and its texts column by column."""

    records: Sequence[int]
    columns: tuple[Sequence[str], ...]

    def rows(self) -> Iterator[Chunk]:
        """The same rows, one at a time."""
        for index, record in enumerate(self.records):
            yield Chunk([record], tuple(column[index : index + 1] for column in self.columns))


class CsvTable:
    """A CSV file with a header: its rows in the order of `columns`, whatever order the file has.

    Comma, UTF-8 with or without a byte order mark; blank lines are ignored; an unknown, missing or doubled
    column and a row of another width are refused.
    """

    def __init__(self, path: str | Path, columns: Sequence[str]) -> None:
        self.path = str(path)
        self.columns = tuple(columns)
        try:
            self._content = Path(path).read_bytes()
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read: {error.strerror}") from None
        try:
            self._content.decode()
        except UnicodeDecodeError as error:
            line = len((self._content[: error.start] + b"?").splitlines())
            raise InputError(f"{self.path}:{line}: not UTF-8") from None

    def error(self, record: int, what: str) -> InputError:
        """The one-line error about a record. Its line is looked up only now: a field can hold line breaks."""
        reader = self._reader()
        for _ in islice(reader, record):
            pass
        return InputError(f"{self.path}:{reader.line_num + 1}: {what}")

    def read(self, take: Callable[[Chunk], None]) -> None:
        """Gives every row of the file to `take`, some thousands at a time.

        When `take` refuses some rows it gets them again one by one, so that the first wrong row is reported.
        """
        for chunk in self._chunks():
            try:
                take(chunk)
            except InputError:
                for row in chunk.rows():
                    take(row)
                raise

    def parsed(self, chunk: Chunk, column: str, parse: Callable[[str], Parsed]) -> list[Parsed]:
        """What `parse` makes of each text of a column."""
        return self.parsed_whole(chunk, column, lambda texts: list(map(parse, texts)))

    def parsed_whole(self, chunk: Chunk, column: str, parse: Callable[[Sequence[str]], Parsed]) -> Parsed:
        """What `parse` makes of a column of the chunk; what it refuses becomes an error of the chunk's first record."""
        try:
            return parse(chunk.columns[self.columns.index(column)])
        except (InputError, ValueError) as error:
            raise self.error(chunk.records[0], f"{column}: {error}") from None

    def _chunks(self) -> Iterator[Chunk]:
        reader = self._reader()
        order: list[int] = []
        record = 0
        broken: str | None = None
        while broken is None:
            rows: list[list[str]] = []
            try:
                rows.extend(islice(reader, _CHUNK))
            except csv.Error as error:  # the rows before it are kept: one of them may be wrong first
                broken = str(error)
            if not rows and broken is None:
                break
            records: Sequence[int] = range(record, record + len(rows))
            record += len(rows)
            if not order or set(map(len, rows)) != {len(order)}:  # else the usual case: nothing blank, nothing odd
                kept = [i for i, fields in enumerate(rows) if not _is_blank(fields)]
                rows, records = [rows[i] for i in kept], [records[i] for i in kept]
            if rows and not order:
                order = self._order(records[0], rows[0])
                rows, records = rows[1:], records[1:]
            odd = len(rows)
            if set(map(len, rows)) != {len(order)}:
                odd = next((i for i, fields in enumerate(rows) if len(fields) != len(order)), odd)
            if odd:
                columns = list(zip(*rows[:odd], strict=True))
                yield Chunk(records[:odd], tuple(columns[position] for position in order))
            if odd < len(rows):
                raise self.error(records[odd], f"{len(rows[odd])} fields where the header has {len(order)}")
        if broken is not None:
            raise self.error(record, f"not CSV: {broken}")
        if not order:
            raise InputError(f"{self.path}:1: no header row; expected {','.join(self.columns)}")

    def _order(self, record: int, header: list[str]) -> list[int]:
        """Where each column of ours stands in the file."""
        for column in header:
            if column not in self.columns:
                raise self.error(record, f'unknown column "{column}"; expected {",".join(self.columns)}')
            if header.count(column) > 1:
                raise self.error(record, f'column "{column}" appears twice')
        for column in self.columns:
            if column not in header:
                raise self.error(record, f'column "{column}" is missing')
        return [header.index(column) for column in self.columns]

    def _reader(self) -> Any:  # the reader of the csv module, whose type has no public name
        return csv.reader(io.TextIOWrapper(io.BytesIO(self._content), encoding="utf-8-sig", newline=""), strict=True)


def _is_blank(fields: list[str]) -> bool:
    return len(fields) < 2 and not "".join(fields).strip()
