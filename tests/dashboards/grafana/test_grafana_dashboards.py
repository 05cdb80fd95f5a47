"""What can be said of every dashboard without a database: texts, ids, places, links, and nothing from the internet."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pytest

from dashboards.grafana.dashboard import Dashboard, Row
from dashboards.grafana.every_dashboard import EVERY, dashboards, files
from dashboards.grafana.speech import CATALOGUE, SPEECHES, Speech

ALL = [one for speech in SPEECHES for one in dashboards(speech)]
IDS = [one.uid for one in ALL]


@dataclass(frozen=True)
class Counting(Speech):
    """A language that remembers what it was asked for."""

    asked: Counter[str] = field(default_factory=Counter)

    def __call__(self, key: str) -> str:
        self.asked[key] += 1
        return CATALOGUE[key].en


def test_every_text_is_there_in_both_languages_and_used() -> None:
    counting = Counting("en")
    dashboards(counting)
    counting("shared.no_answer")  # which every dashboard says by itself
    assert CATALOGUE.keys() - counting.asked.keys() == set(), "texts that nothing shows"
    for key, text in CATALOGUE.items():
        assert all(each.strip() == each and each for each in text), key


def test_a_missing_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        Speech("fr")("noc.no_such_text")


def words(value: Any) -> list[str]:
    """Every text a reader can see: titles, descriptions, names of columns and series, words of codes, links."""
    shown = {"title", "description", "label", "text", "noValue", "tooltip", "content"}
    if isinstance(value, dict):
        own = [each for name, each in value.items() if name in shown and isinstance(each, str)]
        if value.get("id") == "displayName":
            own.append(value["value"])
        return own + [word for each in value.values() for word in words(each)]
    return [word for each in value for word in words(each)] if isinstance(value, list) else []


@pytest.mark.parametrize("make", EVERY, ids=lambda make: make.__name__)
def test_languages_differ_in_words_only(make: Any) -> None:
    french, english = (make(speech).json() for speech in SPEECHES)
    skeletons = [re.sub(r'"(?:[^"\\]|\\.)*"', '""', json.dumps(each, ensure_ascii=False)) for each in (french, english)]
    assert skeletons[0] == skeletons[1]
    assert [panel["id"] for panel in french["panels"]] == [panel["id"] for panel in english["panels"]]
    assert french["title"] != english["title"]


@pytest.mark.parametrize("one", ALL, ids=IDS)
def test_typography(one: Dashboard) -> None:
    for word in words(one.json()):
        if one.language == "fr":
            assert not re.search(r" [:;?!%»](\s|$)|« |'", word), word
        else:
            assert "\u00a0" not in word, word


@pytest.mark.parametrize("one", ALL, ids=IDS)
def test_ids_and_places(one: Dashboard) -> None:
    assert re.fullmatch(r"p2i-[a-z-]+-(fr|en)", one.uid)
    assert len(one.uid) <= 40
    rows = [panel for panel in one.panels if isinstance(panel, Row)]
    numbers = [panel.id for panel in one.all_panels()] + [row.id for row in rows]
    assert len(numbers) == len(set(numbers))
    boxes = [(panel.at.x, panel.at.y, panel.at.width, panel.at.height) for panel in one.all_panels()]
    boxes += [(0, row.y, 24, 1) for row in rows]
    for x, y, width, height in boxes:
        assert 0 <= x < x + width <= 24
        assert y >= 0 < height
    for (x, y, width, height), (u, v, wide, high) in combinations(boxes, 2):
        assert x + width <= u or u + wide <= x or y + height <= v or v + high <= y, (
            f"{one.uid}: panels overlap at {u, v}"
        )
    tops = [panel.y if isinstance(panel, Row) else panel.at.y for panel in one.panels]
    assert tops == sorted(tops), "in the order in which they are read"


@pytest.mark.parametrize("one", ALL, ids=IDS)
def test_nothing_comes_from_elsewhere(one: Dashboard) -> None:
    text = one.text()
    assert not re.search(r"https?:|//[a-z]|\bwss?:", text)
    assert "id" not in one.json(), "Grafana gives it"
    assert {panel["type"] for panel in one.json()["panels"]} <= {
        "alertlist", "annolist", "bargauge", "gauge", "geomap", "heatmap", "row", "stat", "state-timeline",
        "status-history", "table", "text", "timeseries",
    }, "only what every Grafana brings along"  # fmt: skip


@pytest.mark.parametrize("one", ALL, ids=IDS)
def test_links_lead_to_dashboards_and_variables_that_exist(one: Dashboard) -> None:
    by_uid = {each.uid: each for each in ALL}
    for target, query in re.findall(r'"/d/([\w-]+)\?([^"]*)"', one.text()):
        assert by_uid[target].language == one.language
        chosen = set(re.findall(r"var-(\w+)=", query))
        assert chosen <= {variable.name for variable in by_uid[target].variables}
    for panel in one.all_panels():
        named = re.findall(r"\$\{__data\.fields\.(\w+)", str([column.link for column in panel.columns]))
        assert set(named) <= {column.name for column in panel.columns}


@pytest.mark.parametrize("one", ALL, ids=IDS)
def test_every_panel_says_what_an_empty_result_means(one: Dashboard) -> None:
    """And says it of an empty result only: one that never came is named as that by every panel."""
    no_answer = Speech(one.language)("shared.no_answer")
    for panel in one.all_panels():
        assert panel.title or panel.kind == "text"
        if not panel.targets or panel.kind == "geomap":
            continue
        look = panel.json(no_answer)["fieldConfig"]
        assert look["defaults"]["noValue"].endswith(no_answer), panel.title
        properties = [each for override in look["overrides"] for each in override["properties"]]
        said = {each["value"] for each in properties if each["id"] == "noValue"}
        if panel.kind in ("stat", "table"):
            assert look["defaults"]["noValue"] == no_answer
            assert panel.none in said, panel.title
        assert no_answer not in said


def test_the_same_bytes_every_time() -> None:
    code = "from dashboards.grafana.every_dashboard import files; print(''.join(files().values()), end='')"
    hashes = set()
    for seed in ("1", "2"):
        surroundings = os.environ | {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
        done = subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, check=True)
        hashes.add(hashlib.sha256(done.stdout).hexdigest())
    assert hashes == {hashlib.sha256("".join(files().values()).encode()).hexdigest()}


def test_a_file_per_dashboard_and_language() -> None:
    assert sorted(files()) == sorted(f"{one.language}/{one.uid}.json" for one in ALL)
    for name, text in files().items():
        assert json.loads(text)["uid"] == name.removesuffix(".json").partition("/")[2]


def test_ids_never_change() -> None:
    """Links, alerts and bookmarks name them: a panel may go and a new one come, but a number keeps its meaning."""
    assert {one.name: {panel.id: panel.kind for panel in one.all_panels()} for one in dashboards(SPEECHES[0])} == {
        "noc": {1: "stat", 2: "stat", 3: "stat", 4: "stat", 5: "table", 6: "geomap", 7: "table", 8: "state-timeline",
                9: "table", 11: "stat"},
        "on-call": {1: "stat", 2: "stat", 3: "stat", 4: "stat", 5: "stat", 11: "table", 12: "table", 21: "table",
                    22: "alertlist", 23: "text", 31: "table", 32: "table", 33: "table"},
        "circuits": {1: "stat", 2: "table", 3: "status-history", 4: "bargauge", 5: "table", 6: "table", 7: "table",
                     8: "annolist", 9: "stat"},
        "circuit": {1: "stat", 2: "stat", 9: "stat", 4: "stat", 5: "stat", 6: "table", 7: "state-timeline", 8: "stat",
                    11: "timeseries", 12: "timeseries", 13: "heatmap", 21: "timeseries", 22: "table", 23: "table",
                    31: "table", 32: "table", 33: "table", 34: "table"},
        "tenant": {1: "stat", 2: "stat", 3: "stat", 4: "stat", 5: "stat", 10: "table", 11: "table", 12: "table",
                   21: "table", 22: "table", 23: "table", 31: "table", 32: "table", 33: "table",
                   41: "timeseries", 42: "table", 43: "text"},
        "portfolio": {1: "stat", 2: "stat", 3: "stat", 4: "stat", 10: "geomap", 11: "table", 12: "table", 21: "table",
                      22: "table", 31: "table", 32: "text"},
        "park": {1: "stat", 2: "stat", 3: "stat", 4: "stat", 5: "stat", 6: "table", 11: "table", 12: "state-timeline",
                 21: "table", 22: "timeseries", 23: "table", 31: "table", 32: "table", 33: "table"},
        "occupancy": {1: "stat", 2: "stat", 3: "stat", 4: "stat", 5: "table", 11: "timeseries", 12: "timeseries",
                      13: "state-timeline", 14: "table", 15: "table", 21: "bargauge", 22: "table", 23: "table"},
        "data-centre": {1: "stat", 2: "stat", 3: "stat", 4: "stat", 5: "stat", 6: "stat", 11: "table",
                        12: "state-timeline", 13: "timeseries", 14: "timeseries", 15: "timeseries", 21: "timeseries",
                        22: "timeseries", 23: "text"},
        "trust": {1: "stat", 2: "stat", 3: "stat", 4: "stat", 5: "stat", 6: "stat", 11: "table", 12: "bargauge",
                  13: "table", 14: "timeseries", 21: "table", 22: "table", 23: "table", 24: "table", 25: "text",
                  31: "table", 32: "table", 33: "table", 34: "table", 35: "table", 36: "table"},
    }  # fmt: skip
