from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from dashboards.circuits import circuit_rows
from dashboards.rows import CircuitRow, Credit, Observed, Scored
from dashboards.standing import Standing
from facilities.agreement import AvailabilityObjective
from facilities.amendment import Amendment
from facilities.inventory import Inventory

Make = Callable[..., dict[str, Any]]

NOW = datetime(2026, 11, 16, tzinfo=UTC)  # half of November has gone by
OVER = datetime(2026, 12, 2, tzinfo=UTC)
HALF, MONTH = 1_296_000, 2_592_000


def rows(
    demo: Inventory,
    *documents: dict[str, Any],
    now: datetime = NOW,
    newest: dict[str, datetime] | None = None,
    noticed: dict[tuple[str, str], tuple[str, datetime]] | None = None,
    tenant: str | None = None,
) -> list[CircuitRow]:
    observed = Observed([Scored(one, now) for one in documents], newest or {}, noticed or {}, {})
    return circuit_rows(demo, observed, now, tenant=tenant)


def row(found: list[CircuitRow], circuit: str) -> CircuitRow:
    [one] = [one for one in found if one.circuit == circuit]
    return one


def test_a_circuit_of_a_running_month(demo: Inventory, availability: Make, document: Make) -> None:
    found = row(
        rows(
            demo,
            document("DEMO-CASA-B", availability("casa-b1", up=HALF - 600, down=600, value="99.9537"), fee="12000.00"),
        ),
        "casa-b1",
    )
    assert (found.park, found.park_code, found.tenant) == ("Casanearshore", "CASA", "Locataire B (fictif)")
    assert (found.agreement, found.objective, found.standing) == ("DEMO-CASA-B", "availability", Standing.on_track)
    assert (found.availability_percent, found.target_ratio) == ("99.9537", Fraction(999, 1000))
    assert found.budget is not None
    assert found.budget.allowed_seconds == 2_592
    assert found.budget.left_seconds == 1_992
    assert found.coverage_ratio == 1  # of the time gone by; the contract's own speaks of the whole month
    assert found.credit == Credit(Decimal("600.00"), "MAD", is_due=False)  # 5 % of 12 000, the first tier below 99.9 %
    assert found.why is None


def test_a_month_is_lost_once_more_outage_was_counted_than_it_allows(
    demo: Inventory, availability: Make, document: Make
) -> None:
    lost = document("DEMO-CASA-B", availability("casa-b1", up=HALF - 2_593, down=2_593), fee="12000.00")
    found = row(rows(demo, lost), "casa-b1")
    assert found.standing is Standing.breached
    assert found.credit == Credit(Decimal("600.00"), "MAD", is_due=True)  # 99.8999…: tier [99.5, 99.9)
    worse = document("DEMO-CASA-B", availability("casa-b1", up=HALF - 12_961, down=12_961), fee="12000.00")
    assert row(rows(demo, worse), "casa-b1").credit == Credit(Decimal("1200.00"), "MAD", is_due=True)  # [99.0, 99.5)


def test_a_month_that_cannot_be_covered_enough_any_more_is_not_called_lost(
    demo: Inventory, availability: Make, document: Make
) -> None:
    """Ten days of November were not measured: it ends without a verdict and owes nothing so far."""
    unmeasured = document("DEMO-CASA-B", availability("casa-b1", up=HALF - 864_000 - 2_000, down=2_000), fee="12000.00")
    found = row(rows(demo, unmeasured), "casa-b1")
    assert found.budget is not None
    assert found.budget.left_seconds < 0
    assert found.standing is Standing.insufficient_data
    assert found.credit == Credit(Decimal("600.00"), "MAD", is_due=False)


def test_a_circuit_nobody_measured_shows_neither_nought_nor_hundred(
    demo: Inventory, availability: Make, document: Make
) -> None:
    found = row(rows(demo, document("DEMO-CASA-B", availability("casa-b1"))), "casa-b1")
    assert (found.standing, found.why) == (Standing.insufficient_data, "no_measurement")
    assert (found.availability_percent, found.budget) == (None, None)
    assert found.coverage_ratio == 0  # this nought is true: nothing of the time gone by was measured


