"""Faults of a dashboard that Grafana's types let through: places, ids, colours, reducers, columns that are absent."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

COLUMNS = 24

_HUES = ("red", "orange", "yellow", "green", "blue", "purple")
_SHADES = ("super-light-", "light-", "", "semi-dark-", "dark-")
COLOURS = frozenset({f"{shade}{hue}" for shade in _SHADES for hue in _HUES} | {"text", "transparent", "panel-bg"})
"""Names that every theme of Grafana knows; of any other it makes black, and says nothing."""

_WRITTEN_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})|rgba?\([\d., ]+\)")
_NAMES_OF_COLOURS = frozenset({"color", "fixedColor", "iconColor"})

REDUCERS = frozenset(
    {
        "allIsNull", "allIsZero", "allValues", "changeCount", "count", "countAll", "delta", "diff", "diffperc",
        "distinctCount", "first", "firstNotNull", "last", "lastNotNull", "logmin", "max", "mean", "median", "min",
        "range", "stdDev", "step", "sum", "uniqueValues", "variance",
    } | {f"p{number}" for number in range(1, 100)}
)  # fmt: skip
"""Grafana's `ReducerID`; of any other a panel shows nothing."""


def faults(dashboard: Mapping[str, Any]) -> list[str]:
    """Each fault as a sentence; none of a dashboard that is right."""
    panels = dashboard["panels"]
    ids = Counter(panel["id"] for panel in panels)
    found = [f"panel id {number} is there twice" for number, count in ids.items() if count > 1]
    found += [f"colour {color!r} is none" for color in _colours(dashboard) if not _is_colour(color)]
    for panel in panels:
        where, at = f"panel {panel['id']}", panel["gridPos"]
        if not 0 <= at["x"] < at["x"] + at["w"] <= COLUMNS or at["h"] < 1:
            found.append(f"{where} is not on the grid: {at}")
        found += [f"{where}: {calc!r} is no reducer" for calc in _reducers(panel) if calc not in REDUCERS]
        found += [f"{where}: no column {name!r}" for name in _overridden(panel) if not _is_selected(name, panel)]
    return found


def _is_colour(text: str) -> bool:
    return text in COLOURS or _WRITTEN_COLOUR.fullmatch(text) is not None


def _colours(value: Any) -> Iterator[str]:
    """Every text that stands where Grafana reads a colour."""
    if isinstance(value, list):
        for each in value:
            yield from _colours(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            is_colour = name in _NAMES_OF_COLOURS or (name == "fill" and "scheme" in value)
            if is_colour and isinstance(each, str):
                yield each
            elif name == "color" and isinstance(each, dict) and isinstance(each.get("fixed"), str):
                yield each["fixed"]
            else:
                yield from _colours(each)


def _reducers(panel: Mapping[str, Any]) -> list[str]:
    options = panel.get("options", {})
    parts = (options.get("reduceOptions"), options.get("legend"))
    return [calc for part in parts if isinstance(part, dict) for calc in part.get("calcs", [])]


def _overridden(panel: Mapping[str, Any]) -> list[str]:
    matchers = [each["matcher"] for each in panel.get("fieldConfig", {}).get("overrides", [])]
    return [matcher["options"] for matcher in matchers if matcher["id"] == "byName"]


def _is_selected(name: str, panel: Mapping[str, Any]) -> bool:
    """Whether a query names the column; that it returns it is seen where queries are run."""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    return any(word.search(target["rawSql"]) for target in panel.get("targets", []))
