"""`p2i score` reads of an archive only what its manifest vouches for."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sla_engine import parquet_rows
from sla_engine.score import main
from store.archive_content import content, instant_text
from store.archive_manifest import ArchivedFile, file_path, manifest_text
from store.archive_part import write_part
from store.parquet_form import FORMS, Piece
from store.sealed_file import SealedFile
from tests.sla_engine.cases import agreement_text, availability_objective

T0 = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
MONTHS = {"2026-01": T0, "2026-02": T0 + 31 * 86_400_000_000}
FIRST = file_path("interval", "park", "2026-01", 1)
LATE = file_path("interval", "park", "2026-01", 2)
"""The late file: more of January, all of it lost."""


def piece(series: str, starts_at: int, lost: int) -> Piece:
    instants = starts_at + np.arange(60) * 10_000_000
    return Piece(series, instants, (np.full(60, 10), np.full(60, lost)), instants)


def archived(root: Path, path: str, pieces: list[Piece]) -> ArchivedFile:
    part = write_part(root / path, FORMS["interval"], pieces, {})
    assert part is not None
    words = dict(word.split("=") for word in path.split("/")[:-1])
    return ArchivedFile(
        path=path,
        kind=words["kind"],
        facility=words["facility"],
        month=words["month"],
        version=int(path[-len("0.parquet")]) + 1,
        is_demo=False,
        rows=part.content.rows,
        series=part.content.series,
        first_at=instant_text(part.content.first_at),
        last_at=instant_text(part.content.last_at),
        content_sha256=part.content.sha256,
        bytes=part.bytes,
        sha256=part.sha256,
        archived_at="2026-04-10T00:00:00Z",
        software="p2i test",
    )


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten minutes of circuit c in January without loss, ten later ones that came late with nothing but loss."""
    root = tmp_path / "archive"
    files = [
        archived(root, FIRST, [piece("b", T0, 0), piece("c", T0, 0)]),
        archived(root, LATE, [piece("c", T0 + 600_000_000, 10)]),
        archived(root, file_path("interval", "park", "2026-02", 1), [piece("c", MONTHS["2026-02"], 0)]),
        archived(root, file_path("interval", "other", "2026-01", 1), [piece("d", T0, 0)]),
    ]
    (root / "manifest.json").write_text(manifest_text(files))
    (tmp_path / "agreement.toml").write_text(agreement_text(availability_objective()))
    monkeypatch.chdir(tmp_path)
    return root


def score(path: Path | str) -> int:
    period = "2026-01-01T00:00:00Z/2026-01-01T00:20:00Z"
    return main(["--agreement", "agreement.toml", "--period", period, "--intervals", str(path)])


def down_seconds(path: Path | str, capsys: pytest.CaptureFixture[str]) -> int:
    assert score(path) == 0
    return int(json.loads(capsys.readouterr().out)["objectives"][0]["seconds"]["down"])


def refused(path: Path | str, capsys: pytest.CaptureFixture[str]) -> str:
    code = score(path)
    out, error = capsys.readouterr()
    assert (code, out, error.count("\n")) == (2, "", 1)
    return error.removesuffix("\n")


def rewritten(path: Path) -> None:
    """The same file with nothing lost."""
    form = FORMS["interval"]
    pieces = [Piece(p.series, p.instants, (p.values[0], p.values[1] * 0), p.received) for p in form.pieces(
        pq.ParquetFile(path).read())]  # fmt: skip
    pq.write_table(form.table(pieces), path)