def test_a_month_over_shows_the_verdict_and_the_credits_of_the_document(
    demo: Inventory, availability: Make, document: Make
) -> None:
    over = document(
        "DEMO-CASA-B",
        availability(
            "casa-b1", up=MONTH - 3_000, down=3_000, verdict="breached", value="99.8842", coverage="100.0000",
            credit="600.00",
        ),
        {"id": "loss", "circuit": "casa-b1", "indicator": "loss", "verdict": "breached", "credit": "600.00"},
    )  # fmt: skip
    found = row(rows(demo, over, now=OVER), "casa-b1")
    assert found.standing is Standing.breached
    assert found.budget is not None
    assert found.budget.left_seconds == -408
    assert found.credit == Credit(Decimal("1200.00"), "MAD", is_due=True)
    assert found.state is None  # a month that is over says nothing of now


def test_the_worst_objective_speaks_for_the_circuit(demo: Inventory, availability: Make, document: Make) -> None:
    made = document(
        "DEMO-CASA-A",
        availability("casa-a1", up=HALF, value="100.0000"),
        {"id": "loss", "circuit": "casa-a1", "indicator": "loss", "verdict": "met", "credit": "0.00"},
        {"id": "gtr", "circuit": "casa-a1", "indicator": "time_to_restore", "verdict": "open", "credit": "0.00"},
    )
    found = row(rows(demo, made), "casa-a1")
    assert (found.standing, found.objective, found.indicator) == (Standing.open, "gtr", "time_to_restore")
    assert found.objectives == (
        ("availability", Standing.on_track),
        ("loss", Standing.on_track),
        ("gtr", Standing.open),
    )


def test_worst_first(demo: Inventory, availability: Make, document: Make) -> None:
    made = [
        document("DEMO-TET-B", availability("tet-b1", up=HALF, value="100.0000")),  # all of its budget left
        document("DEMO-CASA-A", availability("casa-a1", up=HALF - 1_000, down=1_000)),  # 77 % of the budget is used
        document("DEMO-CASA-B", availability("casa-b1", up=HALF - 600, down=600)),  # 23 %
        document("DEMO-TECH-A", availability("tech-a1", up=HALF - 9_000, down=9_000)),  # lost
        document("DEMO-TET-E", availability("tet-a1", up=1_000)),  # hardly measured
    ]
    found = rows(demo, *made)
    assert [one.circuit for one in found][:5] == ["tech-a1", "casa-a1", "casa-b1", "tet-b1", "tet-a1"]
    assert {one.standing for one in found[5:]} == {Standing.unscored}
    assert len(found) == len(demo.circuits)


def test_of_equals_the_one_that_is_down_now_comes_first(demo: Inventory, availability: Make, document: Make) -> None:
    made = [
        document("DEMO-CASA-B", availability("casa-b1", up=HALF - 600, down=600)),
        document("DEMO-TET-E", availability("tet-a1", up=HALF - 600, down=600)),
    ]
    newest = {"casa-b1": NOW, "tet-a1": NOW}
    assert [one.circuit for one in rows(demo, *made, newest=newest)][:2] == ["casa-b1", "tet-a1"]
    noticed = {("DEMO-TET-E", "tet-a1"): ("down", NOW)}
    assert [one.circuit for one in rows(demo, *made, newest=newest, noticed=noticed)][:2] == ["tet-a1", "casa-b1"]


def test_a_circuit_that_was_not_scored_has_a_row_and_says_why(demo: Inventory) -> None:
    found = rows(demo)
    assert len(found) == len(demo.circuits)
    assert {one.why for one in found} == {"not_scored"}
    assert all(one.availability_percent is None and one.budget is None and one.credit is None for one in found)


def test_one_tenant_sees_its_own_circuits(demo: Inventory) -> None:
    found = rows(demo, tenant="locataire-a")
    assert {one.circuit for one in found} == {"casa-a1", "tech-a1"}


def test_service_hours_shrink_what_is_ahead(demo: Inventory, availability: Make, document: Make) -> None:
    """Locataire C at Technopolis is served on weekdays from 8 to 18, so half a month leaves 9 days of 10 hours."""
    gone_by = 10 * 36_000
    outside = MONTH - 19 * 36_000
    made = document("DEMO-TECH-C", availability("tech-b1", up=gone_by, outside=outside))
    found = row(rows(demo, made), "tech-b1")
    assert found.budget is not None
    assert found.budget.counted_seconds == 19 * 36_000
    assert found.coverage_ratio == 1


