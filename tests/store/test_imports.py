from datetime import UTC, datetime, timedelta

from store.connection import Connection
from store.imports import ImportKey, Progress, unfinished_import, write_progress

KEY = ImportKey(b"file", b"mapping")
NOW = datetime(2026, 9, 1, tzinfo=UTC)


def test_progress_is_found_again_until_the_import_is_finished(connection: Connection) -> None:
    assert unfinished_import(connection, KEY) is None
    first = Progress(1000, 12, 10, {"stored": 9, "off_type": 1})
    write_progress(connection, KEY, "f.csv", first, NOW, finished=False)
    assert unfinished_import(connection, KEY) == first
    assert unfinished_import(connection, ImportKey(b"file", b"another mapping")) is None
    write_progress(connection, KEY, "f.csv", first._replace(next_byte=2000), NOW, finished=True)
    assert unfinished_import(connection, KEY) is None


def test_an_import_that_starts_again_has_a_new_beginning(connection: Connection) -> None:
    later = NOW + timedelta(days=1)
    write_progress(connection, KEY, "f.csv", Progress(1, 2, 1, {}), NOW, finished=False)
    write_progress(connection, KEY, "f.csv", Progress(2, 3, 2, {}), later, finished=True)
    assert connection.execute("SELECT started_at, updated_at, finished_at FROM import_progress").fetchall() == [
        (NOW, later, later)
    ]
    write_progress(connection, KEY, "g.csv", Progress(1, 2, 1, {}), later, finished=False)
    assert connection.execute("SELECT file_name, started_at, finished_at FROM import_progress").fetchall() == [
        ("g.csv", later, None)
    ]
