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
    for tenant in (other, None):
        with pytest.raises(InputError) as mistake:
            register_inventory(connection, let_to(tenant), NOW)
        assert str(mistake.value) == (
            f'{kind}s.toml: {kind} "{code}": the store has readings of it from the time of tenant "{was}", which others'
            " would read under the same code: give it a new code and drop the old one"
        )
    register_inventory(connection, demo, NOW)
