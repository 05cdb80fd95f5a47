import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from dashboards.board import board
from dashboards.rows import Board, Observed, Scored
from dashboards.terminal import drawing
from dashboards.words import ENGLISH, FRENCH, Words
from facilities.inventory import REAL_INVENTORY, Inventory, read_inventory
from store.rows import OccupancyRow
from store.verdict_rows import UnscoredRow

Make = Callable[..., dict[str, Any]]

NOW = datetime(2026, 11, 16, 8, 12, 31, tzinfo=UTC)
HALF = 1_296_000


def drawn(shown: Board, width: int, *, height: int | None = None, words: Words = FRENCH) -> str:
    """The board as plain text, as it goes into a pipe."""
    console = Console(file=io.StringIO(), width=width, force_terminal=False, color_system=None, highlight=False)
    console.print(drawing(shown, words, width=width, height=height))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b" not in text
    return str(text)


@pytest.fixture
def shown(demo: Inventory, availability: Make, document: Make) -> Board:
    scored = [
        document("DEMO-CASA-B", availability("casa-b1", up=HALF - 3_000, down=3_000, value="99.7685")),
        document("DEMO-CASA-A", availability("casa-a1", up=HALF - 600, down=600, value="99.9537")),
        document("DEMO-TET-E", availability("tet-a1")),
    ]
    observed = Observed(
        scored=[Scored(one, NOW - timedelta(seconds=31)) for one in scored],
        newest_readings={"casa-b1": NOW - timedelta(seconds=20), "casa-a1": NOW - timedelta(seconds=12)},
        noticed_states={("DEMO-CASA-B", "casa-b1"): ("down", NOW - timedelta(minutes=7))},
        occupancy={
            "casa-z1": OccupancyRow("casa-z1", NOW - timedelta(minutes=9), 90),
            "casa-z2": OccupancyRow("casa-z2", NOW - timedelta(hours=2), 176),
        },
    )
    return board(demo, observed, NOW)


def line(text: str, start: str) -> str:
    """The one line that starts so, with single spaces."""
    lines = [re.sub(r"[ \u00a0\u202f]+", " ", one).strip() for one in text.splitlines()]
    [found] = [one for one in lines if one.startswith(start)]
    return found


@pytest.mark.parametrize("width", [80, 100, 120, 139, 140, 174, 175, 200, 300])
@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["fr", "en"])
def test_it_fits_any_width_and_cuts_no_figure(width: int, words: Words, shown: Board) -> None:
    text = drawn(shown, width, words=words)
    assert max(len(one) for one in text.splitlines()) <= width
    sign = words.decimal_sign
    for figure in ("99.7685", "99.9537", "-7.3"):
        assert figure.replace(".", sign) in text
    assert "casa-b1" in text
    assert "DÉMO" in text


def test_a_row_at_eighty_columns(shown: Board) -> None:
    assert line(drawn(shown, 80), "CASA casa-b1") == "CASA casa-b1 ✗ non respecté 99,7685 -7,3 97,7 INTERROMPUE 20 s"


def test_a_row_at_a_hundred_and_twenty_columns(shown: Board) -> None:
    assert line(drawn(shown, 120, words=ENGLISH), "CASA casa-b1") == (
        "CASA casa-b1 Locataire B (… ✗ breached 99.9 99.7685 -7.3 42.7 97.7 900.00 MAD OUTAGE 7 min 20 s"
    )


def test_what_is_unknown_is_a_dash_and_says_why(shown: Board) -> None:
    assert line(drawn(shown, 80), "TET tet-a1") == "TET tet-a1 ? sans mesure — — 0,0 indéterminé —"
    never_scored = line(drawn(shown, 80), "FES fes-a1")
    assert never_scored == "FES fes-a1 · pas évaluée — — — — —"
    wider = line(drawn(shown, 126), "TET tet-a1")
    assert wider == "TET tet-a1 Locataire E (ficti… ? insuffisant — sans mesure — 0,0 (900,00 MAD) indéterminé —"
    assert "100" not in never_scored
    assert "0" not in never_scored


@pytest.mark.parametrize(
    ("indicator", "words", "expected"),
    [
        ("loss", FRENCH, "✗ perte non respecté"),
        ("round_trip", FRENCH, "✗ A/R non respecté"),
        ("time_to_restore", FRENCH, "✗ GTR non respecté"),
        ("round_trip", ENGLISH, "✗ RTT breached"),
    ],
)
def test_whose_verdict_it_is_fits_the_narrowest_table(
    indicator: str, words: Words, expected: str, demo: Inventory, availability: Make, document: Make
) -> None:
    other = {"id": "other", "circuit": "casa-a1", "indicator": indicator, "verdict": "breached", "credit": "0.00"}
    made = document("DEMO-CASA-A", availability("casa-a1", up=HALF, value="100.0000"), other)
    text = drawn(board(demo, Observed([Scored(made, NOW)], {}, {}, {}), NOW), 80, words=words)
    sign = words.decimal_sign
    assert f"CASA casa-a1 {expected} 100{sign}0000" in line(text, "CASA casa-a1")


