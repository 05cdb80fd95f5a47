"""How values look: colours, meanings of codes, thresholds, and the columns of a result. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

WELL, WARNING, BAD, UNKNOWN, PLANNED, PLAIN = "blue", "dark-yellow", "dark-orange", "#8e8e8e", "purple", "text"
FICTION, NOTHING = "#cc79a7", "transparent"
"""One meaning per colour on every dashboard, told apart without red and green, and readable on a light ground too;
whatever is coloured also says it in words. `PLAIN` is said of what is neither good nor bad."""

WARNING_SURFACE = "yellow"
"""The same warning where it is a ground with letters on it: bright enough for Grafana to write on it in black."""

LEAST = -1e12
"""A first step from here upwards leaves the colour below it to what has no value at all."""

_WRAPPED = 200
"""Pixels of a table's column whose texts take several lines, at least: in less, each has a word per line."""

ABSENT = "—"
"""What stands in a cell of a table that has no value."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code in the data means to a reader: its words and colour."""

    text: str
    color: str


Meanings: TypeAlias = Mapping[str, Meaning]
Patterns: TypeAlias = Mapping[str, Meaning]
"""How a language writes a text that is a figure: what replaces it (with `$1`), and in which colour, by the pattern that
it matches wholly. The first that fits is taken."""


def mappings(meanings: Meanings, patterns: Patterns | None = None) -> list[JsonObject]:
    """Grafana's mappings for codes, then for texts by their pattern, in the order given."""
    options = {
        code: {"text": meaning.text, "color": meaning.color, "index": index}
        for index, (code, meaning) in enumerate(meanings.items())
    }
    spoken: list[JsonObject] = [
        {
            "type": "regex",
            "options": {
                "pattern": pattern,
                "result": {"text": one.text, "index": len(options) + index}
                | ({} if one.color == PLAIN else {"color": one.color}),
            },
        }
        for index, (pattern, one) in enumerate((patterns or {}).items())
    ]
    return ([{"type": "value", "options": options}] if options else []) + spoken


def thresholds(lowest: str, *steps: tuple[float, str]) -> JsonObject:
    """The colour below the first step, then from each step upwards."""
    return {
        "mode": "absolute",
        "steps": [{"value": None, "color": lowest}, *({"value": value, "color": color} for value, color in steps)],
    }


def look(
    unit: str,
    decimals: int | None,
    steps: JsonObject | None,
    meanings: Meanings | None,
    patterns: Patterns | None = None,
) -> JsonObject:
    """How values look unless a column says otherwise: `steps` colour them, `meanings` give codes their words."""
    values: JsonObject = {
        "unit": unit,
        "color": {"mode": "thresholds"},
        "thresholds": steps or thresholds(PLAIN),
        "mappings": mappings(meanings or {}, patterns),
    }
    return values if decimals is None else values | {"decimals": decimals}


def data_link(title: str, url: str) -> JsonObject:
    """A link of a value; `url` may name `${__data.fields.column:percentencode}`."""
    return {"title": title, "url": url, "targetBlank": False}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the result: what it is called for the reader, and how its values look.

    Tests demand that the query returns it, so a column renamed in SQL cannot silently lose its title.
    """

    name: str
    title: str
    unit: str | None = None
    decimals: int | None = None
    width: int | None = None
    least_width: int | None = None
    """Pixels of a table's column that takes a share of what is left, where Grafana's least would cut its words."""
    meanings: Meanings = field(default_factory=dict)
    patterns: Patterns = field(default_factory=dict)
    thresholds: JsonObject | None = None
    link: JsonObject | None = None
    cell: Literal["auto", "color-text", "color-background", "gauge"] = "auto"
    color: str | None = None
    """Of a line, whatever its values are."""
    most: float | None = None
    """Where a gauge or an axis that begins at 0 ends."""
    no_value: str = ABSENT
    """What is said where there is no value."""
    is_hidden: bool = False
    """Only there for links."""
    wraps: bool = False
    """Long texts take several lines of a table, instead of being cut."""
    custom: JsonObject = field(default_factory=dict)
    """Properties of the kind of panel, such as `lineWidth`."""

    def override(self, kind: str) -> JsonObject:
        """Grafana's override of this column in a panel of this kind."""
        values: JsonObject = {"displayName": self.title}
        if self.unit is not None:
            values["unit"] = self.unit
        if self.decimals is not None:
            values["decimals"] = self.decimals
        if self.most is not None:
            values |= {"min": 0, "max": self.most}
        if self.meanings or self.patterns:
            values["mappings"] = mappings(self.meanings, self.patterns)
        if self.thresholds is not None:
            values |= {"thresholds": self.thresholds, "color": {"mode": "thresholds"}}
        if self.color is not None:
            values["color"] = {"mode": "fixed", "fixedColor": self.color}
        if self.link is not None:
            values["links"] = [self.link]
        if kind == "table":
            values |= self._table_properties()
        elif kind == "stat":
            values["noValue"] = self.no_value
        elif kind == "state-timeline":
            # What is said where no answer came would else stand in the legend, for the time between bars, and so would
            # a dash; "" and spaces are drawn as 0.
            values["noValue"] = "\u200b"
        values |= {f"custom.{name}": value for name, value in self.custom.items()}
        return {
            "matcher": {"id": "byName", "options": self.name},
            "properties": [{"id": name, "value": value} for name, value in values.items()],
        }

    def _table_properties(self) -> JsonObject:
        # The panel's own words for "no answer" would else stand in every empty cell.
        values: JsonObject = {"noValue": self.no_value}
        if self.is_hidden:
            values["custom.hideFrom.viz"] = True
        if self.wraps:
            values["custom.wrapText"] = True
        if self.width is not None:
            values["custom.width"] = self.width
        elif (least := self.least_width or (_WRAPPED if self.wraps else None)) is not None:
            values["custom.minWidth"] = least
        if self.cell != "auto":
            values["custom.cellOptions"] = {"type": self.cell} | ({"mode": "basic"} if self.cell == "gauge" else {})
        return values
