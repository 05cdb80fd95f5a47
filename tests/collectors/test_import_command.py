"""`p2i import` as a user runs it, on real RIPE Atlas files, expectations counted apart with the csv module."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from collectors.import_command import main
from facilities.inventory import DEMO_INVENTORY
from store.connection import Connection

DOCS = Path(__file__).parents[2] / "docs" / "mappings"
ATLAS = [("11119", "ripe-atlas-day-first", "%d/%m/%Y %H:%M"), ("12698", "ripe-atlas", "%Y-%m-%d %H:%M:%S"),
         ("13835", "ripe-atlas", "%Y-%m-%d %H:%M:%S")]  # fmt: skip


@pytest.fixture
def environment(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(DEMO_INVENTORY))


def expected(file: Path, instant_format: str) -> dict[datetime, int | None]:
    """What the file says, read with the csv module: instant to round trip in ns, None for a lost packet."""
    found: dict[datetime, int | None] = {}
    with file.open(newline="", encoding="ascii") as opened:
        for row in csv.DictReader(opened, delimiter=";"):
            at = datetime.strptime(row["epoch"], instant_format).replace(tzinfo=UTC)
            milliseconds = Fraction(row["rtt"])
            nanoseconds = milliseconds * 1_000_000
            assert nanoseconds.denominator == 1
            assert at not in found
            found[at] = None if milliseconds < 0 else int(nanoseconds)
    return found


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(("probe", "mapping", "instant_format"), ATLAS)
def test_a_ripe_atlas_file_arrives_whole_and_exact(
    probe: str,
    mapping: str,
    instant_format: str,
    samples: Path,
    connection: Connection,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = samples / "data" / "ripe-atlas-rtt" / f"{probe}.csv"
    truth = expected(file, instant_format)
    arguments = [str(file), "--mapping", str(DOCS / f"{mapping}.toml"), "--circuit", "casa-a1"]
    assert main(arguments) == 0
    assert capsys.readouterr().out == (
        f"{probe}.csv: {len(truth)} rows read: {len(truth)} new, 0 duplicates, 0 conflicts, 0 refused\n"
    )
    assert main(arguments) == 0
    assert f"0 new, {len(truth)} duplicates" in capsys.readouterr().out
    assert dict(connection.execute("SELECT sent_at, round_trip_nanoseconds FROM probe").fetchall()) == truth
    assert sum(value is None for value in truth.values()) == {"11119": 8, "12698": 0, "13835": 218}[probe]
    assert min(truth).date().isoformat() == {"11119": "2016-10-14", "12698": "2016-11-19", "13835": "2016-10-14"}[probe]


@pytest.mark.usefixtures("environment")
def test_a_mapping_for_another_file_uses_no_row_and_exits_1(
    samples: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    file = samples / "data" / "ripe-atlas-rtt" / "13835.csv"
    words = [str(file), "--mapping", str(DOCS / "ripe-atlas-day-first.toml"), "--circuit", "casa-a1"]
    assert main(words) == 2
    assert "each of the first 1000 rows would be refused as off_type" in capsys.readouterr().err
    assert main([*words, "--anyway"]) == 1
    assert "0 new, 0 duplicates, 0 conflicts, 7001 refused (7001 off_type)" in capsys.readouterr().out
    assert connection.execute("SELECT count(*) FROM quarantine WHERE origin LIKE '13835.csv:%'").fetchone() == (7001,)


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    file = tmp_path / "large.csv"
    with file.open("w", encoding="ascii") as opened:
        opened.write("at,rtt\n")
        for number in range(60_000):
            opened.write(f"{1_700_000_000 + number},{Decimal(number) / 1000}\n")
    return file


MAPPING = """
kind = "probes"
[instant]
column = "at"
format = "epoch_seconds"
[round_trip]
column = "rtt"
unit = "ms"
"""


@pytest.mark.usefixtures("environment")
def test_a_killed_import_is_continued_by_the_same_command(
    large_file: Path, tmp_path: Path, connection: Connection, eventually: Callable[..., None]
) -> None:
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    command = [sys.executable, "-m", "p2i", "import", str(large_file), "--mapping", str(tmp_path / "m.toml"),
               "--circuit", "casa-a1"]  # fmt: skip

    def stored() -> int:
        row = connection.execute("SELECT count(*) FROM probe").fetchone()
        connection.commit()
        assert row is not None
        return int(row[0])

    # The second chunk waits for a lock of ours: the process is killed with one chunk committed and one under way.
    connection.execute(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END'"
    )
    connection.execute("CREATE TRIGGER wait BEFORE UPDATE ON import_progress FOR EACH ROW EXECUTE FUNCTION wait()")
    connection.commit()
    connection.execute("SELECT pg_advisory_lock(42)")
    process = subprocess.Popen(command, env=os.environ.copy())
    try:
        eventually(lambda: stored() > 0)
    finally:
        process.kill()
        process.wait()
        connection.execute("SELECT pg_advisory_unlock(42)")
    assert stored() == 20_000
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "large.csv: an earlier import was interrupted; continued at large.csv:20002",
        "large.csv: 60000 rows read: 60000 new, 0 duplicates, 0 conflicts, 0 refused",
    ]
    assert stored() == 60_000


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["absent.csv", "--circuit", "casa-a1"], "absent.csv: No such file or directory"),
        (["f.csv", "--circuit", "casa-a9"], f'--circuit: "casa-a9" is not a circuit of {DEMO_INVENTORY}'),
        (["f.csv", "--zone", "casa-z1"], "--zone: probes are about a circuit"),
        (["f.csv"], "--circuit: needed, for the mapping names neither circuit nor circuit_column"),
        (["f.csv", "--circuit", "casa-a1", "--mapping", "n.toml"], "n.toml: No such file or directory"),
        (["fifo", "--circuit", "casa-a1"], "fifo: not a regular file"),
        (["/dev/zero", "--circuit", "casa-a1"], "/dev/zero: not a regular file"),
        ([".", "--circuit", "casa-a1"], ".: not a regular file"),
        (
            ["f.csv", "--circuit", "casa-a1", "--mapping", "twice.toml"],
            "twice.toml: instant.format: names the day twice",
        ),
        (["wrong.csv", "--circuit", "casa-a1"], 'wrong.csv:1: column "x" is neither mapped nor in ignored_columns'),
    ],
)
@pytest.mark.usefixtures("environment")
def test_each_mistake_is_one_line_and_exit_2(
    arguments: list[str],
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "f.csv").write_text("at,rtt\n", encoding="utf-8")
    os.mkfifo(tmp_path / "fifo")
    twice = MAPPING.replace('"epoch_seconds"', '"%d %m %Y %d"')
    (tmp_path / "twice.toml").write_text(twice, encoding="utf-8")
    (tmp_path / "wrong.csv").write_text("at,x\n", encoding="utf-8")
    assert main(["--mapping", "m.toml", *arguments]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"{line}\n")


@pytest.mark.usefixtures("environment")
def test_an_older_schema_is_refused_before_anything_is_read(
    connection: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connection.execute("DELETE FROM migration WHERE number > 2")
    connection.commit()
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "f.csv").write_text("at,rtt\n", encoding="utf-8")
    assert main([str(tmp_path / "f.csv"), "--mapping", str(tmp_path / "m.toml"), "--circuit", "casa-a1"]) == 2
    assert capsys.readouterr().err == "database: the schema lacks 0003_imports; run: p2i migrate\n"
