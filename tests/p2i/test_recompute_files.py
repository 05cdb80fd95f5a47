"""Evidence in every form that `p2i score` reads gives the figures; evidence that lacks readings accuses nobody."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from facilities.agreement_toml import read_agreement
from p2i import recompute_files
from p2i.recompute_files import fact_files, missing
from reports.bundle import unpack
from reports.signing import signed
from reports.statement_text import document_text
from sla_engine.csv_files import FactFiles
from sla_engine.csv_measurements import read_intervals
from store.archive import Archive
from store.archive_folder import ArchiveFolder
from store.connection import Connection
from store.errors import InputError
from store.parquet_form import FORMS, Piece
from tests.p2i.statement_office import ISSUED, Office, resealed, september
from tests.sla_engine.ledger_cases import DAY

Json = dict[str, Any]
FORM = FORMS["interval"]


class Evidence:
    """A statement's file, and its bundle unpacked, which a test may change."""

    def __init__(self, office: Office, root: Path) -> None:
        self.office, self.root = office, root / "evidence"
        office.issue(ISSUED)
        (bundle,) = office.out.glob("*.evidence.zip")
        self.root.mkdir()
        unpack(bundle, self.root)
        (self.statement,) = (file for file in office.out.glob("*.json") if ".manifest" not in file.name)

    @property
    def folders(self) -> list[Path]:
        return sorted(file.parent for file in self.root.rglob("agreement.toml"))

    def verify(self) -> int:
        return self.office.verify(self.statement, "--recompute", self.root)


@pytest.fixture
def evidence(connection: Connection, tmp_path: Path) -> Evidence:
    months = september(connection, tmp_path)
    months.desk(ISSUED).issue("YEAR", "2025-09")
    return Evidence(Office(months, tmp_path / "office"), tmp_path)


def as_parquet(file: Path, to: Path, *, is_true: bool = True) -> None:
    """The rows of an intervals file as Parquet, and the file away; where it is not true nothing was lost."""
    pieces = []
    for circuit, rows in read_intervals(file, {}).items():
        at = rows.starts_at * 1_000_000
        pieces.append(Piece(circuit, at, (rows.sent, rows.lost if is_true else rows.lost * 0), at))
    to.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(FORM.table(pieces), to)
    file.unlink()


PLACES = [
    "intervals.parquet",
    "intervals/one.parquet",
    "kind=interval/a.parquet",
    "archive/kind=interval/m=1/a.parquet",
]


