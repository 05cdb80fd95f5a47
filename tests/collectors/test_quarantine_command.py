"""`p2i quarantine` as an operator runs it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.import_command import main as import_main
from collectors.quarantine_command import main
from facilities.inventory import DEMO_INVENTORY
from store.connection import Connection
from store.quarantine import write_quarantine
from store.rows import QuarantineRow

FIRST = datetime(2026, 9, 20, tzinfo=UTC)
TOPIC = "p2i/v1/casanearshore/edge/intervals"
GOOD = b'{"circuit":"casa-a1","readings":[{"starts_at":"2026-09-01T00:00:00Z","sent":10,"lost":0}]}'
BAD = b'{"circuit":"casa-a1","readings":[{"starts_at":"2026-09-01T00:00:10Z","sent":10,"lost":11}]}'
MAPPING = """
kind = "probes"
instant = { column = "at", format = "iso" }
round_trip = { column = "rtt", unit = "ms" }
"""


@pytest.fixture(autouse=True)
def environment(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(DEMO_INVENTORY))


@pytest.fixture
def two(connection: Connection) -> None:
    """A message that would be taken today, and one that would not."""
    rows = [
        QuarantineRow("mqtt", TOPIC, "unknown_circuit", "circuit is not in the inventory", GOOD, FIRST),
        QuarantineRow("mqtt", TOPIC, "lost_exceeds_sent", "more lost than sent", BAD, FIRST + timedelta(hours=1)),
    ]
    write_quarantine(connection, rows)
    connection.commit()


def count(connection: Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    connection.rollback()
    assert row is not None
    return int(row[0])


def test_an_empty_quarantine_is_one_calm_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert capsys.readouterr().out == "quarantine: nothing open\n"
    assert main(["list", "--reason", "future"]) == 0
    assert capsys.readouterr().out == "no row of quarantine is like that\n"
    assert main(["list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rows": [], "totals": []}


@pytest.mark.usefixtures("two")
def test_the_list_is_newest_first_and_may_be_narrowed(capsys: pytest.CaptureFixture[str]) -> None:
    def numbers(*arguments: str) -> list[int]:
        assert main(["list", "--json", *arguments]) == 0
        return [row["number"] for row in json.loads(capsys.readouterr().out)["rows"]]

    assert numbers() == [2, 1]
    assert numbers("--limit", "1") == [2]
    assert numbers("--reason", "unknown_circuit") == [1]
    assert numbers("--source", "import") == []
    assert numbers("--origin", "p2i/v1/casa") == [2, 1]
    assert numbers("--since", "2026-09-20T02:00:00+01:00") == [2]
    assert numbers("--since", "999999d") == [2, 1]
    assert numbers("--since", "1m") == []


@pytest.mark.usefixtures("two")
def test_a_retry_stores_and_resolves_and_the_second_one_finds_nothing_to_do(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retry", "--reason", "unknown_circuit", "--dry-run"]) == 0
    assert capsys.readouterr().out == "#1  stored: 1 stored\ndry run, nothing is changed: 1 stored\n"
    assert (count(connection, "circuit_interval"), count(connection, "circuit")) == (0, 0)
    assert main(["retry", "1", "#2"]) == 1
    assert capsys.readouterr().out == "#1  stored: 1 stored\n#2  refused: more lost than sent\n1 stored, 1 refused\n"
    assert count(connection, "circuit_interval") == 1
    assert main(["retry", "1"]) == 0
    assert capsys.readouterr().out == "#1  resolved before: stored\n1 resolved before\n"
    assert main(["retry", "--reason", "unknown_circuit"]) == 0
    assert capsys.readouterr().out == "no open row is like that\n"
    assert main(["list"]) == 0
    assert "#1" not in capsys.readouterr().out
    assert main(["list", "--all"]) == 0
    assert "#1  2026-09-20T00:00:00Z" in capsys.readouterr().out


@pytest.mark.usefixtures("two")
def test_close_takes_rows_off_the_list_with_the_reason(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["close", "1", "2", "--note", " sender replaced "]) == 0
    assert capsys.readouterr().out == "#1  closed\n#2  closed\n2 closed\n"
    found = connection.execute("SELECT DISTINCT resolution FROM quarantine").fetchall()
    assert found == [("sender replaced",)]
    assert main(["list"]) == 0
    assert capsys.readouterr().out == "quarantine: nothing open\n"
    assert main(["close", "2", "--note", "again"]) == 0
    assert capsys.readouterr().out.endswith("Z: sender replaced\n1 resolved before\n")
    assert main(["retry", "1"]) == 0
    assert capsys.readouterr().out.startswith("#1  resolved before: sender replaced\n")


@pytest.mark.usefixtures("two")
def test_one_absent_number_closes_nothing(connection: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["close", "1", "9", "--note", "x"]) == 2
    assert capsys.readouterr().err == "quarantine: there is no row 9; nothing was closed\n"
    assert connection.execute("SELECT count(*) FROM quarantine WHERE resolved_at IS NULL").fetchone() == (2,)


@pytest.mark.usefixtures("two")
def test_show_prints_content(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "1", "2"]) == 0
    out = capsys.readouterr().out
    assert '  "circuit": "casa-a1",' in out
    assert "\n\n#2  open\n" in out
    assert main(["show", "3"]) == 2
    assert capsys.readouterr().err == "quarantine: there is no row 3\n"


@pytest.mark.parametrize("action", [["list"], ["list", "--json"], ["retry", "--dry-run"]])
def test_a_word_that_is_no_reason_is_refused_with_all_that_are(
    action: Sequence[str], connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*action, "--reason", "nosuch\x1b"]) == 2
    error = capsys.readouterr().err
    assert error.startswith('quarantine: --reason: "nosuch\\x1b" is no reason; there are ambiguous_instant, clock_')
    assert error.count("\n") == 1
    write_quarantine(connection, [QuarantineRow("mqtt", TOPIC, "of_another_release", "", BAD, FIRST)])
    connection.commit()
    assert main(["list", "--reason", "of_another_release"]) == 0


@pytest.mark.parametrize("action", [["list"], ["list", "--json"], ["retry", "--dry-run"]])
def test_a_word_that_is_no_source_is_refused_with_all_that_are(
    action: Sequence[str], connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*action, "--source", "mqqt"]) == 2
    assert capsys.readouterr().err == 'quarantine: --source: "mqqt" is no source; there are import, mqtt, webhook\n'
    write_quarantine(connection, [QuarantineRow("of_another_release", TOPIC, "malformed", "", BAD, FIRST)])
    connection.commit()
    assert main(["list", "--source", "of_another_release"]) == 0


@pytest.mark.parametrize("words", [[], ["list"], ["show"], ["retry"], ["close"]])
def test_help_says_what_it_does_and_how_it_ends(words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*words, "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.endswith(
        "docs/quarantine.md. Exit code: 0; 1 when a retry left something open; 2 after one line about a mistake."
    )
    assert shown.count(". ") > 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["retry"],
            "quarantine retry: name rows by number, or choose them with --reason, --source, --origin or --since",
        ),
        (
            ["retry", "1", "--reason", "future"],
            "quarantine retry: name rows by number, or choose them with --reason, --",
        ),
        (["retry", "1", "--inventory", "nowhere"], "nowhere: no such inventory folder"),
        (["retry", "1", "--format", "csv"], "--mapping: needed, to say what the columns are"),
        (["retry", "1", "--mapping", "nowhere.toml"], "nowhere.toml: No such file or directory"),
        (["retry", "1", "--format", "iperf3"], "--circuit: needed, for the mapping names neither circuit nor circuit_"),
    ],
)
def test_a_mistake_is_one_line(arguments: Sequence[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert captured.err.startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "x"], 'argument N: "x" is not the number of a row'),
        (["show", "99999999999999999999"], 'argument N: "99999999999999999999" is not the number of a row'),
        (["close", "1"], "the following arguments are required: --note"),
        (["close", "1", "--note", "  "], "argument --note: a note needs words"),
        (
            ["list", "--since", "yesterday"],
            'argument --since: "yesterday" is neither an age (30m, 24h, 7d) nor an instan',
        ),
        (["list", "--since", "2026-09-20T00:00:00"], 'argument --since: "2026-09-20T00:00:00" is neither an age'),
        (["list", "--limit", "0"], 'argument --limit: "0" is not a whole number from 1 to 1000000'),
    ],
)
def test_a_wrong_option_is_refused(arguments: Sequence[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert f"error: {message}" in capsys.readouterr().err


def test_a_record_of_a_file_is_tried_again_by_its_mapping(
    tmp_path: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    file, mapping = tmp_path / "week.csv", tmp_path / "m.toml"
    file.write_text("at,rtt\n2026-09-01T00:00:00Z,1.5\n2026-09-01T00:00:10Z,\n2026-09-01T00:00:20Z,-1\n")
    mapping.write_text(MAPPING)
    imported = ["--mapping", str(mapping), "--circuit", "casa-a1"]
    assert import_main([str(file), *imported]) == 0
    capsys.readouterr()
    assert main(["retry", "--source", "import"]) == 1
    assert "needs its mapping: give --mapping as the import had it, or import the file again" in capsys.readouterr().out
    assert main(["retry", "--source", "import", *imported]) == 2
    assert capsys.readouterr().err == "--header: needed for CSV, the first line of the file\n"
    assert main(["retry", "--source", "import", *imported, "--header", "at,other"]) == 2
    assert capsys.readouterr().err.startswith('--header:1: column "other" is neither mapped')
    mapping.write_text(MAPPING.replace('"ms" }', '"ms", lost_when_empty = true }'))
    assert main(["retry", "--source", "import", *imported, "--header", "at,rtt"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 stored, 1 refused"
    assert main(["retry", "1", *imported, "--header", "at,rtt"]) == 0
    assert count(connection, "probe") == 2
    write_quarantine(
        connection, [QuarantineRow("import", "other.csv:2", "negative", "", b"2026-09-01T01:00:00Z,3", FIRST)]
    )
    connection.commit()
    assert main(["retry", "--source", "import", *imported, "--header", "at,rtt"]) == 1
    assert "of another file than week.csv; retry it apart (--origin)" in capsys.readouterr().out
    assert main(["retry", "--origin", "other.csv", *imported, "--header", "at,rtt"]) == 0
    assert count(connection, "probe") == 3


def test_a_row_of_a_table_is_tried_again_too(
    connection: Connection, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text('format = "parquet"\n' + MAPPING)
    kept = [b'{"at":"2026-09-01T00:00:00Z","rtt":"2.5"}', b'{"at":"2026-09-01T00:00:10Z","rtt":"-2"}', b'{"when":"x"}']
    rows = [
        QuarantineRow("import", f"t.parquet#{place}", "unknown_circuit", "", row, FIRST)
        for place, row in enumerate(kept)
    ]
    write_quarantine(connection, rows)
    connection.commit()
    assert main(["retry", "1", "2", "3", "--mapping", str(mapping), "--circuit", "casa-a1"]) == 1
    assert capsys.readouterr().out == (
        "#1  stored: 1 stored\n"
        "#2  refused: now negative: a negative round trip; lost_when_negative is not set\n"
        "#3  not retried: the mapping is not that of this row\n"
        "1 stored, 1 refused, 1 not retried\n"
    )
    assert connection.execute("SELECT round_trip_nanoseconds, received_at FROM probe").fetchall() == [
        (2_500_000, FIRST)
    ]


def flood(connection: Connection) -> None:
    rows = [
        QuarantineRow("import", f"week.csv:{at}", "unknown_circuit", "not in the inventory", GOOD + b" " * at, FIRST)
        for at in range(30)
    ]
    write_quarantine(connection, rows)
    connection.commit()


@pytest.mark.usefixtures("two")
def test_a_flood_is_closed_by_the_choice_of_the_list(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    flood(connection)
    choice = ["close", "--source", "import", "--origin", "week.csv:", "--reason", "unknown_circuit"]
    assert main([*choice, "--note", "wrong inventory", "--dry-run"]) == 0
    assert capsys.readouterr().out == "30 closed, first #3\ndry run, nothing is changed: 30 closed\n"
    assert connection.execute("SELECT count(*) FROM quarantine WHERE resolved_at IS NULL").fetchone() == (32,)
    connection.rollback()
    assert main([*choice, "--note", "wrong inventory"]) == 0
    assert capsys.readouterr().out == "30 closed, first #3\n30 closed\n"
    found = connection.execute("SELECT resolution, count(*) FROM quarantine GROUP BY 1 ORDER BY 2").fetchall()
    assert found == [(None, 2), ("wrong inventory", 30)]
    connection.rollback()
    assert main([*choice, "--note", "again"]) == 0
    assert capsys.readouterr().out == "no open row is like that\n"
    assert main(["close", "--note", "all of it"]) == 2
    assert capsys.readouterr().err == (
        "quarantine close: name rows by number, or choose them with --reason, --source, --origin or --since"
        " (why a row is closed is --note)\n"
    )
    assert main(["close", "--reason", "no such word", "--note", "x"]) == 2


def test_a_retry_of_many_says_how_many_became_what(connection: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        QuarantineRow("mqtt", TOPIC, "unknown_circuit", "", (BAD if at % 3 else GOOD) + b" " * at, FIRST)
        for at in range(30)
    ]
    write_quarantine(connection, rows)
    connection.commit()
    assert main(["retry", "--source", "mqtt", "--since", "2026-01-01T00:00:00Z"]) == 1
    assert capsys.readouterr().out == (
        "10 stored, first #1: 1 stored\n20 refused, first #2: now lost_exceeds_sent: more lost than sent\n"
        "10 stored, 20 refused\n"
    )
    assert count(connection, "circuit_interval") == 1
