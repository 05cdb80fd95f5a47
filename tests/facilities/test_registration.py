"""The inventory in the store: every name and target, months as the calendar cuts them, and what left it marked so."""

import dataclasses
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np
import pytest

from facilities.agreement import AvailabilityObjective
from facilities.agreement_versions import AgreementFile
from facilities.amendment import Amendment
from facilities.inventory import DEMO_INVENTORY, REAL_INVENTORY, Inventory, read_inventory
from facilities.registration import register_inventory
from store.connection import Connection
from store.errors import InputError
from store.instants import microseconds
from store.readings import INTERVAL, OCCUPANCY, write_readings
from store.rows import SensorReadingRow
from store.sensors import write_sensor_readings

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo() -> Inventory:
    return read_inventory(DEMO_INVENTORY)


def test_everything_the_inventory_names_is_there(connection: Connection, demo: Inventory) -> None:
    numbers = register_inventory(connection, demo, NOW)
    assert numbers.circuits.keys() == demo.circuits.keys()
    assert numbers.zones.keys() == demo.zones.keys()
    for table, expected in (
        ("park", len(demo.parks)),
        ("tenant", len(demo.tenants)),
        ("agreement", len(demo.agreements)),
        ("objective", sum(len(one.objectives) for one in demo.agreements.values())),
    ):
        row = connection.execute(f"SELECT count(*), bool_and(is_listed) FROM {table}".encode()).fetchone()
        assert row == (expected, True), table


def test_targets_are_exactly_those_of_the_agreement(connection: Connection, demo: Inventory) -> None:
    register_inventory(connection, demo, NOW)
    found = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT objective, target_ratio, at_most_ratio, at_most_seconds, percentile_ratio, interval_seconds"
            " FROM objective WHERE agreement = 'DEMO-CASA-A'"
        ).fetchall()
    }
    assert found == {
        "availability": (Decimal("0.9995"), None, None, None, 10),
        "loss": (None, Decimal("0.001"), None, None, None),
        "rtt-p95": (None, None, Decimal("0.03"), Decimal("0.95"), None),
        "gtr": (None, None, Decimal("14400"), None, None),
    }


def test_september_2026_has_721_hours_in_casablanca(connection: Connection, demo: Inventory) -> None:
    register_inventory(connection, demo, NOW)
    hours = connection.execute(
        "SELECT time_zone, extract(epoch FROM ends_at - starts_at)::int / 3600 FROM period"
        " WHERE month = '2026-09' ORDER BY time_zone"
    ).fetchall()
    assert hours == [("Africa/Casablanca", 721), ("UTC", 720)]


def test_months_follow_each_other_without_gap_or_overlap(connection: Connection, demo: Inventory) -> None:
    register_inventory(connection, demo, NOW)
    assert connection.execute(
        "SELECT count(*) FROM (SELECT ends_at, lead(starts_at) OVER (PARTITION BY time_zone ORDER BY month) AS next"
        " FROM period) AS months WHERE next <> ends_at"
    ).fetchone() == (0,)


def test_what_left_the_inventory_stays_and_is_marked(connection: Connection, demo: Inventory) -> None:
    first = register_inventory(connection, demo, NOW)
    fewer = {code: one for code, one in demo.circuits.items() if code != "casa-a1"}
    second = register_inventory(connection, dataclasses.replace(demo, circuits=MappingProxyType(fewer)), NOW)
    assert second.circuits == first.circuits
    listed = connection.execute("SELECT circuit FROM circuit WHERE NOT is_listed").fetchall()
    assert listed == [("casa-a1",)]
    register_inventory(connection, demo, NOW)
    assert connection.execute("SELECT FROM circuit WHERE NOT is_listed").fetchall() == []


def test_registering_again_writes_nothing(connection: Connection, demo: Inventory) -> None:
    register_inventory(connection, demo, NOW)
    connection.commit()
    tables = ("circuit", "zone", "park", "tenant", "agreement", "objective", "period", "sensor")
    before = {table: connection.execute(f"SELECT max(xmin::text) FROM {table}".encode()).fetchone() for table in tables}
    connection.commit()
    register_inventory(connection, demo, NOW)
    connection.commit()
    after = {table: connection.execute(f"SELECT max(xmin::text) FROM {table}".encode()).fetchone() for table in tables}
    assert after == before


def test_the_real_parks_are_there_with_what_is_known_of_them(connection: Connection) -> None:
    real = read_inventory(REAL_INVENTORY)
    register_inventory(connection, real, NOW)
    statuses: dict[str, int] = dict(connection.execute("SELECT status, count(*) FROM park GROUP BY status").fetchall())
    assert statuses["operational"] == sum(one.is_operational for one in real.parks.values())
    assert sum(statuses.values()) == len(real.parks)
    assert connection.execute("SELECT FROM park WHERE facility_type = 'data_embassy'").fetchone() is not None


