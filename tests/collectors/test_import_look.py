"""A wrong file is told before anything of it is written: wrong inventory, wrong mapping, another grid."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors.import_command import main
from facilities.inventory import DEMO_INVENTORY
from store.connection import Connection

PROBES = """
kind = "probes"
circuit_column = "line"
instant = { column = "at", format = "epoch_seconds" }
round_trip = { column = "rtt", unit = "ms" }
"""
INTERVALS = """
kind = "intervals"
circuit = "casa-a1"
instant = { column = "at", format = "epoch_seconds" }
counts = { sent = "tx", lost = "lost" }
"""
START = 1_788_220_800  # 2026-09-01T00:00:00Z


@pytest.fixture(autouse=True)
def environment(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(DEMO_INVENTORY))


def given(folder: Path, mapping: str, lines: list[str]) -> list[str]:
    (folder / "m.toml").write_text(mapping)
    (folder / "week.csv").write_text("\n".join(lines) + "\n")
    return [str(folder / "week.csv"), "--mapping", str(folder / "m.toml")]


def rows(connection: Connection, *tables: str) -> list[int]:
    found = [connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() for table in tables]
    connection.rollback()
    return [row[0] for row in found if row is not None]


WRITTEN = ("probe", "circuit_interval", "quarantine", "import_progress", "circuit")


def test_a_file_for_another_inventory_is_one_line_and_writes_nothing(
    tmp_path: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    words = given(tmp_path, PROBES, ["line,at,rtt", *(f"nador-9,{START + at},1.5" for at in range(2_500))])
    assert main(words) == 2
    assert capsys.readouterr() == (
        "",
        'week.csv: each of the first 1000 rows would be refused as unknown_circuit, first week.csv:2: circuit "nador-9"'
        " is not in the inventory; name the inventory that has it (--inventory), enter it there, or translate it by"
        " codes in the mapping; nothing was written (--anyway imports it all the same)\n",
    )
    assert rows(connection, *WRITTEN) == [0, 0, 0, 0, 0]
    assert main([*words, "--dry-run"]) == 1
    assert "dry run, nothing is written: 2500 rows read: 0 new" in capsys.readouterr().out
    assert rows(connection, *WRITTEN) == [0, 0, 0, 0, 0]
    assert main([*words, "--anyway"]) == 1
    assert "2500 refused (2500 unknown_circuit)" in capsys.readouterr().out
    assert rows(connection, "quarantine", "import_progress") == [2500, 1]


def test_one_good_row_or_two_reasons_are_a_file_with_bad_rows(
    tmp_path: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [f"nador-9,{START + at},1.5" for at in range(50)]
    assert main(given(tmp_path, PROBES, ["line,at,rtt", *bad, f"casa-a1,{START},1.5"])) == 0
    assert rows(connection, "probe", "quarantine") == [1, 50]
    assert main(given(tmp_path, PROBES, ["line,at,rtt", bad[0], "casa-a1,x,1"])) == 1
    assert rows(connection, "probe", "quarantine") == [1, 51]
    capsys.readouterr()
    assert main(given(tmp_path, PROBES, ["line,at,rtt", f"casa-a1,{START + 7},2.5"])) == 0
    assert "quarantine" not in capsys.readouterr().out, "nothing was refused"


def test_a_file_on_a_finer_grid_is_not_imported_by_the_rows_that_happen_to_fit(
    tmp_path: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten seconds of measuring would count as a whole interval of the agreement."""
    lines = ["at,tx,lost", *(f"{START + at},10,0" for at in range(0, 600, 2))]
    words = given(tmp_path, INTERVALS, lines)
    assert main(words) == 2
    assert capsys.readouterr().err.startswith(
        "week.csv: 240 of the first 300 rows would be refused as off_grid, first week.csv:3: "
    )
    assert rows(connection, *WRITTEN) == [0, 0, 0, 0, 0]
    assert main([*words, "--anyway"]) == 0
    assert rows(connection, "circuit_interval", "quarantine") == [60, 240]


def test_what_is_stored_with_other_values_is_told_too(
    tmp_path: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(given(tmp_path, PROBES, ["line,at,rtt", f"casa-a1,{START},1.5"])) == 0
    assert main(given(tmp_path, PROBES, ["line,at,rtt", f"casa-a1,{START},2.5"])) == 2
    assert "the only row would be refused as conflict" in capsys.readouterr().err
    assert rows(connection, "probe", "quarantine") == [1, 0]


def test_a_rehearsal_counts_new_and_known_and_changes_nothing(
    tmp_path: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(given(tmp_path, PROBES, ["line,at,rtt", f"casa-a1,{START},1.5"])) == 0
    capsys.readouterr()
    lines = [f"casa-a1,{START},1.5", f"casa-a1,{START + 1},1.5", "nador-9,1,1"]
    assert main([*given(tmp_path, PROBES, ["line,at,rtt", *lines]), "--dry-run"]) == 0
    assert capsys.readouterr().out == (
        "week.csv: dry run, nothing is written: 3 rows read: 1 new, 1 duplicates, 0 conflicts, 1 refused"
        " (1 unknown_circuit)\n"
    )
    assert rows(connection, "probe", "quarantine", "import_progress") == [1, 0, 1]


def test_interrupted_it_says_that_it_can_go_on(
    tmp_path: Path, connection: Connection, eventually: Callable[..., None]
) -> None:
    words = given(tmp_path, PROBES, ["line,at,rtt", f"casa-a1,{START},1.5"])
    connection.execute("LOCK TABLE import_progress IN ACCESS EXCLUSIVE MODE")
    process = subprocess.Popen(
        [sys.executable, "-m", "p2i", "import", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"P2I_DSN": os.environ["P2I_DSN"]},
    )

    def waits() -> bool:
        return connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (0,)

    eventually(waits)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert error == "week.csv: interrupted; the same command continues where it stopped\n"
