"""The engine's process: what it says when something is wrong, and that it goes on when the database comes back."""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from facilities.inventory import DEMO_INVENTORY, read_inventory
from sla_engine.command import Engine, main
from sla_engine.promised import Promised
from store.connection import connect
from store.embedded import EmbeddedServer
from store.migrations import migrate


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    """A server of this test's own, which may be stopped."""
    with tempfile.TemporaryDirectory(prefix="p2i-engine-") as folder:
        Path(folder).chmod(0o755)
        yield EmbeddedServer(Path(folder))


def test_once_scores_what_is_due_and_ends(
    dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    assert main(["--once", "--inventory", str(DEMO_INVENTORY)]) == 0
    capsys.readouterr()
    with connect(dsn, "tests") as connection:
        agreements = len(read_inventory(DEMO_INVENTORY).agreements)
        assert connection.execute("SELECT count(*) FROM score").fetchone() == (agreements,)


def test_agreements_of_another_inventory_are_named(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    assert main(["--once", "--inventory", str(DEMO_INVENTORY)]) == 0
    assert not [line for line in caplog.messages if "not in this inventory" in line]
    shutil.copytree(DEMO_INVENTORY, tmp_path / "other")
    (tmp_path / "other" / "agreements" / "casanearshore-locataire-a.toml").unlink()
    assert main(["--once", "--inventory", str(tmp_path / "other")]) == 0
    assert "scored in the store but not in this inventory: DEMO-CASA-A (--inventory?)" in caplog.messages


def test_an_older_schema_is_one_line_and_exit_2(
    dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with connect(dsn, "tests") as connection:
        connection.execute("DELETE FROM migration WHERE number > 1")
    monkeypatch.setenv("P2I_DSN", dsn)
    assert main(["--once", "--inventory", str(DEMO_INVENTORY)]) == 2
    assert capsys.readouterr().err == "database: the schema lacks 0002_promises_and_verdicts; run: p2i migrate\n"


def test_a_wrong_inventory_is_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--once", "--inventory", str(tmp_path / "absent")]) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'absent'}: no such inventory folder\n"


def test_a_database_that_goes_away_and_comes_back_is_two_lines(
    own_server: EmbeddedServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="sla_engine")
    promised = Promised.of(read_inventory(DEMO_INVENTORY))
    with own_server.running() as dsn:
        with connect(dsn, "tests") as connection:
            migrate(connection)
        engine = Engine(dsn, promised)
        engine.look()
    for _ in range(3):
        engine.look()
    assert [record.message.split(";")[0] for record in caplog.records] == ["the database is away"]
    with own_server.running():
        engine.look()
        with connect(dsn, "tests") as connection:
            assert connection.execute("SELECT count(*) FROM score").fetchone() == (len(promised.inventory.agreements),)
        engine.close()
    assert [record.message.split(";")[0] for record in caplog.records] == [
        "the database is away",
        "the database is back",
    ]


def test_a_pass_that_fails_in_an_unforeseen_way_is_logged_and_the_next_one_works(
    dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    engine = Engine(dsn, Promised.of(read_inventory(DEMO_INVENTORY)))
    with connect(dsn, "tests") as connection:
        connection.execute("ALTER TABLE engine_watermark RENAME TO elsewhere")
        connection.commit()
        engine.look()
        assert [record.message for record in caplog.records] == ["a pass failed; the next one starts anew"]
        connection.execute("ALTER TABLE elsewhere RENAME TO engine_watermark")
        connection.commit()
        engine.look()
        assert connection.execute("SELECT count(*) FROM engine_watermark").fetchone() == (1,)
    engine.close()


def test_stale_zone_data_stop_the_start_with_what_to_do(tmp_path: Path) -> None:
    """A tzdata package from before Morocco's change, found first on the path as an operator's image might have it."""
    stale = tmp_path / "tzdata"
    (stale / "zoneinfo" / "Africa").mkdir(parents=True)
    for package in (stale, stale / "zoneinfo", stale / "zoneinfo" / "Africa"):
        (package / "__init__.py").write_text('IANA_VERSION = "2025b"\n')
    utc_plus_one = b"TZif2" + bytes(15) + b"".join(
        number.to_bytes(4, "big") for number in (0, 0, 0, 0, 1, 4)
    ) + (3600).to_bytes(4, "big") + b"\0\0+01\0"  # fmt: skip
    (stale / "zoneinfo" / "Africa" / "Casablanca").write_bytes(utc_plus_one + utc_plus_one + b"\n<+01>-1\n")
    done = subprocess.run(
        [sys.executable, "-m", "sla_engine", "--once"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("time zone data are stale: ")
    assert "tzdb 2025b says otherwise" in done.stderr
    assert 'pip install --upgrade "tzdata>=2026.6"' in done.stderr
    assert done.stderr.count("\n") == 1
