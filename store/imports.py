"""How far each file has been imported: kept with the rows themselves, so that a killed import can go on."""

from datetime import datetime
from typing import NamedTuple

from psycopg.types.json import Jsonb

from store.connection import Connection


class ImportKey(NamedTuple):
    """What makes two imports the same: the bytes of the file and the way it is read."""

    file_sha256: bytes
    mapping_sha256: bytes


class Progress(NamedTuple):
    """Where the next row of a file starts, and what became of the rows before it, by outcome."""

    next_byte: int
    next_line: int
    rows: int
    counts: dict[str, int]


def unfinished_import(connection: Connection, key: ImportKey) -> Progress | None:
    """How far an import got that was not read to its end; None for one that was, or never started."""
    row = connection.execute(
        "SELECT next_byte, next_line, rows, counts FROM import_progress"
        " WHERE file_sha256 = %s AND mapping_sha256 = %s AND finished_at IS NULL",
        key,
    ).fetchone()
    return None if row is None else Progress(*row)


def write_progress(
    connection: Connection, key: ImportKey, file_name: str, progress: Progress, now: datetime, *, finished: bool
) -> None:
    """Records how far the import is; the caller commits it together with the rows it speaks of."""
    connection.execute(
        "INSERT INTO import_progress AS known (file_sha256, mapping_sha256, file_name, next_byte, next_line, rows,"
        " counts, started_at, updated_at, finished_at)"
        " VALUES (%(file)s, %(mapping)s, %(name)s, %(byte)s, %(line)s, %(rows)s, %(counts)s, %(now)s, %(now)s, %(end)s)"
        " ON CONFLICT (file_sha256, mapping_sha256) DO UPDATE SET file_name = excluded.file_name,"
        " next_byte = excluded.next_byte, next_line = excluded.next_line, rows = excluded.rows,"
        " counts = excluded.counts, updated_at = excluded.updated_at, finished_at = excluded.finished_at,"
        " started_at = CASE WHEN known.finished_at IS NULL THEN known.started_at ELSE excluded.started_at END",
        {
            "file": key.file_sha256,
            "mapping": key.mapping_sha256,
            "name": file_name,
            "byte": progress.next_byte,
            "line": progress.next_line,
            "rows": progress.rows,
            "counts": Jsonb(progress.counts),
            "now": now,
            "end": now if finished else None,
        },
    )
