"""The kinds of panel that show numbers, rows and words, each with the options its plugin wants. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from dashboards.grafana.field import (
    ABSENT,
    PLAIN,
    UNKNOWN,
    WARNING,
    WARNING_SURFACE,
    Column,
    JsonObject,
    Meaning,
    Meanings,
    Patterns,
    look,
    thresholds,
)
from dashboards.grafana.panel import Panel, Place, Target

_HIDDEN_LEGEND = {"calcs": [], "displayMode": "hidden", "placement": "bottom", "showLegend": False}
_LAST_VALUE = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_LAST_TEXT = _LAST_VALUE | {"fields": "/.*/"}
"""Text columns too, which Grafana otherwise leaves out."""
_EVERY_ROW = {"calcs": [], "fields": "", "values": True, "limit": 50}
_NAME_PIXELS = 11
"""Letters of the names of several values in one tile: Grafana shrinks them with the longest."""
_LEAST_WIDTH = 80
"""Pixels of a column without a width of its own; Grafana's 150 push half of a table out of sight."""


def stat(
    id: int,
    title: str,
    at: Place,
    target: Target,
    *,
    columns: Sequence[Column] = (),
    unit: str = "short",
    decimals: int | None = None,
    steps: JsonObject | None = None,
    meanings: Meanings | None = None,
    patterns: Patterns | None = None,
    text: Literal["auto", "value", "value_and_name", "name"] = "auto",
    is_filled: bool = False,
    no_value: str = ABSENT,
    description: str = "",
) -> Panel:
    """One value, or one per column, in letters to be read across a room. An answer without a row says `no_value`.

    With `meanings` the value is a code and shown in its words, with `patterns` a figure's text and shown as the
    language writes it; `is_filled` colours the whole tile.
    """
    if meanings and is_filled:
        grounds = {WARNING: WARNING_SURFACE}
        meanings = {code: Meaning(one.text, grounds.get(one.color, one.color)) for code, one in meanings.items()}
        steps = steps or thresholds(UNKNOWN)
    # Without a row there would be no value to say `no_value` of.
    said = f"SELECT listed.*\nFROM (VALUES (1)) AS whole (one) LEFT JOIN (\n{target.sql}\n) AS listed ON true"
    sizes = {"text": {"titleSize": _NAME_PIXELS}} if columns else {}
    return Panel(
        id, "stat", title, at, (replace(target, sql=said),),
        options=sizes | {
            "colorMode": "background_solid" if is_filled else "value",
            "graphMode": "none",
            "justifyMode": "center",
            "orientation": "auto",
            "percentChangeColorMode": "standard",
            "reduceOptions": _LAST_TEXT if meanings or patterns else _LAST_VALUE,
            "showPercentChange": False,
            "textMode": text,
            "wideLayout": True,
        },
        defaults=look(unit, decimals, steps, meanings, patterns),
        columns=_saying(columns, no_value),
        description=description,
        none=no_value,
    )  # fmt: skip


def _saying(columns: Sequence[Column], none: str) -> tuple[Column, ...]:
    """The columns, of which the first says `none` where it has no value."""
    return tuple(replace(column, no_value=none) if place == 0 else column for place, column in enumerate(columns))


def bar_gauge(
    id: int,
    title: str,
    at: Place,
    target: Target,
    *,
    steps: JsonObject,
    unit: str,
    most: float | None = None,
    columns: Sequence[Column] = (),
    no_value: str = ABSENT,
    description: str = "",
) -> Panel:
    """A bar per row of the result: its first text column names it. Whole numbers: Grafana knows one decimal sign."""
    limits: JsonObject = {"min": 0} | ({} if most is None else {"max": most})
    return Panel(
        id, "bargauge", title, at, (target,),
        options={
            "displayMode": "basic",
            "legend": _HIDDEN_LEGEND,
            "maxVizHeight": 40,
            "minVizHeight": 16,
            "minVizWidth": 8,
            "namePlacement": "left",
            "orientation": "horizontal",
            "reduceOptions": _EVERY_ROW,
            "showUnfilled": True,
            "sizing": "manual",
            "valueMode": "text",
        },
        defaults=look(unit, 0, steps, None) | limits,
        columns=tuple(columns),
        description=description,
        none=no_value,
    )  # fmt: skip


def table(
    id: int,
    title: str,
    at: Place,
    target: Target,
    columns: Sequence[Column],
    *,
    no_value: str = ABSENT,
    description: str = "",
    letters: Literal["sm", "md", "lg"] = "sm",
) -> Panel:
    """Rows as they come, sorted by the query; every column shown has its title in `columns`.

    Where there are none, one row of nothing, in whose first cell stands `no_value`: a table without a row would say it
    of a database that does not answer, too. So the first column is one that is never NULL. Another cell without a value
    shows a dash.
    """
    names = ", ".join(f'listed."{column.name}"' for column in columns)
    said = f"SELECT {names}\nFROM (VALUES (1)) AS whole (one) LEFT JOIN (\n{target.sql}\n) AS listed ON true"
    return Panel(
        id, "table", title, at, (replace(target, sql=said),),
        options={"cellHeight": letters, "frameIndex": 0, "showHeader": True},
        defaults={
            "color": {"mode": "thresholds"},
            "thresholds": thresholds(PLAIN),
            "custom": {
                "align": "auto",
                "cellOptions": {"type": "auto"},
                "inspect": False,
                "minWidth": _LEAST_WIDTH,
                "wrapHeaderText": True,
            },
        },
        columns=_saying(columns, no_value),
        description=description,
        none=no_value,
    )  # fmt: skip


def text(id: int, at: Place, content: str, title: str = "") -> Panel:
    """Words, as Markdown."""
    return Panel(id, "text", title, at, options={"mode": "markdown", "content": content})


def annotation_list(id: int, title: str, at: Place, tags: Sequence[str], *, description: str = "") -> Panel:
    """The newest annotations that people or programs have written into Grafana with these tags."""
    return Panel(
        id, "annolist", title, at,
        options={
            "limit": 20,
            "navigateAfter": "10m",
            "navigateBefore": "10m",
            "navigateToPanel": True,
            "onlyFromThisDashboard": False,
            "onlyInTimeRange": False,
            "showTags": True,
            "showTime": True,
            "showUser": True,
            "tags": list(tags),
        },
        description=description,
    )  # fmt: skip
