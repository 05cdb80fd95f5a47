"""Where a park stands on the map: its own coordinates, else roughly those of its town. Pure."""

from __future__ import annotations

_TOWNS = {
    "Agadir": (30.42, -9.60), "Casablanca": (33.57, -7.59), "Dakhla": (23.69, -15.94), "Fès": (34.03, -5.00),
    "Laâyoune": (27.15, -13.20), "Marrakech": (31.63, -8.00), "Martil": (35.62, -5.27), "Oujda": (34.68, -1.91),
    "Rabat": (34.02, -6.83), "Salé": (34.04, -6.81), "Tanger": (35.77, -5.80), "Tétouan": (35.57, -5.37),
}  # fmt: skip
"""Latitude and longitude of town centres, to a hundredth of a degree: where a town is, and no place in it."""

_VALUES = ", ".join(f"('{town}', {latitude}, {longitude})" for town, (latitude, longitude) in _TOWNS.items())

PLACES = f"""(
    SELECT facility,
           coalesce(park.latitude, town.latitude - 0.4 * (row_number() OVER beside - 1))::double precision AS latitude,
           coalesce(park.longitude, town.longitude)::double precision AS longitude
    FROM reporting.park LEFT JOIN (VALUES {_VALUES}) AS town (town, latitude, longitude)
        ON starts_with(park.city, town.town)
    WINDOW beside AS (PARTITION BY town.town, park.latitude IS NULL ORDER BY park.status <> 'operational', facility)
) AS place"""
"""Every park's place; parks of one town without coordinates stand below each other, so that each can be read."""

_LABEL = """CASE WHEN park.status <> 'operational' AND EXISTS (
               SELECT FROM reporting.park AS beside
               WHERE beside.status = 'operational' AND starts_with(park.city, beside.city)
           ) THEN '' ELSE split_part(park.name, ' (', 1) END"""
_SIDES = {
    "right": "NOT (place.longitude BETWEEN -12 AND -6 OR place.longitude > -3)",
    "upper_left": "(place.longitude BETWEEN -12 AND -6 OR place.longitude > -3) AND place.latitude > 33.8",
    "lower_left": "(place.longitude BETWEEN -12 AND -6 OR place.longitude > -3) AND place.latitude <= 33.8",
}
SIDES = tuple(_SIDES)
LABELS = ",\n       ".join(
    f"CASE WHEN {where} THEN {_LABEL} ELSE '' END AS label_{side}" for side, where in _SIDES.items()
)
"""What stands beside a park's marker: to the left on the Atlantic coast and in the east, where to the right it would
lie on the next park or leave the panel; the parks of Rabat and Casablanca would lie on each other. Where one in
operation has the same town, an announced park has no label."""
