"""A whole dashboard: panels, variables, annotations and links, as the text of a file. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

from dashboards.grafana.field import JsonObject
from dashboards.grafana.panel import SOURCE, Panel, Target
from dashboards.grafana.speech import Language, Speech
from dashboards.grafana.sql import refuse_unsafe
from dashboards.grafana.variable import Variable, source_variable

SCHEMA_VERSION = 41
"""Of the dashboard JSON; Grafana 11 reads it, 12.4 and 13 migrate from it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A heading over the panels below it."""

    id: int
    title: str
    y: int

    def json(self) -> JsonObject:
        return {
            "id": self.id,
            "type": "row",
            "title": self.title,
            "gridPos": {"x": 0, "y": self.y, "w": 24, "h": 1},
            "collapsed": False,
            "panels": [],
        }


@dataclass(frozen=True, slots=True)
class Annotation:
    """Spans or instants drawn over every time panel; its query returns `time`, `timeend`, `text` and `tags`."""

    name: str
    sql: str
    color: str

    def json(self) -> JsonObject:
        return {
            "name": self.name,
            "datasource": SOURCE,
            "enable": True,
            "hide": False,
            "iconColor": self.color,
            "target": Target(self.sql, ref="Anno").json(),
        }


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard in one language. `name` is part of its uid and file name, and never changes."""

    name: str
    language: Language
    title: str
    description: str
    panels: tuple[Panel | Row, ...]
    variables: tuple[Variable, ...]
    annotations: tuple[Annotation, ...] = ()
    links: tuple[JsonObject, ...] = ()
    shown_from: str = "now-24h"
    shown_to: str = "now"
    refresh: str = "1m"

    def __post_init__(self) -> None:
        names = frozenset(variable.name for variable in self.variables)
        for sql in self.all_sql():
            refuse_unsafe(sql, names)

    @property
    def uid(self) -> str:
        """Stable, and another in each language."""
        return uid(self.name, self.language)

    def all_panels(self) -> tuple[Panel, ...]:
        """The panels without the headings between them."""
        return tuple(one for one in self.panels if isinstance(one, Panel))

    def all_sql(self) -> tuple[str, ...]:
        """The text of every query of panels, variables and annotations."""
        return (
            *(target.sql for panel in self.all_panels() for target in panel.targets),
            *(variable.sql for variable in self.variables if variable.sql),
            *(annotation.sql for annotation in self.annotations),
        )

    def json(self) -> JsonObject:
        """The dashboard as Grafana reads it; the root of a file, without the id that Grafana gives."""
        no_answer = Speech(self.language)("shared.no_answer")
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": ["p2i", self.language],
            "editable": False,
            "graphTooltip": 1,
            "schemaVersion": SCHEMA_VERSION,
            "timezone": "utc",
            "weekStart": "monday",
            "time": {"from": self.shown_from, "to": self.shown_to},
            "timepicker": {"refresh_intervals": ["30s", "1m", "5m", "15m"]},
            "refresh": self.refresh,
            "links": list(self.links),
            "templating": {"list": [variable.json() for variable in self.variables]},
            "annotations": {"list": [annotation.json() for annotation in self.annotations]},
            "panels": [one.json() if isinstance(one, Row) else one.json(no_answer) for one in self.panels],
        }

    def text(self) -> str:
        """The file: the same bytes every time."""
        return json.dumps(self.json(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def spoken(
    say: Speech,
    part: str,
    panels: tuple[Panel | Row, ...],
    variables: tuple[Variable, ...] = (),
    *,
    name: str | None = None,
    annotations: tuple[Annotation, ...] = (),
    shown_from: str = "now-24h",
    refresh: str = "1m",
) -> Dashboard:
    """A dashboard of the set: its words are those of its part of the catalogue, and it leads to the others."""
    return Dashboard(
        name or part, say.language, say(f"{part}.title"), say(f"{part}.description"), panels,
        (source_variable(), *variables), annotations, (links_to_others(say("shared.others"), say.language),),
        shown_from, refresh=refresh,
    )  # fmt: skip


def uid(name: str, language: Language) -> str:
    """The uid of a dashboard, for links to it."""
    return f"p2i-{name}-{language}"


def links_to_others(title: str, language: Language) -> JsonObject:
    """The list of all dashboards of this system in one language, with the range shown kept."""
    return {
        "title": title,
        "type": "dashboards",
        "tags": ["p2i", language],
        "asDropdown": True,
        "icon": "external link",
        "includeVars": False,
        "keepTime": True,
        "targetBlank": False,
        "tooltip": "",
        "url": "",
    }
