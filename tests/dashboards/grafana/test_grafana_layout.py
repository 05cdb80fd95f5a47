"""Words have room on the narrowest screen the boards are made for: 1280 pixels wide, in both languages.

Widths of words are taken from what a browser draws: a little too broad, so that what passes here is never cut.
"""

import math
from collections.abc import Iterator

import pytest

from dashboards.grafana.dashboard import Dashboard
from dashboards.grafana.every_dashboard import dashboards
from dashboards.grafana.field import Column
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import stat, table
from dashboards.grafana.speech import SPEECHES

ALL = [one for speech in SPEECHES for one in dashboards(speech)]
IDS = [one.uid for one in ALL]

GRID_PIXELS = 52.3
"""A column of the grid of 24 at 1280 pixels, with the gap to its neighbour."""
AROUND_TABLE, AROUND_TILE, AROUND_CELL = 26, 24, 13
CODE_LETTER, LETTER, HEAD_LETTER, NAME_LETTER = 6.8, 7.3, 7.6, 6.0
"""Pixels per letter: of codes' words and of what is said of no row, of the heads of columns, of names in tiles."""
CODES = {
    *("indicator", "kind", "rule", "cause", "severity", "stands", "when", "change", "step", "line"),
    *("mail_state", "contest_mail_state", "files", "trouble"),
}
"""Columns whose words all come up; of the states of circuits and the like only some do, in any one table."""
STANDINGS, JUDGED = {"standing", "verdict"}, ("met", "breached", "on_track", "open", "insufficient_data")


def widths(panel: Panel) -> Iterator[tuple[Column, float]]:
    """Columns with their pixels, shared out as Grafana's table does it."""
    shown = [column for column in panel.columns if not column.is_hidden]
    properties = {
        column.name: {each["id"]: each["value"] for each in column.override("table")["properties"]} for column in shown
    }
    fixed = {name: each["custom.width"] for name, each in properties.items() if "custom.width" in each}
    shared = (panel.at.width * GRID_PIXELS - AROUND_TABLE - sum(fixed.values())) / max(1, len(shown) - len(fixed))
    least = panel.defaults["custom"]["minWidth"]
    for column in shown:
        yield column, fixed.get(column.name, max(properties[column.name].get("custom.minWidth", least), shared))


def cut_words(panel: Panel) -> list[str]:
    """Words of a table that its columns cut: a head's longest word, a code's words, what is said of no row."""
    found = []
    for place, (column, pixels) in enumerate(widths(panel)):
        room = pixels - AROUND_CELL
        texts = [(word, HEAD_LETTER) for word in column.title.split(" ")]
        if column.name in CODES:
            texts += [(meaning.text, CODE_LETTER) for meaning in column.meanings.values()]
        if column.name in STANDINGS and "breached" in column.meanings:
            texts += [(column.meanings[code].text, CODE_LETTER) for code in JUDGED]
        if place == 0:
            # Nothing wraps it: the height of a row is that of its values.
            texts.append((panel.none, LETTER))
        found += [
            f"{panel.title} / {column.title}: {text} ({len(text) * letter:.0f} of {room:.0f})"
            for text, letter in texts
            if len(text) * letter > room
        ]
    return found


def colliding_names(panel: Panel) -> list[str]:
    """Names of the values in a tile that are broader than the part of it that Grafana gives each."""
    count, wide, high = len(panel.columns), panel.at.width * GRID_PIXELS - AROUND_TILE, panel.at.height * 38 - 56
    square = max(_part(wide, high, count), _part(high, wide, count))
    lines = math.ceil(count / math.floor(wide / square))
    side_by_side = math.ceil(count / lines)
    room = wide / side_by_side - 2 * (12 if high / lines > 100 else 8)
    return [
        f"{panel.title} / {column.title}"
        for column in panel.columns
        if max(map(len, column.title.split())) * NAME_LETTER > room
    ]


def _part(along: float, across: float, count: int) -> float:
    """The side of the square into which Grafana cuts a tile for so many values, along one of its sides."""
    parts = math.ceil(math.sqrt(count * along / across))
    if math.floor(parts * across / along) * parts < count:
        return across / math.ceil(parts * across / along)
    return along / parts


@pytest.mark.parametrize("one", ALL, ids=IDS)
def test_no_table_cuts_its_words(one: Dashboard) -> None:
    assert [cut for panel in one.all_panels() if panel.kind == "table" for cut in cut_words(panel)] == []


@pytest.mark.parametrize("one", ALL, ids=IDS)
def test_names_in_a_tile_do_not_collide(one: Dashboard) -> None:
    tiles = [panel for panel in one.all_panels() if panel.kind == "stat" and len(panel.columns) > 1]
    assert [name for panel in tiles for name in colliding_names(panel)] == []


@pytest.mark.parametrize("one", ALL, ids=IDS)
def test_what_takes_several_lines_has_room_for_more_than_a_word(one: Dashboard) -> None:
    for panel in one.all_panels():
        if panel.kind == "table":
            assert [column.name for column, pixels in widths(panel) if column.wraps and pixels < 110] == [], panel.title


def test_a_board_that_cuts_is_found() -> None:
    rows = Target("SELECT 1 AS code, 2 AS other")
    narrow = [Column("code", "Code", width=90), Column("other", "Interruptions", width=60)]
    found = cut_words(table(1, "T", Place(0, 0, 24, 4), rows, narrow, no_value="no circuit is watched"))
    assert [each.partition(": ")[2].rpartition(" (")[0] for each in found] == ["no circuit is watched", "Interruptions"]
    names = [Column("down", "interrompues"), Column("works", "en travaux"), Column("up", "disponibles")]
    tile = stat(2, "T", Place(0, 0, 4, 4), rows, columns=names, text="value_and_name")
    assert colliding_names(tile) == ["T / interrompues", "T / disponibles"]
