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
    assert lines[4].endswith("park_lost  nobody yet")


def notice_of(connection: Connection, audience: str, alert_id: int) -> None:
    row = connection.execute(
        "INSERT INTO notice (audience, group_key, severity, is_demo, rule, opened_at, state, reason, level, climb)"
        " VALUES (%s, %s, 'page', false, 'site_cut', %s, 'open', 'alerts', 1, 1) RETURNING notice_id",
        (audience, f"{audience}:{alert_id}", NOW),
    ).fetchone()
    assert row is not None
    connection.execute(
        "INSERT INTO notice_alert (notice_id, fingerprint, alert_id, labels, annotations, starts_at)"
        " VALUES (%s, 'f', %s, '{}', '{}', %s)",
        (row[0], alert_id, NOW),
    )
    connection.execute(
        "INSERT INTO message (notice_id, kind, person, channel, lane, once_key, priority, written_at, due_at)"
        " VALUES (%s, 'firing', 'amina', 'email', 'email', %s, 1, %s, %s)",
        (row[0], f"{audience}/{alert_id}", NOW, NOW),
    )
    connection.commit()


def send(connection: Connection, audience: str, kind: str, at: timedelta) -> None:
    connection.execute(
        "UPDATE message SET sent_at = %s, kind = %s FROM notice WHERE notice.notice_id = message.notice_id"
        " AND audience = %s",
        (NOW + at, kind, audience),
    )
    connection.commit()


@pytest.mark.usefixtures("night")
def test_somebody_was_told_only_once_a_message_has_gone_out(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    def told() -> str:
        return run(capsys, "list")[4].partition("park_lost  ")[2]

    assert told() == "nobody yet"
    notice_of(connection, "owner", 1)
    notice_of(connection, "on_call", 1)
    assert told() == "to be told"
    send(connection, "owner", "firing", timedelta(seconds=5))
    assert told() == "to be told; owner told already"
    send(connection, "on_call", "firing", timedelta(seconds=-5))  # of what the notice had before this alert
    assert told() == "to be told; owner told already"
    send(connection, "on_call", "resolved", timedelta(seconds=5))
    assert told() == "to be told; owner told already"
    send(connection, "on_call", "firing", timedelta(seconds=5))
    assert told() == "yes"
    assert "  told     yes" in run(capsys, "show", "1")
    going = read_open_alerts(connection)[0]._replace(quiet_since_at=NOW + timedelta(minutes=1))
    update_alerts(connection, [going])
    connection.commit()
    assert told() == "yes; not found since 2026-11-22T03:01:00Z, about to end or to be lowered"


@pytest.mark.usefixtures("night")
def test_a_statement_is_for_its_tenant_alone(connection: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    ready = Trouble("statement_ready", "statement:A/2026-10", "ticket", BEGAN, "issued", False, tenant="t")
    open_alerts(connection, [(ready, None)], NOW)
    number = read_open_alerts(connection)[-1].alert_id
    notice_of(connection, "tenant", number)
    assert run(capsys, "show", str(number))[3] == "  told     to be told"
    send(connection, "tenant", "firing", timedelta(seconds=5))
    assert run(capsys, "show", str(number))[3] == "  told     yes: tenant"


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
