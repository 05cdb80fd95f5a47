"""Whole columns to and from PostgreSQL in its binary formats, built and read by numpy without a loop per row.

In: the binary COPY file of rows of fixed width (PostgreSQL manual, COPY, Binary Format): an 11-byte signature, two
int32 zeros, then per row an int16 count of fields and per field an int32 length and its big-endian bytes (of a NULL
the length -1 and none); an int16 -1 ends the file. Out: one array per column in the binary form of `array_send` (the
driver hands out a COPY row by row, which costs more than the server's aggregation); no value may be NULL there. Callers
have a number that stands for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from store.connection import Connection

COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TRAILER = b"\xff\xff"
ARRAY_HEADER_BYTES = 20  # of one dimension: dimensions, has-null flag, element type, length, lower bound
WIDTHS = {"int2": ">i2", "int4": ">i4", "int8": ">i8", "timestamptz": ">i8"}
# timestamptz is microseconds since 2000-01-01; everything else of ours counts from 1970.
EPOCH_2000_MICROSECONDS = 946_684_800_000_000

Column = npt.NDArray[np.int64]
NO_NULLS: Mapping[int, int] = {}


def copy_file(columns: Sequence[Column], types: Sequence[str], nulls: Mapping[int, int] = NO_NULLS) -> bytes:
    """The rows as one binary COPY file. Instants are int64 microseconds since 1970 (UTC).

    `nulls` says of a column, by its place, which number stands for NULL.
    """
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for position, name in enumerate(types):
        fields += [(f"length{position}", ">i4"), (f"value{position}", WIDTHS[name])]
    rows = np.empty(len(columns[0]), dtype=np.dtype(fields))
    rows["fields"] = len(types)
    for position, (column, name) in enumerate(zip(columns, types, strict=True)):
        rows[f"length{position}"] = np.dtype(WIDTHS[name]).itemsize
        rows[f"value{position}"] = column - EPOCH_2000_MICROSECONDS if name == "timestamptz" else column
    if not nulls:
        return COPY_HEADER + rows.tobytes() + COPY_TRAILER
    is_sent = np.ones((len(rows), rows.itemsize), np.bool_)
    for position, number in nulls.items():
        is_null = columns[position] == number
        rows[f"length{position}"][is_null] = -1  # and no value follows
        assert rows.dtype.fields is not None
        offset = rows.dtype.fields[f"value{position}"][1]
        is_sent[is_null, offset : offset + np.dtype(WIDTHS[types[position]]).itemsize] = False
    return COPY_HEADER + rows.view(np.uint8).reshape(is_sent.shape)[is_sent].tobytes() + COPY_TRAILER


def copy_in(
    connection: Connection,
    statement: str,
    columns: Sequence[Column],
    types: Sequence[str],
    nulls: Mapping[int, int] = NO_NULLS,
) -> None:
    """Sends the rows through `COPY … FROM STDIN (FORMAT BINARY)`; see `copy_file`."""
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.write(copy_file(columns, types, nulls))


def array_column(data: bytes | None, type_name: str) -> Column:
    """The values of one sent array as int64; instants in microseconds since 1970 (UTC). None is the empty array.

    Raises ValueError when the array holds a NULL or values of another width.
    """
    if data is None:
        return np.empty(0, np.int64)
    width = np.dtype(WIDTHS[type_name]).itemsize
    elements = np.dtype([("length", ">i4"), ("value", WIDTHS[type_name])])
    body = memoryview(data)[ARRAY_HEADER_BYTES:]
    if len(body) % elements.itemsize:
        raise ValueError(f"binary array: not {type_name} throughout (a NULL?)")
    values = np.frombuffer(body, dtype=elements)
    if np.any(values["length"] != width):
        raise ValueError(f"binary array: not {type_name} throughout (a NULL?)")
    column: Column = values["value"].astype(np.int64)
    return column + EPOCH_2000_MICROSECONDS if type_name == "timestamptz" else column


def read_columns(
    connection: Connection, rows: str, columns: Mapping[str, str], parameters: Mapping[str, Any]
) -> list[Column]:
    """The columns (name → type) of the rows that the query `rows` gives, in its order."""
    sent = ", ".join(f"array_send(array_agg({name}))" for name in columns)
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(f"SELECT {sent} FROM ({rows}) AS rows".encode(), parameters).fetchone()
    assert row is not None
    return [array_column(data, type_name) for data, type_name in zip(row, columns.values(), strict=True)]
