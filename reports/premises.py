"""The tenant's own zones in a month: people counted, what sensors measured, and how much of the month that is. Pure.

A tenant sees its own counts whole: the least number that hides small groups is for what others would see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from typing import Any

from facilities.inventory import Inventory
from reports.formats import even_decimal
from store.premises_rows import ComfortMonth, OccupancyMonth

Json = dict[str, Any]
QUARTER_SECONDS = 900
QUANTITIES = ("temperature_celsius", "humidity_ratio", "co2_ratio", "sound_decibels", "illuminance_lux")
"""What is told of comfort, in this order; other quantities are of devices, not of people's air and light."""


def premises(
    inventory: Inventory,
    zones: Sequence[str],
    spans: Mapping[str, tuple[int, int]],
    occupancy: Sequence[OccupancyMonth],
    comfort: Sequence[ComfortMonth],
) -> Json:
    """One line for each zone and each quantity measured in it; `spans` are each park's month, up to the reading.

    A quarter of an hour counts as covered when anything was measured in it. Figures are text, cut and never rounded up.
    """
    counted = {row.zone: row for row in occupancy}
    return {
        "zones": [_zone(inventory, code, spans, counted.get(code)) for code in zones],
        "comfort": [
            _comfort(inventory, row, spans)
            for row in sorted(comfort, key=lambda row: (row.zone, QUANTITIES.index(row.quantity)))
        ],
    }


def _zone(inventory: Inventory, code: str, spans: Mapping[str, tuple[int, int]], row: OccupancyMonth | None) -> Json:
    zone = inventory.zones[code]
    capacity = zone.capacity_persons if isinstance(zone.capacity_persons, int) else None
    mean = None if row is None or row.people_mean is None else Fraction(row.people_mean)
    return {
        **_where(inventory, code),
        "capacity_people": capacity,
        "people_most": None if row is None else row.people_most,
        "peak_at": None if row is None or row.peak_at is None else f"{row.peak_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "people_mean": None if mean is None else even_decimal(mean, 1),
        "mean_percent": None if mean is None or not capacity else even_decimal(mean * 100 / capacity, 1),
        **_covered(spans[zone.facility], 0 if row is None else row.quarters),
    }


def _comfort(inventory: Inventory, row: ComfortMonth, spans: Mapping[str, tuple[int, int]]) -> Json:
    return {
        **_where(inventory, row.zone),
        "quantity": row.quantity,
        "least": _text(row.least),
        "median": _text(row.median),
        "most": _text(row.most),
        "readings": row.readings,
        **_covered(spans[inventory.zones[row.zone].facility], row.quarters),
    }


def _where(inventory: Inventory, code: str) -> Json:
    zone = inventory.zones[code]
    return {"zone": code, "label": zone.label, "building": zone.building, "floor": zone.floor,
            "facility": inventory.parks[zone.facility].title}  # fmt: skip


def _covered(span: tuple[int, int], quarters_measured: int) -> Json:
    quarters = -(-(span[1] - span[0]) // QUARTER_SECONDS)
    covered = None if not quarters else even_decimal(Fraction(min(quarters_measured, quarters) * 100, quarters), 1)
    return {"quarters": quarters, "quarters_measured": quarters_measured, "coverage_percent": covered}


def _text(value: float) -> str:
    """A measured value as plain digits, to the sixth decimal: what a sensor says has fewer."""
    return format(Decimal(repr(value)).quantize(Decimal("0.000001")).normalize(), "f")
