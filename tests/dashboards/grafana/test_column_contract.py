"""The contract of panels can be broken: a result for each way in which Grafana would draw something else."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboards.grafana.field import BAD, WELL, Column, Meaning, thresholds
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import bar_gauge, stat, table
from dashboards.grafana.park_map import park_map
from dashboards.grafana.time_panels import heatmap, state_timeline, time_series
from tests.dashboards.grafana.column_contract import Result, check_panel

AT = datetime(2026, 9, 8, tzinfo=UTC)
LATER, LAST = AT + timedelta(hours=1), AT + timedelta(hours=2)
HERE = Place(0, 0, 1, 1)
ROWS, SERIES = Target("SELECT 1"), Target("SELECT 1", "time_series")
STATES = {"up": Meaning("en service", WELL), "down": Meaning("coupée", BAD)}
STEPS = thresholds(WELL)

STAT = stat(1, "t", HERE, ROWS)
CODE = stat(1, "t", HERE, ROWS, meanings=STATES)
FIGURE = stat(1, "t", HERE, ROWS)
MONEY = stat(
    1,
    "t",
    HERE,
    ROWS,
    meanings={"hidden": Meaning("masqué", WELL)},
    patterns={r"(\d+)\.(\d\d) MAD": Meaning("$1", WELL)},
)
BARS = bar_gauge(1, "t", HERE, ROWS, unit="none", steps=STEPS)
TABLE = table(1, "t", HERE, ROWS, [Column("circuit", "Liaison"), Column("state", "État", meanings=STATES)])
LINE = time_series(1, "t", HERE, [SERIES], [Column("x", "X")], unit="s")
BAR = state_timeline(1, "t", HERE, [ROWS], STATES)
APART = state_timeline(1, "t", HERE, [ROWS], STATES, one_bar_per=("circuit", "state"))
HEAT = heatmap(1, "t", HERE, SERIES, bound_unit="s")
MAP = park_map(1, "t", HERE, ROWS, STATES, color_by="state")

PLACE = {
    "label_right": "text", "label_upper_left": "text", "label_lower_left": "text", "state": "text",
    "latitude": "float8", "longitude": "float8",
}  # fmt: skip
SPAN = {"time": "timestamptz", "timeend": "timestamptz"}
RIGHT: list[tuple[Panel, dict[str, str], Sequence[tuple[Any, ...]]]] = [
    (STAT, {"x": "int8"}, [(1,)]),
    (CODE, {"state": "text"}, [("up",)]),
    (FIGURE, {"x": "float8"}, [(None,)]),
    (BARS, {"circuit": "text", "x": "float8"}, [("a", 1), ("b", 2)]),
    (TABLE, {"circuit": "text", "state": "text"}, [("a", "up"), ("b", None)]),
    (TABLE, {"circuit": "text", "state": "text"}, [(None, None)]),
    (MONEY, {"credit": "text"}, [("1234.57 MAD",)]),
    (MONEY, {"credit": "text"}, [("hidden",)]),
    (LINE, {"time": "timestamptz", "x": "float8"}, [(AT, 1), (LATER, None)]),
    (LINE, {"time": "float8", "x": "float8"}, [(0, 1), (300, None)]),
    (BAR, SPAN | {"state": "text"}, [(AT, LATER, "up"), (LATER, LAST, "down")]),
    (APART, SPAN | {"circuit": "text", "state": "text"}, [(AT, LAST, "a", "up"), (LATER, LAST, "b", "down")]),
    (HEAT, {"time": "timestamptz", "0.1": "int8", "+Inf": "int8"}, [(AT, 1, 2)]),
    (MAP, PLACE, [("a", "", "", "up", None, None), ("", "", "", "up", 1, 2)]),
    (MAP, {"longitude": "float8", "latitude": "float8"}, [(0, 0), (1, 0), (1, 1), (0, 0)]),
]
WRONG: dict[str, tuple[Panel, dict[str, str], Sequence[tuple[Any, ...]]]] = {
    "no row for one number": (STAT, {"x": "int8"}, []),
    "two rows for one number": (STAT, {"x": "int8"}, [(1,), (2,)]),
    "a text where a number is shown": (STAT, {"x": "text"}, [("1",)]),
    "a type that becomes text": (STAT, {"x": "oid 1186"}, [(1,)]),
    "a number where a code is shown": (CODE, {"state": "int8"}, [(1,)]),
    "a code without words": (CODE, {"state": "text"}, [("unknown",)]),
    "a bar without a name": (BARS, {"x": "float8"}, [(1,)]),
    "no row, as of a database that does not answer": (TABLE, {"circuit": "text", "state": "text"}, []),
    "nothing where there is something": (TABLE, {"circuit": "text", "state": "text"}, [(None, "up")]),
    "a figure that is none": (MONEY, {"credit": "text"}, [("1234,57 MAD",)]),
    "two labels at one marker": (MAP, PLACE, [("a", "", "a", "up", 1, 2)]),
    "a column without a title": (TABLE, {"circuit": "text", "state": "text", "extra": "int8"}, [("a", "up", 1)]),
    "a title without its column": (TABLE, {"circuit": "text"}, [("a",)]),
    "columns in another order": (TABLE, {"state": "text", "circuit": "text"}, [("up", "a")]),
    "a code without words in a table": (TABLE, {"circuit": "text", "state": "text"}, [("a", "UP")]),
    "time that is not first": (LINE, {"x": "float8", "time": "timestamptz"}, []),
    "time of another name": (LINE, {"at": "timestamptz", "x": "float8"}, []),
    "time out of order": (LINE, {"time": "timestamptz", "x": "float8"}, [(LATER, 1), (AT, 2)]),
    "an instant twice": (LINE, {"time": "timestamptz", "x": "float8"}, [(AT, 1), (AT, 2)]),
    "a series without a value": (LINE, {"time": "timestamptz"}, [(AT,)]),
    "two states at once": (BAR, SPAN | {"state": "text"}, [(AT, LAST, "up"), (LATER, LAST, "down")]),
    "a span that ends before it starts": (BAR, SPAN | {"state": "text"}, [(LATER, AT, "up")]),
    "an end of another name": (BAR, {"time": "timestamptz", "until": "timestamptz", "state": "text"}, []),
    "bars that are not told apart": (BAR, SPAN | {"circuit": "text", "state": "text"}, []),
    "a class without a bound": (HEAT, {"time": "timestamptz", "fast": "int8"}, [(AT, 1)]),
    "classes out of order": (HEAT, {"time": "timestamptz", "+Inf": "int8", "0.1": "int8"}, [(AT, 1, 2)]),
    "no class for the rest": (HEAT, {"time": "timestamptz", "0.1": "int8"}, [(AT, 1)]),
    "a place of text": (MAP, PLACE | {"latitude": "text", "longitude": "text"}, []),
    "an outline that is open": (MAP, {"longitude": "float8", "latitude": "float8"}, [(0, 0), (1, 0), (1, 1)]),
    "a marker without a colour": (MAP, {name: kind for name, kind in PLACE.items() if name != "state"}, []),
}


@pytest.mark.parametrize(("panel", "types", "rows"), RIGHT)
def test_what_suits_a_panel(panel: Panel, types: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
    check_panel(panel, panel.targets[0], Result(types, rows))


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not(name: str) -> None:
    panel, types, rows = WRONG[name]
    with pytest.raises((AssertionError, ValueError)):
        check_panel(panel, panel.targets[0], Result(types, rows))
