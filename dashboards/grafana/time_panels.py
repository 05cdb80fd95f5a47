"""The kinds of panel that have time along them, each with the options its plugin wants. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dashboards.grafana.field import ABSENT, PLAIN, Column, JsonObject, Meanings, look, thresholds
from dashboards.grafana.panel import Panel, Place, Target

_HIDDEN_LEGEND = {"calcs": [], "displayMode": "hidden", "placement": "bottom", "showLegend": False}
_LIST_LEGEND = {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True}
_ONE_TOOLTIP = {"mode": "single", "sort": "none"}
_ALL_TOOLTIP = {"mode": "multi", "sort": "desc"}
_MOST_CELLS = 100
"""Cells along the time: of cells narrower than a few pixels Grafana says that there are too many, and draws none."""
_DROP_EMPTY: JsonObject = {"id": "filterFieldsByName", "options": {"include": {"pattern": "/.*/"}}}
"""Drops a result without any column, which is what an error is: of that, these kinds of panel would say that data have
no time, or fail to draw it, in English; of no result they say what they are told to."""
DASHED = {"fillOpacity": 0, "lineStyle": {"dash": [8, 6], "fill": "dash"}}
"""Properties of a line that is a limit, not a measurement."""


def time_series(
    id: int,
    title: str,
    at: Place,
    targets: Sequence[Target],
    columns: Sequence[Column],
    *,
    unit: str,
    decimals: int | None = None,
    least: float | None = 0,
    style: Literal["line", "bars"] = "line",
    least_interval: str = "5m",
    name_of_series: str | None = None,
    no_value: str = ABSENT,
    description: str = "",
) -> Panel:
    """Lines over time that break where a value is NULL: what is unknown is not drawn.

    `name_of_series` names lines that a text column tells apart, such as `${__field.labels.zone}`.
    """
    defaults = look(unit, decimals, thresholds(PLAIN), None) | {
        "color": {"mode": "palette-classic"},
        "custom": {
            "drawStyle": style,
            "fillOpacity": 10 if style == "line" else 70,
            "lineWidth": 1,
            "pointSize": 4,
            "showPoints": "auto",
            "spanNulls": False,
        },
    }
    return Panel(
        id, "timeseries", title, at, tuple(targets),
        options={"legend": _LIST_LEGEND, "tooltip": _ALL_TOOLTIP},
        defaults=defaults
        | ({} if least is None else {"min": least})
        | ({} if name_of_series is None else {"displayName": name_of_series}),
        columns=tuple(columns),
        description=description,
        none=no_value,
        least_interval=least_interval,
    )  # fmt: skip


def state_timeline(
    id: int,
    title: str,
    at: Place,
    targets: Sequence[Target],
    meanings: Meanings,
    *,
    columns: Sequence[Column] = (),
    one_bar_per: tuple[str, str] | None = None,
    has_legend: bool = True,
    description: str = "",
) -> Panel:
    """Spans: `time`, `timeend` and a code per bar, never two at once in one bar.

    `one_bar_per` names a text column whose values each get their own bar, and the column of the codes. The query
    answers with a row at least (`sql.or_nothing`): none is an answer that never came.
    """
    defaults = look("string", None, thresholds("transparent"), meanings) | {
        "custom": {"fillOpacity": 85, "lineWidth": 0}
    }
    apart: tuple[JsonObject, ...] = ()
    if one_bar_per is not None:
        label, code = one_bar_per
        columns = (Column(code, f"${{__field.labels.{label}}}"),)
        naming = {"fields": [label], "keepFields": False, "naming": {"asLabels": True}}
        apart = ({"id": "partitionByValues", "options": naming},)
    return Panel(
        id, "state-timeline", title, at, tuple(targets),
        options={
            "alignValue": "left",
            "legend": _LIST_LEGEND if has_legend else _HIDDEN_LEGEND,
            "mergeValues": True,
            "rowHeight": 0.8,
            "showValue": "auto",
            "tooltip": _ONE_TOOLTIP,
        },
        defaults=defaults,
        columns=tuple(columns),
        transformations=(_DROP_EMPTY, *apart),
        description=description,
    )  # fmt: skip


def status_history(
    id: int,
    title: str,
    at: Place,
    target: Target,
    *,
    unit: str,
    decimals: int | None,
    steps: JsonObject,
    name_of_series: str,
    least_interval: str = "1h",
    description: str = "",
) -> Panel:
    """A cell per instant and series, coloured by its value; an empty cell is unknown. `target` is a time series."""
    return Panel(
        id, "status-history", title, at, (target,),
        options={
            "colWidth": 0.95,
            "legend": _HIDDEN_LEGEND,
            "perPage": 25,
            "rowHeight": 0.9,
            "showValue": "never",
            "tooltip": _ONE_TOOLTIP,
        },
        defaults=look(unit, decimals, steps, None)
        | {"displayName": name_of_series, "custom": {"fillOpacity": 85, "lineWidth": 0}},
        transformations=(_DROP_EMPTY,),
        description=description,
        least_interval=least_interval,
        most_points=_MOST_CELLS,
    )  # fmt: skip


def heatmap(
    id: int,
    title: str,
    at: Place,
    target: Target,
    *,
    bound_unit: str,
    least_interval: str = "1h",
    description: str = "",
) -> Panel:
    """Counts per class over time, already counted: `time`, then one column per class named by its upper bound.

    No scale of colours: of counts that are all nought Grafana writes one from infinity to minus infinity.
    """
    return Panel(
        id, "heatmap", title, at, (target,),
        options={
            "calculate": False,
            "cellGap": 1,
            "cellValues": {"unit": "short"},
            "color": {
                "exponent": 0.5,
                "fill": "dark-orange",
                "mode": "scheme",
                "reverse": False,
                "scale": "exponential",
                "scheme": "Cividis",
                "steps": 64,
            },
            "exemplars": {"color": "rgba(255,0,255,0.7)"},
            "filterValues": {"le": 1e-9},
            "legend": {"show": False},
            "rowsFrame": {"layout": "le"},
            "showValue": "never",
            "tooltip": {"mode": "single", "showColorScale": False, "yHistogram": False},
            "yAxis": {"axisPlacement": "left", "reverse": False, "unit": bound_unit},
        },
        defaults={"custom": {"hideFrom": {"legend": False, "tooltip": False, "viz": False}}},
        transformations=(_DROP_EMPTY,),
        description=description,
        least_interval=least_interval,
    )  # fmt: skip
