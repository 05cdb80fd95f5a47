"""The job killed at every step: afterwards there is one issued version, one set of files, and one mail a recipient."""

from __future__ import annotations

import json

import pytest

from tests.p2i.closing.conftest import ClosingOffice

KILL = """
import importlib, os, signal
def dies(module, name, when, nth):
    place = importlib.import_module(module)
    real, calls = getattr(place, name), []
    def dying(*arguments, **options):
        calls.append(name)
        if when == "before" and len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **options)
        if when == "after" and len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(place, name, dying)
"""

POINTS = [
    ("sla_engine.publishing", "write_entry", "after", 1),
    ("p2i.closing.issuing", "compose", "before", 1),
    ("p2i.closing.issuing", "write_statement_row", "after", 1),
    ("p2i.closing.files", "write_statement", "before", 1),
    ("p2i.closing.files", "write_bundle", "before", 1),
    ("p2i.closing.files", "manifest_text", "after", 1),
    ("p2i.closing.files", "write_files", "after", 1),
    ("p2i.closing.files", "write_whole", "before", 1),
    ("p2i.closing.files", "write_whole", "after", 1),
    ("p2i.closing.messages", "write_whole", "after", 1),
    ("p2i.closing.messages", "write_dispatch", "after", 1),
    ("p2i.closing.sending", "begin_attempt", "before", 2),
    ("p2i.closing.sending", "Envelope", "before", 2),
    ("p2i.closing.sending", "end_attempt", "after", 2),
]
TAKEN = {("p2i.closing.sending", "end_attempt", "after", 2)}
"""Where the mail server has a message whose outcome was not written down: that one goes out again, the same one."""


@pytest.mark.parametrize(("module", "name", "when", "nth"), POINTS)
def test_killed_and_continued(office: ClosingOffice, module: str, name: str, when: str, nth: int) -> None:
    done = office.run("run", "--once", before=f"{KILL}\ndies({module!r}, {name!r}, {when!r}, {nth})")
    assert done.returncode == -9, done.stderr.decode()
    office.look()
    office.months.connection.execute(
        "UPDATE dispatch_recipient SET next_try_at = now() - interval '1 second' WHERE state = 'waiting'"
    )
    office.months.connection.commit()
    assert office.look() == []
    assert office.value("SELECT count(*) FROM statement") == 1
    assert office.value("SELECT count(*) FROM verdict_entry") == 2
    assert office.value("SELECT count(*) FROM statement_files") == 1
    assert office.value("SELECT count(*) FROM dispatch") == 1
    assert office.value("SELECT array_agg(state) FROM dispatch_recipient") == ["handed_over"] * 2
    assert len(set(office.box.contents)) == 1, "whatever went out is the same message, byte for byte"
    expected = ["audit@acme.example", "samira@acme.example"]
    if (module, name, when, nth) in TAKEN:
        expected = sorted([*expected, "samira@acme.example"])
    assert sorted(office.box.recipients) == expected
    manifest = json.loads(next(office.folder.glob("*.manifest.json")).read_text())
    assert manifest["sha256"] == office.value("SELECT manifest_sha256 FROM statement_files")
    on_disk = sorted(file.name for file in office.folder.iterdir() if file.is_file())
    assert on_disk == sorted(
        [*(one["name"] for one in manifest["files"]), next(office.folder.glob("*.manifest.json")).name]
    )
