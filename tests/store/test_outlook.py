"""Outlooks and ticket clocks in the store: replaced by key, read back exactly, forgotten, and shown with floats."""

from datetime import UTC, datetime
from decimal import Decimal

from store.alert_rows import LookedBack, OutlookRow, RestoreRow
from store.connection import Connection
from store.outlook import forget_outlooks, read_outlooks, read_restores, write_outlooks

STARTS_AT = datetime(2026, 9, 1, tzinfo=UTC)
ROW = OutlookRow(
    "A", "o", STARTS_AT, datetime(2026, 10, 1, tzinfo=UTC), "c", False, datetime(2026, 9, 8, tzinfo=UTC),
    Decimal("0.001"), Decimal("2595.6"), Decimal("-0.4"), 2_595_600, 1_987_200, 60, 0,
    (LookedBack(300, 60, 300), LookedBack(3600, 72, 1800), LookedBack(21600, 0, 0), LookedBack(86400, 864, 86400)),
    604_800, 6048, datetime(2026, 9, 8, 1, tzinfo=UTC), Decimal("0.00"), Decimal("50.00"), "MAD", 86_400, 60,
)  # fmt: skip
CLOCK = RestoreRow("A", "gtr", "T-1", "c", False, STARTS_AT, STARTS_AT, 14400, 7200, 60, None)


def test_rows_are_replaced_and_read_back_as_they_were(connection: Connection) -> None:
    write_outlooks(connection, "A", STARTS_AT, [ROW, ROW._replace(objective="p")], [CLOCK])
    assert read_outlooks(connection) == [ROW, ROW._replace(objective="p")]
    assert read_restores(connection) == [CLOCK]
    later = ROW._replace(seen_at=datetime(2026, 9, 9, tzinfo=UTC), windows=(), breach_at=None, payable=None)
    write_outlooks(connection, "A", STARTS_AT, [later], [])
    write_outlooks(connection, "A", STARTS_AT, [later], [])
    assert read_outlooks(connection) == [later]
    assert read_restores(connection) == []
    write_outlooks(connection, "A", STARTS_AT, [], [])
    assert read_outlooks(connection) == []


def test_another_agreement_keeps_its_rows(connection: Connection) -> None:
    other = ROW._replace(agreement="B")
    write_outlooks(connection, "B", STARTS_AT, [other], [CLOCK._replace(agreement="B")])
    write_outlooks(connection, "A", STARTS_AT, [ROW], [CLOCK])
    assert forget_outlooks(connection, {("B", STARTS_AT)}) == 2
    assert read_outlooks(connection) == [other]
    assert forget_outlooks(connection, {("B", datetime(2026, 10, 1, tzinfo=UTC))}) == 1  # its month is over
    assert [row.agreement for row in read_restores(connection)] == ["B"]
    assert forget_outlooks(connection, []) == 1


def test_the_view_gives_floats_beside_what_is_exact(connection: Connection) -> None:
    connection.execute("INSERT INTO tenant (tenant, name, is_demo) VALUES ('t', 'T', false)")
    connection.execute(
        "INSERT INTO park (facility, name, facility_type, status, time_zone, is_demo)"
        " VALUES ('f', 'F', 'offshoring_park', 'operational', 'Africa/Casablanca', false)"
    )
    connection.execute(
        "INSERT INTO agreement (agreement, tenant, facility, time_zone, starts_on, monthly_fee, currency, is_demo)"
        " VALUES ('A', 't', 'f', 'Africa/Casablanca', '2026-01-01', 1000, 'MAD', false)"
    )
    write_outlooks(connection, "A", STARTS_AT, [ROW], [CLOCK])
    shown = connection.execute(
        "SELECT tenant, budget_left_seconds, budget_left_ratio, burn_1h, burn_6h, burn_24h, burn_72h, trend_down_ratio"
        " FROM reporting.outlook"
    ).fetchall()
    assert shown == [("t", Decimal("-0.4"), -0.4 / 2595.6, 40.0, None, 10.0, None, 0.01)]
    assert connection.execute("SELECT tenant, elapsed_seconds FROM reporting.restore_outlook").fetchall() == [
        ("t", 7200)
    ]
