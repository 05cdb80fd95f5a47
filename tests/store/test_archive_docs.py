"""docs/archive.md: an auditor's recipe and other people's tools, tried on an archive."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from store.archive_command import _parser
from store.parquet_form import FORMS, RECEIVED_AT

if TYPE_CHECKING:
    from tests.store.conftest import ArchiveSite

DOCS = (Path(__file__).parents[2] / "docs" / "archive.md").read_text(encoding="utf-8")


def recipe() -> str:
    (code,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    return str(code)


def test_the_recipe_recomputes_every_content_hash_with_pandas_only(site: ArchiveSite) -> None:
    site.store("probe", "b", "2026-08-07T00:00:00.250000Z", [[30_000_000, 0, 1_000_001]], "2026-09-01T00:00:05Z")
    site.run("2026-10-10T00:00:00Z")
    code = recipe()
    assert len(code.splitlines()) == 10
    assert "p2i" not in code
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=site.path, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert [line.split() for line in done] == [["True", file.path] for file in site.folder().files]
    assert {file.kind for file in site.folder().files} == set(FORMS)


def test_the_recipe_sees_a_changed_row(site: ArchiveSite) -> None:
    site.run("2026-10-10T00:00:00Z", ["occupancy"])
    (path,) = (site.path / file.path for file in site.folder().files)
    rows = pd.read_parquet(path, partitioning=None)
    rows["people"] = rows["people"] + 1
    rows.to_parquet(path)
    done = subprocess.run([sys.executable, "-c", recipe()], cwd=site.path, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("False ")


def test_a_tool_that_knows_hives_folders_reads_each_row_once(site: ArchiveSite) -> None:
    site.run("2026-10-10T00:00:00Z")
    site.store("interval", "a", "2026-08-15T00:00:00Z", [[10], [4]], "2026-11-01T00:00:00Z")
    site.run("2026-12-06T00:00:00Z")
    (site.path / "kind=interval/facility=park/month=2026-08/.part-2.parquet.unfinished").write_bytes(b"half")
    rows = pd.read_parquet(site.path / "kind=interval", filters=[("month", "=", "2026-08"), ("facility", "=", "park")])
    assert len(rows) == 9
    assert not rows.duplicated(["starts_at", "circuit"]).any()


def test_the_command_that_recomputes_a_month_has_what_was_decided_beside_the_readings() -> None:
    """Readings alone give another score, and no warning."""
    (command,) = re.findall(r"p2i score .*?\n```", DOCS, re.DOTALL)
    for name in ("tickets", "freezes", "exclusions"):
        assert f"--{name} {name}.csv" in command


def test_every_option_and_column_is_documented() -> None:
    options = {name for action in _parser()._actions for name in action.option_strings if name.startswith("--")}
    assert sorted(option for option in options - {"--help"} if f"`{option}" not in DOCS) == []
    for form in FORMS.values():
        for field in form.schema:
            assert f"`{field.name}`" in DOCS
    assert f"`{RECEIVED_AT}`" in DOCS
