"""The demo as a person runs it: every scored figure is the truth, twice in a row, and Ctrl-C leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from pypdf import PdfReader

from facilities.inventory import DEMO_INVENTORY, read_inventory


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="p2i-demo-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def demo(home: Path, *words: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("P2I_")}
    return subprocess.Popen(
        [sys.executable, "-m", "p2i", "demo", *words],
        env={**environment, "P2I_HOME": str(home), "COLUMNS": "160", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def processes_of(home: Path) -> list[str]:
    """Every process that names the demo's directory in its command or its environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue  # it ended meanwhile, or is another user's
        if str(home).encode() in seen and int(process.name) != os.getpid():
            found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def await_end_of(home: Path) -> None:
    """Returns when no process of the demo runs any more, or after half a minute."""
    deadline, pause = monotonic() + 30, Event()
    while processes_of(home) and monotonic() < deadline:
        pause.wait(0.2)


def test_the_demo_finds_the_truth_and_leaves_nothing_running(home: Path) -> None:
    with demo(home) as running:
        shown, _ = running.communicate()
    assert running.returncode == 0, shown
    assert "every figure is the truth" in shown
    assert "DÉMO" in shown
    assert "DIFFERS" not in shown
    inventory = read_inventory(DEMO_INVENTORY)
    promised = [
        each
        for each in inventory.agreements.values()
        if inventory.circuits[each.objectives[0].circuit].origin == "simulated"
    ]
    lines = sum(len(each.objectives) for each in promised) + len(inventory.probes)
    assert len(re.findall(r"\bsame\b", shown)) == lines, "one per objective of the month, and one per live circuit"
    assert re.search(r"alert .*DÉMO.*live-2", shown), "the outage of the stopped reflector was told"
    statements = sorted(file for file in (home / "demo" / "statements").glob("*/*") if file.suffix != ".zip")
    forms = Counter("".join(file.suffixes[-2:]) if "manifest" in file.name else file.suffix for file in statements)
    assert {form: forms[form] for form in (".html", ".json", ".manifest.json")} == dict.fromkeys(
        (".html", ".json", ".manifest.json"), 6
    ), "for six tenants"
    assert re.search(r"closed 2026-09: 4 of 5 statements issued and signed", shown), "one month waits for a person"
    assert re.search(r"verified DEMO-P2I-2026-09-.*\.manifest\.json: as it was written", " ".join(shown.split()))
    assert all("DÉMO" in file.read_text(encoding="utf-8") for file in statements if file.suffix != ".pdf")
    for file in statements:
        if file.suffix == ".pdf":
            assert all("DÉMO" in page.extract_text() for page in PdfReader(file).pages), file
    assert processes_of(home) == []

    # Twice in a row; interrupted by Ctrl-C, told to end, killed outright: the next one starts all the same.
    for number, code, reached in (
        (signal.SIGINT, 130, "published"),
        (signal.SIGTERM, 143, "database:"),
        (signal.SIGKILL, -9, "database:"),
        (signal.SIGHUP, 129, "database:"),
    ):
        with demo(home) as running:
            assert running.stdout is not None
            for line in running.stdout:
                if reached in line:
                    break
            assert len(processes_of(home)) > 1
            running.send_signal(number)
            rest = running.stdout.read()
        assert running.returncode == code, rest
        if number != signal.SIGKILL:
            await_end_of(home)  # a child that was being started just then is ended by the kernel, a moment later
            assert processes_of(home) == []
