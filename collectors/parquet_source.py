"""A Parquet file as a source of rows; a row is named by its number from 1, for it has neither line nor byte."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

import msgspec

from collectors.file_rows import Record, Rows, checked_rows, columns_of
from collectors.known import Known, grids_of
from collectors.mapping import FileMapping
from collectors.native_topic import CIRCUIT_KINDS
from collectors.parquet_table import ParquetTable
from collectors.reasons import Refused, Rejected
from collectors.sensor_file import SensorRows, sensor_form
from collectors.sensor_rows import SensorMapping
from collectors.table_rows import RowReader
from store.errors import InputError
from store.imports import Progress


class ParquetSource:
    """Rows of a Parquet file from where an earlier import stopped; its place in bytes is not known and stays 0."""

    next_byte = 0

    def __init__(
        self, file: Path, mapping: FileMapping | SensorMapping, known: Known, progress: Progress | None
    ) -> None:
        self._known = known
        self._mapping = mapping
        self._bytes = file.stat().st_size
        self._table = ParquetTable(file, mapping)
        self.next_number = progress.next_line if progress else 1
        self.finished = False
        self._rows: Iterator[tuple[str, ...]] = (
            row for batch in self._table.batches(self.next_number - 1) for row in batch
        )
        self._damage: InputError | None = None

    def rows(self, count: int, received_at: datetime) -> Rows | SensorRows:
        """The next rows, decoded; those before a damaged place come before its error."""
        if self._damage:
            raise self._damage
        first = self.next_number
        taken = list(islice(self._undamaged(), count))
        self.next_number += len(taken)
        self.finished = len(taken) < count and self._damage is None
        records = [Record(number, None) for number in range(first, self.next_number)]

        def fields(record: Record) -> tuple[str, ...]:
            return taken[record.number - first]

        def keep(record: Record) -> bytes:
            return msgspec.json.encode(dict(zip(self._table.header, fields(record), strict=True)))

        if isinstance(self._mapping, SensorMapping):
            return sensor_form(self._mapping, self._table.header, self._known).rows(records, fields, keep, received_at)
        return self._readings(self._mapping, records, fields, keep, received_at)

    def _readings(
        self,
        mapping: FileMapping,
        records: Sequence[Record],
        fields: Callable[[Record], Sequence[str]],
        keep: Callable[[Record], bytes],
        received_at: datetime,
    ) -> Rows:
        numbers: list[tuple[int, ...]] = []
        read_records: list[Record] = []
        rejected: list[tuple[int, Rejected]] = []
        skipped = 0
        series = self._known.circuits if mapping.kind in CIRCUIT_KINDS else self._known.zones
        read = RowReader(mapping, self._table.header, series).numbers
        for record in records:
            try:
                found = read(fields(record))
            except Refused as error:
                rejected.append((record.number, Rejected(error.refusal, keep(record))))
                continue
            if found is None:
                skipped += 1
            else:
                numbers.append(found)
                read_records.append(record)
        columns, grids = columns_of(mapping.kind, numbers), grids_of(series)
        return checked_rows(mapping.kind, columns, read_records, rejected, skipped, keep, received_at, grids)

    def _undamaged(self) -> Iterator[tuple[str, ...]]:
        try:
            for row in self._rows:  # noqa: UP028 - `yield from` would close the rows when a chunk is full
                yield row
        except InputError as error:
            self._damage = error

    def origin(self, number: int) -> str:
        """The number of a row."""
        return f"#{number}"

    def done_bytes(self) -> int:
        """The share of the rows that are read, in bytes of the file."""
        return self._bytes * (self.next_number - 1) // max(1, self._table.rows)

    def close(self) -> None:
        """Closes the file."""
        self._table.close()
