"""The rows of the zones from the inventory and the newest counts. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboards.rows import Observed, ZoneRow
from facilities.inventory import Inventory
from facilities.provenance import Unknown

STALE_AFTER = timedelta(minutes=30)
"""Occupancy older than two of its usual 15-minute buckets no longer says who is there."""


def zone_rows(inventory: Inventory, observed: Observed, now: datetime, *, tenant: str | None = None) -> list[ZoneRow]:
    """One row per zone in the order of the inventory; of one tenant's own zones if given, never a shared one's."""
    rows = []
    for zone in inventory.zones.values():
        if tenant is not None and zone.tenant != tenant:
            continue
        park = inventory.parks[zone.facility]
        counted = observed.occupancy.get(zone.code)
        rows.append(
            ZoneRow(
                park=park.title,
                park_code=park.short_code,
                zone=zone.code,
                label=f"{zone.building}, {zone.label}",
                people=None if counted is None else counted.people,
                capacity_persons=None if isinstance(zone.capacity_persons, Unknown) else zone.capacity_persons,
                measured_at=None if counted is None else counted.measured_at,
                is_stale=counted is not None and now - counted.measured_at > STALE_AFTER,
            )
        )
    return rows
