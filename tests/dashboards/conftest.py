"""The demo inventory, and score documents in the contract's shape written by hand."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest

from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory

Objective: TypeAlias = dict[str, Any]
Document: TypeAlias = dict[str, Any]
MakeDocument: TypeAlias = Callable[..., Document]

NOVEMBER = {
    "starts_at": "2026-11-01T00:00:00Z",
    "ends_at": "2026-12-01T00:00:00Z",
    "seconds": 2_592_000,
    "time_zone": "Africa/Casablanca",
    "tzdb": "2026f",
}


@pytest.fixture(scope="session")
def demo() -> Inventory:
    return read_inventory(DEMO_INVENTORY)


@pytest.fixture(scope="session")
def availability() -> Callable[..., Objective]:
    """One availability objective of a document; seconds not given are unknown."""

    def make(
        circuit: str,
        *,
        up: int = 0,
        down: int = 0,
        excluded: int = 0,
        outside: int = 0,
        verdict: str = "insufficient_data",
        value: str | None = None,
        coverage: str | None = None,
        credit: str = "0.00",
        name: str = "availability",
    ) -> Objective:
        unknown = NOVEMBER["seconds"] - up - down - excluded - outside  # type: ignore[operator]
        return {
            "id": name,
            "circuit": circuit,
            "indicator": "availability",
            "verdict": verdict,
            "value_percent": value,
            "seconds": {
                "up": up,
                "down": down,
                "unknown": unknown,
                "excluded": excluded,
                "outside_service_hours": outside,
            },
            "provisional_seconds": 0,
            "coverage_percent": coverage,
            "lowest_percent": None,
            "highest_percent": None,
            "outages": [],
            "high_loss_intervals": 0,
            "consecutive_high_loss": 0,
            "credit_percent": "0",
            "credit": credit,
        }

    return make


@pytest.fixture(scope="session")
def document() -> MakeDocument:
    """A document of November 2026 with these objectives."""

    def make(agreement: str, *objectives: Mapping[str, Any], fee: str = "18000.00") -> Document:
        return {
            "agreement": agreement,
            "period": dict(NOVEMBER),
            "objectives": [dict(objective) for objective in objectives],
            "credits": {"fee": fee, "total": "0.00", "cap": "0.00", "payable": "0.00", "capped": "0.00"},
        }

    return make
