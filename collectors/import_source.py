"""Opens a file to be imported, whatever its format, at its start or where an earlier import stopped."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from collectors.csv_layout import LINE_BYTES, header_of, layout
from collectors.csv_rows import decoded_lines
from collectors.file_rows import Record, Rows
from collectors.import_mapping import ImportMapping
from collectors.json_records import Placed, is_event_stream, is_lines, line_records, stream_records, value_records
from collectors.known import Known, Series
from collectors.mapping import FileMapping
from collectors.native_topic import CIRCUIT_KINDS
from collectors.result_mapping import ResultMapping
from collectors.result_rows import decoded_results
from collectors.sensor_file import SensorRows, sensor_form, sensor_lines
from collectors.sensor_rows import SensorMapping
from store.errors import InputError
from store.imports import Progress

CHUNK_BYTES = 64 * 1024 * 1024
"""Records are decoded together up to this size: one of them may be as large."""
_GZIP = b"\x1f\x8b"
_DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error)


class Source(Protocol):
    """A file that is being read, and the place where its next record starts."""

    next_byte: int
    next_number: int
    finished: bool

    def rows(self, count: int, received_at: datetime) -> Rows | SensorRows:
        """The next `count` records, decoded; fewer at the end, and then the source is `finished`."""

    def origin(self, number: int) -> str:
        """How a record is named behind the name of the file: `:12` a line, `#12` a record counted from 1."""

    def done_bytes(self) -> int:
        """How many bytes of the file are read."""


class RecordSource:
    """A file whose records are bytes: lines, or values of JSON."""

    def __init__(
        self,
        records: Iterator[Placed],
        start: tuple[int, int],
        decode: Callable[[list[Record], datetime], Rows | SensorRows],
        raw: BinaryIO,
        mark: str,
    ) -> None:
        self._records = records
        self.next_byte, self.next_number = start
        self._decode = decode
        self._raw = raw
        self._mark = mark
        self.finished = False
        self._damage: Exception | None = None

    def rows(self, count: int, received_at: datetime) -> Rows | SensorRows:
        """The next records, decoded; those before a damaged place come before its error."""
        if self._damage:
            raise self._damage
        taken: list[Record] = []
        size = 0
        self.finished = True
        try:
            for record, next_byte, next_number in self._records:
                taken.append(record)
                self.next_byte, self.next_number = next_byte, next_number
                size += len(record.content or b"")
                if len(taken) >= count or size >= CHUNK_BYTES:
                    self.finished = False
                    break
        except _DAMAGE as error:
            self._damage = error
            self.finished = False
        return self._decode(taken, received_at)

    def origin(self, number: int) -> str:
        """The line or the number of a record."""
        return f"{self._mark}{number}"

    def done_bytes(self) -> int:
        """Bytes read of the file as it lies there, packed or not."""
        return self._raw.tell()


@contextmanager
def open_source(file: Path, mapping: ImportMapping, known: Known, progress: Progress | None) -> Iterator[Source]:
    """The file by its mapping, from where `progress` says; InputError when the two do not fit, or it is damaged."""
    series = known.circuits if mapping.kind in CIRCUIT_KINDS else known.zones
    if mapping.format == "parquet":
        from collectors.parquet_source import ParquetSource  # only here: its library takes half a second to load

        with closing(ParquetSource(file, mapping, known, progress)) as table:
            yield table
        return
    with file.open("rb") as raw:
        opened = _unpacked(raw)
        try:
            if isinstance(mapping, FileMapping):
                yield _lines_of_csv(opened, raw, file.name, mapping, series, progress)
            elif isinstance(mapping, SensorMapping):
                yield _lines_of_sensors(opened, raw, file.name, mapping, known, progress)
            else:
                yield _results(opened, raw, mapping, series, progress)
        except _DAMAGE as error:
            raise InputError(f"{file.name}: damaged: {error}; what was read before it is stored") from None


def _unpacked(raw: BinaryIO) -> BinaryIO:
    is_packed = raw.read(len(_GZIP)) == _GZIP
    raw.seek(0)
    return cast(BinaryIO, io.BufferedReader(gzip.GzipFile(fileobj=raw))) if is_packed else raw


def _lines_of_csv(
    opened: BinaryIO,
    raw: BinaryIO,
    name: str,
    mapping: FileMapping,
    series: Mapping[str, Series],
    progress: Progress | None,
) -> RecordSource:
    of = layout(name, _header(opened, name), mapping, series)
    start = (progress.next_byte, progress.next_line) if progress else (opened.tell(), 2)
    return RecordSource(line_records(opened, *start), start, lambda lines, at: decoded_lines(lines, of, at), raw, ":")


def _lines_of_sensors(
    opened: BinaryIO, raw: BinaryIO, name: str, mapping: SensorMapping, known: Known, progress: Progress | None
) -> RecordSource:
    form = sensor_form(mapping, header_of(name, _header(opened, name), mapping), known)
    start = (progress.next_byte, progress.next_line) if progress else (opened.tell(), 2)
    return RecordSource(line_records(opened, *start), start, partial(sensor_lines, form), raw, ":")


def _header(opened: BinaryIO, name: str) -> bytes:
    header = opened.readline(LINE_BYTES)
    if not header:
        raise InputError(f"{name}:1: the file is empty; a header line is expected")
    return header


def _results(
    opened: BinaryIO,
    raw: BinaryIO,
    mapping: ResultMapping,
    series: Mapping[str, Series],
    progress: Progress | None,
) -> RecordSource:
    read, mark = value_records, "#"
    if mapping.format == "iperf3" and is_event_stream(opened):
        read, mark = stream_records, ":"
    elif is_lines(opened):
        read, mark = line_records, ":"
    start = (progress.next_byte, progress.next_line) if progress else (0, 1)
    return RecordSource(
        read(opened, *start), start, lambda records, at: decoded_results(records, mapping, series, at), raw, mark
    )
