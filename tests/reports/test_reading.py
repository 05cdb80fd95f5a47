import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from facilities.inventory import Inventory
from reports.reading import newest_month, read_month, read_registers
from store.connection import Connection
from store.promises import write_freezes, write_tickets
from store.registry import register_circuits
from store.rows import CircuitRow, ExclusionRow, FreezeRow, TicketRow
from store.verdict_rows import ScoreRow
from store.verdicts import write_score

SEPTEMBER = datetime(2026, 8, 31, 23, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def score(connection: Connection, october: dict[str, Any]) -> Callable[..., None]:
    """Writes a score of the tenant; only what the reading looks at matters."""

    def write(starts_at: datetime, ends_at: datetime, agreement: str = "A", tenant: str = "locataire-a") -> None:
        text = json.dumps(october)
        write_score(
            connection,
            ScoreRow(
                agreement,
                starts_at,
                ends_at,
                tenant,
                "casanearshore",
                True,
                text,
                "0",
                "0.1.0",
                "2026f",
                ends_at,
                ends_at,
            ),
        )

    return write


def test_a_month_is_cut_in_the_zone_of_the_agreement(connection: Connection, score: Callable[..., None]) -> None:
    score(SEPTEMBER, OCTOBER)
    score(OCTOBER, NOVEMBER)
    score(SEPTEMBER, SEPTEMBER + 200 * HOUR, agreement="ENDED")
    score(SEPTEMBER, OCTOBER, agreement="OTHER", tenant="locataire-b")
    assert [row.agreement for row in read_month(connection, "locataire-a", "2026-09")] == ["A", "ENDED"]
    assert [row.period_starts_at for row in read_month(connection, "locataire-a", "2026-10")] == [OCTOBER]
    assert read_month(connection, "locataire-a", "2026-11") == []


def test_the_newest_month_is_named_by_the_local_calendar(connection: Connection, score: Callable[..., None]) -> None:
    assert newest_month(connection, "locataire-a") is None
    score(SEPTEMBER, OCTOBER)  # starts on 31 August in UTC
    assert newest_month(connection, "locataire-a") == "2026-09"
    score(OCTOBER, NOVEMBER)
    score(NOVEMBER, NOVEMBER + 720 * HOUR, tenant="locataire-b")
    assert newest_month(connection, "locataire-a") == "2026-10"


def test_registers_hold_what_touches_the_period(
    connection: Connection, demo: Inventory, decide_by_two: Callable[..., None]
) -> None:
    circuits = register_circuits(
        connection, [CircuitRow(code, "casanearshore", "locataire-a", True) for code in ("casa-a1", "casa-b1")]
    )
    decide_by_two(
        [
            ExclusionRow("before", "casa-a1", "maintenance", OCTOBER - HOUR, OCTOBER, None, "accepted"),
            ExclusionRow("across", "casa-a1", "maintenance", OCTOBER - HOUR, OCTOBER + HOUR, OCTOBER - 200 * HOUR,
                         "accepted"),
            ExclusionRow("after", "casa-a1", "customer", NOVEMBER, NOVEMBER + HOUR, None, "proposed"),
            ExclusionRow("elsewhere", "casa-b1", "customer", OCTOBER, NOVEMBER, None, "accepted"),
        ]
    )  # fmt: skip
    write_tickets(
        connection,
        [
            TicketRow("T-1", "casa-a1", OCTOBER, None),
            TicketRow("T-2", "casa-a1", OCTOBER - HOUR, OCTOBER + HOUR),  # belongs to the month it was opened in
            TicketRow("T-3", "casa-a1", NOVEMBER, None),
        ],
        circuits,
    )
    write_freezes(connection, [FreezeRow(f"T-{number}", OCTOBER, OCTOBER + HOUR, "site fermé") for number in (1, 2)])
    found = read_registers(connection, demo.agreements["DEMO-CASA-A"], OCTOBER, NOVEMBER)
    assert [row["exclusion"] for row in found["exclusions"]] == ["across"]
    said = found["exclusions"][0]
    assert (said["proposed_by"], said["decided_by"], said["reason"]) != (None, None, None)
    terms = ("exclusion", "circuit", "kind", "starts_at", "ends_at", "announced_at", "decision")
    assert {name: said[name] for name in terms} == {
        "exclusion": "across",
        "circuit": "casa-a1",
        "kind": "maintenance",
        "starts_at": "2026-09-30T23:00:00Z",
        "ends_at": "2026-10-01T01:00:00Z",
        "announced_at": "2026-09-22T16:00:00Z",
        "decision": "accepted",
    }
    assert found["tickets"] == [
        {"ticket": "T-1", "circuit": "casa-a1", "opened_at": "2026-10-01T00:00:00Z", "restored_at": None}
    ]
    assert [row["reason"] for row in found["freezes"]] == ["site fermé"]
