"""One panel and its queries, as classic dashboard JSON. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from dashboards.grafana.field import Column, JsonObject
from dashboards.grafana.sql import refuse_unsafe

SOURCE = {"type": "grafana-postgresql-datasource", "uid": "${source}"}
"""The data source, by the dashboard's variable `source`."""

GRAFANA_VERSION = "12.4.0"
"""What the options of panels were written for; a later Grafana migrates from here."""


class Place(NamedTuple):
    """Where a panel stands on the grid, 24 columns wide; a row of it is 30 pixels high."""

    x: int
    y: int
    width: int
    height: int

    def json(self) -> JsonObject:
        return {"x": self.x, "y": self.y, "w": self.width, "h": self.height}


@dataclass(frozen=True, slots=True)
class Target:
    """One query. `table` keeps columns as they are; `time_series` needs `time` and turns text columns into labels."""

    sql: str
    format: Literal["table", "time_series"] = "table"
    ref: str = "A"

    def __post_init__(self) -> None:
        refuse_unsafe(self.sql)

    def json(self) -> JsonObject:
        return {
            "refId": self.ref,
            "datasource": SOURCE,
            "editorMode": "code",
            "rawQuery": True,
            "format": self.format,
            "rawSql": self.sql,
        }


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of Grafana's plugin `kind`. Its id is part of links and alerts: given once, never reused."""

    id: int
    kind: str
    title: str
    at: Place
    targets: tuple[Target, ...] = ()
    options: JsonObject = field(default_factory=dict)
    defaults: JsonObject = field(default_factory=dict)
    """How every value looks, unless a column says otherwise."""
    columns: tuple[Column, ...] = ()
    transformations: tuple[JsonObject, ...] = ()
    description: str = ""
    least_interval: str | None = None
    """The least `$__interval`: that of the sums the panel reads."""
    most_points: int | None = None
    """How many points along the time are enough, where not one per pixel."""

    def json(self) -> JsonObject:
        """The panel as Grafana reads it."""
        made: JsonObject = {
            "id": self.id,
            "type": self.kind,
            "title": self.title,
            "gridPos": self.at.json(),
            "pluginVersion": GRAFANA_VERSION,
            "options": self.options,
            "fieldConfig": {
                "defaults": self.defaults,
                "overrides": [column.override(self.kind) for column in self.columns],
            },
        }
        if self.targets:
            made |= {"datasource": SOURCE, "targets": [target.json() for target in self.targets]}
        if self.transformations:
            made["transformations"] = list(self.transformations)
        if self.description:
            made["description"] = self.description
        if self.least_interval is not None:
            made["interval"] = self.least_interval
        if self.most_points is not None:
            made["maxDataPoints"] = self.most_points
        return made
