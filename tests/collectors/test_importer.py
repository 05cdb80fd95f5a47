from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from collectors.importer import Outcome, import_file, import_key
from collectors.known import Known, Series
from collectors.mapping import file_mapping
from store.connection import Connection, connect
from store.errors import InputError
from store.registry import register_circuits
from store.rows import CircuitRow

NOW = datetime(2026, 10, 1, tzinfo=UTC)
MAPPING = """
kind = "probes"
circuit = "casa-a1"
[instant]
column = "at"
format = "iso"
[round_trip]
column = "rtt"
unit = "ms"
lost_when_negative = true
"""

Import = Callable[..., Outcome]


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs."""


@pytest.fixture
def importing(connection: Connection) -> Import:
    numbers = register_circuits(connection, [CircuitRow("casa-a1", "casanearshore", "locataire-a", True)])
    known = Known({"casa-a1": Series(numbers["casa-a1"], "casanearshore")}, {})
    connection.commit()

    def run(file: Path, kill_after_chunks: int | None = None, mapping: str = MAPPING) -> Outcome:
        chunks = count()

        def advanced(_bytes: int) -> None:
            if next(chunks) == kill_after_chunks:
                raise Killed

        key = import_key(file, mapping, None)
        return import_file(
            connection, file, file_mapping("m.toml", mapping), known, key, lambda: NOW, advanced, chunk_records=10
        )

    return run


def file_of(tmp_path: Path, lines: Iterator[str] | list[str]) -> Path:
    file = tmp_path / "f.csv"
    file.write_text("\n".join(["at,rtt", *lines]) + "\n", encoding="utf-8")
    return file


def healthy(number: int) -> str:
    return f"2026-09-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z,{number}.5"


@pytest.fixture
def counted(dsn: str) -> Callable[[str], int]:
    """Rows of a table as another connection sees them: what is committed."""

    def count_of(table: str) -> int:
        with connect(dsn, "tests") as other:
            row = other.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        assert row is not None
        return int(row[0])

    return count_of


def test_a_file_is_imported_once_however_often_it_is_read(
    counted: Callable[[str], int], importing: Import, tmp_path: Path
) -> None:
    file = file_of(tmp_path, [healthy(number) for number in range(25)])
    assert importing(file) == Outcome(25, {"stored": 25, "duplicate": 0}, None)
    assert importing(file) == Outcome(25, {"stored": 0, "duplicate": 25}, None)
    assert counted("probe") == 25


def test_a_killed_import_goes_on_where_it_committed(
    counted: Callable[[str], int], importing: Import, tmp_path: Path
) -> None:
    lines = [healthy(number) for number in range(35)]
    lines[3] = "nonsense,1"
    lines[17] = ""
    file = file_of(tmp_path, lines)
    with pytest.raises(Killed):
        importing(file, kill_after_chunks=2)
    assert counted("probe") == 18  # 20 lines, one of them refused and one blank
    outcome = importing(file)
    assert outcome == Outcome(34, {"stored": 33, "duplicate": 0, "off_type": 1}, ":22")
    assert counted("probe") == 33
    assert counted("quarantine") == 1


def test_refused_rows_are_in_quarantine_with_file_and_line(
    connection: Connection, importing: Import, tmp_path: Path
) -> None:
    file = file_of(tmp_path, [healthy(0), "2026-09-01T00:00:00Z,7", "2026-09-01T00:00:01,7", healthy(0), "x"])
    outcome = importing(file)
    assert outcome.counts == {"stored": 1, "duplicate": 1, "conflict": 1, "naive_instant": 1, "malformed": 1}
    found = connection.execute("SELECT origin, reason, payload, source FROM quarantine ORDER BY origin").fetchall()
    assert [(origin, reason, bytes(payload), source) for origin, reason, payload, source in found] == [
        ("f.csv:3", "conflict", b"2026-09-01T00:00:00Z,7", "import"),
        ("f.csv:4", "naive_instant", b"2026-09-01T00:00:01,7", "import"),
        ("f.csv:6", "malformed", b"x", "import"),
    ]
    assert outcome.text == ("5 rows read: 1 new, 1 duplicates, 1 conflicts, 2 refused (1 malformed, 1 naive_instant)")


def test_a_row_the_database_refuses_does_not_hold_up_the_others(
    connection: Connection, importing: Import, tmp_path: Path
) -> None:
    connection.execute("ALTER TABLE probe ADD CONSTRAINT unlucky CHECK (round_trip_nanoseconds <> 4500000)")
    connection.commit()
    outcome = importing(file_of(tmp_path, [healthy(number) for number in range(9)]))
    assert outcome.counts == {"stored": 8, "duplicate": 0, "database_refused": 1}
    assert connection.execute("SELECT origin FROM quarantine").fetchall() == [("f.csv:6",)]


def test_another_mapping_is_another_import(importing: Import, tmp_path: Path) -> None:
    file = file_of(tmp_path, [healthy(number) for number in range(25)])
    with pytest.raises(Killed):
        importing(file, kill_after_chunks=1)
    assert importing(file, mapping=MAPPING + "# read with a comment\n").continued_at is None


def test_a_line_without_an_end_is_one_refused_line(connection: Connection, importing: Import, tmp_path: Path) -> None:
    file = file_of(tmp_path, [healthy(0), "x" * 3_000_000, healthy(1)])
    assert importing(file).counts == {"stored": 2, "duplicate": 0, "oversized": 1}
    assert connection.execute("SELECT origin FROM quarantine").fetchall() == [("f.csv:3",)]


def test_an_empty_file_is_a_mistake(importing: Import, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(b"")
    with pytest.raises(InputError, match=r"^f.csv:1: the file is empty; a header line is expected$"):
        importing(tmp_path / "f.csv")


def test_a_header_alone_is_no_rows(importing: Import, tmp_path: Path) -> None:
    assert importing(file_of(tmp_path, [])).text == "0 rows read: 0 new, 0 duplicates, 0 conflicts, 0 refused"
