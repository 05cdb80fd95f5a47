"""Lines of a file as fields: the header checked against the mapping, and what quarantine keeps of a line. Pure."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass

from collectors.file_rows import Record
from collectors.kept_input import kept_of_unread
from collectors.known import Series
from collectors.mapping import FileMapping
from collectors.reasons import Reason, Refused
from store.errors import InputError

LINE_BYTES = 1024 * 1024


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
    """Checks the header line: every column is read or ignored on purpose; InputError `NAME:1: …` otherwise."""
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
    return Layout(mapping, columns, series)


def kept_of_line(line: Record, of: Layout) -> bytes:
    """What quarantine keeps of a line: the columns that are read; an ignored one may hold what must not be stored."""
    if line.content is None:
        return b""
    ignored = of.mapping.ignored_columns
    try:
        fields = fields_of(line.content, of.mapping)
    except Refused:
        fields = []
    if len(fields) != len(of.header):  # which field is which cannot be told
        return kept_of_unread(None if ignored else of.mapping.kind, line.content.rstrip(b"\r\n"))
    if not ignored:
        return line.content.rstrip(b"\r\n")
    kept = ["" if column in ignored else field for column, field in zip(of.header, fields, strict=True)]
    return of.mapping.separator.join(kept).encode(of.mapping.encoding)


def fields_of(content: bytes, mapping: FileMapping) -> list[str]:
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