def test_every_colour_has_its_word(shown: Board) -> None:
    text = drawn(shown, 120)
    for word in ("non respecté", "en bonne voie", "insuffisant", "non évalué", "INTERROMPUE", "disponible"):
        assert word in text


def test_the_heading_says_whose_when_and_how_complete(shown: Board) -> None:
    text = drawn(shown, 80)
    assert line(text, "DÉMO") == "DÉMO P2I · Inventaire de démonstration"
    assert "période 2026-11 (Africa/Casablanca, tzdb 2026f)" in text
    assert "maintenant 2026-11-16 08:12:31Z (08:12:31 locale) · complet à 08:12:00Z" in text
    assert "interrompues maintenant : casa-b1" in text


def test_people_per_zone(shown: Board) -> None:
    text = drawn(shown, 80)
    assert line(text, "CASA Shore A, plateau 1") == "CASA Shore A, plateau 1 90 / 180 ████ 50 % 9 min"
    assert line(text, "CASA Shore A, plateau 2") == "CASA Shore A, plateau 2 176 / 160 ████████ 110 % 2 h"
    assert line(text, "CASA Shore B") == "CASA Shore B, accueil et restauration — / 120 aucun comptage —"


@pytest.mark.parametrize("height", [12, 16, 20, 24, 30, 40, 60])
@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_small_terminal_keeps_the_worst_and_counts_the_rest(width: int, height: int, shown: Board) -> None:
    lines = drawn(shown, width, height=height).splitlines()
    assert len(lines) <= max(height, 12)
    rows = [one for one in lines if re.match(r"(CASA|TECH|FES|OUJ|TET) +[a-z]+-", one)]
    assert "casa-b1" in rows[0]
    if len(rows) < len(shown.circuits):
        assert f"… {len(shown.circuits) - len(rows)} de plus" in "\n".join(lines)


def test_a_database_that_is_away_is_said(shown: Board) -> None:
    away = replace(shown, heading=replace(shown.heading, away_since_at=NOW))
    assert "base de données injoignable depuis 08:12:31Z : dernier état connu" in drawn(away, 80)


def test_an_agreement_of_another_inventory_is_named(demo: Inventory, availability: Make, document: Make) -> None:
    scored = [Scored(document("ELSEWHERE", availability("x")), NOW)]
    text = drawn(board(demo, Observed(scored, {}, {}, {}), NOW), 80)
    assert "Évaluées mais absentes de cet inventaire : ELSEWHERE" in text


def test_a_month_that_cannot_be_scored_says_why(demo: Inventory) -> None:
    failed = [
        UnscoredRow("DEMO-CASA-A", datetime(2026, 11, 1, tzinfo=UTC), NOW, "the period is off the grid"),
        UnscoredRow("DEMO-CASA-B", datetime(2026, 10, 1, tzinfo=UTC), NOW, "another month"),
        UnscoredRow("ELSEWHERE", datetime(2026, 11, 1, tzinfo=UTC), NOW, "another inventory"),
    ]
    observed = Observed([], {}, {}, {}, failed)
    text = drawn(board(demo, observed, NOW), 80)
    assert "Évaluation impossible : DEMO-CASA-A (the period is off the grid)" in text
    assert "another" not in text
    assert "Évaluation impossible" not in drawn(board(demo, observed, NOW, tenant="locataire-b"), 80)


def test_an_inventory_without_circuits_is_no_error() -> None:
    text = drawn(board(read_inventory(REAL_INVENTORY), Observed([], {}, {}, {}), NOW), 80)
    assert "Aucune liaison dans cet inventaire." in text
    assert "aucune période évaluée" in text
    assert "DÉMO" not in text


