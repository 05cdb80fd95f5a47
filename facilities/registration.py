"""The inventory written into the store: numbers for readings, names and targets for dashboards, months for both."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from facilities.agreement import Agreement
from facilities.calendar import month, zone
from facilities.instants import instant
from facilities.inventory import Inventory
from facilities.objective_rows import exact_decimal, objective_rows
from facilities.provenance import Unknown
from store.connection import Connection
from store.registry import (
    AGREEMENTS,
    CIRCUITS,
    OBJECTIVES,
    PARKS,
    PERIODS,
    SENSORS,
    TENANTS,
    ZONES,
    mark_listed,
    register,
    register_circuits,
    register_zones,
)
from store.reletting import refuse_moved_agreements, refuse_moved_sensors, refuse_reletting
from store.rows import AgreementRow, CircuitRow, ParkRow, PeriodRow, SensorRow, TenantRow, ZoneRow

Value = TypeVar("Value")

MONTHS_BACK, MONTHS_AHEAD = 120, 24
HOME_ZONES = ("Africa/Casablanca", "UTC")


class Numbers(NamedTuple):
    """The numbers of circuits and zones in the store, by code."""

    circuits: dict[str, int]
    zones: dict[str, int]


def register_inventory(connection: Connection, inventory: Inventory, now: datetime) -> Numbers:
    """Writes what the inventory names and returns the numbers readings use; the caller commits.

    What left the inventory stays in the store, marked as no longer listed. Months are written from ten years back to
    two years ahead of `now`, in every zone that an agreement or a park names. InputError, before anything is written,
    where readings, scores or what was published would be read by others than it is of.
    """
    parks, sensors = park_rows(inventory), sensor_rows(inventory)
    tenants = [TenantRow(one.code, one.name, inventory.is_demo) for one in inventory.tenants.values()]
    agreements = [_agreement_row(one, is_demo=inventory.is_demo) for one in inventory.agreements.values()]
    refuse_reletting(connection, CIRCUITS, circuit_rows(inventory))
    refuse_reletting(connection, ZONES, zone_rows(inventory))
    refuse_moved_sensors(connection, sensors, zone_rows(inventory))
    refuse_moved_agreements(connection, agreements)
    circuits = register_circuits(connection, circuit_rows(inventory))
    zones = register_zones(connection, zone_rows(inventory))
    for registry, rows in ((PARKS, parks), (TENANTS, tenants), (AGREEMENTS, agreements)):
        register(connection, registry, rows)
        mark_listed(connection, registry, [row[: registry.key_columns] for row in rows])
    objectives = objective_rows(inventory, now)
    register(connection, OBJECTIVES, objectives.values())
    mark_listed(connection, OBJECTIVES, objectives)
    register(connection, SENSORS, sensors)
    mark_listed(connection, SENSORS, [(row.sensor,) for row in sensors])
    mark_listed(connection, CIRCUITS, [(code,) for code in inventory.circuits])
    mark_listed(connection, ZONES, [(code,) for code in inventory.zones])
    names = {*HOME_ZONES, *(row.time_zone for row in parks), *(row.time_zone for row in agreements)}
    register(connection, PERIODS, period_rows(sorted(names), now))
    return Numbers(circuits, zones)


def circuit_rows(inventory: Inventory) -> list[CircuitRow]:
    """The circuits of the inventory, as rows."""
    return [
        CircuitRow(
            one.code,
            one.facility,
            one.tenant,
            inventory.is_demo,
            one.label,
            one.carrier,
            one.a_end,
            one.z_end,
            _known(one.cir_bps),
            one.leg,
            inventory.organisations[one.carrier].name,
        )
        for one in inventory.circuits.values()
    ]


def zone_rows(inventory: Inventory) -> list[ZoneRow]:
    """The zones of the inventory, as rows."""
    return [
        ZoneRow(one.code, one.facility, one.tenant, _known(one.capacity_persons), inventory.is_demo, one.label)
        for one in inventory.zones.values()
    ]


def park_rows(inventory: Inventory) -> list[ParkRow]:
    """The platforms of the inventory, as rows; those announced and those nobody measures among them."""
    rows = []
    for one in inventory.parks.values():
        latitude, longitude = one.latitude.value, one.longitude.value
        rows.append(
            ParkRow(
                one.code,
                one.title,
                one.facility_type,
                one.status,
                one.city,
                _known(one.region),
                one.time_zone,
                one.manager.value,
                None if latitude is None else float(latitude),
                None if longitude is None else float(longitude),
                inventory.is_demo,
            )
        )
    return rows


def sensor_rows(inventory: Inventory) -> list[SensorRow]:
    """The sensors of the inventory, as rows."""
    return [
        SensorRow(one.code, inventory.feeds[one.feed].facility, one.zone, one.feed, one.device, inventory.is_demo)
        for one in inventory.sensors.values()
    ]


def period_rows(zone_names: Iterable[str], now: datetime) -> list[PeriodRow]:
    """The civil months around `now` in each zone, as the calendar cuts them."""
    first = now.year * 12 + now.month - 1 - MONTHS_BACK
    numbers = range(first, first + MONTHS_BACK + MONTHS_AHEAD + 1)
    return [_period_row(zone(name), *divmod(number, 12)) for name in zone_names for number in numbers]


def _period_row(in_zone: ZoneInfo, year: int, month_before: int) -> PeriodRow:
    span = month(year, month_before + 1, in_zone)
    return PeriodRow(in_zone.key, f"{year:04}-{month_before + 1:02}", instant(span.starts_at), instant(span.ends_at))


def _agreement_row(one: Agreement, *, is_demo: bool) -> AgreementRow:
    return AgreementRow(
        one.id,
        one.tenant,
        one.facility,
        one.time_zone.key,
        one.starts_on,
        one.ends_on,
        exact_decimal(one.monthly_fee),
        one.currency,
        is_demo,
    )


def _known(value: Value | Unknown) -> Value | None:
    return None if isinstance(value, Unknown) else value
