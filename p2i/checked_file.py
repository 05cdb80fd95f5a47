"""A CSV file of rows that people wrote, read whole: every mistake is told with its line, before anything is done."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from facilities.instants import epoch_seconds, instant
from sla_engine.csv_table import Chunk, CsvTable
from store.errors import InputError

MISTAKES_SHOWN = 100

Row = TypeVar("Row", bound=Hashable)


class Texts(NamedTuple):
    """One row of a file, by column; what it refuses names the column."""

    of: dict[str, str]

    def text(self, column: str, at_most: int = 2000) -> str:
        """What stands there, without blanks around it; it must be something."""
        found = self.text_or_none(column, at_most)
        if found is None:
            raise InputError(f"{column}: is empty")
        return found

    def text_or_none(self, column: str, at_most: int = 2000) -> str | None:
        """What stands there, if anything does."""
        found = self.of[column].strip()
        if len(found) > at_most:
            raise InputError(f"{column}: has more than {at_most} characters")
        if not found.isprintable():
            raise InputError(f"{column}: has a character that does not print")
        return found or None

    def at(self, column: str) -> datetime:
        """The instant that stands there, with offset and without a fraction of a second."""
        try:
            return instant(epoch_seconds(self.of[column]))
        except InputError as error:
            raise InputError(f"{column}: {error}") from None

    def at_or_none(self, column: str) -> datetime | None:
        """The instant that stands there, if any does."""
        return self.at(column) if self.of[column] else None

    def one_of(self, column: str, options: Sequence[str]) -> str:
        """What stands there, which is one of `options`."""
        if self.of[column] not in options:
            raise InputError(f'{column}: "{self.of[column]}" is none of {", ".join(options)}')
        return self.of[column]


class CheckedFile(Generic[Row]):
    """The rows of a file and the mistakes found in it so far.

    A file that is no CSV, or lacks a column, is refused at once; what is wrong with single rows is collected, so that
    a person corrects five thousand rows once and not five thousand times.
    """

    def __init__(
        self, path: str | Path, columns: Sequence[str], parse: Callable[[Texts], Row],
        key: Callable[[Row], Hashable],
    ) -> None:  # fmt: skip
        self._table = CsvTable(path, columns)
        self._mistakes: list[tuple[int, str]] = []
        self._rows: list[tuple[int, Row]] = []
        known: dict[Hashable, Row] = {}

        def take(chunk: Chunk) -> None:
            for place, record in enumerate(chunk.records):
                texts = [column[place] for column in chunk.columns]
                try:
                    row = parse(Texts(dict(zip(columns, texts, strict=True))))
                except InputError as error:
                    self._mistakes.append((record, str(error)))
                    continue
                before = known.setdefault(key(row), row)
                if before is row:
                    self._rows.append((record, row))
                elif before != row:
                    self._mistakes.append((record, "another row has the same key and other values"))

        self._table.read(take)

    @property
    def rows(self) -> list[Row]:
        """The rows that are right, each once, in the order of the file."""
        return [row for _, row in self._rows]

    def check(self, wrong: Callable[[Row], str | None]) -> None:
        """Asks of every row what is wrong with it, if anything."""
        self._mistakes += [(record, what) for record, row in self._rows if (what := wrong(row)) is not None]

    def refuse_mistakes(self) -> None:
        """Raises InputError with one line per mistake, in the order of the file; none returns."""
        if self._mistakes:
            raise InputError("\n".join(self._lines(sorted(self._mistakes))))

    def _lines(self, mistakes: list[tuple[int, str]]) -> Iterator[str]:
        for record, what in mistakes[:MISTAKES_SHOWN]:
            yield str(self._table.error(record, what))
        if len(mistakes) > MISTAKES_SHOWN:
            yield f"{self._table.path}: {len(mistakes) - MISTAKES_SHOWN} more mistakes; nothing was written"
        else:
            yield f"{self._table.path}: nothing was written"
