"""One file of the archive: written row group by row group, read back and checked before it gets its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from store.archive_content import Content, content
from store.archive_folder import file_sha256
from store.errors import InputError
from store.parquet_form import Form, Piece, may_hold
from store.whole_file import write_whole

# Rows after which a group ends: with the series where that is possible, so that one circuit is read without the others.
ENOUGH_ROWS, MOST_ROWS = 1 << 16, 1 << 19


class Part(NamedTuple):
    """What became of a file that was written: its content, its size in bytes, and the hash of its bytes."""

    content: Content
    bytes: int
    sha256: str


def write_part(path: Path, form: Form, pieces: Iterable[Piece], labels: dict[str, str]) -> Part | None:
    """Writes pieces (ordered by series, then time) as one file; None, and no file, when they hold no row.

    The content is hashed twice, as it goes in and as it is read back from the file; only a file that says what went
    in gets its name. One that is there already must say the same (a run was killed before the manifest named it):
    nothing is overwritten by something else. `labels` become metadata of the file.
    """
    rows = _until_row(iter(pieces))
    if rows is None:
        return None
    schema = form.schema.with_metadata({f"p2i.{name}": text for name, text in labels.items()})
    part: Part | None = None
    went_in: Content | None = None

    def write(stream: BinaryIO) -> None:
        nonlocal went_in
        with _Writer(stream, form, schema) as writer:
            went_in = content(form, writer.through(rows))

    def check(unfinished: Path) -> None:
        nonlocal part
        found = content(form, read_part(unfinished, form))
        if found != went_in:
            raise InputError(f"{path}: what was read back is not what was written; is the disk or the memory failing?")
        if path.exists() and _content_or_none(path, form) != found:
            raise InputError(f"{path}: is there, unknown to the manifest, and says something else; move it away")
        part = Part(found, unfinished.stat().st_size, file_sha256(unfinished))

    write_whole(path, write, check)
    return part


def read_part(path: Path, form: Form, series: str | None = None) -> Iterator[Piece]:
    """The rows of the file in their order, or those of one series; row groups without it are not read.

    Raises InputError when the file is missing, no Parquet file, or not of this form.
    """
    try:
        with path.open("rb") as stream, pq.ParquetFile(stream) as file:
            if not file.schema_arrow.equals(form.schema):
                raise InputError(f"{path}: its columns are not those of archived {form.kind} readings")
            for group in range(file.num_row_groups):
                if series is None or may_hold(file.metadata.row_group(group), form.series, {series}):
                    pieces = form.pieces(file.read_row_group(group))
                    yield from (piece for piece in pieces if series in (None, piece.series))
    except InputError as error:
        raise InputError(str(error) if str(error).startswith(str(path)) else f"{path}: {error}") from None
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or "not a Parquet file, or a damaged one"
        raise InputError(f"{path}: {reason}") from error


def _content_or_none(path: Path, form: Form) -> Content | None:
    try:
        return content(form, read_part(path, form))
    except InputError:
        return None


def _until_row(pieces: Iterator[Piece]) -> Iterator[Piece] | None:
    """The pieces from the first that has a row on; None when there is none."""
    for piece in pieces:
        if piece.instants.size:
            return _chained(piece, pieces)
    return None


def _chained(first: Piece, rest: Iterator[Piece]) -> Iterator[Piece]:
    yield first
    yield from rest


class _Writer:
    """Gathers pieces into row groups and writes each as soon as it is full."""

    def __init__(self, stream: BinaryIO, form: Form, schema: Any) -> None:
        order = [pq.SortingColumn(schema.get_field_index(name)) for name in (form.series, form.instant)]
        self._writer = pq.ParquetWriter(stream, schema, sorting_columns=order, **form.writer_options)
        self._form, self._schema = form, schema
        self._pieces: list[Piece] = []
        self._rows = 0

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure is None:
            self._end_group()
            self._writer.close()

    def through(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Writes each piece and hands it on, so that it is hashed without being kept."""
        for piece in pieces:
            ended = bool(self._pieces) and self._pieces[-1].series != piece.series and self._rows >= ENOUGH_ROWS
            if ended or self._rows + piece.instants.size > MOST_ROWS:
                self._end_group()
            self._pieces.append(piece)
            self._rows += piece.instants.size
            yield piece

    def _end_group(self) -> None:
        if self._rows:
            table = self._form.table(self._pieces).replace_schema_metadata(self._schema.metadata)
            self._writer.write_table(table, row_group_size=MOST_ROWS)
        self._pieces, self._rows = [], 0


def whole(pieces: Iterable[Piece], series: str, values: int) -> Piece:
    """The pieces of one series, which follow each other in time, as one; `values` is how many a reading has."""
    empty = np.empty(0, np.int64)
    parts = [Piece(series, empty, (empty,) * values, empty), *pieces]
    return Piece(
        series,
        np.concatenate([part.instants for part in parts]),
        tuple(np.concatenate([part.values[i] for part in parts]) for i in range(values)),
        np.concatenate([part.received for part in parts]),
    )
