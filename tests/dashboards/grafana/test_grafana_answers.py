"""What the dashboards say of a day that is known: right states, unknown shown as unknown, nobody else's rows."""

import math
from datetime import timedelta
from typing import Any

import pytest

from dashboards.circuits import circuit_rows
from dashboards.grafana.dashboard import Dashboard
from dashboards.grafana.speech import Speech
from dashboards.reading import read_observed
from facilities.inventory import DEMO_INVENTORY, read_inventory
from store.connection import Connection, connect
from tests.dashboards.grafana.every_query import EVERY, QUERIES, answer
from tests.dashboards.grafana.filled_day import DAY, HOUR, MINUTE, NOW
from tests.dashboards.grafana.macro_expansion import Value

Viewers = dict[str, Connection]
Row = dict[str, Any]


def test_the_wall_says_the_worst_in_a_word(viewers: Viewers) -> None:
    operator = viewers["operator"]
    assert answer(operator, "noc-1A") == [{"wall": "outage"}]
    assert answer(operator, "noc-2A") == [{"down": 1, "works": 1, "silent": 1, "no_data": 10, "up": 1}]
    assert answer(viewers["stranger"], "noc-1A") == [{"wall": "nothing_watched"}], "nothing is not all quiet"
    assert answer(viewers["tenant"], "noc-1A") == [{"wall": "blind"}], "a week nobody measured: no verdict any more"


def test_worst_first_keeps_its_order(viewers: Viewers) -> None:
    rows = answer(viewers["operator"], "noc-5A")
    stands = [(row["circuit"], row["standing"]) for row in rows]
    assert stands[:2] == [("ouj-a1", "breached"), ("ouj-b1", "open")]
    first = rows[2]
    assert (first["circuit"], first["standing"]) == ("casa-b1", "insufficient_data"), "it cannot be covered enough"
    assert first["budget_left_minutes"] < 0
    assert ("casa-a1", "insufficient_data") in stands
    standings = [row["standing"] for row in rows]
    assert standings == sorted(standings, key=["breached", "open", "insufficient_data", "on_track"].index)
    assert (first["park"], first["carrier"]) == ("Casanearshore", "Opérateur B (fictif)"), "names, not codes"


def test_an_objective_stands_as_on_the_terminal_board(filled_dsn: str, viewers: Viewers) -> None:
    with connect(filled_dsn, "tests") as owner:
        shown = circuit_rows(read_inventory(DEMO_INVENTORY), read_observed(owner, NOW), NOW)
    on_board = {(row.circuit, name): str(standing) for row in shown for name, standing in row.objectives}
    circuits = {circuit for circuit, _ in on_board}
    on_dashboard = {
        (circuit, row["objective"]): row["standing"]
        for circuit in circuits
        for row in answer(viewers["operator"], "circuit-22A", circuit=circuit)
    }
    assert on_dashboard == on_board
    assert {"breached", "open", "on_track", "insufficient_data"} <= set(on_board.values()), (
        "nine hours of a week are too little"
    )


def test_coverage_counts_from_the_first_reading(viewers: Viewers) -> None:
    """Nobody watched before it; afterwards every silence counts. No reading at all is no share, and not all of it."""
    (wall,) = answer(viewers["operator"], "noc-4A")
    assert wall["coverage"] == "90.2 %", "11.5, 12 and 9 of three times 12 hours"
    assert answer(viewers["stranger"], "noc-4A") == []
    assert answer(viewers["operator"], "circuit-5A", circuit="fes-a1") == []


def test_a_day_without_an_outage_says_so(viewers: Viewers) -> None:
    rows = answer(viewers["operator"], "noc-8A", to_at=DAY + HOUR)
    assert [(row["circuit"], row["state"]) for row in rows] == [("—", "none")]


def test_what_was_never_measured_is_not_on_track(viewers: Viewers) -> None:
    rows = [row for row in answer(viewers["operator"], "noc-5A") if row["circuit"].startswith(("fes", "live"))]
    assert rows
    assert {row["standing"] for row in rows} <= {"insufficient_data", "not_measurable"}


def test_every_park_is_shown_as_what_it_is(viewers: Viewers) -> None:
    listed = answer(viewers["operator"], "noc-7A")
    situation = {row["name"]: row["situation"] for row in listed}
    assert [row["situation"] for row in listed[:2]] == ["down", "silent"], "worst first"
    assert situation["Casanearshore"] == "down"
    assert situation["Tétouan Shore"] == "silent"
    assert situation["Technopolis"] == situation["Fès Shore"] == "no_data"
    assert situation["Agadir"] == "announced"
    assert sorted(situation.values()).count("project") == 1
    assert {row["silent"] for row in answer(viewers["operator"], "noc-7A") if row["name"] == "Agadir"} == {None}
    assert {row["situation"] for row in answer(viewers["stranger"], "noc-7A")} == {
        "no_circuits", "announced", "project",
    }  # fmt: skip


