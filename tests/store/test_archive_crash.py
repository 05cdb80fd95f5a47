"""Killed or out of disk at any moment, the archive never shows a half file; the next run finishes what was begun."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from store.archive_command import main
from store.archive_rows import KINDS
from store.archive_verify import verify_files

if TYPE_CHECKING:
    import pytest

    from tests.store.conftest import ArchiveSite

# Dies, without any clean-up, just before the n-th time the archive opens, syncs or renames a file below its folder.
DYING = """
import os, signal, sys
from store.archive_command import main

folder, last = sys.argv[1], int(sys.argv[2])
seen = 0

def die(event, arguments):
    global seen
    if event in {"os.rename", "open", "os.mkdir"} and str(arguments[0]).startswith(folder):
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die)
sys.exit(main(["--to", folder, "--quiet-days", "0", "--kind", "interval", "--month", "2026-08"]))
"""


def dying(folder: Path, last: int, dsn: str) -> int:
    environment = {**os.environ, "P2I_DSN": dsn}
    words = [sys.executable, "-c", DYING, str(folder), str(last)]
    return subprocess.run(words, env=environment, check=False, capture_output=True).returncode


def named(folder: Path) -> dict[str, str]:
    """The files that look finished, by name, and what they hold."""
    found = [file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(".")]
    return {file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in found}


def test_killed_at_every_step_nothing_half_looks_finished(site: ArchiveSite, dsn: str) -> None:
    """One run that dies a step later each time: each goes on where the one before died."""
    died = 0
    seen: dict[str, str] = {}
    while True:
        code = dying(site.path, died + 1, dsn)
        found = {name: digest for name, digest in named(site.path).items() if name.endswith(".parquet")}
        assert {name: found[name] for name in seen} == seen
        seen = found
        assert [o for o in verify_files(site.folder(), list(KINDS)) if o.word == "damaged"] == []
        if code == 0:
            break
        assert code == -signal.SIGKILL
        died += 1
    assert died > 10
    outcomes = list(verify_files(site.folder(), list(KINDS)))
    assert {outcome.word for outcome in outcomes} == {"verified"}
    assert len(outcomes) == 2
    assert not list(site.path.rglob("*unfinished*"))


LIMITED = """
import resource, signal, sys
from store.archive_command import main

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
if sys.argv[3:] == ["killed"]:
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
sys.exit(main(["--to", sys.argv[1], "--quiet-days", "0", "--kind", "interval", "--month", "2026-08"]))
"""


def test_killed_in_the_middle_of_a_write(site: ArchiveSite, dsn: str) -> None:
    words = [sys.executable, "-c", LIMITED, str(site.path), "1500", "killed"]
    done = subprocess.run(words, env={**os.environ, "P2I_DSN": dsn}, check=False, capture_output=True)
    assert done.returncode == -signal.SIGXFSZ
    (half,) = site.path.rglob("*unfinished*")
    assert half.stat().st_size == 1500
    assert named(site.path) == {}
    assert list(verify_files(site.folder(), list(KINDS))) == []
    site.run("2026-10-10T00:00:00Z")
    assert not half.exists()
    assert {outcome.word for outcome in verify_files(site.folder(), list(KINDS))} == {"verified"}


def test_without_room_it_is_one_line_and_no_file(
    site: ArchiveSite, dsn: str, monkeypatch: pytest.MonkeyPatch, bytes_below: Callable[[Path], dict[str, bytes]]
) -> None:
    """The limit of a file's size fails a write in its middle as a full disk does."""
    first = "kind=interval/facility=demo-park/month=2026-08/part-0.parquet"
    for room in (0, 4, 500, 1500):
        words = [sys.executable, "-c", LIMITED, str(site.path), str(room)]
        done = subprocess.run(words, env={**os.environ, "P2I_DSN": dsn}, check=False, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (2, f"{site.path / first}: cannot be written: File too large\n")
        assert set(bytes_below(site.path)) == {".lock"}
    monkeypatch.setenv("P2I_DSN", dsn)
    assert main(["--to", str(site.path), "--quiet-days", "0", "--kind", "interval", "--month", "2026-08"]) == 0
    assert {outcome.word for outcome in verify_files(site.folder(), list(KINDS))} == {"verified"}
