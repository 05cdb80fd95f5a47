from decimal import Decimal

import pytest

from alerting.command import main
from store.alert_rows import OutlookRow
from store.connection import Connection
from store.outlook import write_outlooks
from tests.alerting.rules.cases import outlook


def said(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["rules"]) == 0
    return capsys.readouterr().out


def write(connection: Connection, row: OutlookRow) -> None:
    write_outlooks(connection, row.agreement, row.period_starts_at, [row], [])
    connection.commit()


def test_rules_that_can_never_hold_are_told_with_the_reason(
    connection: Connection, dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    assert said(capsys) == "nothing runs yet\n"
    write(connection, outlook())
    assert said(capsys) == "every rule can hold for the 1 availability objectives that run\n"
    write(connection, outlook(allowed_ratio=Decimal("0.07")))  # 93 %: all down is a burn rate of 14.29
    told = said(capsys)
    assert told.startswith("objective:A/o/2026-11: burn_fast (burn_1h) can never hold: ")
    assert "14.40, is not below the highest there is, 14.29" in told
