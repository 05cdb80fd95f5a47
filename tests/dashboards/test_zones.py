from datetime import UTC, datetime, timedelta
from fractions import Fraction

from dashboards.rows import Observed
from dashboards.zones import zone_rows
from facilities.inventory import Inventory
from store.rows import OccupancyRow

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)


def observed(*counts: OccupancyRow) -> Observed:
    return Observed([], {}, {}, {count.zone: count for count in counts})


def test_a_count_and_its_capacity(demo: Inventory) -> None:
    rows = zone_rows(demo, observed(OccupancyRow("casa-z1", NOW - timedelta(minutes=10), 45)), NOW)
    first = rows[0]
    assert (first.zone, first.people, first.capacity_persons) == ("casa-z1", 45, 180)
    assert (first.occupancy_ratio, first.is_stale) == (Fraction(1, 4), False)


def test_more_people_than_places_are_shown_as_counted(demo: Inventory) -> None:
    assert zone_rows(demo, observed(OccupancyRow("casa-z1", NOW, 198)), NOW)[0].occupancy_ratio == Fraction(11, 10)


def test_a_zone_without_a_count_has_no_occupancy(demo: Inventory) -> None:
    rows = zone_rows(demo, observed(), NOW)
    assert len(rows) == len(demo.zones)
    assert all(row.people is None and row.occupancy_ratio is None and not row.is_stale for row in rows)


def test_nobody_there_is_a_count_too(demo: Inventory) -> None:
    assert zone_rows(demo, observed(OccupancyRow("casa-z1", NOW, 0)), NOW)[0].occupancy_ratio == 0


def test_an_old_count_is_stale(demo: Inventory) -> None:
    rows = zone_rows(demo, observed(OccupancyRow("casa-z1", NOW - timedelta(minutes=31), 45)), NOW)
    assert rows[0].is_stale


def test_a_tenant_sees_its_own_zones_and_no_shared_one(demo: Inventory) -> None:
    rows = zone_rows(demo, observed(), NOW, tenant="locataire-a")
    assert rows
    assert {demo.zones[row.zone].tenant for row in rows} == {"locataire-a"}
