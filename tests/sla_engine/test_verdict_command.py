"""`p2i verdict` as an operator runs it: words, exit codes, and what stands on stdout and stderr."""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from p2i.cli import main as p2i
from sla_engine.verdict_command import main
from store.canonical import text_sha256
from store.connection import Connection
from store.ledger import one_moment, read_entries, write_entry
from store.rows import ExclusionRow
from tests.sla_engine.ledger_cases import AMENDED, DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

Decide = Callable[[Iterable[ExclusionRow]], None]


@pytest.fixture
def months(connection: Connection, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Months:
    """September 2025 in two segments and October, scored; the command finds both by its environment."""
    found = Months(
        connection,
        promise(
            tmp_path,
            agreement_text("casa-a1", starts_on="2025-09-01"),
            agreement_text("casa-a1", starts_on="2025-09-01", target="99.5", more=AMENDED),
        ),
    )
    found.register()
    found.measure("casa-a1", SEPTEMBER, OCTOBER + 32 * DAY, OUTAGE)
    found.engine(OCTOBER + DAY)
    found.engine(OCTOBER + 33 * DAY)
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(found.promised.inventory.path))
    return found


def test_a_month_from_the_list_to_the_verification(
    months: Months, decide_by_two: Decide, capsys: pytest.CaptureFixture[str]
) -> None:
    assert p2i(["verdict", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["agreement", "period", "version", "state", "published", "payable"]
    assert [line.split() for line in lines[1:]] == [
        ["YEAR", "2025-09", "01-15", "-", "provisional", "issue", "is", "due"],
        ["YEAR", "2025-09", "16-30", "-", "provisional", "issue", "is", "due"],
        ["YEAR", "2025-10", "-", "provisional", "issue", "is", "due"],
    ]
    assert main(["issue", "YEAR", "2025-09", "--reason", "first month"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "YEAR 2025-09 01-15: version 1 issued, credit payable 250.00 MAD"
    assert out[1] == "  reason: first month"
    assert out[5].startswith("  entry 2, sha256 ")
    head = out[5].split()[-1]
    assert main(["issue", "--due"]) == 0
    assert capsys.readouterr().out.startswith("YEAR 2025-10: version 1 issued, credit payable 0.00 MAD")
    assert main(["issue", "--due"]) == 0
    assert capsys.readouterr().out == ""

    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.engine(OCTOBER + 34 * DAY)  # told by the simulated clock of the passes: not newer than the publication
    months.connection.execute("UPDATE score SET scored_at = now() + interval '1 minute'")
    months.connection.commit()
    main(["list", "--agreement", "YEAR"])
    assert capsys.readouterr().out.splitlines()[1].endswith("restatement due")
    assert main(["restate", "--due"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "YEAR 2025-09 01-15: version 2 restated, credit payable 0.00 MAD, adjustment -250.00 MAD"
    assert out[1].startswith("  reason: exclusion X of casa-a1 accepted, decided by approver_")
    assert len(out) == 3, "the other segment has the figures it had"

    assert main(["diff", "YEAR", "2025-09"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert "  verdict: breached -> met" in out
    assert "  down seconds: 7200 -> 0" in out
    assert "YEAR 2025-09 16-30: version 1 is the first" in out
    assert main(["show", "YEAR", "2025-09", "--version", "1"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "YEAR 2025-09 01-15: version 1, issued"
    assert out[1].startswith("availability-casa-a1 (casa-a1): breached  99.4444 %  credit 250.00")

    assert main(["verify"]) == 0
    assert main(["verify", "YEAR", "--head", head]) == 0
    last = read_entries(months.connection)[-1]
    assert capsys.readouterr().out == 2 * f"YEAR: 4 entries, as written; head {last.sha256}\n"


def test_the_document_and_the_body_are_shown_byte_for_byte(months: Months, capsys: pytest.CaptureFixture[str]) -> None:
    main(["issue", "YEAR", "2025-10"])
    (entry,) = read_entries(months.connection)
    capsys.readouterr()
    main(["show", "YEAR", "2025-10", "--format", "document"])
    shown = capsys.readouterr().out
    assert hashlib.sha256(shown.encode()).hexdigest() == entry.document_sha256
    main(["show", "YEAR", "2025-10", "--format", "body"])
    assert json.loads(capsys.readouterr().out) == entry.said()


@pytest.mark.usefixtures("months")
def test_a_contest_and_its_answer(capsys: pytest.CaptureFixture[str]) -> None:
    main(["issue", "YEAR", "2025-10"])
    assert main(["contest", "YEAR", "2025-10", "--reason", "the room was dark"]) == 0
    assert main(["list"]) == 0
    assert "contested" in capsys.readouterr().out
    assert main(["finalise", "--due"]) == 0
    assert main(["answer", "YEAR", "2025-10", "--rejected", "--reason", "it was not"]) == 0
    assert capsys.readouterr().out.startswith("YEAR 2025-10: version 1 answered (rejected)\n  reason: it was not\n")
    assert main(["show", "YEAR", "2025-10"]) == 0
    assert "answered (rejected) by " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["issue", "YEAR", "2025-08"], "YEAR 2025-08: no text of the agreement is in force in it"),
        (["restate", "YEAR", "2025-09"], "YEAR 2025-09: nothing is published of it yet"),
        (["show", "YEAR", "2025-09"], "YEAR 2025-09: nothing is published of it yet"),
        (["issue", "YEAR"], "p2i verdict issue: needs AGREEMENT and PERIOD, or --due"),
        (["issue", "YEAR", "2025-09", "--due"], "p2i verdict issue: either AGREEMENT and PERIOD, or --due"),
        (["contest", "YEAR", "2025-09", "--reason", "two\nlines"], "--reason: must be one line of text"),
        (["contest", "YEAR", "2025-09", "--reason", " "], "--reason: must be one line of text"),
        (["verify", "NONE"], "NONE: nothing is published of it"),
        (["verify", "--head", "00"], "--head: is the hash of an entry of one agreement; name it"),
        (["list", "--agreement", "NONE"], 'no agreement "NONE" in'),
    ],
)
def test_what_is_refused_is_one_line_and_writes_nothing(
    months: Months, words: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(line)
    assert read_entries(months.connection) == []


def test_of_due_months_one_that_cannot_be_done_does_not_stop_the_others(
    months: Months, capsys: pytest.CaptureFixture[str]
) -> None:
    months.connection.execute("INSERT INTO unscored VALUES ('YEAR', %s, now(), 'off the grid')", (SEPTEMBER,))
    months.connection.commit()
    assert main(["issue", "--due"]) == 1
    out, err = capsys.readouterr()
    assert err == "YEAR 2025-09: 2025-09 01-15: could not be scored: off the grid\n"
    assert out.startswith("YEAR 2025-10: version 1 issued")


def test_tampering_behind_disabled_triggers_is_named_with_exit_1(
    months: Months, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["issue", "--due"])
    head = read_entries(months.connection)[-1].sha256
    capsys.readouterr()
    execute = months.connection.execute
    execute("ALTER TABLE verdict_entry DISABLE TRIGGER USER")
    execute("UPDATE verdict_entry SET document = replace(document, 'breached', 'met') WHERE entry = 1")
    execute("UPDATE verdict_entry SET author = 'nobody' WHERE entry = 2")
    execute("DELETE FROM verdict_entry WHERE entry = 3")
    execute("ALTER TABLE agreement_text DISABLE TRIGGER USER")
    execute("DELETE FROM agreement_text WHERE amendment_number = 1")
    months.connection.commit()
    assert main(["verify", "YEAR", "--head", head]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "YEAR: entry 1: its document was changed: it has another hash than the body names"
    assert lines[1].startswith("YEAR: entry 2: its column author was changed: nobody, the body says ")
    assert lines[2] == f"YEAR: no entry has the hash {head}: entries were cut off, or written anew"
    assert lines[3].startswith("YEAR: entry 2: the text of the agreement it was scored by is not kept (")


def test_what_was_made_up_is_found_by_computing_it_again(
    months: Months, decide_by_two: Decide, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody with an operator's rights writes a version by hand; its chain is right, its figures are not."""
    main(["issue", "--due"])
    assert main(["verify", "--recompute"]) == 0
    with one_moment(months.connection):
        before = read_entries(months.connection)[0]
        document = (before.document or "").replace('"breached"', '"met"')
        said = {**before.said(), "kind": "restated", "version": 2, "document_sha256": text_sha256(document)}
        write_entry(months.connection, "YEAR", said, document)
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", OCTOBER + DAY, OCTOBER + 2 * DAY, None, "accepted")])
    capsys.readouterr()
    assert main(["verify", "YEAR"]) == 0
    assert main(["verify", "YEAR", "--recompute"]) == 1
    assert capsys.readouterr().out.splitlines()[2:] == [
        "YEAR 2025-09 01-15 version 2: the same facts give other figures",
        "YEAR 2025-09 16-30 version 1: computed again, the same figures",
        "YEAR 2025-10 version 1: the facts have changed and give other figures: a restatement is due",
    ]
    months.connection.execute("UPDATE retention SET dropped_before = %s WHERE relation = 'probe'", (OCTOBER,))
    months.connection.commit()
    main(["verify", "YEAR", "--recompute"])
    assert "version 2: not computed again: readings before 2025-09-30T23:00:00Z" in capsys.readouterr().out


def test_a_ledger_that_was_emptied_is_found_by_any_hash_that_was_given_out(
    months: Months, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["issue", "YEAR", "2025-10"])
    head = read_entries(months.connection)[0].sha256
    months.connection.execute("ALTER TABLE verdict_entry DISABLE TRIGGER USER")
    months.connection.execute("DELETE FROM verdict_entry")
    months.connection.commit()
    capsys.readouterr()
    assert main(["verify", "YEAR", "--head", head]) == 1
    assert capsys.readouterr().out.startswith("YEAR: no entry has the hash")
