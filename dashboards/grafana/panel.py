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


_TELLS_EMPTY_FROM_MISSING = frozenset({"heatmap", "stat", "state-timeline", "status-history", "table"})
"""Kinds of panel whose query answers with a row in any case, so that none at all is an answer that never came."""


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
    none: str = ""
    """What is said of an answer without a value. That there is no answer at all is never said in these words."""
    least_interval: str | None = None
    """The least `$__interval`: that of the sums the panel reads."""
    most_points: int | None = None
    """How many points along the time are enough, where not one per pixel."""

    def json(self, no_answer: str) -> JsonObject:
        """The panel as Grafana reads it; `no_answer` is said where the data source gave none, or an error."""
        made: JsonObject = {
            "id": self.id,
            "type": self.kind,
            "title": self.title,
            "gridPos": self.at.json(),
            "pluginVersion": GRAFANA_VERSION,
            "options": self.options,
            "fieldConfig": {
                "defaults": self.defaults | ({"noValue": self._no_value(no_answer)} if self.targets else {}),
                "overrides": [*self._none_override(), *(column.override(self.kind) for column in self.columns)],
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

    def _no_value(self, no_answer: str) -> str:
        """Other kinds draw an empty answer as they draw none: there both are named."""
        if self.kind == "geomap":
            return ""  # or a label that is empty would say it
        is_told = self.kind in _TELLS_EMPTY_FROM_MISSING or not self.none
        return no_answer if is_told else f"{self.none} / {no_answer}"

    def _none_override(self) -> list[JsonObject]:
        """The words of an empty value, apart from those of an answer that is missing."""
        if self.kind != "stat" or not self.none or self.columns:
            return []
        everything = {"id": "byRegexp", "options": "/.*/"}
        return [{"matcher": everything, "properties": [{"id": "noValue", "value": self.none}]}]
