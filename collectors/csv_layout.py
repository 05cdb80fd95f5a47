"""Lines of a file as fields: the header checked against the mapping, and what quarantine keeps of a line. Pure."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from collectors.file_rows import Record
from collectors.kept_input import kept_of_unread
from collectors.known import Series
from collectors.mapping import FileMapping
from collectors.reasons import Reason, Refused
from store.errors import InputError

LINE_BYTES = 1024 * 1024


class Separated(Protocol):
    """What a mapping says of the lines of a file, whatever its rows are about."""

    @property
    def kind(self) -> str:
        """What its rows are."""

    @property
    def separator(self) -> str:
        """What stands between two fields."""

    @property
    def encoding(self) -> str:
        """How text is written."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""

    @property
    def ignored_columns(self) -> frozenset[str]:
        """Columns that are there and not read."""


@dataclass(frozen=True)
class Layout:
    """A mapping applied to the header of one file, and the circuits or zones its rows may be about."""

    mapping: FileMapping
    header: tuple[str, ...]
    series: Mapping[str, Series]

    def place(self, column: str) -> int:
        """The position of a column."""
        return self.header.index(column)


def layout(name: str, header: bytes, mapping: FileMapping, series: Mapping[str, Series]) -> Layout:
    """A mapping applied to the header line of a file; see `header_of`."""
    return Layout(mapping, header_of(name, header, mapping), series)


def header_of(name: str, header: bytes, mapping: Separated) -> tuple[str, ...]:
    """The columns of the header line: each is read or ignored on purpose; InputError `NAME:1: …` otherwise."""
    try:
        columns = tuple(field.strip() for field in fields_of(header.removeprefix(b"\xef\xbb\xbf"), mapping))
    except Refused as error:
        raise InputError(f"{name}:1: {error}") from None
    for column in columns:
        if columns.count(column) > 1:
            raise InputError(f'{name}:1: column "{column}" is there twice')
        if column not in mapping.columns and column not in mapping.ignored_columns:
            raise InputError(f'{name}:1: column "{column}" is neither mapped nor in ignored_columns')
    if missing := [column for column in mapping.columns if column not in columns]:
        raise InputError(f'{name}:1: column "{missing[0]}" of the mapping is not there')
    return columns


def kept_of_line(line: Record, header: Sequence[str], mapping: Separated) -> bytes:
    """What quarantine keeps of a line: the columns that are read; an ignored one may hold what must not be stored."""
    if line.content is None:
        return b""
    ignored = mapping.ignored_columns
    try:
        fields = fields_of(line.content, mapping)
    except Refused:
        fields = []
    if len(fields) != len(header):  # which field is which cannot be told
        return kept_of_unread(None if ignored else mapping.kind, line.content.rstrip(b"\r\n"))
    if not ignored:
        return line.content.rstrip(b"\r\n")
    kept = ["" if column in ignored else field for column, field in zip(header, fields, strict=True)]
    return mapping.separator.join(kept).encode(mapping.encoding)


def fields_of_line(line: Record, mapping: Separated) -> list[str] | None:
    """The fields of one line, None for a blank one. Raises Refused when it is too long or cannot be split."""
    if line.content is None:
        raise Refused(Reason.OVERSIZED, f"a line longer than {LINE_BYTES} bytes")
    return fields_of(line.content, mapping) if line.content.strip() else None


def fields_of(content: bytes, mapping: Separated) -> list[str]:
    """The fields of one line; raises Refused when it cannot be split.

    A record is one line: so each can be named by its number, and a stray quote swallows no other line.
    """
    try:
        text = content.decode(mapping.encoding).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise Refused(Reason.MALFORMED, f"not {mapping.encoding} at byte {error.start + 1} of the line") from None
    if '"' not in text:
        return text.split(mapping.separator)
    try:
        return next(csv.reader([text], delimiter=mapping.separator, strict=True), [])
    except csv.Error as error:
        raise Refused(Reason.MALFORMED, f"quotes: {error}") from None
