"""A breached month, written by hand in the shape of contracts/score, and what a statement is made of besides."""

import copy
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest

from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from reports.statement import Scored
from store.verdict_rows import ScoreRow

Document: TypeAlias = dict[str, Any]
MakeScored: TypeAlias = Callable[..., Scored]

SCORED_TO = datetime(2026, 11, 1, 0, 10, tzinfo=UTC)

OCTOBER: Document = {
    "agreement": "DEMO-CASA-A",
    "period": {
        "starts_at": "2026-10-01T00:00:00Z",
        "ends_at": "2026-11-01T00:00:00Z",
        "seconds": 2_678_400,
        "time_zone": "Africa/Casablanca",
        "tzdb": "2026f",
    },
    "objectives": [
        {
            "id": "availability",
            "circuit": "casa-a1",
            "indicator": "availability",
            "verdict": "breached",
            "value_percent": "99.9434",
            "seconds": {
                "up": 2_669_690,
                "down": 1_510,
                "unknown": 3_600,
                "excluded": 3_600,
                "outside_service_hours": 0,
            },
            "provisional_seconds": 0,
            "coverage_percent": "99.8654",
            "lowest_percent": "99.8089",
            "highest_percent": "99.9435",
            "outages": [
                {"starts_at": "2026-10-07T09:12:20Z", "ends_at": "2026-10-07T09:37:30Z", "seconds": 1_510},
                {"starts_at": "2026-10-19T22:40:00Z", "ends_at": "2026-10-19T22:50:40Z", "seconds": 640},
            ],
            "high_loss_intervals": 12,
            "consecutive_high_loss": 1,
            "credit_percent": "5",
            "credit": "900.00",
        },
        {
            "id": "loss",
            "circuit": "casa-a1",
            "indicator": "loss",
            "verdict": "met",
            "value_percent": "0.0197",
            "sent": 2_669_690,
            "lost": 527,
            "credit_percent": "0",
            "credit": "0.00",
        },
        {
            "id": "rtt-p95",
            "circuit": "casa-a1",
            "indicator": "round_trip",
            "verdict": "not_measurable",
            "value_ms": None,
            "answered": 0,
            "within": 0,
            "credit_percent": "0",
            "credit": "0.00",
        },
        {
            "id": "gtr",
            "circuit": "casa-a1",
            "indicator": "time_to_restore",
            "verdict": "breached",
            "tickets": [
                {"ticket": "T-1", "elapsed_seconds": 16_800, "frozen_seconds": 2_700, "verdict": "breached"},
                {"ticket": "T-2", "elapsed_seconds": 1_200, "frozen_seconds": 0, "verdict": "met"},
            ],
            "credit_percent": "10",
            "credit": "1800.00",
        },
    ],
    "credits": {"fee": "18000.00", "total": "2700.00", "cap": "5400.00", "payable": "2700.00", "capped": "0.00"},
}

BY_TWO = {
    "proposed_by": "amina",
    "proposed_at": "2026-10-12T10:05:00Z",
    "decided_by": "bilal",
    "decided_at": "2026-10-20T08:00:00Z",
    "reason": "fibre déplacée",
    "evidence": "lettre CT-7",
}

REGISTERS: dict[str, list[Document]] = {
    "exclusions": [
        {
            "exclusion": "TP-118",
            "circuit": "casa-a1",
            "kind": "maintenance",
            "starts_at": "2026-10-19T22:30:00Z",
            "ends_at": "2026-10-19T23:30:00Z",
            "announced_at": "2026-10-12T10:00:00Z",
            "decision": "accepted",
            **BY_TWO,
        },
        {
            "exclusion": "FM-7",
            "circuit": "casa-a1",
            "kind": "force_majeure",
            "starts_at": "2026-10-07T09:00:00Z",
            "ends_at": "2026-10-07T10:00:00Z",
            "announced_at": None,
            "decision": "rejected",
            **BY_TWO,
        },
    ],
    "tickets": [
        {
            "ticket": "T-1",
            "circuit": "casa-a1",
            "opened_at": "2026-10-07T09:15:00Z",
            "restored_at": "2026-10-07T14:40:00Z",
        },
        {"ticket": "T-2", "circuit": "casa-a1", "opened_at": "2026-10-19T22:45:00Z", "restored_at": None},
    ],
    "freezes": [],
}


def text_of(document: Document) -> str:
    """As contracts/score prints it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


@pytest.fixture(scope="session")
def demo() -> Inventory:
    return read_inventory(DEMO_INVENTORY)


@pytest.fixture
def october() -> Document:
    """The document of DEMO-CASA-A, October 2026; each test may change its own."""
    return copy.deepcopy(OCTOBER)


@pytest.fixture(scope="session")
def sha256_of(demo: Inventory) -> Callable[[str], str]:
    """The hash of an agreement's file."""
    return lambda name: hashlib.sha256(demo.agreement_files[name].read_bytes()).hexdigest()


@pytest.fixture
def scored(demo: Inventory, sha256_of: Callable[[str], str]) -> MakeScored:
    """A document as the statement takes it."""

    def make(document: Document, **changes: Any) -> Scored:
        name = document["agreement"]
        row = ScoreRow(
            name, datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC), "locataire-a", "casanearshore",
            True, text_of(document), sha256_of(name), "0.1.0", "2026f", SCORED_TO, SCORED_TO,
        )  # fmt: skip
        return Scored(demo.agreements[name], row._replace(**changes), copy.deepcopy(REGISTERS))

    return make
