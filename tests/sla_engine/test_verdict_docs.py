"""docs/verdicts.md: the auditor's recipe, tried on a ledger, and the words and kinds that it names."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sla_engine.verdict_options import parser
from store.archive_ledger import archive_ledger
from store.connection import Connection
from store.ledger import read_entries
from tests.sla_engine.ledger_cases import DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

DOCS = (Path(__file__).parents[2] / "docs" / "verdicts.md").read_text(encoding="utf-8")
QUERY = re.compile(r'psql -AtXc "(.*?)" > ledger.jsonl', re.DOTALL)


def recipe() -> str:
    (code,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    return str(code)


@pytest.fixture
def ledger(connection: Connection, tmp_path: Path) -> Path:
    """A folder with ledger.jsonl: the rows of the documented query."""
    months = Months(connection, promise(tmp_path, agreement_text("casa-a1", code="AGR-1", starts_on="2025-09-01")))
    months.register()
    months.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE)
    months.engine(OCTOBER + DAY)
    months.desk(OCTOBER + 5 * DAY).issue("AGR-1", "2025-09")
    months.desk(OCTOBER + 6 * DAY).contest("AGR-1", "2025-09", "notre routeur était allumé\u2028")
    (query,) = QUERY.findall(DOCS)
    rows = connection.execute(query.encode()).fetchall()
    connection.commit()
    (tmp_path / "ledger.jsonl").write_text("".join(f"{json.dumps(row)}\n" for (row,) in rows), encoding="utf-8")
    return tmp_path


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", recipe()], cwd=folder, check=False, capture_output=True, text=True)


def test_the_recipe_is_ten_lines_and_prints_the_hash_of_every_entry(ledger: Path, connection: Connection) -> None:
    assert len(recipe().splitlines()) <= 10
    assert "p2i" not in recipe()
    done = run(ledger)
    entries = read_entries(connection)
    assert [line.split()[-1] for line in done.stdout.splitlines()] == [entry.sha256 for entry in entries], done.stderr


def test_the_recipe_reads_the_lines_of_an_archive(ledger: Path, connection: Connection) -> None:
    expected = run(ledger).stdout
    list(archive_ledger(connection, ledger))
    (part,) = (ledger / "ledger/agreement=AGR-1").iterdir()
    part.replace(ledger / "ledger.jsonl")
    assert run(ledger).stdout == expected


@pytest.mark.parametrize(("old", "new"), [("breached", "met"), ("contested", "answered"), ("routeur", "modem")])
def test_the_recipe_stops_at_a_changed_entry_or_prints_another_hash(ledger: Path, old: str, new: str) -> None:
    before = run(ledger)
    file = ledger / "ledger.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    after = run(ledger)
    assert after.returncode or after.stdout.splitlines()[-1] != before.stdout.splitlines()[-1]


def test_every_word_is_documented() -> None:
    (words,) = (action.choices for action in parser()._actions if action.dest == "word")
    assert words
    for word in words:
        assert f"p2i verdict {word}" in DOCS
