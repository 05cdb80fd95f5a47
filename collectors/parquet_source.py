"""A Parquet file as a source of rows; a row is named by its number from 1, for it has neither line nor byte."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from collectors.file_rows import Record, Rows, checked_rows, columns_of
from collectors.known import Series, grids_of
from collectors.mapping import FileMapping
from collectors.parquet_table import ParquetTable
from collectors.reasons import Refused, Rejected
from collectors.table_rows import RowReader
from store.errors import InputError
from store.imports import Progress


class ParquetSource:
    """Rows of a Parquet file from where an earlier import stopped; its place in bytes is not known and stays 0."""

    next_byte = 0

    def __init__(
        self, file: Path, mapping: FileMapping, series: Mapping[str, Series], progress: Progress | None
    ) -> None:
        self._mapping = mapping
        self._series = series
        self._bytes = file.stat().st_size
        self._table = ParquetTable(file, mapping)
        self.next_number = progress.next_line if progress else 1
        self.finished = False
        self._rows: Iterator[tuple[str, ...]] = (
            row for batch in self._table.batches(self.next_number - 1) for row in batch
        )
        self._damage: InputError | None = None

    def rows(self, count: int, received_at: datetime) -> Rows:
        """The next rows, decoded; those before a damaged place come before its error."""
        if self._damage:
            raise self._damage
        numbers: list[tuple[int, ...]] = []
        records: list[Record] = []
        rejected: list[tuple[int, Rejected]] = []
        skipped = 0
        first = self.next_number
        taken: list[tuple[str, ...]] = []

        def keep(record: Record) -> bytes:
            return msgspec.json.encode(dict(zip(self._table.header, taken[record.number - first], strict=True)))

        read = RowReader(self._mapping, self._table.header, self._series).numbers
        for row in self._undamaged():
            taken.append(row)
            record = Record(self.next_number, None)
            self.next_number += 1
            try:
                found = read(row)
            except Refused as error:
                rejected.append((record.number, Rejected(error.refusal, keep(record))))
            else:
                if found is None:
                    skipped += 1
                else:
                    numbers.append(found)
                    records.append(record)
            if len(taken) == count:
                break
        self.finished = len(taken) < count and self._damage is None
        return checked_rows(
            self._mapping.kind,
            columns_of(self._mapping.kind, numbers),
            records,
            rejected,
            skipped,
            keep,
            received_at,
            grids_of(self._series),
        )

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