def test_outages_of_several_agreements_are_one_bar(viewers: Viewers) -> None:
    spans = [(row["circuit"], row["time"] - DAY, row["timeend"] - DAY) for row in answer(viewers["operator"], "noc-8A")]
    assert spans == [("casa-a1", 3 * HOUR, 3 * HOUR + 20 * MINUTE), ("casa-b1", 11 * HOUR, 12 * HOUR)]


def test_the_list_of_circuits_follows_every_choice(viewers: Viewers) -> None:
    def listed(**values: Value) -> list[str]:
        return [row["circuit"] for row in answer(viewers["operator"], "circuits-2A", values=values)]

    assert listed()[:2] == ["casa-b1", "tet-a1"]
    assert listed(state="down") == ["casa-b1"]
    assert listed(state=["silent", "up"]) == ["tet-a1", "casa-a1"]
    assert set(listed(park="casanearshore")) == {"casa-a1", "casa-b1", "live-1", "live-2", "live-3"}
    assert set(listed(carrier="operateur-c")) == {"live-3", "ouj-b1", "tet-b1"}
    assert listed(search="CASA-A") == ["casa-a1"]
    assert listed(search="%") == [], "a sign of LIKE is a sign like any other"
    assert listed(park=[]) == []


def test_one_circuit_now(viewers: Viewers) -> None:
    operator = viewers["operator"]
    states = {code: answer(operator, "circuit-1A", circuit=code) for code in ("casa-a1", "casa-b1", "tet-a1", "fes-a1")}
    assert {code: rows[0]["standing"] for code, rows in states.items()} == {
        "casa-a1": "up", "casa-b1": "down", "tet-a1": "silent", "fes-a1": "no_data",
    }  # fmt: skip
    assert answer(operator, "circuit-1A", circuit="nobody's") == []
    assert answer(operator, "circuit-4A", circuit="casa-a1") == [{"age_seconds": 10}]
    assert answer(operator, "circuit-4A", circuit="fes-a1") == []
    (coverage,) = answer(operator, "circuit-5A", circuit="casa-a1")
    assert coverage["coverage"] == "95.83 %", "11.5 of 12 hours, cut"


def test_the_past_can_be_looked_at_as_it_was_the_present(viewers: Viewers) -> None:
    (then,) = answer(viewers["operator"], "circuit-1A", to_at=DAY + 3 * HOUR + 10 * MINUTE, circuit="casa-a1")
    assert then["standing"] == "down"


def test_the_timeline_tells_outage_from_unknown_and_from_works(viewers: Viewers) -> None:
    observed = answer(viewers["operator"], "circuit-7A", circuit="casa-a1")
    assert [(row["observed"], row["time"] - DAY, row["timeend"] - DAY) for row in observed] == [
        ("up", 0 * HOUR, 3 * HOUR),
        ("down", 3 * HOUR, 3 * HOUR + 20 * MINUTE),
        ("up", 3 * HOUR + 20 * MINUTE, 5 * HOUR),
        ("unknown", 5 * HOUR, 5.5 * HOUR),
        ("up", 5.5 * HOUR, 12 * HOUR),
    ]
    excluded = answer(viewers["operator"], "circuit-7B", circuit="casa-a1")
    assert [(row["exclusions"], row["time"] - DAY, row["timeend"] - DAY) for row in excluded] == [
        ("accepted", 185 * MINUTE, 190 * MINUTE),
        ("accepted", 7 * HOUR, 8 * HOUR),
        ("proposed", 8 * HOUR, 9 * HOUR),
    ]
    assert [row["observed"] for row in answer(viewers["operator"], "circuit-7A", circuit="nobody's")] == ["none"]
    ahead = answer(viewers["operator"], "circuit-7A", to_at=NOW + timedelta(days=9000), circuit="casa-a1")
    assert ahead[-1]["observed"] == "unknown"
    assert ahead[-1]["timeend"] < NOW + timedelta(days=9000), "what lies ahead is not called unknown"


def test_a_line_breaks_where_nothing_was_measured(viewers: Viewers) -> None:
    def measured(circuit: str) -> dict[timedelta, float | None]:
        rows = answer(viewers["operator"], "circuit-11A", circuit=circuit)
        return {row["time"] - DAY: row["loss_ratio"] for row in rows}

    loss = measured("casa-a1")
    assert loss[4 * HOUR] == 0
    assert loss[3 * HOUR] == 1
    assert loss[5 * HOUR] is None, "sent nothing"
    silent = measured("tet-a1")
    assert silent[9 * HOUR - 5 * MINUTE] == 0
    assert silent[9 * HOUR] is None, "no row at all: the bucket is there, its value is not"


