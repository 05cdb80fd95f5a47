"""Measurements in Parquet: the same facts as from CSV, the same strictness, one line per mistake."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facilities.instants import epoch_seconds, instant_text
from sla_engine import csv_measurements, measurement_files
from sla_engine.facts import DOWN, UNKNOWN, UP
from sla_engine.score import main
from sla_engine.spans import Axis
from store.errors import InputError
from tests.sla_engine.cases import agreement_text, availability_objective

T0 = epoch_seconds("2026-01-01T00:00:00Z")
A = datetime(2026, 1, 2, tzinfo=UTC)
US = pa.timestamp("us", tz="UTC")
INTERVALS = {"starts_at": US, "circuit": pa.string(), "sent": pa.int32(), "lost": pa.int32()}
PROBES = {"sent_at": US, "circuit": pa.string(), "round_trip_nanoseconds": pa.int64()}
STATES = {"changed_at": US, "circuit": pa.string(), "state": pa.string()}
EVERY = {"intervals": INTERVALS, "probes": PROBES, "states": STATES}
ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def written(path: Path, types: dict[str, Any], rows: list[tuple[Any, ...]], **options: Any) -> Path:
    """A Parquet file of the rows."""
    columns = zip(*rows, strict=True) if rows else [()] * len(types)
    arrays = [pa.array(list(column), type_) for column, type_ in zip(columns, types.values(), strict=True)]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(arrays, names=list(types)), path, **options)
    return path


@ONE_FOLDER
@given(
    st.dictionaries(
        st.tuples(st.integers(-5, 30), st.sampled_from("abc")),
        st.integers(0, 9).flatmap(lambda sent: st.tuples(st.just(sent), st.integers(0, sent))),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 7),
    st.data(),
)
def test_the_same_rows_are_the_same_facts_as_from_csv(
    tmp_path: Path, facts: dict[tuple[int, str], tuple[int, int]], group: int, data: st.DataObject
) -> None:
    """In any order, repeated, in row groups of any size."""
    once = [(T0 + 10 * k, circuit, *values) for (k, circuit), values in facts.items()]
    rows = data.draw(st.permutations(once + data.draw(st.lists(st.sampled_from(once), max_size=10))))
    text = "".join(f"{instant_text(at)},{circuit},{sent},{lost}\n" for at, circuit, sent, lost in once)
    (tmp_path / "i.csv").write_text(f"starts_at,circuit,sent,lost\n{text}")
    instants = [(datetime.fromtimestamp(at, UTC), *rest) for at, *rest in rows]
    written(tmp_path / "i.parquet", INTERVALS, instants, row_group_size=group)
    grids = {"a": Axis(T0, 10)}
    expected = measurement_files.read_intervals(str(tmp_path / "i.csv"), {"a", "c"}, grids)
    found = measurement_files.read_intervals(str(tmp_path / "i.parquet"), {"a", "c"}, grids)
    assert set(found) == set(expected) - {"b"}
    for circuit, one in found.items():
        for name in ("starts_at", "sent", "lost"):
            assert getattr(one, name).tolist() == getattr(expected[circuit], name).tolist()


def test_probes_keep_every_nanosecond_and_microsecond(tmp_path: Path) -> None:
    rows = [(A + timedelta(microseconds=1), "c", 24_700_001), (A, "c", None), (A, "d", 1)]
    found = measurement_files.read_probes(str(written(tmp_path / "p.parquet", PROBES, rows)), {"c"})
    assert list(found) == ["c"]
    at = int(A.timestamp()) * 1_000_000
    assert found["c"].sent_at.tolist() == [at, at + 1]
    assert found["c"].answered.tolist() == [False, True]
    assert (int(found["c"].round_trip[1]), found["c"].units_per_ms) == (24_700_001, 1_000_000)


def test_states_have_the_codes_of_the_arithmetic(tmp_path: Path) -> None:
    rows = [(A + timedelta(seconds=i), "c", word) for i, word in enumerate(["up", "down", "unknown"])]
    found = measurement_files.read_states(str(written(tmp_path / "s.parquet", STATES, rows[::-1])), {"c"})
    assert found["c"].states.tolist() == [UP, DOWN, UNKNOWN]
    assert np.diff(found["c"].at).tolist() == [1, 1]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Africa/Casablanca", "+05:30"])
@pytest.mark.parametrize("text", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())])
def test_instants_and_codes_in_any_exact_type(tmp_path: Path, unit: str, zone: str, text: Any) -> None:
    """An instant with a zone is the same instant in any; smaller integers are integers."""
    types = {"starts_at": pa.timestamp(unit, tz=zone), "circuit": text, "sent": pa.uint8(), "lost": pa.int64()}
    at = A.astimezone(timezone(timedelta(hours=3)))
    path = written(tmp_path / "i.parquet", types, [(at, "c", 10, 3)])
    (rows,) = measurement_files.read_intervals(str(path), {"c"}, {}).values()
    assert (rows.starts_at.tolist(), rows.sent.tolist(), rows.lost.tolist()) == ([int(A.timestamp())], [10], [3])


def test_a_folder_is_all_its_files_of_the_kind(tmp_path: Path) -> None:
    later = A + timedelta(days=40)
    written(tmp_path / "kind=interval/month=2026-01/part-0.parquet", INTERVALS, [(A, "c", 1, 0)])
    written(tmp_path / "kind=interval/month=2026-02/part-0.parquet", INTERVALS, [(later, "c", 2, 0), (A, "c", 1, 0)])
    written(tmp_path / "kind=probe/part-0.parquet", PROBES, [(A, "c", 5)])
    for hidden in (".part-1.parquet", "_old/part-0.parquet", ".x/part-0.parquet"):
        written(tmp_path / "kind=interval" / hidden, INTERVALS, [(A, "c", 9, 9)])
    (tmp_path / "kind=interval/.part-0.parquet.unfinished").write_bytes(b"half")
    for folder in (tmp_path, tmp_path / "kind=interval"):
        (rows,) = measurement_files.read_intervals(str(folder), {"c"}, {}).values()
        assert rows.sent.tolist() == [1, 2]
    assert list(measurement_files.read_probes(str(tmp_path), {"c"})) == ["c"]


def test_rows_of_other_circuits_are_not_looked_at(tmp_path: Path) -> None:
    """An archive's file holds a whole park, and its manifest vouches for it."""
    rows = [(A, "b", 1, 9), (A, "c", 1, 0), (A, "d", -1, 0)]
    path = written(tmp_path / "i.parquet", INTERVALS, rows)
    assert list(measurement_files.read_intervals(str(path), {"c"}, {})) == ["c"]


