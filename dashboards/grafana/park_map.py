"""A map of the parks that asks no tile server: our own outline of Morocco and a marker per park. Pure."""

from __future__ import annotations

from dashboards.grafana.field import UNKNOWN, JsonObject, Meanings, mappings, thresholds
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.park_places import SIDES

_OUTLINE = (
    (-5.92, 35.79), (-5.35, 35.90), (-5.25, 35.55), (-4.70, 35.21), (-3.93, 35.25), (-2.96, 35.30), (-2.21, 35.08),
    (-1.79, 34.75), (-1.70, 33.90), (-1.38, 32.72), (-1.25, 32.10), (-2.80, 31.80), (-3.65, 30.90), (-4.90, 30.35),
    (-5.60, 29.60), (-7.10, 29.30), (-8.67, 28.70), (-8.67, 27.67), (-8.67, 26.00), (-12.00, 26.00), (-12.00, 23.45),
    (-13.00, 23.00), (-13.10, 21.33), (-17.00, 21.33), (-17.06, 20.90), (-16.95, 21.90), (-16.30, 22.60),
    (-15.95, 23.70), (-15.45, 24.50), (-14.85, 25.20), (-14.50, 26.15), (-13.60, 26.75), (-13.20, 27.65),
    (-12.90, 27.95), (-11.50, 28.30), (-10.30, 29.20), (-9.65, 30.10), (-9.85, 31.40), (-9.25, 32.55), (-7.65, 33.62),
    (-6.85, 34.05), (-6.20, 35.10), (-5.92, 35.79),
)  # fmt: skip
"""Longitude and latitude, drawn by hand from the coast and the land borders that Morocco's own maps show.

Enough to find a park by; no survey, and no line of it decides anything.
"""


_OUTLINE_ONLY, _MARKERS_ONLY = ({"id": "byRefId", "options": ref} for ref in ("outline", "A"))
_COORDINATES = {"mode": "coords", "latitude": "latitude", "longitude": "longitude"}
_LABEL_AT = {"right": (9, 0, "left"), "upper_left": (-9, -4, "right"), "lower_left": (-9, 5, "right")}
"""Pixels to the right of the marker and below it, and which end of the text stands there."""
_CIRCLE = {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"}


def _outline_query() -> Target:
    """The outline as rows of a query: a document of GeoJSON would have to be fetched from somewhere."""
    points = ", ".join(f"({longitude}, {latitude})" for longitude, latitude in _OUTLINE)
    columns = "longitude::double precision AS longitude, latitude::double precision AS latitude"
    return Target(f"SELECT {columns}\nFROM (VALUES {points}) AS outline (longitude, latitude)", ref="outline")


def park_map(
    id: int, title: str, at: Place, target: Target, meanings: Meanings, *, color_by: str, description: str = ""
) -> Panel:
    """A marker per row with `latitude`, `longitude`, `park` and the code `color_by`; a row without a place has none.

    Its label is `label_<side>` (`park_places.LABELS`): a layer per side, for a layer has all of them on one.

    The outline is the base layer, as a line through the points of a second query, so that no map is asked of anybody.
    """
    outline: JsonObject = {
        "type": "route",
        "name": "outline",
        "config": {
            "arrow": 0,
            "style": {
                "color": {"fixed": UNKNOWN},
                "lineWidth": 1,
                "opacity": 0.7,
                "size": {"fixed": 1, "min": 1, "max": 1},
                "symbol": _CIRCLE,
            },
        },
        "location": _COORDINATES,
        "filterData": _OUTLINE_ONLY,
        "tooltip": False,
    }
    markers = [_markers(color_by, side) for side in SIDES]
    return Panel(
        id, "geomap", title, at, (target, _outline_query()),
        options={
            "basemap": outline,
            "controls": {"mouseWheelZoom": False, "showAttribution": False, "showScale": False, "showZoom": True},
            "layers": markers,
            "tooltip": {"mode": "details"},
            "view": {"allLayers": True, "id": "coords", "lat": 28.7, "lon": -8.6, "zoom": 4.8},
        },
        defaults={
            "color": {"mode": "thresholds"},
            "mappings": mappings(meanings),
            "thresholds": thresholds(UNKNOWN),
        },
        description=description,
    )  # fmt: skip


def _markers(color_by: str, side: str) -> JsonObject:
    right, down, align = _LABEL_AT[side]
    style = {
        "color": {"field": color_by, "fixed": UNKNOWN},
        "opacity": 0.9,
        "size": {"fixed": 5, "min": 5, "max": 5},
        "symbol": _CIRCLE,
        "text": {"field": f"label_{side}", "fixed": "", "mode": "field"},
        "textConfig": {"fontSize": 11, "offsetX": right, "offsetY": down, "textAlign": align, "textBaseline": "middle"},
    }
    return {
        "type": "markers",
        "name": f"parks, labels: {side}",
        "config": {"showLegend": False, "style": style},
        "location": _COORDINATES,
        "filterData": _MARKERS_ONLY,
        "tooltip": side == "right",
    }
