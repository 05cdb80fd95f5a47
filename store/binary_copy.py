"""PostgreSQL's binary COPY format for rows of fixed width, built and read by numpy without a loop per row.

Format (PostgreSQL manual, COPY, Binary Format): an 11-byte signature, two int32 zeros, then per row an int16 count of
fields and per field an int32 length and its big-endian bytes; an int16 -1 ends the file. Columns must not be NULL:
callers use a sentinel and turn it into NULL in SQL.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from store.connection import Connection

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
WIDTHS = {"int2": ">i2", "int4": ">i4", "int8": ">i8", "timestamptz": ">i8"}
# timestamptz is microseconds since 2000-01-01; everything else of ours counts from 1970.
EPOCH_2000_MICROSECONDS = 946_684_800_000_000

Column = npt.NDArray[np.int64]


def _row_type(types: Sequence[str]) -> np.dtype[Any]:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for position, name in enumerate(types):
        fields += [(f"length{position}", ">i4"), (f"value{position}", WIDTHS[name])]
    return np.dtype(fields)


def encoded(columns: Sequence[Column], types: Sequence[str]) -> bytes:
    """The rows as one binary COPY file. Instants are int64 microseconds since 1970 (UTC)."""
    rows = np.empty(len(columns[0]), dtype=_row_type(types))
    rows["fields"] = len(types)
    for position, (column, name) in enumerate(zip(columns, types, strict=True)):
        rows[f"length{position}"] = np.dtype(WIDTHS[name]).itemsize
        rows[f"value{position}"] = column - EPOCH_2000_MICROSECONDS if name == "timestamptz" else column
    return HEADER + rows.tobytes() + TRAILER


def decoded(data: bytes | bytearray | memoryview, types: Sequence[str]) -> list[Column]:
    """The columns of one binary COPY file as int64 arrays; instants in microseconds since 1970 (UTC).

    Raises ValueError when the file is not of these types or holds a NULL.
    """
    body = memoryview(data)[len(HEADER) : -len(TRAILER)]
    row_type = _row_type(types)
    if len(body) % row_type.itemsize:
        raise ValueError("binary COPY: rows are not all of the expected width (a NULL?)")
    rows = np.frombuffer(body, dtype=row_type)
    columns = []
    for position, name in enumerate(types):
        if np.any(rows[f"length{position}"] != np.dtype(WIDTHS[name]).itemsize):
            raise ValueError(f"binary COPY: column {position + 1} is not {name} throughout")
        column = rows[f"value{position}"].astype(np.int64)
        columns.append(column + EPOCH_2000_MICROSECONDS if name == "timestamptz" else column)
    return columns


def copy_in(connection: Connection, statement: str, columns: Sequence[Column], types: Sequence[str]) -> None:
    """Sends the rows through `COPY … FROM STDIN (FORMAT BINARY)`."""
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.write(encoded(columns, types))


def copy_out(
    connection: Connection, statement: str, types: Sequence[str], parameters: Mapping[str, object]
) -> list[Column]:
    """Reads the rows of `COPY (…) TO STDOUT (FORMAT BINARY)`; parameters are bound on the client."""
    data = bytearray()
    with connection.cursor() as cursor, cursor.copy(statement.encode(), parameters) as copy:
        for chunk in copy:
            data += chunk
    return decoded(data, types)