def test_a_sound_archive_is_read_by_any_of_its_paths(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (archive, "archive", "archive/kind=interval", archive / Path(FIRST).parent, "archive/.."):
        assert down_seconds(path, capsys) == 600
    assert down_seconds(archive / FIRST, capsys) == 0
    assert down_seconds(archive / LATE, capsys) == 600


@pytest.mark.parametrize(
    "path", ["archive", "archive/kind=interval", f"archive/{LATE}", f"{Path('archive', LATE).parent}"]
)
def test_a_rewritten_file_is_refused(archive: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    rewritten(archive / LATE)
    line = f"archive/{LATE}: its bytes are not those its manifest names; see p2i archive --to {archive} --verify"
    assert refused(path, capsys) == line


def test_a_file_that_the_manifest_does_not_name_is_refused(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for stray in ("kind=interval/facility=park/month=2026-01/part-2.parquet", "mine/x.parquet"):
        (archive / stray).parent.mkdir(exist_ok=True)
        shutil.copy(archive / FIRST, archive / stray)
        line = f"archive/{stray}: its manifest does not name it; see p2i archive --to {archive} --verify"
        assert refused("archive", capsys) == line
        (archive / stray).unlink()


def test_a_file_that_is_gone_is_missed(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (archive / LATE).unlink()
    line = f"{archive / LATE}: its manifest names it, and it is not there; see p2i archive --to {archive} --verify"
    assert refused("archive", capsys) == line
    assert refused(Path("archive", LATE).parent, capsys) == line
    assert down_seconds(archive / FIRST, capsys) == 0  # this file was asked for, no other


def test_what_holds_none_of_the_circuits_is_neither_read_nor_missed(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So one park can be handed over, with the manifest of all."""
    shutil.rmtree(archive / "kind=interval/facility=other")
    assert down_seconds("archive", capsys) == 600


def test_months_of_another_folder_are_not_missed(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(archive / "kind=interval/facility=park/month=2026-02")
    assert down_seconds(archive / Path(FIRST).parent, capsys) == 600
    assert "month=2026-02/part-0.parquet: its manifest names it" in refused("archive", capsys)


def test_links_into_an_archive_are_vouched_for_where_they_lead(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = tmp_path / "chosen"
    chosen.mkdir()
    (chosen / "0.parquet").symlink_to(archive / FIRST)
    (chosen / "1.parquet").symlink_to(archive / LATE)
    assert down_seconds("chosen", capsys) == 600
    rewritten(archive / LATE)
    assert refused("chosen", capsys).startswith("chosen/1.parquet: its bytes are not those its manifest names; see ")
    assert refused("chosen/1.parquet", capsys).startswith("chosen/1.parquet: its bytes are not those")


def test_a_file_of_the_archive_that_lies_on_another_disk(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (archive / LATE).rename(tmp_path / "elsewhere")
    (archive / LATE).symlink_to(tmp_path / "elsewhere")
    assert down_seconds("archive", capsys) == 600
    rewritten(tmp_path / "elsewhere")
    assert "its bytes are not those its manifest names" in refused("archive", capsys)


def test_archives_below_a_folder_speak_for_their_own_files(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "all").mkdir()
    archive.rename(tmp_path / "all/one")
    shutil.copy(tmp_path / "all/one" / FIRST, tmp_path / "all/mine.parquet")  # the same rows again, and no manifest
    assert down_seconds("all", capsys) == 600
    rewritten(tmp_path / "all/one" / LATE)
    assert f"all/one/{LATE}: its bytes" in refused("all", capsys)


def test_a_second_manifest_further_down_vouches_for_nothing(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewritten(archive / LATE)
    inner = archive / "kind=interval/manifest.json"
    inner.write_text(manifest_text([]))
    assert "its bytes are not those its manifest names" in refused(archive / LATE, capsys)


def test_without_a_manifest_nothing_vouches_and_everything_is_read(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewritten(archive / LATE)
    (archive / "manifest.json").unlink()
    assert down_seconds("archive", capsys) == 0


@pytest.mark.parametrize("text", ["{}", "[]", '{"files": []}'])
def test_the_manifest_of_another_software_is_none_of_ours(
    archive: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (archive / "manifest.json").write_text(text)
    assert down_seconds("archive", capsys) == 600


Damage = Callable[[str], str]


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (lambda text: text[:-20], "not a manifest of p2i archive"),
        (lambda _: "", "not a manifest of p2i archive"),
        (lambda _: '{"archive": 1}', "not a manifest of p2i archive"),
        (
            lambda text: text.replace('"rows":60', '"rows":61'),
            "its hash does not fit its content; restore it from a copy",
        ),
    ],
)
def test_a_damaged_manifest_is_one_line(
    archive: Path, damage: Damage, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = archive / "manifest.json"
    manifest.write_text(damage(manifest.read_text()))
    assert refused("archive", capsys) == f"{manifest}: {line}"


@pytest.mark.usefixtures("archive")
def test_the_bytes_that_were_hashed_are_those_that_are_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody rewrites the file in place after its hash was found right, and before its rows are read."""
    opened = SealedFile

    def and_then_changed(path: Path, sha256: str, mistake: str) -> SealedFile:
        file = opened(path, sha256, mistake)
        rewritten(path)
        return file

    monkeypatch.setattr(parquet_rows, "SealedFile", and_then_changed)
    assert f"archive/{FIRST}: its bytes are not those" in refused("archive", capsys)


def test_the_lines_are_documented(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "score-files.md").read_text(encoding="utf-8")
    (archive / "x.parquet").write_bytes(b"")
    lines = [refused("archive", capsys)]
    (archive / "x.parquet").unlink()
    rewritten(archive / LATE)
    lines.append(refused("archive", capsys))
    (archive / LATE).unlink()
    lines.append(refused("archive", capsys))
    for line in lines:
        _, what, advice = re.split(": (?=its)|; ", line)
        assert f"`FILE: {what}; " in docs
        assert advice.replace(str(archive), "DIR") in docs


def test_the_files_of_this_test_are_those_of_an_archive(archive: Path) -> None:
    """What is written here says what its manifest says, so that refusals come from changes only."""
    form = FORMS["interval"]
    for file in json.loads((archive / "manifest.json").read_text())["archive"]["files"]:
        path = archive / file["path"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
        assert content(form, form.pieces(pq.ParquetFile(path).read())).sha256 == file["content_sha256"]
    assert datetime.fromtimestamp(T0 // 10**6, UTC) + timedelta(days=31) == datetime(2026, 2, 1, tzinfo=UTC)
