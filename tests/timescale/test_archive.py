"""The archive of hypertables: the same rows out of chunks that are rows, columns, or both."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from store.archive import Archive
from store.archive_folder import ArchiveFolder
from store.archive_rows import KINDS
from store.archive_verify import verify_against_store, verify_files
from store.connection import Connection
from store.instants import microseconds
from store.readings import INTERVAL, write_readings
from store.registry import register_circuits
from store.rows import CircuitRow

AUGUST = datetime(2026, 8, 1, tzinfo=UTC)
ARRIVED, CLOSED = datetime(2026, 9, 2, tzinfo=UTC), datetime(2026, 10, 10, tzinfo=UTC)
PATH = "kind=interval/facility=park/month=2026-08/part-0.parquet"


def store(connection: Connection, minutes: range, arrived: datetime) -> None:
    number = register_circuits(connection, [CircuitRow("c", "park", None, False)])["c"]
    at = np.array(minutes, np.int64)
    columns = [np.full_like(at, number), microseconds(AUGUST) + at * 60_000_000, np.full_like(at, 10), at % 3]
    with connection.transaction():
        write_readings(connection, INTERVAL, columns, arrived)


def archive(connection: Connection, folder: ArchiveFolder, now: datetime) -> list[tuple[str, str]]:
    with folder.locked():
        folder.read()
        run = Archive(connection, folder, timedelta(days=35), now, "p2i test")
        return [(outcome.word, outcome.where) for outcome in run.run(["interval"])]


@pytest.mark.parametrize("columnar", ["no chunk", "every chunk", "every chunk, and late rows beside it"])
def test_a_month_is_archived_whole_and_verified(timescale: Connection, tmp_path: Path, columnar: str) -> None:
    store(timescale, range(0, 31 * 24 * 60, 2), ARRIVED)
    if columnar != "no chunk":
        timescale.execute("SELECT compress_chunk(chunk) FROM show_chunks('circuit_interval'::regclass) AS chunk")
    if columnar.endswith("beside it"):
        store(timescale, range(1, 31 * 24 * 60, 2), ARRIVED)
    rows = 31 * 24 * (60 if columnar.endswith("beside it") else 30)
    folder = ArchiveFolder(tmp_path / "archive")
    assert archive(timescale, folder, CLOSED) == [("archived", PATH)]
    assert [file.rows for file in folder.files] == [rows]
    assert archive(timescale, folder, CLOSED + timedelta(days=1)) == [("verified", PATH)]
    assert {outcome.word for outcome in verify_files(folder, list(KINDS))} == {"verified"}
    (compared,) = verify_against_store(timescale, folder, list(KINDS), CLOSED + timedelta(days=1))
    assert compared.text == f"{rows} rows are the same in the store"


def test_late_rows_in_a_columnar_chunk_are_a_second_file(timescale: Connection, tmp_path: Path) -> None:
    store(timescale, range(0, 31 * 24 * 60, 2), ARRIVED)
    folder = ArchiveFolder(tmp_path / "archive")
    archive(timescale, folder, CLOSED)
    timescale.execute("SELECT compress_chunk(chunk) FROM show_chunks('circuit_interval'::regclass) AS chunk")
    store(timescale, range(1, 99, 2), CLOSED)
    second = PATH.replace("part-0", "part-1")
    assert archive(timescale, folder, CLOSED + timedelta(days=36)) == [("verified", PATH), ("archived", second)]
    assert [file.rows for file in folder.files] == [31 * 24 * 30, 49]
