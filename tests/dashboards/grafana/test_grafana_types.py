"""Every panel against the types of its plugin, and dashboards with one mistake each, which must not pass."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dashboards.grafana.dashboard import Dashboard
from dashboards.grafana.every_dashboard import dashboards
from dashboards.grafana.panel import Place
from dashboards.grafana.panel_kinds import text
from dashboards.grafana.speech import SPEECHES
from dashboards.grafana.variable import source_variable
from tests.dashboards.grafana.dashboard_faults import faults
from tests.dashboards.grafana.type_check import FOLDER, type_errors

Json = dict[str, Any]


@pytest.fixture(scope="module")
def compiler() -> None:
    if shutil.which("node") is None:
        pytest.skip("the types of Grafana (@grafana/schema) are checked with node, which is not installed here")
    if not (FOLDER / "node_modules" / ".package-lock.json").exists():
        pytest.skip("@grafana/schema is not installed here: make test does it where npm is")


def panel(dashboard: Json, kind: str) -> Json:
    found: Json = next(each for each in dashboard["panels"] if each["type"] == kind)
    return found


def option(kind: str, name: str, value: object) -> Callable[[Json], None]:
    return lambda dashboard: panel(dashboard, kind)["options"].__setitem__(name, value)


def misspelt_option(dashboard: Json) -> None:
    options = panel(dashboard, "stat")["options"]
    options["colourMode"] = options.pop("colorMode")


def missing_option(dashboard: Json) -> None:
    del panel(dashboard, "state-timeline")["options"]["rowHeight"]


def number_as_text(dashboard: Json) -> None:
    panel(dashboard, "stat")["fieldConfig"]["defaults"]["decimals"] = "2"


def foreign_custom_property(dashboard: Json) -> None:
    panel(dashboard, "timeseries")["fieldConfig"]["defaults"]["custom"]["cellOptions"] = {"type": "auto"}


def unknown_override(dashboard: Json) -> None:
    first = panel(dashboard, "table")["fieldConfig"]["overrides"][0]
    first["properties"].append({"id": "custom.columnWidth", "value": 90})


def override_of_another_type(dashboard: Json) -> None:
    first = panel(dashboard, "table")["fieldConfig"]["overrides"][0]
    first["properties"].append({"id": "custom.cellOptions", "value": {"type": "color-foreground"}})


def threshold_without_colour(dashboard: Json) -> None:
    del panel(dashboard, "stat")["fieldConfig"]["defaults"]["thresholds"]["steps"][0]["color"]


def query_of_another_source(dashboard: Json) -> None:
    target = panel(dashboard, "table")["targets"][0]
    target["expr"] = target.pop("rawSql")


def source_by_name(dashboard: Json) -> None:
    panel(dashboard, "table")["targets"][0]["datasource"] = "P2I"


def map_from_the_internet(dashboard: Json) -> None:
    map_ = next(each for each in dashboard["panels"] if each["type"] == "geomap")
    map_["options"]["basemap"] = {"type": "default", "name": "Layer 0", "config": {}}


def unknown_kind(dashboard: Json) -> None:
    panel(dashboard, "table")["type"] = "table-old"


def mapping_of_no_type(dashboard: Json) -> None:
    panel(dashboard, "state-timeline")["fieldConfig"]["defaults"]["mappings"][0]["type"] = "values"


class Broken(NamedTuple):
    """One mistake in one dashboard, and the word that the compiler must say about it."""

    dashboard: str
    make: Callable[[Json], None]
    word: str


UNKNOWN_LEGEND = {"calcs": [], "displayMode": "rows", "placement": "bottom", "showLegend": True}
BROKEN = {
    "misspelt-option": Broken("noc", misspelt_option, "colourMode"),
    "missing-option": Broken("noc", missing_option, "rowHeight"),
    "enum-of-no-value": Broken("circuit", option("timeseries", "legend", UNKNOWN_LEGEND), "rows"),
    "option-of-another-kind": Broken("circuit", option("heatmap", "textMode", "value"), "textMode"),
    "number-as-text": Broken("circuit", number_as_text, "'number'"),
    "foreign-custom-property": Broken("circuit", foreign_custom_property, "cellOptions"),
    "unknown-override": Broken("noc", unknown_override, "custom.columnWidth"),
    "override-of-another-type": Broken("noc", override_of_another_type, "color-foreground"),
    "threshold-without-colour": Broken("circuit", threshold_without_colour, "'color' is missing"),
    "query-of-another-source": Broken("circuits", query_of_another_source, "expr"),
    "source-by-name": Broken("circuits", source_by_name, "'Source'"),
    "map-from-the-internet": Broken("noc", map_from_the_internet, "route"),
    "unknown-kind": Broken("circuits", unknown_kind, "table-old"),
    "mapping-of-no-type": Broken("circuit", mapping_of_no_type, "values"),
    "alerts-of-another-source": Broken("on-call", option("alertlist", "datasource", "P2I"), "P2I"),
    "foreign-option-of-alerts": Broken("on-call", option("alertlist", "folders", []), "folders"),
}


def too_wide(dashboard: Json) -> None:
    panel(dashboard, "stat")["gridPos"]["w"] = 40


def beyond_the_edge(dashboard: Json) -> None:
    panel(dashboard, "table")["gridPos"] |= {"x": 20, "w": 5}


def unknown_colour(dashboard: Json) -> None:
    panel(dashboard, "stat")["fieldConfig"]["defaults"]["thresholds"]["steps"][0]["color"] = "grene"


def unknown_colour_of_a_code(dashboard: Json) -> None:
    words = panel(dashboard, "state-timeline")["fieldConfig"]["defaults"]["mappings"][0]["options"]
    next(iter(words.values()))["color"] = "dark-grey"


def unknown_reducer(dashboard: Json) -> None:
    panel(dashboard, "stat")["options"]["reduceOptions"]["calcs"] = ["newest"]


def absent_column(dashboard: Json) -> None:
    panel(dashboard, "table")["fieldConfig"]["overrides"][0]["matcher"]["options"] = "no_such_column"


def same_id(dashboard: Json) -> None:
    dashboard["panels"][0]["id"] = dashboard["panels"][-1]["id"]


FAULTY = {
    "too-wide": Broken("noc", too_wide, "grid"),
    "beyond-the-edge": Broken("noc", beyond_the_edge, "grid"),
    "unknown-colour": Broken("circuit", unknown_colour, "grene"),
    "unknown-colour-of-a-code": Broken("circuit", unknown_colour_of_a_code, "dark-grey"),
    "unknown-reducer": Broken("noc", unknown_reducer, "newest"),
    "absent-column": Broken("noc", absent_column, "no_such_column"),
    "same-id": Broken("noc", same_id, "twice"),
}
"""What no type says."""


def test_no_dashboard_has_a_fault_that_types_do_not_see() -> None:
    assert [fault for speech in SPEECHES for one in dashboards(speech) for fault in faults(one.json())] == []


@pytest.mark.parametrize("name", FAULTY)
def test_a_dashboard_with_such_a_fault_is_found(name: str) -> None:
    broken = FAULTY[name]
    (one,) = (each for each in dashboards(SPEECHES[1]) if each.name == broken.dashboard)
    wrong = copy.deepcopy(one.json())
    broken.make(wrong)
    found = faults(wrong)
    assert found
    assert all(broken.word in fault for fault in found)


@pytest.mark.usefixtures("compiler")
def test_every_dashboard_has_the_types_of_its_plugins_and_no_broken_one_does(tmp_path: Path) -> None:
    right = {one.uid: one.json() for speech in SPEECHES for one in dashboards(speech)}
    words = Dashboard("words", "en", "t", "", (text(1, Place(0, 0, 24, 4), "# Words"),), (source_variable(),))
    right[words.uid] = words.json()
    wrong = {name: copy.deepcopy(right[f"p2i-{broken.dashboard}-en"]) for name, broken in BROKEN.items()}
    for name, broken in BROKEN.items():
        broken.make(wrong[name])
    found = type_errors(right | wrong, tmp_path)
    assert {name: found[name] for name in right} == {name: [] for name in right}
    missed = [name for name, broken in BROKEN.items() if not any(broken.word in error for error in found[name])]
    assert missed == []
    assert len(BROKEN) >= 10
