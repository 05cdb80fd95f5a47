import json
from datetime import timedelta

import pytest

from alerting.command import main
from store.alert_rows import AlertChangeRow, Trouble
from store.alerts import explain_alerts, open_alerts, read_open_alerts, update_alerts, write_alert_changes
from store.connection import Connection
from tests.alerting.estate import BEGAN, NOW, lost

PARK = Trouble("site_cut", "park:p", "page", BEGAN, "park_lost", False, facility="p", facts={"members": 2, "of": 2})


@pytest.fixture
def night(connection: Connection, dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cut park with two circuits behind it, one under maintenance, an invented ticket, and one that is over."""
    budget = lost("p03")._replace(rule="budget", severity="ticket", reason="budget_75", is_demo=True)
    opened = [(PARK, None), (lost("p00"), None), (lost("p01"), None), (lost("p02"), "exclusion M-7"), (budget, None)]
    open_alerts(connection, opened, NOW)
    open_alerts(connection, [(lost("p04"), None)], NOW)
    *_, ended = read_open_alerts(connection)
    update_alerts(connection, [ended._replace(closed_at=NOW + timedelta(minutes=5))])
    explain_alerts(connection, [(2, 1), (3, 1)])
    write_alert_changes(
        connection,
        [
            AlertChangeRow(2, NOW, "opened", "down", {}),
            AlertChangeRow(2, NOW, "explained", "site_cut", {"cause_id": 1}),
        ],
    )
    connection.commit()
    monkeypatch.setenv("P2I_DSN", dsn)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(words) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("night")
def test_the_list_says_of_each_whether_somebody_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "list")
    assert lines[0].split() == ["ALERT", "SEVERITY", "RULE", "SUBJECT", "SINCE", "REASON", "TOLD"]
    assert [line.split()[:2] for line in lines[1:]] == [
        ["4", "page"], ["3", "page"], ["2", "page"], ["1", "page"], ["5", "DÉMO"],
    ]  # fmt: skip
    assert lines[1].endswith("outage     no: muted by exclusion M-7")
    assert lines[2].endswith("no: explained by alert 1 (site_cut of park:p)")
    assert lines[4].endswith("park_lost  yes")


@pytest.mark.usefixtures("night")
def test_all_shows_what_is_over_too(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "list", "--all")
    assert len(lines) == 7
    assert lines[1].endswith("over since 2026-11-22T03:05:00Z")


@pytest.mark.usefixtures("night")
def test_json_is_the_row(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["alert_id"]: row for row in map(json.loads, run(capsys, "list", "--json"))}
    assert rows[1]["facts"] == {"members": 2, "of": 2}
    assert (rows[2]["cause_id"], rows[4]["muted_by"], rows[2]["closed_at"]) == (1, "exclusion M-7", None)
    assert rows[1]["since_at"] == "2026-11-22T02:58:00Z"


@pytest.mark.usefixtures("night")
def test_show_says_why_nobody_was_told(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "show", "2")
    assert lines[0] == "alert 2: outage of circuit:p00, page"
    assert "  told     no: explained by alert 1 (site_cut of park:p)" in lines
    assert '    2026-11-22T03:00:00Z  explained: site_cut {"cause_id": 1}' in lines


@pytest.mark.usefixtures("night")
def test_show_of_a_cause_lists_what_it_explains(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "show", "1")
    assert "  members: 2" in lines
    at = lines.index("  explains 2")
    assert [line.split()[0] for line in lines[at + 2 :]] == ["2", "3"]


@pytest.mark.usefixtures("night")
def test_an_alert_that_is_none_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "99"]) == 2
    assert capsys.readouterr().err == "no alert 99; p2i alert list --all shows their numbers\n"


def test_where_nothing_is_wrong_that_is_said(
    connection: Connection, dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connection.commit()
    monkeypatch.setenv("P2I_DSN", dsn)
    assert run(capsys, "list") == ["nothing is wrong"]
    assert run(capsys, "list", "--all") == ["no alert yet"]
    assert run(capsys, "list", "--json") == []