def test_the_name_decides_the_form(tmp_path: Path) -> None:
    path = tmp_path / "i.parquet.csv"
    path.write_text("starts_at,circuit,sent,lost\n2026-01-01T00:00:00Z,c,1,0\n")
    assert not measurement_files.is_parquet(str(path))
    assert list(csv_measurements.read_intervals(path, {})) == ["c"]


def test_a_score_from_csv_does_not_wait_for_parquet() -> None:
    code = "import sys, sla_engine.score, sla_engine.csv_files; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("agreement.toml").write_text(agreement_text(availability_objective()))
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line with which the command refuses."""
    code = main(["--agreement", "agreement.toml", "--period", "2026-01", *words])
    out, error = capsys.readouterr()
    assert (code, out) == (2, "")
    assert error.count("\n") == 1
    return error.removesuffix("\n")


SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
ROWS = [
    ("intervals", [(A, "c", 10, 0), (A, "c", 10, 11)], "row 2: lost is more than sent"),
    ("intervals", [(A, "c", 10, 0), (A, "c", 10, 1)],
     'row 2: another row has this starts_at of circuit "c" and other values'),
    ("intervals", [(A, "d", 1, 0), (A + SECOND, "c", 10, 1)],
     'row 2: starts_at is off the grid of circuit "c": 10 s from 2026-01-01T00:00:00Z'),
    ("intervals", [(A + MICROSECOND, "c", 10, 1)], "row 1: starts_at: has a fraction of a second"),
    ("intervals", [(A, "c", 10, -1)], "row 1: lost: is negative"),
    ("intervals", [(A, "c", None, 0)], "row 1: sent: is empty"),
    ("intervals", [(None, "c", 1, 0)], "row 1: starts_at: is empty"),
    ("intervals", [(A, "c", 1, 0), (A, None, 1, 0)], "row 2: circuit: is empty"),
    ("intervals", [(A + SECOND, "c", 1, 0), (A, "c", -5, 0)],
     'row 1: starts_at is off the grid of circuit "c": 10 s from 2026-01-01T00:00:00Z'),
    ("probes", [(A, "c", 1), (A, "c", None)], 'row 2: another row has this sent_at of circuit "c" and other values'),
    ("probes", [(A, "c", -1)], "row 1: round_trip_nanoseconds: is negative"),
    ("states", [(A, "c", "up"), (A, "c", "Up")], "row 2: state: is none of up, down, unknown"),
    ("states", [(A, "c", None)], "row 1: state: is none of up, down, unknown"),
    ("states", [(A, "c", "up"), (A, "c", "down")],
     'row 2: another row has this changed_at of circuit "c" and other values'),
    ("states", [(A + MICROSECOND, "c", "up")], "row 1: changed_at: has a fraction of a second"),
]  # fmt: skip


@pytest.mark.parametrize(("option", "rows", "line"), ROWS)
def test_a_wrong_row_is_one_line(
    option: str, rows: list[Any], line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder / "f.parquet", EVERY[option], rows, row_group_size=1)
    assert refused(capsys, f"--{option}", "f.parquet") == f"f.parquet: {line}"


TYPES = [
    ("intervals", {"starts_at": pa.timestamp("us")}, "starts_at: its instants have no time zone"),
    ("intervals", {"starts_at": pa.string()}, "starts_at: holds string, not instants"),
    ("intervals", {"starts_at": pa.date32()}, "starts_at: holds date32[day], not instants"),
    ("intervals", {"sent": pa.float64()}, "sent: holds double, not whole numbers of at most 63 bits"),
    ("intervals", {"sent": pa.uint64()}, "sent: holds uint64, not whole numbers of at most 63 bits"),
    ("intervals", {"circuit": pa.int32()}, "circuit: holds int32, not text"),
    ("intervals", {"note": pa.string()}, 'unknown column "note"; expected starts_at,circuit,sent,lost'),
    ("probes", {"round_trip_nanoseconds": pa.float64()},
     "round_trip_nanoseconds: holds double, not whole numbers of at most 63 bits"),
    ("probes", {"round_trip_ms": pa.float64()},
     'unknown column "round_trip_ms"; expected sent_at,circuit,round_trip_nanoseconds'),
]  # fmt: skip


@pytest.mark.parametrize(("option", "changed", "line"), TYPES)
def test_a_wrong_column_is_one_line(
    option: str, changed: dict[str, Any], line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder / "f.parquet", {**EVERY[option], **changed}, [])
    assert refused(capsys, f"--{option}", "f.parquet") == f"f.parquet: {line}"


def test_a_missing_and_a_doubled_column(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder / "f.parquet", {name: type_ for name, type_ in INTERVALS.items() if name != "lost"}, [])
    assert refused(capsys, "--intervals", "f.parquet") == 'f.parquet: column "lost" is missing'
    empty = pa.array([], pa.int32())
    pq.write_table(pa.table([empty, empty], names=["sent", "sent"]), "f.parquet")
    assert refused(capsys, "--intervals", "f.parquet") == 'f.parquet: column "sent" appears twice'


def test_instants_that_no_calendar_shows_or_that_are_too_fine(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for type_, value, line in (
        (pa.timestamp("s", tz="UTC"), 2**40, "sent_at: is not in the years 1 to 9999"),
        (pa.timestamp("us", tz="UTC"), -(2**62), "sent_at: is not in the years 1 to 9999"),
        (pa.timestamp("ns", tz="UTC"), 1_767_225_600_000_000_001, "sent_at: is finer than a microsecond"),
    ):
        written(folder / "f.parquet", {**PROBES, "sent_at": type_}, [(value, "c", 1)])
        assert refused(capsys, "--probes", "f.parquet") == f"f.parquet: row 1: {line}"


def test_the_row_is_that_of_its_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder / "x/a.parquet", INTERVALS, [(A, "c", 1, 0), (A, "b", 1, 0)])
    written(folder / "x/b.parquet", INTERVALS, [(A, "b", 1, 0), (A, "c", 2, 0)])
    line = 'x/b.parquet: row 2: another row has this starts_at of circuit "c" and other values'
    assert refused(capsys, "--intervals", "x") == line


Make = Callable[[Path], object]


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda path: path.exists(), "x.parquet: cannot be read: No such file or directory"),
        (lambda path: path.write_bytes(b""), "x.parquet: not a Parquet file, or a damaged one"),
        (lambda path: path.write_text("starts_at,circuit"), "x.parquet: not a Parquet file, or a damaged one"),
        (lambda path: path.write_bytes(written(path, INTERVALS, [(A, "c", 1, 0)]).read_bytes()[:-9]),
         "x.parquet: not a Parquet file, or a damaged one"),
        (lambda path: path.mkdir(), "x.parquet: no Parquet file of interval readings in this folder"),
        (lambda path: written(path / "kind=probe/p.parquet", PROBES, []),
         "x.parquet: no Parquet file of interval readings in this folder"),
    ],
)  # fmt: skip
def test_what_is_no_parquet_is_one_line(
    make: Make, line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(folder / "x.parquet")
    assert refused(capsys, "--intervals", "x.parquet") == line


def test_damage_inside_is_an_error_of_ours(folder: Path) -> None:
    """Whatever byte is wrong: the line of a mistake or other rows (the manifest's hash tells), never a traceback."""
    path = written(folder / "x.parquet", INTERVALS, [(A + 10 * i * SECOND, "c", 10, i % 9) for i in range(50)])
    whole = path.read_bytes()
    for position in range(0, len(whole), 7):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x55]) + whole[position + 1 :])
        with contextlib.suppress(InputError):
            (rows,) = measurement_files.read_intervals(str(path), {"c"}, {}).values()
            assert rows.starts_at.size <= 50