@pytest.mark.parametrize("place", PLACES)
def test_intervals_in_parquet_give_the_figures(
    place: str, evidence: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in evidence.folders:
        as_parquet(folder / "intervals.csv", folder / place)
    assert evidence.verify() == 0
    assert capsys.readouterr().out.count("the same document, byte for byte, raw figures, spans") == 2


def test_changed_intervals_in_parquet_are_found(evidence: Evidence, capsys: pytest.CaptureFixture[str]) -> None:
    folder = evidence.folders[0]
    as_parquet(folder / "intervals.csv", folder / "intervals.parquet", is_true=False)
    assert evidence.verify() == 1
    assert "WRONG recompute   YEAR 2025-09-01: score.objectives[0].value_percent: " in capsys.readouterr().out


def test_the_archive_itself_gives_the_figures_and_its_manifest_holds(
    evidence: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = evidence.folders
    archive = ArchiveFolder(first / "archive")
    with archive.locked():
        archive.read()
        now = ISSUED + 90 * DAY
        list(Archive(evidence.office.months.connection, archive, DAY, now, "p2i test").run(["interval"], None))
    shutil.copytree(first / "archive", second, dirs_exist_ok=True)
    for folder in (first, second):
        (folder / "intervals.csv").unlink()
    assert evidence.verify() == 0
    file = next(second.rglob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    capsys.readouterr()
    assert evidence.verify() == 1
    assert f"{file.name}: its bytes are not those its manifest names" in capsys.readouterr().out


def test_evidence_without_readings_accuses_nobody(evidence: Evidence, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in evidence.folders:
        (folder / "intervals.csv").unlink()
    assert evidence.verify() == 2
    said = capsys.readouterr()
    assert "  WRONG" not in said.out
    wanted = "cannot be said of availability-casa-a1: no file of intervals or probes in the evidence"
    assert f"  note  recompute   YEAR 2025-09-01: {wanted}" in said.out
    assert said.err == f"recompute: YEAR 2025-09-01: {wanted}\n"
    (evidence.folders[0] / "intervals").mkdir()
    assert evidence.verify() == 2, "an empty folder is no readings"


def false_credit(made: Json) -> None:
    made["agreements"][0]["credits"]["lines"][0]["amount"] = "1.00"


def false_register(made: Json) -> None:
    freeze = {"ticket": "T", "starts_at": "2025-09-02T00:00:00Z", "ends_at": "2025-09-03T00:00:00Z", "reason": "access"}
    made["agreements"][0]["registers"]["freezes"].append(freeze)


@pytest.mark.parametrize(
    ("change", "named"), [(false_credit, "credits.lines[0].amount: "), (false_register, "freeze of ticket T from ")]
)
def test_what_needs_no_readings_is_judged_without_them(
    change: Callable[[Json], None], named: str, evidence: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    made = json.loads(evidence.statement.read_text(encoding="utf-8"))
    change(made)
    file = evidence.office.root / "given.json"
    file.write_text(document_text(signed(resealed(made), evidence.office.key(ISSUED))), encoding="utf-8")
    (evidence.folders[0] / "intervals.csv").unlink()
    assert evidence.office.verify(file, "--recompute", evidence.root) == 1
    out = capsys.readouterr().out
    assert f"WRONG recompute   YEAR 2025-09-01: {named}" in out
    assert "note  recompute   YEAR 2025-09-01: cannot be said of availability-casa-a1" in out


def test_two_forms_of_one_kind_are_none(evidence: Evidence, capsys: pytest.CaptureFixture[str]) -> None:
    folder = evidence.folders[0]
    shutil.copy(folder / "intervals.csv", folder / "kept.csv")
    as_parquet(folder / "intervals.csv", folder / "intervals.parquet")
    (folder / "kept.csv").rename(folder / "intervals.csv")
    assert evidence.verify() == 1
    assert "holds intervals.csv and intervals.parquet: nothing says which of them counts" in capsys.readouterr().out


def test_rows_that_pack_to_nothing_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what the file says of itself, before a row of it is read; rows of others do not count."""
    monkeypatch.setattr(recompute_files, "MOST_ROWS", 1_000)
    at = np.zeros(2_000, np.int64)
    pq.write_table(FORM.table([Piece("a", at, (at, at), at)]), tmp_path / "intervals.parquet")
    assert fact_files(tmp_path, {"b"}).intervals is not None
    with pytest.raises(InputError, match="holds more than 1000 rows of these circuits"):
        fact_files(tmp_path, {"a", "b"})
    (tmp_path / "intervals.parquet").write_bytes(b"PAR1")
    assert fact_files(tmp_path, {"a"}).intervals is not None, "the reader says what is wrong with it"
    pq.write_table(pa.table({"circuit": [1]}), tmp_path / "intervals.parquet")
    assert fact_files(tmp_path, {"a"}).intervals is not None


AGREEMENT = """
[agreement]
id = "A"
tenant = "t"
facility = "f"
time_zone = "Africa/Casablanca"
starts_on = 2025-01-01
monthly_fee = "1.00"
currency = "MAD"
{objectives}
"""
COUNTED = """
[[objective]]
id = "up-{circuit}"
circuit = "{circuit}"
indicator = "availability"
target_percent = "99"
{more}
[[objective]]
id = "delay-{circuit}"
circuit = "{circuit}"
indicator = "round_trip"
at_most_ms = "20"
[[objective]]
id = "repair-{circuit}"
circuit = "{circuit}"
indicator = "time_to_restore"
at_most_seconds = 3600
"""
STATES, INTERVALS = 'method = "states"', "interval_seconds = 10\nconsecutive_intervals = 1"


def test_what_each_objective_needs(tmp_path: Path) -> None:
    """A round trip counts in available time: it needs what availability needs, and probes. A ticket needs neither."""
    objectives = COUNTED.format(circuit="a", more=STATES) + COUNTED.format(circuit="b", more=INTERVALS)
    (tmp_path / "agreement.toml").write_text(AGREEMENT.format(objectives=objectives))
    agreement = read_agreement(tmp_path / "agreement.toml")
    assert missing(agreement, FactFiles(intervals="i")) == {
        "up-a": "states", "delay-a": "probes", "delay-b": "probes"
    }  # fmt: skip
    assert missing(agreement, FactFiles(probes="p")) == {"up-a": "states", "delay-a": "states"}
    assert missing(agreement, FactFiles(states="s")) == {
        "delay-a": "probes", "up-b": "intervals or probes", "delay-b": "probes"
    }  # fmt: skip
    assert missing(agreement, FactFiles(probes="p", states="s")) == {}
