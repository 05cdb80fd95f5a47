"""A Parquet file as rows of text, in the words a CSV file would have; the mapping then reads both alike.

Numbers keep the digits they were written with (the shortest text of a double), instants their nanoseconds.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from collectors.mapping import FileMapping
from collectors.mapping_values import UNITS, RoundTrip
from collectors.sensor_rows import SensorMapping
from store.errors import InputError

_BATCH_ROWS = 20_000


class ParquetTable:
    """The columns of a Parquet file that a mapping reads; the others are not even opened.

    Raises InputError in one line when the file is none, or a column cannot be what the mapping says.
    """

    def __init__(self, file: Path, mapping: FileMapping | SensorMapping) -> None:
        self._name = file.name
        try:
            self._file = pq.ParquetFile(file)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{file.name}: not a Parquet file that can be read: {_first_line(error)}") from None
        schema = self._file.schema_arrow
        for column in schema.names:
            if schema.names.count(column) > 1:
                raise InputError(f'{file.name}: column "{column}" is there twice')
            if column not in mapping.columns and column not in mapping.ignored_columns:
                raise InputError(f'{file.name}: column "{column}" is neither mapped nor in ignored_columns')
        if missing := [column for column in mapping.columns if column not in schema.names]:
            raise InputError(f'{file.name}: column "{missing[0]}" of the mapping is not there')
        for column in mapping.columns:
            if mistake := _mistake(column, schema.field(column).type, mapping):
                raise InputError(f'{file.name}: column "{column}" {mistake}')
        self.header = mapping.columns
        self.rows = int(self._file.metadata.num_rows)

    def batches(self, skip: int) -> Iterator[list[tuple[str, ...]]]:
        """The rows behind the first `skip` ones, some thousand at a time."""
        metadata = self._file.metadata
        try:
            for group in range(metadata.num_row_groups):  # one after the other: damage in one spoils no other
                if skip >= metadata.row_group(group).num_rows:
                    skip -= metadata.row_group(group).num_rows
                    continue
                for batch in self._file.iter_batches(_BATCH_ROWS, row_groups=[group], columns=list(self.header)):
                    if skip < batch.num_rows:
                        part = batch.slice(skip)
                        yield list(zip(*(_texts(part.column(name)) for name in self.header), strict=True))
                    skip = max(0, skip - batch.num_rows)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{self._name}: damaged: {_first_line(error)}; rows before it are stored") from None

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _value_type(kind: Any) -> Any:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _mistake(column: str, kind: Any, mapping: FileMapping | SensorMapping) -> str | None:
    """Why a column of this type cannot be read, in words that follow its name; None when it can."""
    kind = _value_type(kind)
    types = pa.types
    is_instant = column == mapping.instant_column
    if types.is_timestamp(kind):
        if is_instant and mapping.instant.format != "iso":
            return f'is a timestamp, and instant.format is {mapping.instant.format}; say "iso"'
        return None
    if types.is_duration(kind):
        values = mapping.values if isinstance(mapping, FileMapping) else None
        is_round_trip = isinstance(values, RoundTrip) and column == values.column
        if is_round_trip and isinstance(values, RoundTrip) and UNITS[kind.unit] == values.exponent:
            return None
        return f"is a duration in {kind.unit}; only a round trip in that unit can be read from it"
    readable = (
        types.is_string, types.is_large_string, types.is_integer, types.is_floating, types.is_decimal,
        types.is_boolean, types.is_null, types.is_string_view,
    )  # fmt: skip
    if any(check(kind) for check in readable):
        return None
    return f"is of type {kind}, which cannot be read"


def _texts(array: Any) -> Sequence[str]:
    """The values of a column as text; null is empty."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    types, kind = pa.types, array.type
    if types.is_timestamp(kind):
        zone = "Z" if kind.tz else ""
        instants = array.cast(pa.int64()).to_pylist()
        at = np.array([0 if one is None else one for one in instants], dtype=f"datetime64[{kind.unit}]")
        written = np.datetime_as_string(at).tolist()
        return ["" if one is None else f"{text}{zone}" for one, text in zip(instants, written, strict=True)]
    if types.is_duration(kind):
        array = array.cast(pa.int64())
    if types.is_float16(kind) or types.is_float32(kind):
        single = np.float16 if types.is_float16(kind) else np.float32
        return ["" if one is None else str(single(one)) for one in array.to_pylist()]
    return [_text(one) for one in array.to_pylist()]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value if isinstance(value, str) else repr(value)
