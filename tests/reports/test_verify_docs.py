"""The page for auditors: its steps without our software do verify, and do find a change; its table names every line."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.p2i.statement_files import Issued, issue, rewritten

PAGE = (Path(__file__).parents[2] / "docs" / "verify.md").read_text(encoding="utf-8")
TOOLS = ("bash", "cmp", "jq", "openssl", "sha256sum", "base64")


@pytest.fixture(scope="module")
def steps() -> str:
    found = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def followed(steps: str, issued: Issued, ending: str) -> subprocess.CompletedProcess[str]:
    """The steps on the statement, or with another ending in its place, as the page says."""
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    shutil.copy(issued.ring, issued.folder / "keys.json")
    stem = issued.json.name.removesuffix(".json")
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", steps.replace("$STEM.json", f"$STEM{ending}")],
        cwd=issued.folder, env={"STEM": stem, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("ending", [".json", ".manifest.json"])
def test_the_steps_verify(ending: str, steps: str, tmp_path: Path) -> None:
    issued = issue(tmp_path)
    done = followed(steps, issued, ending)
    assert done.returncode == 0, done.stderr
    assert "Signature Verified Successfully" in done.stdout
    fingerprint = re.findall(r"^([0-9a-f]{64})  -$", done.stdout, re.MULTILINE)
    assert [one[:16] for one in fingerprint] == [issued.made["signature"]["key"]]
    assert done.stdout.count(": OK\n") == 4


def test_the_steps_find_a_change(steps: str, tmp_path: Path) -> None:
    issued = issue(tmp_path)
    before = issued.json.read_bytes()
    rewritten(issued.json, lambda said: said.update(month="2026-11"), is_rehashed=False)
    assert followed(steps, issued, ".json").returncode == 1, "another hash"
    issued.json.write_bytes(before)
    rewritten(issued.json, lambda said: said.update(month="2026-11"))
    done = followed(steps, issued, ".json")
    assert done.returncode == 1
    assert "Signature Verification Failure" in done.stdout + done.stderr


def test_the_steps_find_a_name_that_is_there_twice(steps: str, tmp_path: Path) -> None:
    """Who reads the file reads the first, who hashes it the last: hash and signature are right."""
    issued = issue(tmp_path)
    text = issued.json.read_text(encoding="utf-8")
    issued.json.write_text(text.replace('  "month":', '  "month": "2026-11",\n  "month":', 1), encoding="utf-8")
    before_manifest = "\n".join(line for line in steps.splitlines() if "manifest" not in line)
    done = followed(before_manifest, issued, ".json")
    assert done.returncode == 1
    assert "differ" in done.stdout + done.stderr


def test_the_steps_say_when_the_key_was_in_force(steps: str, tmp_path: Path) -> None:
    issued = issue(tmp_path)
    assert "2026-10-01T00:00:00Z\nnull\nnull\n2026-11-03T09:00:00Z\n" in followed(steps, issued, ".json").stdout


def test_the_table_names_every_line_of_the_command() -> None:
    root = Path(__file__).parents[2]
    sources = [*(root / "reports").glob("*.py"), root / "p2i" / "verify_command.py", root / "p2i" / "recompute.py"]
    code = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    asked = set(re.findall(r'Finding\(\s*"[a-z]+",\s*"([a-z ]+)"', code))
    asked |= set(re.findall(r'^(?:QUESTION|UNSIGNED|ABSENT) = "([a-z ]+)"', code, re.MULTILINE))
    table = set(re.findall(r"^\| `([a-z ]+)` \|", PAGE, re.MULTILINE))
    assert asked - {"statement", "manifest"} == table, "those two say that a file is no statement or manifest"