def test_objectives_are_those_of_the_text_in_force_and_of_later_ones(connection: Connection, demo: Inventory) -> None:
    """An amendment of December changes a target and adds an objective: until then the original's target is shown."""
    ((original, file),) = demo.contracts["DEMO-CASA-B"]
    (availability, *_) = original.objectives
    assert isinstance(availability, AvailabilityObjective)
    stricter = replace(availability, target_ratio=Fraction(9999, 10000))
    added = replace(stricter, id="second", circuit="casa-f1")
    texts = (
        AgreementFile(replace(original, superseded_on=date(2026, 12, 1)), file),
        AgreementFile(replace(original, amendment=Amendment(1, date(2026, 12, 1)), objectives=(stricter, added)), file),
    )
    amended = replace(demo, contracts=MappingProxyType({"DEMO-CASA-B": texts}))

    def targets(now: datetime) -> dict[str, Decimal | None]:
        register_inventory(connection, amended, now)
        rows = connection.execute(
            "SELECT objective, target_ratio FROM objective WHERE agreement = 'DEMO-CASA-B' AND is_listed"
        ).fetchall()
        return {objective: target for objective, target in rows if objective in (availability.id, "second")}

    assert targets(NOW) == {availability.id: Decimal("0.999"), "second": Decimal("0.9999")}
    later = targets(datetime(2026, 12, 1, tzinfo=UTC))
    assert later == {availability.id: Decimal("0.9999"), "second": Decimal("0.9999")}


@pytest.mark.parametrize("kind", ["circuit", "zone"])
def test_what_was_measured_for_one_tenant_is_not_let_to_another(
    connection: Connection, demo: Inventory, kind: str
) -> None:
    things = getattr(demo, f"{kind}s")
    code = next(one.code for one in things.values() if one.tenant is not None)
    was, other = things[code].tenant, next(name for name in demo.tenants if name != things[code].tenant)

    def let_to(tenant: str | None) -> Inventory:
        changed = {**things, code: msgspec.structs.replace(things[code], tenant=tenant)}
        mapping: Any = MappingProxyType(changed)
        return replace(demo, circuits=mapping) if kind == "circuit" else replace(demo, zones=mapping)

    register_inventory(connection, let_to(other), NOW)
    numbers = register_inventory(connection, demo, NOW)  # a mistake, mended before anything was measured
    number = getattr(numbers, f"{kind}s")[code]
    columns = [np.array([number]), np.array([microseconds(NOW)])]
    if kind == "circuit":
        write_readings(connection, INTERVAL, [*columns, np.array([10]), np.array([0])], NOW)
    else:
        write_readings(connection, OCCUPANCY, [*columns, np.array([12])], NOW)
    facility = things[code].facility
    for tenant in (other, None):
        with pytest.raises(InputError) as mistake:
            register_inventory(connection, let_to(tenant), NOW)
        assert str(mistake.value) == (
            f'{kind}s.toml: {kind} "{code}": the store has readings of it from the time of tenant "{was}" at'
            f' "{facility}", which others would read under the same code: give it a new code and drop the old one'
        )
    register_inventory(connection, demo, NOW)


def changed(demo: Inventory, part: str, code: str, **values: object) -> Inventory:
    """The inventory with one of its things otherwise."""
    things = getattr(demo, part)
    other: Any = MappingProxyType({**things, code: msgspec.structs.replace(things[code], **values)})
    return replace(demo, **{part: other})


def test_a_shared_zone_where_people_were_counted_is_not_let_under_its_code(
    connection: Connection, demo: Inventory
) -> None:
    """Of a shared zone small counts are shown to nobody; its tenant would read all of them one by one."""
    zone = next(one for one in demo.zones.values() if one.tenant is None)
    is_let = changed(demo, "zones", zone.code, tenant=next(iter(demo.tenants)))
    register_inventory(connection, is_let, NOW)
    number = register_inventory(connection, demo, NOW).zones[zone.code]
    write_readings(connection, OCCUPANCY, [np.array([number]), np.array([microseconds(NOW)]), np.array([3])], NOW)
    with pytest.raises(InputError) as mistake:
        register_inventory(connection, is_let, NOW)
    assert str(mistake.value) == (
        f'zones.toml: zone "{zone.code}": the store has readings of it from the time of no tenant at "{zone.facility}",'
        " which others would read under the same code: give it a new code and drop the old one"
    )


def test_what_was_measured_in_one_park_is_not_moved_to_another(connection: Connection, demo: Inventory) -> None:
    zone = next(one for one in demo.zones.values() if one.tenant is not None)
    other = next(code for code in demo.parks if code != zone.facility)
    number = register_inventory(connection, demo, NOW).zones[zone.code]
    write_readings(connection, OCCUPANCY, [np.array([number]), np.array([microseconds(NOW)]), np.array([3])], NOW)
    with pytest.raises(InputError, match=f'of tenant "{zone.tenant}" at "{zone.facility}", which others would read'):
        register_inventory(connection, changed(demo, "zones", zone.code, facility=other), NOW)


