"""The ledger in an archive: written once, verified without a database, and held against one."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.agreement_texts import AgreementText, CalendarText, write_agreement_text, write_calendar_text
from store.archive_command import main
from store.archive_ledger import archive_ledger, verify_ledger_against_store, verify_ledger_files
from store.connection import Connection
from store.ledger import one_moment, write_entry
from store.ledger_chain import LedgerEntry

SEPTEMBER = "2026-09-01T00:00:00Z"
OCTOBER = "2026-10-01T00:00:00Z"
DOCUMENT = '{\n  "agreement": "Salé\u2028"\n}\n'
TEXT = "# accord\n"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def publish(connection: Connection, kind: str = "issued", version: int = 1) -> LedgerEntry:
    document = DOCUMENT if kind in ("issued", "restated") else None
    said = {
        "kind": kind,
        "version": version,
        "occurred_at": OCTOBER,
        "period": {"starts_at": SEPTEMBER, "ends_at": OCTOBER},
        "document_sha256": None if document is None else sha256(document),
        **({} if document is None else {"agreement_sha256": sha256(TEXT)}),
    }
    with one_moment(connection):
        return write_entry(connection, "AGR-1", said, document)


@pytest.fixture
def archived(connection: Connection, tmp_path: Path) -> Path:
    """Two runs: the first finds two entries, the second a third."""
    day = datetime(2026, 9, 1, tzinfo=UTC).date()
    write_agreement_text(connection, AgreementText(sha256(TEXT), "AGR-1", 0, day, TEXT))
    write_calendar_text(connection, CalendarText("ma", 1, sha256("days"), "days"))
    write_calendar_text(connection, CalendarText("by-hash", 1, sha256("other"), None))
    publish(connection)
    publish(connection, "contested")
    assert [outcome.word for outcome in archive_ledger(connection, tmp_path)] == ["archived"] * 3
    publish(connection, "restated", 2)
    assert [tuple(outcome) for outcome in archive_ledger(connection, tmp_path)] == [
        ("archived", "ledger/agreement=AGR-1/part-1.jsonl", "1 entry")
    ]
    return tmp_path


def test_every_entry_and_text_is_there_once_and_no_file_changes(connection: Connection, archived: Path) -> None:
    files = {path.relative_to(archived).as_posix() for path in archived.rglob("*") if path.is_file()}
    assert files == {
        "ledger/agreement=AGR-1/part-0.jsonl", "ledger/agreement=AGR-1/part-1.jsonl",
        f"texts/{sha256(TEXT)}.toml", f"texts/{sha256('days')}.toml",
    }  # fmt: skip
    assert [tuple(each) for each in archive_ledger(connection, archived)] == [
        ("verified", "ledger/agreement=AGR-1", "3 entries")
    ]
    first = (archived / "ledger/agreement=AGR-1/part-0.jsonl").read_text(encoding="utf-8").split("\n")[0]
    assert json.loads(first)["document"] == DOCUMENT


def test_it_is_verified_by_itself_and_against_the_store(connection: Connection, archived: Path) -> None:
    last = publish(connection, "answered", 2)
    (outcome,) = verify_ledger_files(archived)
    assert outcome.text == f"3 entries, head {last.previous_sha256}"
    assert [tuple(each) for each in verify_ledger_against_store(connection, archived)] == [
        ("late", "ledger/agreement=AGR-1", "1 entry not archived yet")
    ]


def change(name: str, old: str, new: str) -> Callable[[Path], object]:
    def tampered(folder: Path) -> object:
        file = folder / "ledger/agreement=AGR-1" / name if name.startswith("part") else folder / "texts" / name
        return file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    return tampered


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (change("part-0.jsonl", "contested", "final"), "entry 3 does not name the hash of the entry before it"),
        (change("part-1.jsonl", "Salé", "Fès"), "entry 3: its document has another hash than its body names"),
        (
            lambda folder: (folder / "ledger/agreement=AGR-1/part-0.jsonl").unlink(),
            "part-0.jsonl is missing",
        ),
        (change("part-0.jsonl", "{", ""), "part-0.jsonl is not what p2i archive wrote"),
        (change(f"{sha256(TEXT)}.toml", "accord", "autre"), "has another hash than its name"),
        (
            lambda folder: (folder / f"texts/{sha256(TEXT)}.toml").unlink(),
            "by which verdicts were given, cannot be read",
        ),
    ],
)
def test_damage_is_named(archived: Path, tamper: Callable[[Path], object], named: str) -> None:
    tamper(archived)
    outcomes = list(verify_ledger_files(archived))
    assert {outcome.word for outcome in outcomes} == {"damaged"}
    assert named in outcomes[0].text


def test_a_store_that_says_something_else_is_contradicted_and_adds_nothing(
    connection: Connection, archived: Path
) -> None:
    connection.execute("ALTER TABLE verdict_entry DISABLE TRIGGER USER")
    connection.execute("UPDATE verdict_entry SET body = replace(body, 'contested', 'final') WHERE entry = 2")
    connection.commit()
    expected = ("contradicted", "ledger/agreement=AGR-1", "entry 2 is another one in the store")
    assert [tuple(each) for each in archive_ledger(connection, archived)] == [expected]
    assert [tuple(each) for each in verify_ledger_against_store(connection, archived)] == [expected]
    connection.execute("DELETE FROM verdict_entry WHERE entry > 1")
    connection.commit()
    (outcome,) = verify_ledger_against_store(connection, archived)
    assert (outcome.word, outcome.text) == ("missing", "2 entries that the store does not have")
    connection.execute("DELETE FROM verdict_entry")
    connection.commit()
    (outcome,) = verify_ledger_against_store(connection, archived)
    assert (outcome.word, outcome.is_failure) == ("missing", True)


def test_the_command_takes_the_ledger_along_unless_something_else_is_asked_for(
    connection: Connection,
    dsn: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish(connection)
    monkeypatch.setenv("P2I_DSN", dsn)
    assert main(["--to", str(tmp_path / "occupancy"), "--kind", "occupancy"]) == 0
    assert "ledger" not in capsys.readouterr().out
    day = datetime(2026, 9, 1, tzinfo=UTC).date()
    write_agreement_text(connection, AgreementText(sha256(TEXT), "AGR-1", 0, day, TEXT))
    connection.commit()
    assert main(["--to", str(tmp_path / "all")]) == 0
    assert "archived     ledger/agreement=AGR-1/part-0.jsonl: 1 entry" in capsys.readouterr().out
    assert main(["--to", str(tmp_path / "all"), "--verify"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["verified", "compared"]