@pytest.mark.parametrize(
    ("newest", "noticed", "expected"),
    [
        (NOW, None, "up"),
        (NOW - timedelta(minutes=5), None, "up"),
        (NOW - timedelta(minutes=5, seconds=1), None, "unknown"),  # silent for too long
        (NOW - timedelta(minutes=6), ("up", NOW - timedelta(hours=1)), "unknown"),
        (NOW - timedelta(minutes=6), ("down", NOW - timedelta(hours=1)), "down"),  # nobody has seen it end
        (NOW, ("down", NOW - timedelta(minutes=2)), "down"),
        (NOW, ("up", NOW - timedelta(minutes=2)), "up"),
        (NOW, ("unknown", NOW), "unknown"),
        (None, None, "unknown"),
    ],
)
def test_what_a_circuit_does_now(
    newest: datetime | None,
    noticed: tuple[str, datetime] | None,
    expected: str,
    demo: Inventory,
    availability: Make,
    document: Make,
) -> None:
    made = document("DEMO-CASA-B", availability("casa-b1", up=HALF))
    found = row(
        rows(
            demo,
            made,
            newest={} if newest is None else {"casa-b1": newest},
            noticed={} if noticed is None else {("DEMO-CASA-B", "casa-b1"): noticed},
        ),
        "casa-b1",
    )
    assert found.state is not None
    assert found.state.state == expected


def test_a_slow_grid_is_not_silent_between_two_of_its_intervals(
    demo: Inventory, availability: Make, document: Make
) -> None:
    made = document("DEMO-TECH-A", availability("tech-a1", up=HALF))  # Δt 300 s
    quarter = row(rows(demo, made, newest={"tech-a1": NOW - timedelta(minutes=15)}), "tech-a1")
    later = row(rows(demo, made, newest={"tech-a1": NOW - timedelta(minutes=15, seconds=1)}), "tech-a1")
    assert quarter.state is not None
    assert later.state is not None
    assert (quarter.state.state, later.state.state) == ("up", "unknown")


def test_a_document_of_an_agreement_of_another_inventory_is_left_out(
    demo: Inventory, availability: Make, document: Make
) -> None:
    found = rows(demo, document("ELSEWHERE", availability("casa-b1", up=HALF)))
    assert row(found, "casa-b1").standing is Standing.unscored


def test_a_month_that_an_amendment_cuts_has_two_rows_each_by_its_own_text(
    demo: Inventory, availability: Make, document: Make
) -> None:
    """99.95 % in both halves: met by the target of the first, missed by that of the second."""
    agreement = demo.agreements["DEMO-CASA-B"]
    first, second = (document("DEMO-CASA-B", availability("casa-b1", up=HALF - 648, down=648)) for _ in range(2))
    first["period"] |= {"starts_at": "2026-11-01T00:00:00Z", "ends_at": "2026-11-16T00:00:00Z", "seconds": HALF}
    second["period"] |= {"starts_at": "2026-11-16T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z", "seconds": HALF}
    stricter = replace(
        agreement,
        amendment=Amendment(1, date(2026, 11, 16)),
        objectives=tuple(
            replace(one, target_ratio=Fraction(9999, 10000)) if isinstance(one, AvailabilityObjective) else one
            for one in agreement.objectives
        ),
    )
    scored = [
        Scored(first, OVER, replace(agreement, superseded_on=date(2026, 11, 16))),
        Scored(second, OVER, stricter),
    ]
    found = [one for one in circuit_rows(demo, Observed(scored, {}, {}, {}), OVER) if one.circuit == "casa-b1"]
    assert {(one.days, one.target_ratio) for one in found} == {
        ("1–15", Fraction(999, 1000)), ("16–30", Fraction(9999, 10000)),
    }  # fmt: skip
    assert [
        one.days for one in rows(demo, document("DEMO-CASA-B", availability("casa-b1")), now=OVER) if one.days
    ] == []
