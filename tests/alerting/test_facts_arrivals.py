"""Which series should speak, and when each last did; how far clocks are off."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest

from alerting.facts_arrivals import source_clocks, usual_series
from alerting.rules.facts import Facts, Series
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from facilities.topology import Element
from store.arrival_rows import Arrival, Promised
from store.rows import AgreementRow, CircuitRow, ZoneRow

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
AGREEMENT = AgreementRow(
    "A", "t", "casa", "Africa/Casablanca", date(2026, 11, 1), None, Decimal(1), "MAD", False
)  # fmt: skip
PROMISED = [Promised("A", "o", "live-1", "availability", 10), Promised("A", "o2", "new", "availability", 30)]


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return read_inventory(DEMO_INVENTORY)


def facts(*, is_demo: bool = False) -> Facts:
    return Facts(
        is_demo=is_demo,
        circuits={code: CircuitRow(code, "casa", "t", False) for code in ("live-1", "casa-a1", "new", "other")},
        zones={"z": ZoneRow("z", "casa", None, 10, False)},
        agreements={"A": AGREEMENT},
    )


def arrived(
    code: str = "live-1", kind: str = "interval", *, age: timedelta = 20 * SECOND, late: timedelta = 11 * SECOND
) -> Arrival:
    return Arrival("circuit", code, kind, NOW - age - late, NOW - age)


def of(inventory: Inventory, rows: list[Arrival], *, is_demo: bool = False) -> dict[str, Series]:
    found = usual_series(inventory, facts(is_demo=is_demo), rows, PROMISED, {("zone", "z"): 60}, NOW)
    return {one.code: one for one in found}


def test_a_circuit_is_due_every_interval_of_its_agreement(inventory: Inventory) -> None:
    series = of(inventory, [arrived(), arrived("other", "probe")])
    assert series["live-1"] == Series("circuit", "live-1", NOW - 20 * SECOND, 10)
    assert series["other"].usual_seconds == 60
    assert series["z"].usual_seconds == 60


def test_what_is_simulated_or_reports_changes_only_is_never_due(inventory: Inventory) -> None:
    series = of(inventory, [arrived("casa-a1"), arrived("other", "state")])
    assert series["casa-a1"].usual_seconds is None
    assert series["other"].usual_seconds is None


def test_what_never_came_is_due_from_the_first_day_of_its_agreement_once_anything_comes(inventory: Inventory) -> None:
    assert of(inventory, [])["new"].expected_at is None
    assert of(inventory, [arrived()])["new"].expected_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert of(inventory, [arrived()])["live-1"].expected_at is None
    assert of(inventory, [arrived()], is_demo=True)["new"].expected_at is None


def test_what_was_stored_on_the_way_counts_from_when_it_was_measured(inventory: Inventory) -> None:
    day = timedelta(days=1)
    assert of(inventory, [arrived(late=30 * day)])["live-1"].received_at == NOW - 20 * SECOND - 30 * day
    both = [arrived(late=30 * day), arrived(age=90 * SECOND)]
    assert of(inventory, both)["live-1"].received_at == NOW - 90 * SECOND


def test_in_a_demonstration_a_month_that_was_played_back_is_not_missed(inventory: Inventory) -> None:
    assert of(inventory, [arrived(age=timedelta(hours=2))], is_demo=True)["live-1"].usual_seconds is None
    assert of(inventory, [arrived()], is_demo=True)["live-1"].usual_seconds == 10


def test_an_interval_is_measured_once_it_is_over(inventory: Inventory) -> None:
    (clock,) = source_clocks(inventory, [arrived(), arrived(age=30 * SECOND, late=-60 * SECOND)], PROMISED, NOW)
    assert (clock.source, clock.offsets_seconds, clock.newest_at) == ("live-1", (-1, 70), NOW - 20 * SECOND)


def test_what_came_long_ago_or_was_stored_says_nothing_of_a_clock(inventory: Inventory) -> None:
    rows = [arrived(age=timedelta(hours=2)), arrived(late=timedelta(hours=2)), arrived("other", "state")]
    assert source_clocks(inventory, rows, PROMISED, NOW) == ()


def test_circuits_of_one_probe_and_sensors_of_one_feed_have_one_clock(inventory: Inventory) -> None:
    probe = Element(code="sonde", kind="probe", label="sonde", circuits=("live-1", "live-2"))
    known = dataclasses.replace(inventory, elements=MappingProxyType({"sonde": probe}))
    sensor = Arrival("sensor", "tet-routeur", "sensor", NOW - 9 * SECOND, NOW)
    clocks = source_clocks(known, [arrived(), arrived("live-2", "probe"), sensor], PROMISED, NOW)
    assert [(one.source, len(one.offsets_seconds)) for one in clocks] == [
        ("feed/tet-telegraf", 1),
        ("probe/sonde", 2),
    ]