@pytest.fixture
def worst(demo: Inventory, availability: Make, document: Make) -> Board:
    """The widest rows the demo inventory can make: large credits, long names, overspent budgets, a GTR as the worst."""
    listed = [
        document(
            "DEMO-CASA-A",
            availability("casa-a1", up=HALF - 12_961, down=12_961, value="98.9999"),
            {"id": "gtr", "circuit": "casa-a1", "indicator": "time_to_restore", "verdict": "breached",
             "credit": "1800.00"},
        ),
        document(
            "DEMO-OUJ-D",
            availability("ouj-a1", up=HALF, value="100.0000", name="availability-primary"),
            {"id": "gtr-primary", "circuit": "ouj-a1", "indicator": "time_to_restore", "verdict": "open",
             "credit": "0.00"},
            availability("ouj-b1", up=1, down=HALF - 1, value="0.0000", name="availability-backup"),
            fee="1234567.89",
        ),
        document("DEMO-CASA-B", availability("casa-b1", up=HALF - 600, down=600, value="99.9537")),
        document("DEMO-TET-E", availability("tet-a1")),
    ]  # fmt: skip
    observed = Observed(
        scored=[Scored(one, NOW - timedelta(seconds=31)) for one in listed],
        newest_readings={"casa-a1": NOW - timedelta(days=365), "ouj-b1": NOW - timedelta(minutes=59)},
        noticed_states={("DEMO-OUJ-D", "ouj-b1"): ("down", NOW - timedelta(minutes=59))},
        occupancy={code: OccupancyRow(code, NOW - timedelta(minutes=59), 12_345) for code in demo.zones},
    )
    return board(demo, observed, NOW)


def squeezed(text: str) -> str:
    return re.sub(r"[ \u00a0\u202f]+", " ", text)


@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["fr", "en"])
@pytest.mark.parametrize("width", range(60, 221))
def test_no_figure_is_cut_at_any_width(width: int, words: Words, worst: Board) -> None:
    text = drawn(worst, width, words=words)
    lines = text.splitlines()
    assert max(len(one) for one in lines) <= width
    shows = {name for name, word in words.columns.items() if word.split("\n")[-1] in squeezed(text)}
    assert {"circuit", "verdict", "availability", "left", "state"} <= shows
    for row in worst.circuits:
        [found] = [squeezed(one) for one in lines if re.search(rf"\b{row.circuit} ", one)]
        if row.availability_percent is not None:
            assert f" {words.percent_text(row.availability_percent)} " in found
        if row.budget is not None:
            assert f" {words.decimal(row.budget.left_seconds / 60, 1)} " in found
            if "of" in shows:
                assert f" {words.decimal(row.budget.allowed_seconds / 60, 1)} " in found
        if row.target_ratio is not None and "target" in shows:
            assert f" {words.decimal(row.target_ratio * 100, 2).rstrip('0')}" in found
        if row.newest_reading_at is not None and "reading" in shows:
            assert found.rstrip().endswith(squeezed(words.age((NOW - row.newest_reading_at).total_seconds())))
        if row.coverage_ratio is not None and "coverage" in shows:
            assert f" {words.decimal(row.coverage_ratio * 100, 1)} " in found
        if row.credit is not None and "credit" in shows:
            amount = f"{words.amount(row.credit.amount)} MAD"
            assert squeezed(f" {amount} " if row.credit.is_due else f" ({amount}) ") in found
    for zone in worst.zones:
        assert f"12345 / {zone.capacity_persons or words.unknown_capacity} " in squeezed(text)
    assert text.count("59\u00a0min") >= len(worst.zones)  # the age of each count


@pytest.mark.parametrize("width", range(60, 221, 4))
@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["fr", "en"])
def test_the_legend_explains_the_columns_shown_and_no_others(width: int, words: Words, worst: Board) -> None:
    text = squeezed(" ".join(drawn(worst, width, words=words).split()))
    table, _, _ = text.partition(words.occupancy)
    assert (words.legend["credit"] in text) == (words.columns["credit"] in table)
    assert words.legend["left"] in text


def test_without_circuits_the_legend_explains_none_of_their_columns() -> None:
    text = drawn(board(read_inventory(REAL_INVENTORY), Observed([], {}, {}, {}), NOW), 200)
    assert FRENCH.legend["left"] not in text
    assert FRENCH.legend["credit"] not in text


@pytest.mark.parametrize("width", [80, 120, 160, 220])
def test_beside_the_name_of_another_objective_each_figure_says_that_it_is_availabilitys(
    width: int, worst: Board
) -> None:
    """ouj-a1's worst is its GTR; target, value, minutes and coverage are availability's, and stand under its name."""
    lines = drawn(worst, width).splitlines()
    last = next(place for place, one in enumerate(lines) if "Liaison" in one)
    above, below = lines[last - 1], lines[last]
    for word in ("cible %", "reste min", "sur min", "couv. %"):
        for found in re.finditer(re.escape(word), below):
            assert "Dispo." in above[found.start() : found.end()], word
    assert above.count("Dispo.") >= 3
    assert "GTR" in next(one for one in lines if "ouj-a1" in one)
