from datetime import UTC, datetime, timedelta

import pytest

from store.connection import Connection
from store.doctor import findings
from store.doctor_command import main
from store.finding import Finding
from store.gap_rows import GapRow, LateNumber, StreamHead
from store.gaps import fill_gaps, write_gaps, write_streams
from store.quarantine import write_quarantine
from store.rows import QuarantineRow


def by_question(connection: Connection, now: datetime | None = None) -> dict[str, Finding]:
    return {finding.question: finding for finding in findings(connection, now)}


def test_a_fresh_database_has_no_error(connection: Connection) -> None:
    found = by_question(connection)
    assert {finding.level for finding in found.values()} <= {"ok", "warning"}
    assert found["server"].text.startswith("PostgreSQL ")
    assert found["schema"].level == "ok"
    assert found["quarantine"] == Finding("ok", "quarantine", "nothing open")


def test_what_plain_postgresql_means_is_said(connection: Connection) -> None:
    finding = by_question(connection)["TimescaleDB"]
    if finding.level == "warning":
        assert finding.text.startswith("not in this database: readings are in ordinary tables")
    else:
        assert finding.text.endswith("readings are in hypertables")


def test_a_missing_schema_is_an_error_with_what_to_do(connection: Connection) -> None:
    connection.execute("DROP SCHEMA p2i CASCADE")
    assert by_question(connection)["schema"] == Finding("error", "schema", "not there; run: p2i migrate")


def test_a_clock_apart_is_a_warning(connection: Connection) -> None:
    finding = by_question(connection, datetime.now(UTC) - timedelta(hours=1))["clock"]
    assert finding.level == "warning"
    assert finding.text.startswith("the server's clock is 3600.0 s ahead of this machine's")


def test_quarantined_input_is_counted_by_reason(connection: Connection) -> None:
    now = datetime(2026, 9, 20, tzinfo=UTC)
    rows = [
        QuarantineRow("collectors", "topic", "malformed", "not JSON", payload, now) for payload in (b"a", b"b", b"b")
    ]
    assert write_quarantine(connection, rows) == 2
    assert by_question(connection)["quarantine"].text == "3 malformed; what to do: p2i quarantine list"
    connection.execute("UPDATE quarantine SET resolved_at = %s, resolution = 'stored' WHERE payload = 'b'", (now,))
    assert by_question(connection)["quarantine"].text.startswith("1 malformed; ")


def test_gaps_of_the_last_day_are_told_by_reason(connection: Connection) -> None:
    assert by_question(connection)["gaps"] == Finding(
        "ok",
        "gaps",
        "none noticed in the last day; senders that number their messages, so that a missing one shows: 0",
    )
    now = datetime.now(UTC)
    rows = [
        GapRow("mqtt", f"casa/edge-{hours}", None, now, missing, "sequence", now - timedelta(hours=hours))
        for hours, missing in ((1, 2), (2, 5), (25, 9))
    ]
    rows.append(GapRow("mqtt", "p2i-collect", now, now, None, "session_lost", now))
    assert write_gaps(connection, rows) == 4
    assert write_gaps(connection, rows) == 0
    assert by_question(connection)["gaps"] == Finding(
        "warning",
        "gaps",
        "in the last day 2 sequence (7 messages never came, or came and could not be read), the newest of casa/edge-1;"
        " 1 session_lost (how many messages is not known), the newest of p2i-collect: SELECT * FROM reporting.gap",
    )


def test_a_senders_restart_is_told_and_is_no_warning_and_a_gap_that_was_filled_is_none(connection: Connection) -> None:
    now = datetime.now(UTC)
    write_streams(connection, "p2i-collect", {"casa/edge": StreamHead(7, now)})
    write_gaps(connection, [GapRow("mqtt", "casa/edge", None, now, 1, "sequence", now, [(4, 4)])])
    assert by_question(connection)["gaps"].level == "warning"
    fill_gaps(connection, "mqtt", {"casa/edge": [LateNumber(4, now)]})
    assert by_question(connection)["gaps"].text.endswith("so that a missing one shows: 1")
    write_gaps(connection, [GapRow("mqtt", "casa/edge", None, now, None, "restart", now)])
    found = by_question(connection)["gaps"]
    assert found.level == "ok"
    assert found.text.startswith("in the last day 1 restart (how many messages is not known), the newest of casa/edge")


def test_a_schema_from_before_arrivals_were_counted_is_one_finding_and_no_failure(connection: Connection) -> None:
    connection.execute("ALTER TABLE quarantine DROP COLUMN arrivals CASCADE")
    connection.execute("DELETE FROM migration WHERE number = 5")
    found = by_question(connection)
    assert found["schema"].text == "older than this release (missing 0005_quarantine_arrivals); run: p2i migrate"
    assert "quarantine" not in found


def test_the_command_prints_a_line_per_question(
    dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "database: the one P2I_DSN names"
    asked = list(dict.fromkeys(line.split()[1] for line in lines[1:]))
    storage = ["policies", "chunks"] if "hypertables" in lines[2] else ["rollups"]
    assert asked == [
        "server",
        "TimescaleDB",
        "schema",
        "zone",
        "clock",
        *storage,
        "disk",
        "quarantine",
        "gaps",
        "tenants",
    ]


def test_an_absent_database_is_one_line_and_exit_2(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("P2I_DSN", f"host={tmp_path} dbname=x")
    assert main([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1
    assert shown.err.startswith("database: connection is bad")


def test_a_database_that_takes_no_writes_is_an_error(connection: Connection) -> None:
    connection.commit()
    connection.execute("SET default_transaction_read_only = on")
    connection.commit()
    finding = by_question(connection)["writes"]
    assert finding.level == "error"
    assert finding.text.startswith("read-only, so nothing is collected or scored")
