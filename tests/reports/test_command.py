import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from facilities.inventory import DEMO_INVENTORY
from p2i import verify_command
from reports import keys_command
from reports.command import main
from reports.statement import document_text
from store.connection import Connection
from store.verdict_rows import ScoreRow
from store.verdicts import write_score

Document = dict[str, Any]
Write = Callable[..., None]

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
NAME = "DEMO-P2I-2026-10-locataire-a"


@pytest.fixture
def write(connection: Connection, dsn: str, sha256_of: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a score of October 2026 into the database that the command will use."""
    monkeypatch.setenv("P2I_DSN", dsn)

    def score(document: Document, **changes: Any) -> None:
        agreement = document["agreement"]
        row = ScoreRow(
            agreement, OCTOBER, NOVEMBER, "locataire-a", "casanearshore", True, document_text(document),
            sha256_of(agreement), "0.1.0", "2026f", NOVEMBER, NOVEMBER,
        )  # fmt: skip
        write_score(connection, row._replace(**changes))
        connection.commit()

    return score


def technopolis(october: Document) -> Document:
    """The tenant's other agreement of the month, so that nothing is missing."""
    made: Document = json.loads(json.dumps(october).replace("DEMO-CASA-A", "DEMO-TECH-A").replace("casa-a1", "tech-a1"))
    made["objectives"] = made["objectives"][:2]
    return made


def run(out: Path, *more: str) -> int:
    return main(["--tenant", "locataire-a", "--out", str(out), "--inventory", str(DEMO_INVENTORY), *more])


def test_the_files_and_their_names(
    write: Write, october: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(october)
    write(technopolis(october))
    out = tmp_path / "made" / "here"
    assert run(out) == 0
    assert capsys.readouterr().out.splitlines() == [
        str(out / f"{NAME}.{form}") for form in ("html", "pdf", "json", "manifest.json")
    ]
    assert sorted(file.name for file in out.iterdir()) == [
        f"{NAME}.{form}" for form in ("html", "json", "manifest.json", "pdf")
    ]
    statement = json.loads((out / f"{NAME}.json").read_text(encoding="utf-8"))
    assert (statement["status"], statement["month"]) == ("provisional", "2026-10")
    assert document_text(statement["agreements"][0]["score"]) == document_text(october)
    assert "Relevé de niveau de service" in (out / f"{NAME}.html").read_text(encoding="utf-8")


def test_the_language_and_the_month_can_be_chosen(
    write: Write, october: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(october)
    monkeypatch.setenv("P2I_LANGUAGE", "en")
    assert run(tmp_path, "--period", "2026-10") == 0
    statement = json.loads((tmp_path / f"{NAME}.json").read_text(encoding="utf-8"))
    assert statement["language"] == "en"
    assert statement["reasons"] == ["agreement DEMO-TECH-A has not been scored for this month yet."]


@pytest.mark.parametrize(
    ("chosen", "there"), [("json", ["json", "manifest.json"]), ("ar.pdf", ["ar.pdf", "json", "manifest.json"])]
)
def test_forms_can_be_chosen(chosen: str, there: list[str], write: Write, october: Document, tmp_path: Path) -> None:
    write(october)
    assert run(tmp_path, "--format", chosen) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"{NAME}.{form}" for form in there]


def test_with_a_folder_of_keys_the_statement_and_its_manifest_are_signed(
    write: Write, october: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys, out = tmp_path / "keys", tmp_path / "out"
    assert keys_command.main(["new", "--dir", str(keys)]) == 0
    monkeypatch.setenv("P2I_KEYS", str(keys))
    write(october)
    assert run(out) == 0
    capsys.readouterr()
    ring = ["--keys", str(keys / "keys.json")]
    assert verify_command.main([str(out / f"{NAME}.manifest.json"), *ring]) == 0, capsys.readouterr().out
    page = out / f"{NAME}.html"
    page.write_text(page.read_text(encoding="utf-8").replace("octobre", "octobra", 1), encoding="utf-8")
    assert verify_command.main([str(out / f"{NAME}.manifest.json"), *ring]) == 1
    assert f"{NAME}.html" in capsys.readouterr().out


def test_a_form_there_is_not_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(tmp_path, "--format", "docx")
    assert '"docx" is none of json, html, pdf, ar.pdf' in capsys.readouterr().err


def test_a_provisional_statement_is_replaced(write: Write, october: Document, tmp_path: Path) -> None:
    write(october)
    assert run(tmp_path) == 0
    write(technopolis(october))
    assert run(tmp_path) == 0
    assert len(json.loads((tmp_path / f"{NAME}.json").read_text(encoding="utf-8"))["agreements"]) == 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--period", "2026-09"], '--period: nothing was scored for tenant "locataire-a" in 2026-09'),
        (["--period", "2026-13"], '--period: "2026-13" is not a month such as 2026-09'),
        (["--tenant", "nobody"], f'--tenant: no tenant "nobody" in {DEMO_INVENTORY}'),
        (["--tenant", "locataire-b"], '--period: nothing was scored for tenant "locataire-b"'),
        (["--inventory", "nowhere"], "nowhere: no such inventory folder"),
    ],
)
def test_a_wrong_option_is_one_line(
    more: list[str],
    message: str,
    write: Write,
    october: Document,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(october)
    assert run(tmp_path, *more) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"{message}\n")
    assert list(tmp_path.iterdir()) == []


def test_rules_that_were_not_applied_are_never_printed(
    write: Write, october: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(october, agreement_sha256="0" * 64)
    assert run(tmp_path) == 2
    assert capsys.readouterr().err == (
        f"{DEMO_INVENTORY}/agreements/casanearshore-locataire-a.toml: is not the text it was scored by;"
        " let the engine score the period again\n"
    )


def test_an_agreement_of_another_inventory_is_refused(
    write: Write, october: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(october, agreement="GONE")
    assert run(tmp_path) == 2
    assert capsys.readouterr().err == f'{DEMO_INVENTORY}: no agreement "GONE", which the score is of\n'


def test_a_folder_that_cannot_be_made_is_one_line(
    write: Write, october: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(october)
    occupied = tmp_path / "file"
    occupied.write_text("not a folder")
    assert run(occupied) == 2
    assert capsys.readouterr().err == f"--out: {occupied}: File exists\n"


@pytest.mark.parametrize("notes", ["my notes", "[]", '{"kind": "other"}', "\udcff"])
def test_a_file_that_is_no_statement_is_not_overwritten(
    notes: str, write: Write, october: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(october)
    file = tmp_path / f"{NAME}.json"
    file.write_text(notes, encoding="utf-8", errors="surrogateescape")
    before = file.read_bytes()
    assert run(tmp_path, "--format", "json") == 2
    assert capsys.readouterr().err == f"{file}: is there and is not a statement\n"
    assert file.read_bytes() == before
