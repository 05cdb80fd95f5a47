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
    WINDOW beside AS (PARTITION BY town.town, park.latitude IS NULL ORDER BY facility)
) AS place"""
"""Every park's place; parks of one town without coordinates stand below each other, so that each can be read."""
