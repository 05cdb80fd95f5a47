"""What each kind of panel needs of its query's result, so that Grafana draws what is meant."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboards.grafana.panel import Panel, Target
from store.connection import Connection

TIMES = {"timestamptz", "timestamp", "date"}
NUMBERS = {"int2", "int4", "int8", "float4", "float8", "numeric"}
TEXTS = {"text", "varchar", "name"}


@dataclass(frozen=True)
class Result:
    """Column names with the names of their types, and the rows."""

    types: Mapping[str, str]
    rows: Sequence[tuple[Any, ...]]

    def of_type(self, types: set[str]) -> list[str]:
        return [name for name, kind in self.types.items() if kind in types]

    def values(self, name: str) -> list[Any]:
        place = list(self.types).index(name)
        return [row[place] for row in self.rows]


def run(connection: Connection, sql: str) -> Result:
    """Runs finished SQL as Grafana does, by the simple protocol, and gives the transaction back."""
    cursor = connection.execute(sql.encode())
    names = [column.name for column in cursor.description or []]
    assert len(names) == len(set(names)), f"columns of the same name: {names}"
    kinds = [column.type_code for column in cursor.description or []]
    found = Result(dict(zip(names, map(_type_name, kinds), strict=True)), cursor.fetchall())
    connection.rollback()
    return found


def _type_name(oid: int) -> str:
    names = {1184: "timestamptz", 1114: "timestamp", 1082: "date", 20: "int8", 21: "int2", 23: "int4", 700: "float4",
             701: "float8", 1700: "numeric", 25: "text", 1043: "varchar", 19: "name", 16: "bool"}  # fmt: skip
    return names.get(oid, f"oid {oid}")


def check_panel(panel: Panel, target: Target, result: Result) -> None:
    """Asserts that the result suits the panel: types of columns, titles, known codes, order of time."""
    drawable = TIMES | NUMBERS | TEXTS
    assert set(result.types.values()) <= drawable, f"a type that Grafana makes text of: {result.types}"
    if target.format == "time_series":
        _check_time_series(result)
    _CHECKS[panel.kind](panel, result)
    for column in panel.columns:
        if column.name in result.types:
            _check_codes(column.meanings, result.values(column.name), column.name)
    titled = {column.name for column in panel.columns}
    assert titled & set(result.types) or not panel.columns, f"no column of {titled} in {list(result.types)}"


def titles_without_column(panel: Panel, results: Sequence[Result]) -> set[str]:
    """Columns that have a title and that no query of the panel returns."""
    return {column.name for column in panel.columns} - {name for result in results for name in result.types}


def check_variable(result: Result) -> None:
    assert list(result.types) == ["__text", "__value"]
    assert set(result.types.values()) <= TEXTS
    assert len(result.values("__value")) == len(set(result.values("__value")))


def check_annotation(result: Result) -> None:
    assert list(result.types) == ["time", "timeend", "text", "tags"]
    assert set(result.of_type(TIMES)) == {"time", "timeend"}


def _check_time_series(result: Result) -> None:
    assert next(iter(result.types)) == "time"
    assert result.of_type(TIMES) == ["time"] or (not result.of_type(TIMES) and "time" in result.of_type(NUMBERS))
    assert len(result.of_type(NUMBERS)) >= 1
    times = result.values("time")
    assert times == sorted(times), "Grafana refuses a series that is not in order"
    labels = [result.values(name) for name in result.of_type(TEXTS)]
    keys = list(zip(times, *labels, strict=True))
    assert len(keys) == len(set(keys)), "two values at one instant of one series"


def _check_bars(_panel: Panel, result: Result) -> None:
    assert len(result.of_type(NUMBERS)) == len(result.of_type(TEXTS)) == 1, "a name and a value per row"


def _check_number(panel: Panel, result: Result) -> None:
    assert len(result.rows) == 1, "one row: the last one would be shown, and of none what is said of no answer"
    if panel.defaults["mappings"]:
        assert result.of_type(TEXTS) == list(result.types)
        figures = [each["options"]["pattern"] for each in panel.defaults["mappings"] if each["type"] == "regex"]
        words = [
            value for value in result.values(next(iter(result.types)))
            if not any(re.fullmatch(pattern, str(value)) for pattern in figures)
        ]  # fmt: skip
        _check_codes(_codes(panel), words, panel.title)
    else:
        assert result.of_type(NUMBERS) == list(result.types)


def _check_table(panel: Panel, result: Result) -> None:
    assert [column.name for column in panel.columns] == list(result.types), "a title for every column, in its order"
    assert result.rows, "of no row Grafana says what it says of a database that does not answer"
    if not is_nothing(result.rows):
        assert None not in result.values(panel.columns[0].name), "there it would say that there is nothing"


def is_nothing(rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether a table's rows are the one that stands for none."""
    return len(rows) == 1 and not any(value is not None for value in rows[0])


def _check_spans(panel: Panel, result: Result) -> None:
    assert list(result.types)[:2] == ["time", "timeend"] == result.of_type(TIMES)
    *apart, code = list(result.types)[2:]
    assert apart == [field for each in panel.transformations for field in each["options"].get("fields", [])]
    assert {result.types[name] for name in (*apart, code)} <= TEXTS
    _check_codes(_codes(panel), result.values(code), panel.title)
    ends: dict[tuple[Any, ...], datetime] = {}
    for starts_at, ends_at, *bar, _ in result.rows:
        assert starts_at < ends_at
        assert ends.get(tuple(bar), starts_at) <= starts_at, "two states at once in one bar"
        ends[tuple(bar)] = ends_at


def _check_series(panel: Panel, result: Result) -> None:
    assert all(target.format == "time_series" for target in panel.targets)
    assert panel.least_interval is not None
    names = [name for name in result.types if name != "time"]
    assert result.of_type(TEXTS) == [] or len(result.of_type(NUMBERS)) == 1, f"labels for one value only: {names}"


def _check_heatmap(panel: Panel, result: Result) -> None:
    _check_series(panel, result)
    bounds = [float(name) for name in list(result.types)[1:]]
    assert bounds == sorted(bounds)
    assert bounds[-1] == math.inf


def _check_map(panel: Panel, result: Result) -> None:
    assert {"latitude", "longitude"} <= set(result.of_type(NUMBERS))
    if set(result.types) == {"latitude", "longitude"}:
        assert result.rows[0] == result.rows[-1], "an outline is closed"
        return
    labels = []
    for markers in panel.options["layers"]:
        style = markers["config"]["style"]
        assert {style["color"]["field"], style["text"]["field"]} <= set(result.of_type(TEXTS))
        _check_codes(_codes(panel), result.values(style["color"]["field"]), panel.title)
        labels.append(result.values(style["text"]["field"]))
    assert all(sum(map(bool, each)) <= 1 for each in zip(*labels, strict=True)), "a park has one label"


_CHECKS = {
    "stat": _check_number, "bargauge": _check_bars, "table": _check_table,
    "state-timeline": _check_spans, "timeseries": _check_series, "status-history": _check_series,
    "heatmap": _check_heatmap, "geomap": _check_map,
}  # fmt: skip


def _codes(panel: Panel) -> Mapping[str, Any]:
    spoken = [each["options"] for each in panel.defaults["mappings"] if each["type"] == "value"]
    return {code: meaning for options in spoken for code, meaning in options.items()}


def _check_codes(meanings: Mapping[str, Any], values: Sequence[Any], where: str) -> None:
    """A code without words would be shown as it is, in English, to everybody."""
    if meanings:
        assert {value for value in values if value is not None} <= meanings.keys(), where
