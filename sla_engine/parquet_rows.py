"""Strict reading of the rows of some circuits from Parquet files: every mistake is one line, nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sla_engine.facts import Flags
from sla_engine.keyed_rows import FirstMistake
from sla_engine.spans import Numbers
from store.archive_seals import Seal, sealed
from store.errors import InputError
from store.parquet_form import ABSENT, CODE, FORMS, RECEIVED_AT, Form, may_hold
from store.sealed_file import SealedFile

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_YEAR_1, _YEAR_10000 = -62_135_596_800, 253_402_300_800
_MICROSECONDS = 10**6


class Rows(NamedTuple):
    """Rows of one circuit: their numbers over all files, instants in µs since 1970, values; a null is `ABSENT`."""

    numbers: Numbers
    instants: Numbers
    values: list[Numbers]


class ParquetFiles:
    """The Parquet files of one kind of reading at a path: one file, or those of a folder such as an archive's.

    `words` numbers the words that a column of words may hold.
    """

    def __init__(self, path: str | Path, kind: str, words: Mapping[str, int] | None = None) -> None:
        self._form: Form = FORMS[kind]
        self._words = dict(words or {})
        self._given = Path(path)
        self._paths = _paths(self._given, kind)
        self._starts: list[int] = []
        self.mistakes = FirstMistake(self._error)

    def read(self, circuits: set[str]) -> dict[str, Rows]:
        """The rows of each of the circuits that has one, in the order of the files; other circuits' are not looked at.

        Where an archive's manifest stands, only the bytes of which it has the hash are read, and only files in which
        it says one of the circuits is. Raises InputError when they are others, or a file is none of this kind. Values
        that no reading has are noted in `mistakes`.
        """
        found: dict[str, list[Rows]] = {}
        rows = 0
        seals = sealed(self._given, self._paths, self._form.kind, circuits)
        self._paths = list(seals)
        for path, seal in seals.items():
            self._starts.append(rows)
            try:
                with _opened(path, seal) as stream, pq.ParquetFile(stream) as file:
                    self._refuse_other_columns(path, file.schema_arrow)
                    for group in range(file.num_row_groups):
                        described = file.metadata.row_group(group)
                        if may_hold(described, self._form.series, circuits):
                            for circuit, part in self._of_group(file.read_row_group(group), rows, circuits):
                                found.setdefault(circuit, []).append(part)
                        rows += described.num_rows
            except (OSError, pa.ArrowException) as error:
                reason = getattr(error, "strerror", None)
                reason = f"cannot be read: {reason}" if reason else "not a Parquet file, or a damaged one"
                raise InputError(f"{path}: {reason}") from None
        return {circuit: _joined(parts) for circuit, parts in found.items()}

    def _error(self, row: int, what: str) -> InputError:
        file = int(np.searchsorted(self._starts, row, side="right")) - 1
        return InputError(f"{self._paths[file]}: row {row - self._starts[file] + 1}: {what}")

    def _refuse_other_columns(self, path: Path, schema: Any) -> None:
        form, expected = self._form, ",".join(name for name in self._form.schema.names if name != RECEIVED_AT)
        for name in schema.names:
            if name not in form.schema.names:
                raise InputError(f'{path}: unknown column "{name}"; expected {expected}')
            if schema.names.count(name) > 1:
                raise InputError(f'{path}: column "{name}" appears twice')
        for field in form.schema:
            if field.name not in schema.names:
                if field.name == RECEIVED_AT:
                    continue
                raise InputError(f'{path}: column "{field.name}" is missing')
            if wrong := _wrong_type(schema.field(field.name).type, field.type):
                raise InputError(f"{path}: {field.name}: {wrong}")

    def _of_group(self, table: Any, first: int, circuits: set[str]) -> Iterator[tuple[str, Rows]]:
        form = self._form
        numbers: Numbers = np.arange(first, first + table.num_rows, dtype=np.int64)
        names = pc.cast(table[form.series], pa.string())
        self.mistakes.note(numbers[_nulls(names)], f"{form.series}: is empty")
        wanted: Flags = pc.is_in(names, pa.array(sorted(circuits), pa.string())).to_numpy()
        table, names, numbers = table.filter(pa.array(wanted)), names.filter(pa.array(wanted)), numbers[wanted]
        instants = self._instants(table[form.instant], numbers)
        values = [
            self._words_of(value.name, table[value.name], numbers)
            if value.type == CODE
            else self._integers(value.name, table[value.name], numbers, is_optional=value.is_optional)
            for value in form.values
        ]
        for circuit in pc.unique(names).to_pylist():
            its: Flags = pc.equal(names, circuit).to_numpy()
            yield circuit, Rows(numbers[its], instants[its], [column[its] for column in values])

    def _instants(self, column: Any, numbers: Numbers) -> Numbers:
        name, per_second = self._form.instant, _PER_SECOND[column.type.unit]
        found = self._integers(name, pc.cast(column, pa.int64()), numbers, is_instant=True)
        outside = (found < _YEAR_1 * per_second) | (found >= _YEAR_10000 * per_second)
        self.mistakes.note(numbers[outside], f"{name}: is not in the years 1 to 9999")
        found[outside] = 0
        if self._form.kind != "probe":
            self.mistakes.note(numbers[found % per_second != 0], f"{name}: has a fraction of a second")
        if per_second <= _MICROSECONDS:
            return found * (_MICROSECONDS // per_second)
        self.mistakes.note(numbers[found % (per_second // _MICROSECONDS) != 0], f"{name}: is finer than a microsecond")
        return found // (per_second // _MICROSECONDS)

    def _integers(
        self, name: str, column: Any, numbers: Numbers, *, is_optional: bool = False, is_instant: bool = False
    ) -> Numbers:
        nulls = _nulls(column)
        found: Numbers = pc.fill_null(pc.cast(column, pa.int64()), 0).to_numpy().copy()
        if not is_optional:
            self.mistakes.note(numbers[nulls], f"{name}: is empty")
        if not is_instant:
            self.mistakes.note(numbers[found < 0], f"{name}: is negative")
        found[nulls] = ABSENT if is_optional else 0
        return found

    def _words_of(self, name: str, column: Any, numbers: Numbers) -> Numbers:
        words: list[str | None] = pc.cast(column, pa.string()).to_pylist()
        found = np.array([self._words.get(word or "", ABSENT) for word in words], np.int64)
        self.mistakes.note(numbers[found == ABSENT], f"{name}: is none of {', '.join(self._words)}")
        return found


def _opened(path: Path, seal: Seal | None) -> BinaryIO | SealedFile:
    return path.open("rb") if seal is None else SealedFile(path, seal.sha256, seal.mistake)


def _paths(path: Path, kind: str) -> list[Path]:
    """The file itself, or the files below a folder, in the order of their names.

    Names that begin with "." or "_" are passed over, as every tool that knows Hive's folders does, and so are folders
    `kind=…` of another kind.
    """
    if not path.is_dir():
        return [path]
    found = []
    for file in sorted(path.rglob("*.parquet")):
        parts = file.relative_to(path).parts
        kinds = {part for part in parts[:-1] if part.startswith("kind=")}
        if kinds <= {f"kind={kind}"} and not any(part.startswith((".", "_")) for part in parts):
            found.append(file)
    if not found:
        raise InputError(f"{path}: no Parquet file of {kind} readings in this folder")
    return found


def _wrong_type(found: Any, expected: Any) -> str | None:
    """What is wrong with the type of a column; None when its values can be read exactly."""
    if pa.types.is_dictionary(found):
        found = found.value_type
    if expected == CODE:
        is_text = pa.types.is_string(found) or pa.types.is_large_string(found)
        return None if is_text else f"holds {found}, not text"
    if pa.types.is_timestamp(expected):
        if not pa.types.is_timestamp(found):
            return f"holds {found}, not instants"
        return None if found.tz else "its instants have no time zone"
    is_whole = pa.types.is_integer(found) and found != pa.uint64()
    return None if is_whole else f"holds {found}, not whole numbers of at most 63 bits"


def _nulls(column: Any) -> Flags:
    flags: Flags = pc.is_null(column).to_numpy()
    return flags


def _joined(parts: list[Rows]) -> Rows:
    numbers, instants, values = zip(*parts, strict=True)
    columns = [np.concatenate(column) for column in zip(*values, strict=True)]
    return Rows(np.concatenate(numbers), np.concatenate(instants), columns)