def test_the_heatmap_counts_every_answered_probe_once(viewers: Viewers) -> None:
    rows = answer(viewers["operator"], "circuit-13A", circuit="casa-a1")
    assert sum(value for row in rows for name, value in row.items() if name != "time") == 720 - 20
    assert {name for row in rows for name, value in row.items() if name != "time" and value} == {"0.025"}


def test_the_budget_burns_by_the_outages(viewers: Viewers) -> None:
    rows = answer(viewers["operator"], "circuit-21A", circuit="casa-a1")
    assert rows[0]["used_seconds"] == 0
    assert rows[-1]["time"] == NOW
    assert rows[-1]["used_seconds"] == 1200, "also where accepted works were never announced: they do not count"
    (left,) = answer(viewers["operator"], "circuit-9A", circuit="casa-a1")
    assert left["budget_left_percent"] == math.floor(100 * (1 - 1200 / rows[-1]["budget_seconds"]))


def test_what_an_accepted_exclusion_covers_burns_nothing(viewers: Viewers) -> None:
    def last(minutes: int) -> Row:
        return answer(viewers["operator"], "circuit-21A", to_at=DAY + minutes * MINUTE, circuit="casa-b1")[-1]

    assert last(720)["used_seconds"] == 3600 - 900, "out for an hour, a quarter of it by the customer's doing"
    assert last(690)["used_seconds"] == last(700)["used_seconds"] == 1800, "level while it is excluded"
    (left,) = answer(viewers["operator"], "circuit-9A", circuit="casa-b1")
    assert left["budget_left_percent"] == math.floor(
        100 - 100 * last(720)["used_seconds"] / last(720)["budget_seconds"]
    )


def test_of_accepted_exclusions_those_are_taken_out_that_the_verdict_did_not_count(filled_dsn: str) -> None:
    """Of 20 minutes out, five were announced works; five others, accepted and never announced, count."""
    with connect(filled_dsn, "tests") as owner:
        owner.execute("ALTER TABLE exclusion DISABLE TRIGGER USER")  # which want two logins; all is rolled back
        owner.execute(
            "INSERT INTO exclusion (exclusion, circuit_id, kind, starts_at, ends_at, decision, announced_at)"
            " SELECT 'MAINT-9', circuit_id, 'maintenance', %(at)s, %(at)s + interval '5 min', 'accepted', %(at)s"
            " FROM circuit WHERE circuit = 'casa-a1'",
            {"at": DAY + 3 * HOUR},
        )
        owner.execute(
            "UPDATE verdict SET detail = jsonb_set(detail, '{seconds,down}', '900')"
            " WHERE circuit = 'casa-a1' AND indicator = 'availability'"
        )
        curve = answer(owner, "circuit-21A", to_at=DAY + 3 * HOUR + 10 * MINUTE, circuit="casa-a1")
    assert curve[-1]["used_seconds"] == 300, "none of the first five minutes, all of the next"


def test_evidence_is_what_was_measured(viewers: Viewers) -> None:
    rows = answer(viewers["operator"], "circuit-34A", circuit="casa-a1")
    assert [(row["found"], row["starts_at"] - DAY, row["intervals"], row["lost"]) for row in rows] == [
        ("unsent", 5 * HOUR, 180, 0),
        ("lossy", 3 * HOUR, 120, 1200),
    ]
    (outage,) = answer(viewers["operator"], "circuit-31A", circuit="casa-a1")
    assert outage["seconds"] == 1200
    (ticket,) = answer(viewers["operator"], "circuit-33A", circuit="casa-a1")
    assert ticket["ticket"] == "T-1"


@pytest.mark.parametrize("name", [name for name in QUERIES if name.startswith("circuit-")])
def test_a_tenant_is_told_nothing_of_another_tenants_circuit(viewers: Viewers, name: str) -> None:
    for row in answer(viewers["tenant"], name, circuit="casa-b1"):
        assert {value for key, value in row.items() if key not in ("time", "timeend", "data")} <= {None, 0, "none"}


def test_a_tenant_sees_the_operators_figures_of_its_own_circuit(viewers: Viewers) -> None:
    for name in (name for name in QUERIES if name.startswith("circuit-")):
        told = [answer(viewers[who], name, circuit="casa-a1") for who in ("tenant", "operator")]
        assert told[0] == told[1], name


@pytest.mark.parametrize("one", EVERY.values(), ids=list(EVERY))
def test_fictional_data_are_marked_on_every_dashboard(viewers: Viewers, one: Dashboard) -> None:
    (tile,) = [panel for panel in one.all_panels() if panel.title == Speech("fr")("shared.data")]
    assert answer(viewers["tenant"], f"{one.name}-{tile.id}A") == [{"data": "demo"}]
    assert tile.defaults["mappings"][0]["options"]["demo"]["text"] == "DÉMO"