@pytest.fixture
def zones(demo: Inventory) -> dict[str | None, str]:
    """A zone of casanearshore by its tenant; None: a shared one."""
    return {one.tenant: one.code for one in demo.zones.values() if one.facility == "casanearshore"}


def test_a_sensor_does_not_take_its_readings_to_another_tenant(
    connection: Connection, demo: Inventory, zones: dict[str | None, str]
) -> None:
    sensor, (one, other) = "casa-z1-air", [tenant for tenant in zones if tenant is not None][:2]
    hung = {tenant: changed(demo, "sensors", sensor, zone=zones[tenant]) for tenant in (one, other, None)}
    for tenant in (other, None, one):  # mistakes, mended before anything was measured
        register_inventory(connection, hung[tenant], NOW)
    said = SensorReadingRow(sensor, "", "temperature_celsius", NOW, None, 21.5)
    write_sensor_readings(connection, [said], NOW)
    for moved in (hung[other], hung[None], changed(demo, "sensors", sensor, zone=None)):
        with pytest.raises(InputError) as mistake:
            register_inventory(connection, moved, NOW)
        assert str(mistake.value) == (
            f'sensors.toml: sensor "{sensor}": the store has readings of it from the time of tenant "{one}" at'
            ' "casanearshore", which others would read under the same code: give it a new code and drop the old one'
        )
    register_inventory(connection, hung[one], NOW)


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_zone_is_not_let_with_what_a_sensor_in_it_said(
    connection: Connection, demo: Inventory, zones: dict[str | None, str], is_listed: bool
) -> None:
    """Of the zone itself nothing was counted; a sensor that left the inventory is still its zone's."""
    sensor, (one, other) = "casa-z1-air", [tenant for tenant in zones if tenant is not None][:2]
    hung = changed(demo, "sensors", sensor, zone=zones[one])
    register_inventory(connection, hung, NOW)
    write_sensor_readings(connection, [SensorReadingRow(sensor, "", "co2_ratio", NOW, None, 0.0009)], NOW)
    if not is_listed:
        hung = replace(hung, sensors=MappingProxyType({k: v for k, v in hung.sensors.items() if k != sensor}))
        register_inventory(connection, hung, NOW)
    with pytest.raises(InputError) as mistake:
        register_inventory(connection, changed(hung, "zones", zones[one], tenant=other), NOW)
    assert str(mistake.value) == (
        f'zones.toml: zone "{zones[one]}": the store has readings of its sensor "{sensor}" from the time of tenant'
        f' "{one}" at "casanearshore", which others would read under the same code: give it a new code and drop the'
        " old one"
    )


@pytest.mark.parametrize("what", ["a score", "a published verdict"])
@pytest.mark.parametrize("field", ["tenant", "facility"])
def test_an_agreement_that_was_scored_is_not_given_to_another(
    connection: Connection, demo: Inventory, what: str, field: str
) -> None:
    name = "DEMO-CASA-A"
    ((known, file),) = demo.contracts[name]
    if field == "tenant":
        given = replace(known, tenant=next(code for code in demo.tenants if code != known.tenant))
    else:
        given = replace(known, facility=next(code for code in demo.parks if code != known.facility))
    moved = replace(demo, contracts=MappingProxyType({**demo.contracts, name: (AgreementFile(given, file),)}))
    register_inventory(connection, moved, NOW)
    register_inventory(connection, demo, NOW)  # a mistake, mended before anything was scored
    if what == "a score":
        connection.execute(
            "INSERT INTO score (agreement, period_starts_at, period_ends_at, tenant, facility, is_demo, document,"
            " agreement_sha256, software_version, tzdb_version, scored_to_at, scored_at)"
            " VALUES (%s, '2026-09-30 23:00Z', '2026-10-31 23:00Z', %s, %s, true, '{}', '', '', '', %s, %s)",
            (name, known.tenant, known.facility, NOW, NOW),
        )
    else:
        connection.execute("ALTER TABLE verdict_entry DISABLE TRIGGER ALL")
        connection.execute(
            "INSERT INTO verdict_entry VALUES (%s, 1, 'issued', '2026-09-30 23:00Z', '2026-10-31 23:00Z', 1, 'a', %s,"
            " NULL, '', '', '{}', '{}')",
            (name, NOW),
        )
    with pytest.raises(InputError) as mistake:
        register_inventory(connection, moved, NOW)
    assert str(mistake.value) == (
        f'agreement "{name}": the store has scores of it for tenant "{known.tenant}" at "{known.facility}", which'
        f' others would read as it is now for tenant "{given.tenant}" at "{given.facility}": give it a new id and drop'
        " the old one"
    )
    register_inventory(connection, demo, NOW)
