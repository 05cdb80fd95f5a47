"""Facts as small as a rule needs them: one park, one circuit, one agreement; outlooks of round numbers."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from alerting.rules import Facts, Rules, troubles
from store.alert_rows import LookedBack, OutlookRow, Trouble
from store.rows import AgreementRow, CircuitRow, SensorRow, ZoneRow

NOW = datetime(2026, 11, 10, 10, tzinfo=UTC)
HOUR = 3600
SECOND = timedelta(seconds=1)
PLACES: dict[str, Any] = {
    "circuits": {"c": CircuitRow("c", "casa", "t", False, carrier="operateur-a")},
    "zones": {"z": ZoneRow("z", "casa", "t", 100, False)},
    "sensors": {"s": SensorRow("s", "casa", "z", "f", "d", False)},
    "agreements": {
        "A": AgreementRow("A", "t", "casa", "Africa/Casablanca", date(2026, 1, 1), None, Decimal(1000), "MAD", False)
    },
    "has_agreement": frozenset({"c"}),
}


def facts(**more: Any) -> Facts:
    """Facts of the one park with what a test is about."""
    return Facts(**{"is_demo": False, **PLACES, **more})


def found(rule: str, now: datetime = NOW, rules: Rules | None = None, **more: Any) -> list[Trouble]:
    """The troubles of one rule."""
    given = facts(**more)
    return [one for one in (troubles(given, now, rules) if rules else troubles(given, now)) if one.rule == rule]


def outlook(**more: Any) -> OutlookRow:
    """November of a 99.9 % circuit, 720 hours, nothing gone of 2592 s; all of every window measured and good."""
    values: dict[str, Any] = {
        "agreement": "A", "objective": "o", "circuit": "c", "is_demo": False,
        "period_starts_at": datetime(2026, 11, 1, tzinfo=UTC), "period_ends_at": datetime(2026, 12, 1, tzinfo=UTC),
        "seen_at": NOW, "allowed_ratio": Decimal("0.001"), "budget_seconds": Decimal(2592),
        "budget_left_seconds": Decimal(2592), "service_seconds": 720 * HOUR, "ahead_seconds": 500 * HOUR,
        "bad_run_seconds": 0, "unknown_run_seconds": 0, "windows": windows(), "trend_seconds": 7 * 86400,
        "trend_down_seconds": 0, "breach_at": None, "payable": Decimal("0.00"),
        "payable_if_breached": Decimal("50.00"), "currency": "MAD", **more,
    }  # fmt: skip
    return OutlookRow(**values)


def windows(bad: dict[int, int] | None = None, counted: dict[int, int] | None = None, day: int = 86400) -> Any:
    """The windows of the four rows, all measured unless said otherwise."""
    lengths = sorted({300, 1800, day // 12, day // 4, 3600, 6 * HOUR, day, 3 * day})
    return tuple(
        LookedBack(length, (bad or {}).get(length, 0), (counted or {}).get(length, length)) for length in lengths
    )
