"""Reads a file into the store, a transaction per chunk, and goes on after a crash where the last one was committed."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from collectors.batch_store import storable
from collectors.file_rows import Rows
from collectors.file_store import StoredRecords, store_records
from collectors.import_mapping import ImportMapping
from collectors.import_source import Source, open_source
from collectors.known import Known
from collectors.reasons import Reason
from collectors.sensor_file import SensorRows
from store.connection import Connection
from store.imports import ImportKey, Progress, unfinished_import, write_progress
from store.quarantine import write_quarantine
from store.rows import QuarantineRow

SOURCE = "import"
CHUNK_RECORDS = 20_000
_NOT_REFUSED = ("stored", "duplicate", "skipped")


class Outcome(NamedTuple):
    """What became of a file: rows read, and of them by outcome (`stored`, `duplicate`, `skipped` because the mapping
    does not ask for them, or the reason of refusal)."""

    rows: int
    counts: dict[str, int]
    continued_at: str | None

    @property
    def refused(self) -> dict[str, int]:
        """Refused rows by reason."""
        return {word: number for word, number in self.counts.items() if word not in _NOT_REFUSED}

    @property
    def used(self) -> int:
        """Rows that are in the store now."""
        return self.counts.get("stored", 0) + self.counts.get("duplicate", 0)

    @property
    def text(self) -> str:
        """The outcome in one line."""
        conflicts = self.refused.get(Reason.CONFLICT.value, 0)
        others = {reason: number for reason, number in sorted(self.refused.items()) if reason != Reason.CONFLICT}
        listed = f" ({', '.join(f'{number} {reason}' for reason, number in others.items())})" if others else ""
        skipped = f", {self.counts['skipped']} not asked for" if self.counts.get("skipped") else ""
        return (
            f"{self.rows} rows read: {self.counts.get('stored', 0)} new, {self.counts.get('duplicate', 0)} duplicates,"
            f" {conflicts} conflicts, {sum(others.values())} refused{listed}{skipped}"
        )


def import_key(file: Path, mapping_text: str, subject: str | None) -> ImportKey:
    """What the import is known by: the content of the file, the mapping, and the circuit or zone it is about."""
    with file.open("rb") as opened:
        content = hashlib.file_digest(opened, "sha256").digest()
    return ImportKey(content, hashlib.sha256(f"{subject or ''}\0{mapping_text}".encode()).digest())


def import_file(
    connection: Connection,
    file: Path,
    mapping: ImportMapping,
    known: Known,
    key: ImportKey,
    clock: Callable[[], datetime],
    advanced: Callable[[int], None] = lambda _bytes: None,
    chunk_records: int = CHUNK_RECORDS,
    *,
    is_rehearsal: bool = False,
) -> Outcome:
    """Imports the file and says what became of its rows, those of an interrupted earlier run included.

    Each chunk's readings, quarantine rows and progress are one transaction. A file that was imported to its end is
    read again: its rows are duplicates then, or rows that were refused before and are not any more. `advanced` is
    told how many bytes are done. A rehearsal reads the whole file, commits nothing and keeps nothing of what was
    refused: the caller rolls back. Raises InputError when file and mapping do not fit, or the file is damaged.
    """
    progress = None if is_rehearsal else unfinished_import(connection, key)
    with open_source(file, mapping, known, progress) as source:
        continued_at = source.origin(progress.next_line) if progress else None
        progress = progress or Progress(source.next_byte, source.next_number, 0, {})
        while not source.finished:
            advanced(source.done_bytes())
            now = clock()
            rows = source.rows(chunk_records, now)
            stored = store_records(connection, mapping.kind, rows, now)
            counts = _counts(stored, rows)
            progress = Progress(
                source.next_byte,
                source.next_number,
                progress.rows + len(rows.records) + len(rows.rejected) + rows.skipped,
                {word: progress.counts.get(word, 0) + counts.get(word, 0) for word in progress.counts | counts},
            )
            if is_rehearsal:
                continue
            _quarantine(connection, file.name, source, stored, now)
            write_progress(connection, key, storable(file.name), progress, now, finished=source.finished)
            connection.commit()
        advanced(source.done_bytes())
    return Outcome(progress.rows, progress.counts, continued_at)


def _counts(stored: StoredRecords, rows: Rows | SensorRows) -> dict[str, int]:
    counts = {"stored": stored.inserted, "duplicate": stored.duplicates}
    if rows.skipped:
        counts["skipped"] = rows.skipped
    for _, one in stored.rejected:
        counts[one.refusal.reason.value] = counts.get(one.refusal.reason.value, 0) + 1
    return counts


def _quarantine(connection: Connection, name: str, source: Source, stored: StoredRecords, now: datetime) -> None:
    # A record of many rows (a day of iperf3 in one) is kept once for each reason.
    distinct = {(number, one.refusal.reason): one for number, one in reversed(stored.rejected)}
    write_quarantine(
        connection,
        [
            QuarantineRow(
                SOURCE,
                f"{storable(name)}{source.origin(number)}",
                one.refusal.reason,
                storable(one.refusal.detail),
                one.kept,
                now,
            )
            for (number, _), one in sorted(distinct.items())
        ],
    )
