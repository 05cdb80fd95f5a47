"""The kinds of panel that show numbers, rows and words, each with the options its plugin wants. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dashboards.grafana.field import (
    WARNING,
    WARNING_SURFACE,
    Column,
    JsonObject,
    Meaning,
    Meanings,
    Patterns,
    look,
)
from dashboards.grafana.panel import Panel, Place, Target

_HIDDEN_LEGEND = {"calcs": [], "displayMode": "hidden", "placement": "bottom", "showLegend": False}
_LAST_VALUE = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_LAST_TEXT = _LAST_VALUE | {"fields": "/.*/"}
"""Text columns too, which Grafana otherwise leaves out."""
_EVERY_ROW = {"calcs": [], "fields": "", "values": True, "limit": 50}
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
    per_row: bool = False,
    no_value: str = "—",
    description: str = "",
) -> Panel:
    """One value, or one per column (or `per_row`, named by its text), in letters to be read across a room.

    With `meanings` the value is a code and shown in its words, with `patterns` a figure's text and shown as the
    language writes it; `is_filled` colours the whole tile.
    """
    if meanings and is_filled:
        grounds = {WARNING: WARNING_SURFACE}
        meanings = {code: Meaning(one.text, grounds.get(one.color, one.color)) for code, one in meanings.items()}
    return Panel(
        id, "stat", title, at, (target,),
        options={
            "colorMode": "background_solid" if is_filled else "value",
            "graphMode": "none",
            "justifyMode": "center",
            "orientation": "auto",
            "percentChangeColorMode": "standard",
            "reduceOptions": _EVERY_ROW if per_row else _LAST_TEXT if meanings or patterns else _LAST_VALUE,
            "showPercentChange": False,
            "textMode": text,
            "wideLayout": True,
        },
        defaults=look(unit, decimals, steps, meanings, no_value, patterns),
        columns=tuple(columns),
        description=description,
    )  # fmt: skip


def bar_gauge(
    id: int,
    title: str,
    at: Place,
    target: Target,
    *,
    steps: JsonObject,
    unit: str = "percentunit",
    decimals: int = 1,
    most: float | None = None,
    columns: Sequence[Column] = (),
    no_value: str = "—",
    description: str = "",
) -> Panel:
    """A bar per row of the result: its first text column names it."""
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
        defaults=look(unit, decimals, steps, None, no_value) | limits,
        columns=tuple(columns),
        description=description,
    )  # fmt: skip


def table(
    id: int,
    title: str,
    at: Place,
    target: Target,
    columns: Sequence[Column],
    *,
    no_value: str = "—",
    description: str = "",
    letters: Literal["sm", "md", "lg"] = "sm",
) -> Panel:
    """Rows as they come, sorted by the query; every column shown has its title in `columns`.

    `no_value` is said of a table without rows; a cell without a value shows a dash.
    """
    return Panel(
        id, "table", title, at, (target,),
        options={"cellHeight": letters, "frameIndex": 0, "showHeader": True},
        defaults={
            "custom": {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "minWidth": _LEAST_WIDTH},
            "noValue": no_value,
        },
        columns=tuple(columns),
        description=description,
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
