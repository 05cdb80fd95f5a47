"""A file of JSON as records: a value per line, an array, or values one after the other, whatever their layout.

Reads a binary file from any place where a record ends, so that an import can go on there.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import msgspec

from collectors.csv_layout import LINE_BYTES
from collectors.decoders.iperf3 import stream_starts
from collectors.file_rows import Record

VALUE_BYTES = 64 * 1024 * 1024
"""The largest value that is read outside lines: an iperf3 result of a day in seconds has 40 MB."""
_BLOCK = 1024 * 1024
_LOOK_AHEAD = 64 * 1024
_BEGIN = re.compile(rb"[^\s,\[\]]")
_OUTSIDE = re.compile(rb'[\[\]{}"]')
_INSIDE = re.compile(rb'["\\]')
_STRAY = re.compile(rb"[,\[\]{\n]")
_BOM = b"\xef\xbb\xbf"


class Placed(NamedTuple):
    """A record, and where the next one is looked for: its first byte, and its number."""

    record: Record
    next_byte: int
    next_number: int


def is_lines(opened: BinaryIO) -> bool:
    """Whether the file has a value per line: one of its first lines is a whole object. Leaves the file at its start.

    A damaged line then spoils no other. An array, a value over several lines, or one too long to see the end of is
    read value by value.
    """
    opened.seek(0)
    start = opened.read(_LOOK_AHEAD).removeprefix(_BOM)
    is_whole = not opened.read(1)
    opened.seek(0)
    if start.lstrip()[:1] == b"[":
        return False
    lines = start.split(b"\n")
    return any(_is_object(line) for line in (lines if is_whole else lines[:-1]))


def is_event_stream(opened: BinaryIO) -> bool:
    """Whether the file is a stream of iperf3's events (`--json-stream`). Leaves the file at its start."""
    opened.seek(0)
    first = opened.readline(_LOOK_AHEAD)
    opened.seek(0)
    return stream_starts(first.removeprefix(_BOM))


def _is_object(line: bytes) -> bool:
    try:
        return line[:1] == b"{" and isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def line_records(opened: BinaryIO, next_byte: int, number: int) -> Iterator[Placed]:
    """The lines from `next_byte` on, the first of which has `number`; blank ones too, for they are counted."""
    opened.seek(next_byte)
    while content := opened.readline(LINE_BYTES + 1):
        next_byte += len(content)
        kept: bytes | None = content
        if len(content) > LINE_BYTES:
            kept = None  # of a line without an end in sight no more than its number is kept
            while content and not content.endswith(b"\n"):
                content = opened.readline(LINE_BYTES)
                next_byte += len(content)
        yield Placed(Record(number, kept), next_byte, number + 1)
        number += 1


def stream_records(opened: BinaryIO, next_byte: int, number: int) -> Iterator[Placed]:
    """The tests in a stream of iperf3's events, each from its start event to the next; numbered by its first line."""
    group: list[bytes] | None = []
    first, size = number, 0
    for record, end, following in line_records(opened, next_byte, number):
        line = record.content
        if size and line is not None and stream_starts(line):
            yield Placed(_joined(first, group), next_byte, record.number)
            group, first, size = [], record.number, 0
        next_byte, number = end, following
        size += LINE_BYTES if line is None else len(line)
        if line is None or size > VALUE_BYTES:
            group = None
        elif group is not None:
            group.append(line)
    if size:
        yield Placed(_joined(first, group), next_byte, number)


def _joined(number: int, group: list[bytes] | None) -> Record:
    return Record(number, None if group is None else b"".join(group))


def value_records(opened: BinaryIO, next_byte: int, number: int) -> Iterator[Placed]:
    """The values from `next_byte` on: elements of one array, or values one after the other, numbered from `number`.

    What lies between them and is no value is a record, too, and so is a value that the file ends in.
    """
    opened.seek(next_byte)
    if not next_byte and opened.read(len(_BOM)) != _BOM:
        opened.seek(0)
    base, buffer, at = opened.tell(), b"", 0
    begun: int | None = None
    depth, quoted, too_large = 0, False, False
    while True:
        end: int | None = None
        if begun is None:
            if found := _BEGIN.search(buffer, at):
                begun = at = found.start()
            else:
                at = len(buffer)
        if begun is not None and not depth and buffer[begun : begun + 1] != b"{" and not too_large:
            found = _STRAY.search(buffer, begun + 1)
            end = found.start() if found else None
        elif begun is not None:
            depth, quoted, at, end = _scanned(buffer, at, depth, quoted)
        if end is not None:
            assert begun is not None
            content = None if too_large else buffer[begun:end]
            yield Placed(Record(number, content), base + end, number + 1)
            number, begun, at, too_large = number + 1, None, end, False
            continue
        if begun is not None and len(buffer) - begun > VALUE_BYTES:
            too_large, begun = True, len(buffer)
        block = opened.read(_BLOCK)
        if not block:
            if begun is not None:
                content = None if too_large else buffer[begun:].rstrip()
                yield Placed(Record(number, content), base + len(buffer), number + 1)
            return
        kept_from = min(at, len(buffer)) if begun is None else begun
        base, at = base + kept_from, at - kept_from
        buffer = buffer[kept_from:] + block
        begun = None if begun is None else 0


def _scanned(buffer: bytes, at: int, depth: int, quoted: bool) -> tuple[int, bool, int, int | None]:
    """Depth, whether in a text, and place after the bytes at hand; and the end of the value, once it is there."""
    while found := (_INSIDE if quoted else _OUTSIDE).search(buffer, at):
        at = found.end()
        match found[0]:
            case b'"':
                quoted = not quoted
            case b"\\":
                at += 1
            case b"{" | b"[":
                depth += 1
            case _:
                depth -= 1
                if depth <= 0:
                    return 0, False, at, at
    return depth, quoted, max(at, len(buffer)), None
