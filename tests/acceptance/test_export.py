"""A month exported from the store is recomputed by anyone from its files alone, byte for byte."""

import hashlib
from pathlib import Path

import pytest

from facilities.inventory import DEMO_INVENTORY, Inventory
from sla_engine.export_command import main as export
from store.connection import Connection
from tests.acceptance.months import CLOSED, RUNNING, ScoreMonth, StoreMonth, command_of, export_words, recomputed


@pytest.mark.usefixtures("commands_use_this_store")
@pytest.mark.parametrize("name", ["DEMO-CASA-A", "DEMO-TECH-C"])
def test_an_exported_month_gives_the_stored_document_again(
    name: str,
    demo: Inventory,
    tmp_path: Path,
    store_month: StoreMonth,
    score_month: ScoreMonth,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store_month(name)
    stored = score_month(name, CLOSED)
    folder = tmp_path / "of a dispute" / name
    assert export(export_words(name, folder)) == 0
    assert capsys.readouterr().out == f"cd '{folder}' && {command_of(folder)}\n"
    assert "--as-of" not in command_of(folder)
    assert (folder / "agreement.toml").read_bytes() == demo.agreement_files[name].read_bytes()
    assert recomputed(folder) == stored
    assert hashlib.sha256(stored.encode()).hexdigest() in (folder / "README.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("commands_use_this_store")
def test_what_people_decided_keeps_its_names(tmp_path: Path, store_month: StoreMonth) -> None:
    (one, *_) = circuits = store_month("DEMO-CASA-A")
    assert export(export_words("DEMO-CASA-A", tmp_path)) == 0
    exclusions, freezes = ((tmp_path / name).read_text() for name in ("exclusions.csv", "freezes.csv"))
    assert all(row.exclusion in exclusions for each in circuits for row in each.exclusions)
    assert all(f"{row.ticket}," in freezes and f",{row.reason}\n" in freezes for row in one.freezes)
    assert exclusions.count("\n") == 1 + sum(len(each.exclusions) for each in circuits)
    assert not (tmp_path / "states.csv").exists()
    assert "Nothing was scored" in (tmp_path / "README.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("commands_use_this_store")
def test_a_running_month_is_recomputed_as_of_its_score(
    tmp_path: Path, store_month: StoreMonth, score_month: ScoreMonth
) -> None:
    store_month("DEMO-CASA-A")
    stored = score_month("DEMO-CASA-A", RUNNING)
    assert export(export_words("DEMO-CASA-A", tmp_path)) == 0
    assert command_of(tmp_path).endswith(" --as-of 2026-09-15T12:00:07Z")
    assert recomputed(tmp_path) == stored


@pytest.mark.parametrize(
    ("agreement", "month", "line"),
    [
        ("NONE", "2026-09", f'--agreement: no agreement "NONE" in {DEMO_INVENTORY}'),
        ("DEMO-CASA-A", "2026-9", '--period: "2026-9" is not a month such as 2026-09'),
        ("DEMO-CASA-A", "2026-13", '--period: "2026-13" is not a month such as 2026-09'),
        (
            "DEMO-CASA-A",
            "2025-12",
            '--period: agreement "DEMO-CASA-A" runs from 2026-01-01 and covers none of it',
        ),
    ],
)
def test_what_cannot_be_exported_is_one_line(
    agreement: str, month: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(export_words(agreement, tmp_path / "out", month)) == 2
    assert capsys.readouterr() == ("", f"{line}\n")
    assert not (tmp_path / "out").exists()


def test_a_used_folder_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "README.txt"
    kept.write_text("of another export")
    assert export(export_words("DEMO-CASA-A", tmp_path)) == 2
    assert capsys.readouterr().err == f"--out: {tmp_path}: is not empty; files of two exports must not mix\n"
    assert export(export_words("DEMO-CASA-A", kept)) == 2
    assert capsys.readouterr().err == f"--out: {kept}: Not a directory\n"
    assert kept.read_text() == "of another export"


@pytest.mark.usefixtures("commands_use_this_store")
def test_a_month_whose_readings_are_dropped_by_age_is_said_to_be_incomplete(
    connection: Connection,
    tmp_path: Path,
    store_month: StoreMonth,
    score_month: ScoreMonth,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store_month("DEMO-CASA-A")
    stored = score_month("DEMO-CASA-A", CLOSED)
    connection.execute("DELETE FROM circuit_interval")
    connection.execute("UPDATE retention SET dropped_before = '2026-10-02' WHERE relation = 'circuit_interval'")
    connection.commit()
    assert export(export_words("DEMO-CASA-A", tmp_path / "old")) == 0
    said = capsys.readouterr().err
    assert said.startswith("p2i export: not complete: readings before 2026-10-02T00:00:00Z are dropped by age")
    note = (tmp_path / "old" / "README.txt").read_text(encoding="utf-8")
    assert "NOT COMPLETE: readings before 2026-10-02T00:00:00Z" in note
    assert hashlib.sha256(stored.encode()).hexdigest() in note
    assert "prints the same bytes" not in note
