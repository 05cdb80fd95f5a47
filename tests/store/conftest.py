"""What the tests of the archive share: a store with a little of everything in one month, and an archive of it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from store.archive import Archive, Outcome
from store.archive_folder import ArchiveFolder
from store.archive_month import Month
from store.archive_rows import KINDS
from store.connection import Connection
from store.instants import microseconds
from store.readings import write_readings
from store.registry import register_circuits, register_zones
from store.rows import CircuitRow, ZoneRow

QUIET = timedelta(days=35)


class ArchiveSite(NamedTuple):
    """A store and the folder of its archive."""

    connection: Connection
    path: Path

    def store(self, kind: str, series: str, starts_at: str, values: Sequence[Sequence[int]], arrived: str) -> None:
        """Stores a reading every ten seconds from `starts_at` on; `values` has a column per value."""
        table = "zone" if kind == "occupancy" else "circuit"
        row = self.connection.execute(
            f"SELECT {table}_id FROM {table} WHERE {table} = %s".encode(), (series,)
        ).fetchone()
        assert row is not None
        count = len(values[0])
        instants = microseconds(datetime.fromisoformat(starts_at)) + np.arange(count) * 10_000_000
        columns = [np.full(count, row[0]), instants, *(np.array(column) for column in values)]
        written = write_readings(self.connection, KINDS[kind], columns, datetime.fromisoformat(arrived))
        assert written.inserted == count
        self.connection.commit()

    def folder(self) -> ArchiveFolder:
        """The archive as it is on the disk."""
        folder = ArchiveFolder(self.path)
        folder.read()
        return folder

    def run(self, now: str, kinds: Sequence[str] = tuple(KINDS), only: Month | None = None) -> list[Outcome]:
        """One run of the archive at `now`."""
        folder = ArchiveFolder(self.path)
        with folder.locked():
            folder.read()
            run = Archive(self.connection, folder, QUIET, datetime.fromisoformat(now).astimezone(UTC), "p2i test")
            return list(run.run(kinds, only))


@pytest.fixture
def site(connection: Connection, tmp_path: Path) -> ArchiveSite:
    """Two circuits and a zone; in August 2026 something of every kind, up to both edges of the month."""
    circuits = [CircuitRow("b", "park", None, False), CircuitRow("a", "park", None, False)]
    register_circuits(connection, [*circuits, CircuitRow("d", "demo-park", None, True)])
    register_zones(connection, [ZoneRow("z", "park", None, 10, False)])
    found = ArchiveSite(connection, tmp_path / "archive")
    arrived = "2026-09-01T00:00:05Z"
    for circuit in ("a", "b", "d"):
        found.store("interval", circuit, "2026-07-31T23:59:50Z", [[10, 10, 0], [0, 3, 0]], arrived)
        found.store("interval", circuit, "2026-08-31T23:59:40Z", [[10, 10, 10], [1, 2, 3]], arrived)
    found.store("probe", "a", "2026-08-07T00:00:00Z", [[24_700_000, -1, 5]], arrived)
    found.store("state", "b", "2026-08-07T00:00:00Z", [[1, 2, 3]], arrived)
    found.store("occupancy", "z", "2026-08-07T00:00:00Z", [[0, 7, 9]], arrived)
    return found


@pytest.fixture
def bytes_below() -> Callable[[Path], dict[str, bytes]]:
    """The content of every file below a folder, by its path."""

    def read(folder: Path) -> dict[str, bytes]:
        return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    return read
