"""The command: a line per file, its exit codes, its mistakes in one line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from store.archive_command import main

if TYPE_CHECKING:
    from tests.store.conftest import ArchiveSite

AUGUST = "kind=interval/facility=park/month=2026-08/part-0.parquet"


@pytest.fixture
def words(site: ArchiveSite, dsn: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What every call begins with. The readings came in September 2026 by the clock of whoever stored them."""
    monkeypatch.setenv("P2I_DSN", dsn)
    return ["--to", str(site.path), "--quiet-days", "0"]


def test_archives_verifies_and_says_so(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--month", "2026-08"]) == 0
    assert re.search(rf"^archived     {AUGUST}: 8 rows, \d+ bytes$", capsys.readouterr().out, re.MULTILINE)
    assert main([*words, "--month", "2026-08"]) == 0
    assert f"verified     {AUGUST}: 8 rows\n" in capsys.readouterr().out
    assert main([*words, "--verify"]) == 0
    out = capsys.readouterr().out
    assert f"verified     {AUGUST}: 8 rows\n" in out
    assert f"compared     {Path(AUGUST).parent}: 8 rows are the same in the store\n" in out


def test_occupancy_only_when_it_is_named(words: list[str], site: ArchiveSite) -> None:
    main([*words, "--month", "2026-08"])
    assert {file.kind for file in site.folder().files} == {"interval", "probe", "state"}
    assert main([*words, "--month", "2026-08", "--kind", "occupancy"]) == 0
    assert {file.kind for file in site.folder().files} == {"interval", "probe", "state", "occupancy"}


def test_an_auditor_without_a_database_verifies_the_files(
    words: list[str], site: ArchiveSite, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main([*words, "--month", "2026-08"])
    capsys.readouterr()
    monkeypatch.delenv("P2I_DSN")
    assert main(["--to", str(site.path), "--verify"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "the store was not asked (P2I_DSN is not set; --store asks the embedded one)"
    (site.path / AUGUST).write_bytes(b"")
    assert main(["--to", str(site.path), "--verify"]) == 1
    assert f"damaged      {AUGUST}: has 0 bytes" in capsys.readouterr().out


def test_no_reading_is_said(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--month", "2020-01"]) == 0
    assert capsys.readouterr().out == "no readings of 2020-01\n"
    assert main([*words, "--quiet-days", "3650"]) == 0
    assert "open         " in capsys.readouterr().out


def test_an_open_month_that_was_asked_for_is_no_success(
    words: list[str], site: ArchiveSite, capsys: pytest.CaptureFixture[str]
) -> None:
    site.store("interval", "a", "2026-07-01T00:00:00Z", [[10], [0]], "2100-01-01T00:00:00Z")
    assert main([*words, "--month", "2026-07", "--kind", "interval"]) == 1
    assert "open         kind=interval/facility=park/month=2026-07/part-0.parquet" in capsys.readouterr().out
    assert main([*words, "--month", "9998-01"]) == 1
    line = "open         9998-01: until 9998-02-01T00:00:00Z at least; no reading was looked at\n"
    assert capsys.readouterr() == (line, "")


def test_the_help_says_what_the_exit_codes_mean_and_gives_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert (
        "  1  a file is damaged or contradicts the store, or the month asked for with --month is still open\n" in shown
    )
    assert "\n  p2i archive --to /srv/archive --verify  " in shown
    words = {"archived", "verified", "compared", "open", "late", "dropped", "unasked"}
    assert all(word in shown for word in words | {"damaged", "stray", "missing", "contradicted"})


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (["--month", "2026-13"], '--month: "2026-13" is not a month such as 2026-09'),
        (["--store"], "--store: goes with --verify"),
        (["--verify"], "--to: {path}/manifest.json: No such file or directory"),
    ],
)
def test_a_mistake_is_one_line(
    more: list[str], line: str, words: list[str], site: ArchiveSite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, *more]) == 2
    assert capsys.readouterr() == ("", line.format(path=site.path) + "\n")
    assert not site.path.exists()


def test_a_folder_that_is_none_and_a_damaged_manifest(
    words: list[str], site: ArchiveSite, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*words, "--month", "2026-08"])
    capsys.readouterr()
    manifest = site.path / "manifest.json"
    manifest.write_text(manifest.read_text().replace("2026-08", "2026-07", 1))
    assert main(words) == 2
    assert capsys.readouterr().err == f"{manifest}: its hash does not fit its content; restore it from a copy\n"
    assert main(["--to", str(manifest)]) == 2
    assert capsys.readouterr().err == f"--to: {manifest}: File exists\n"


@pytest.mark.parametrize("days", ["-1", "x", "3651", "1.5", ""])
def test_days_are_a_number(days: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_code:
        main([*words[:2], "--quiet-days", days])
    assert exit_code.value.code == 2
    assert "a number of days, 0 to 3650" in capsys.readouterr().err


def test_without_a_schema_nothing_is_made(
    words: list[str], site: ArchiveSite, server_dsn: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("P2I_DSN", server_dsn)
    assert main(words) == 2
    assert "p2i migrate" in capsys.readouterr().err
    assert not site.path.exists()
