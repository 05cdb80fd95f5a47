"""What `--help` of the store's commands must tell somebody who has no time to read more."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from store.backup_command import main as backup
from store.doctor_command import main as doctor
from store.migrate_command import main as migrate
from store.restore_command import main as restore

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
COMMANDS = {"doctor": doctor, "migrate": migrate, "backup": backup, "restore": restore}


@pytest.mark.parametrize("word", COMMANDS)
def test_help_names_the_database_the_exit_codes_and_the_chapter(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    command: Callable[[Sequence[str]], int] = COMMANDS[word]
    with pytest.raises(SystemExit) as ended:
        command(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "P2I_DSN" in shown
    assert re.search(r"^Exit code: 0 .*\b2\b", shown, re.MULTILINE | re.DOTALL)
    chapter = re.search(r'docs/operations\.md,\s"([^"]+)"', shown)
    assert chapter is not None
    assert f"\n## {' '.join(chapter[1].split())}\n" in OPERATIONS.read_text(encoding="utf-8")


@pytest.mark.parametrize("word", ["backup", "restore"])
def test_help_says_that_two_files_belong_together(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        COMMANDS[word](["--help"])
    assert "FILE.json" in capsys.readouterr().out
