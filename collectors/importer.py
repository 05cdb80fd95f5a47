"""Reads a file into the store, a transaction per chunk, and goes on after a crash where the last one was committed."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from collectors.csv_layout import LINE_BYTES, Layout, Line, kept_of_line, layout
from collectors.csv_rows import Rows, decoded_lines
from collectors.known import Known
from collectors.mapping import FileMapping
from collectors.native_topic import CIRCUIT_KINDS
from collectors.readings_writer import storable
from collectors.reasons import Reason, Refusal, Rejected
from collectors.stored_rows import store_rows
from store.connection import Connection
from store.errors import InputError
from store.imports import ImportKey, Progress, unfinished_import, write_progress
from store.quarantine import write_quarantine
from store.rows import QuarantineRow

SOURCE = "import"
CHUNK_LINES = 20_000


class Outcome(NamedTuple):
    """What became of a file: rows read, and of them by outcome (`stored`, `duplicate`, or the reason of refusal)."""

    rows: int
    counts: dict[str, int]
    continued_at: int | None

    @property
    def refused(self) -> dict[str, int]:
        """Refused rows by reason."""
        return {word: number for word, number in self.counts.items() if word not in ("stored", "duplicate")}

    @property
    def text(self) -> str:
        """The outcome in one line."""
        conflicts = self.refused.get(Reason.CONFLICT.value, 0)
        others = {reason: number for reason, number in sorted(self.refused.items()) if reason != Reason.CONFLICT}
        listed = f" ({', '.join(f'{number} {reason}' for reason, number in others.items())})" if others else ""
        return (
            f"{self.rows} rows read: {self.counts.get('stored', 0)} new, {self.counts.get('duplicate', 0)} duplicates,"
            f" {conflicts} conflicts, {sum(others.values())} refused{listed}"
        )


def import_key(file: Path, mapping_text: str, subject: str | None) -> ImportKey:
    """What the import is known by: the content of the file, the mapping, and the circuit or zone it is about."""
    with file.open("rb") as opened:
        content = hashlib.file_digest(opened, "sha256").digest()
    return ImportKey(content, hashlib.sha256(f"{subject or ''}\0{mapping_text}".encode()).digest())


def import_file(
    connection: Connection,
    file: Path,
    mapping: FileMapping,
    known: Known,
    key: ImportKey,
    clock: Callable[[], datetime],
    advanced: Callable[[int], None] = lambda _bytes: None,
    chunk_lines: int = CHUNK_LINES,
) -> Outcome:
    """Imports the file and says what became of its rows, those of an interrupted earlier run included.

    Each chunk's readings, quarantine rows and progress are one transaction. A file that was imported to its end is
    read again: its rows are duplicates then, or rows that were refused before and are not any more. `advanced` is
    told how many bytes are done. Raises InputError when header and mapping do not fit.
    """
    progress = unfinished_import(connection, key)
    continued_at = progress.next_line if progress else None
    with file.open("rb") as opened:
        header = opened.readline(LINE_BYTES)
        if not header:
            raise InputError(f"{file.name}:1: the file is empty; a header line is expected")
        series = known.circuits if mapping.kind in CIRCUIT_KINDS else known.zones
        of = layout(file.name, header, mapping, series)
        progress = progress or Progress(opened.tell(), 2, 0, {})
        opened.seek(progress.next_byte)
        lines = _lines(opened, progress.next_line)
        finished = False
        while not finished:
            advanced(progress.next_byte)
            chunk = list(islice(lines, chunk_lines))
            finished = len(chunk) < chunk_lines
            now = clock()
            rows = decoded_lines(chunk, of, now)
            counts = _store(connection, file.name, of, rows, now)
            progress = Progress(
                opened.tell(),
                progress.next_line + len(chunk),
                progress.rows + len(rows.lines) + len(rows.rejected),
                {word: progress.counts.get(word, 0) + counts.get(word, 0) for word in progress.counts | counts},
            )
            write_progress(connection, key, storable(file.name), progress, now, finished=finished)
            connection.commit()
        advanced(progress.next_byte)
    return Outcome(progress.rows, progress.counts, continued_at)


def _lines(opened: BinaryIO, number: int) -> Iterator[Line]:
    """The lines from here on; of one without an end in sight no more than its number is kept."""
    while content := opened.readline(LINE_BYTES + 1):
        if len(content) <= LINE_BYTES:
            yield Line(number, content)
        else:
            while content and not content.endswith(b"\n"):
                content = opened.readline(LINE_BYTES)
            yield Line(number, None)
        number += 1


def _store(connection: Connection, name: str, of: Layout, rows: Rows, now: datetime) -> dict[str, int]:
    counts = {"stored": 0, "duplicate": 0}
    rejected = list(rows.rejected)
    if rows.lines:
        stored = store_rows(connection, of.mapping.kind, rows.columns, now)
        counts = {"stored": stored.inserted, "duplicate": stored.duplicates}
        conflict = Refusal(Reason.CONFLICT, "another value is stored for this circuit or zone and instant; it stays")
        refusals = dict.fromkeys(stored.conflicts, conflict) | {
            place: Refusal(Reason.DATABASE_REFUSED, why) for place, why in stored.refused.items()
        }
        rejected += [
            (rows.lines[place].number, Rejected(why, kept_of_line(rows.lines[place], of)))
            for place, why in refusals.items()
        ]
    for _, one in rejected:
        counts[one.refusal.reason.value] = counts.get(one.refusal.reason.value, 0) + 1
    write_quarantine(
        connection,
        [
            QuarantineRow(
                SOURCE, f"{storable(name)}:{line}", one.refusal.reason, storable(one.refusal.detail), one.kept, now
            )
            for line, one in rejected
        ],
    )
    return counts
