"""A demo month as its tests ask for it: when it is scored, and how anyone recomputes it from the files of an export."""

import contextlib
import io
import shlex
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from facilities.inventory import DEMO_INVENTORY
from p2i.simulation import SimulatedCircuit
from sla_engine.score import main as score_files

StoreMonth = Callable[[str], list[SimulatedCircuit]]
ScoreMonth = Callable[[str, datetime], str]

MONTH = "2026-09"
RUNNING = datetime(2026, 9, 15, 12, 0, 7, tzinfo=UTC)
CLOSED = datetime(2026, 11, 2, tzinfo=UTC)


def export_words(agreement: str, folder: Path, month: str = MONTH, inventory: Path = DEMO_INVENTORY) -> list[str]:
    """The arguments of `p2i export`."""
    return ["--agreement", agreement, "--period", month, "--out", str(folder), "--inventory", str(inventory)]


def command_of(folder: Path) -> str:
    """The one line of the export's note that is a command."""
    lines = (folder / "README.txt").read_text(encoding="utf-8").splitlines()
    (command,) = (line for line in lines if line.startswith("p2i score "))
    return command


def printed_score(words: Sequence[str], folder: Path) -> str:
    """What `p2i score` prints when it is run in the folder."""
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as printed:
        assert score_files(words) == 0
    return printed.getvalue()


def recomputed(folder: Path) -> str:
    """What the command of the note prints, run where its files are."""
    return printed_score(shlex.split(command_of(folder))[2:], folder)
