"""What the dashboards of parks, zones, data centres and trust say of a day that is known."""

from datetime import timedelta
from typing import Any

import pytest

from store.connection import Connection
from tests.dashboards.grafana.every_query import answer
from tests.dashboards.grafana.filled_day import DAY, HOUR, MINUTE, NOW
from tests.dashboards.grafana.filled_rooms import IT_WATTS, TOTAL_WATTS

Viewers = dict[str, Connection]
CASA = {"facility": "casanearshore", "zone": ["casa-z1", "casa-z2", "casa-z3"]}
ROOM = {"facility": "technopolis", "total_meter": "compteur-total", "it_meter": "compteur-it · phase:0"}


def spans(rows: list[dict[str, Any]], bar: str, code: str) -> list[tuple[timedelta, timedelta, str]]:
    own = [row for row in rows if bar in row.values()]
    return [(row["time"] - DAY, row["timeend"] - DAY, row[code]) for row in own]


def test_a_park_is_shown_as_what_it_is(viewers: Viewers) -> None:
    def situation(facility: str) -> str:
        (row,) = answer(viewers["operator"], "park-1A", values={"facility": facility})
        return str(row["situation"])

    assert {code: situation(code) for code in ("casanearshore", "technopolis", "agadir", "igoudar-dakhla")} == {
        "casanearshore": "down", "technopolis": "no_data", "agadir": "announced", "igoudar-dakhla": "project",
    }  # fmt: skip
    for panel in ("2A", "3A", "4A", "11A", "21A", "22A", "23A"):
        assert answer(viewers["operator"], f"park-{panel}", values={"facility": "agadir"}) == [], "words, not zeros"
    (outages,) = answer(viewers["operator"], "park-12A", values={"facility": "agadir"})
    assert (outages["circuit"], outages["state"]) == ("—", "no_circuits")


def test_people_are_set_against_the_capacity_they_were_counted_in(viewers: Viewers) -> None:
    (now,) = answer(viewers["operator"], "park-3A", values=CASA)
    assert now == {"people": 160, "capacity_people": 300, "zones_counted": 2, "zones": 3}
    rows = {row["time"] - DAY: row for row in answer(viewers["operator"], "park-22A", values=CASA)}
    assert (rows[7 * HOUR]["people_mean"], rows[7 * HOUR]["capacity_people"]) == (174, 460)
    assert (rows[9 * HOUR]["people_mean"], rows[9 * HOUR]["capacity_people"]) == (40, 120)
    assert rows[12 * HOUR]["people_mean"] is None, "not counted yet is not nobody"


def test_every_zone_says_whether_it_is_counted(viewers: Viewers) -> None:
    def counting(who: str, facility: str = "casanearshore") -> dict[str, str]:
        rows = answer(viewers[who], "park-21A", values={"facility": facility})
        return {row["zone"]: row["counting"] for row in rows}

    assert counting("operator") == {"casa-z1": "counted", "casa-z2": "silent", "casa-z3": "counted"}
    assert set(counting("operator", "oujda-shore").values()) == {"never"}
    assert counting("tenant") == {"casa-z1": "counted"}, "nobody else's"
    at_ten = answer(viewers["operator"], "park-21A", to_at=DAY + 10 * HOUR + 10 * MINUTE, values=CASA)
    assert {row["zone"]: row["counting"] for row in at_ten}["casa-z1"] == "implausible"
    (silent,) = [row for row in answer(viewers["operator"], "park-21A", values=CASA) if row["zone"] == "casa-z2"]
    assert silent["people"] is None, "what was counted hours ago is not now"


def test_a_manager_is_told_that_a_count_is_hidden_not_that_there_is_none(viewers: Viewers) -> None:
    rows = {row["zone"]: row for row in answer(viewers["ewane"], "occupancy-5A", values=CASA)}
    assert {zone: row["counting"] for zone, row in rows.items()} == {
        "casa-z1": "hidden", "casa-z2": "silent", "casa-z3": "counted",
    }  # fmt: skip
    timeline = answer(viewers["ewane"], "occupancy-13A", values=CASA)
    assert spans(timeline, "casa-z1", "counting") == [(0 * HOUR, 12 * HOUR, "hidden")]
    assert spans(timeline, "casa-z3", "counting") == [
        (0 * HOUR, 6 * HOUR, "counted"), (6 * HOUR, 8 * HOUR, "suppressed"), (8 * HOUR, 12 * HOUR, "counted"),
    ]  # fmt: skip
    assert answer(viewers["ewane"], "occupancy-3A", values=CASA) == [{"coverage": "100.0 %"}], "of what may be seen"
    people = {row["time"] - DAY: row["people_mean"] for row in answer(viewers["ewane"], "occupancy-11A", values=CASA)}
    assert (people[5 * HOUR], people[6 * HOUR], people[8 * HOUR]) == (0, None, 40)
    assert {row["zone"] for row in answer(viewers["ewane"], "occupancy-12A", values=CASA)} == {"casa-z3"}


def test_what_was_not_counted_is_absent_and_too_much_is_doubted(viewers: Viewers) -> None:
    timeline = answer(viewers["operator"], "occupancy-13A", values=CASA)
    assert spans(timeline, "casa-z1", "counting") == [
        (0 * HOUR, 9 * HOUR, "counted"), (9 * HOUR, 9.5 * HOUR, "absent"), (9.5 * HOUR, 10 * HOUR, "counted"),
        (10 * HOUR, 10.25 * HOUR, "implausible"), (10.25 * HOUR, 12 * HOUR, "counted"),
    ]  # fmt: skip
    doubts = {row["zone"]: row for row in answer(viewers["operator"], "occupancy-22A", values=CASA)}
    assert doubts["casa-z1"]["coverage"] == "95.8 %", "46 of 48 quarters"
    assert doubts["casa-z1"]["implausible_seconds"] == 900
    assert doubts["casa-z2"]["coverage"] == "66.6 %", "8 of 12 hours, cut"
    (coverage,) = answer(viewers["operator"], "occupancy-3A", values=CASA)
    assert coverage["coverage"] == "87.5 %", "46, 32 and 48 of 144 quarters"


def test_the_week_divides_once_and_leaves_empty_what_was_not_counted(viewers: Viewers) -> None:
    rows = {row["weekday"]: row for row in answer(viewers["operator"], "occupancy-14A", values=CASA)}
    assert len(rows) == 7
    assert DAY.isoweekday() == 2
    assert rows["2"]["h00"] == 10, "50 of 460, cut"
    assert rows["2"]["h07"] == 37, "120, 50 and 4 of 460"
    assert rows["2"]["h12"] is None
    assert set(rows["1"].values()) == {"1", None}
    (peak,) = [row for row in answer(viewers["operator"], "occupancy-15A", values=CASA) if row["zone"] == "casa-z1"]
    assert (peak["people_most"], peak["peak_at"] - DAY) == (210, 10 * HOUR)
    assert peak["person_hours"] == pytest.approx(120 * 4.25 + 210 * 0.25)
    assert peak["counted_percent"] == 47, "46 of 96 quarters"


def test_a_door_that_drifts_and_a_sensor_without_a_value_are_named(viewers: Viewers) -> None:
    rows = {row["sensor"]: row for row in answer(viewers["operator"], "occupancy-23A", values=CASA)}
    door = rows["casa-z3-porte"]
    assert (door["people_in"], door["people_out"], door["drift"]) == (55, 50, 5), "the last reading lies at the end"
    assert (door["absences"], door["reasons"], door["breaks"]) == (1, "null", 0)


def test_air_is_judged_against_the_envelope_and_a_gap_is_unknown(viewers: Viewers) -> None:
    timeline = answer(viewers["operator"], "data-centre-12A", values=ROOM)
    assert spans(timeline, "salle-1", "envelope") == [
        (0 * HOUR, 4 * HOUR, "within"), (4 * HOUR, 5 * HOUR, "too_hot"),
        (5 * HOUR, 7 * HOUR + 25 * MINUTE, "within"), (7 * HOUR + 25 * MINUTE, 8 * HOUR, "unknown"),
        (8 * HOUR, 12 * HOUR, "within"),
    ]  # fmt: skip
    assert spans(timeline, "salle-2", "envelope")[-1] == (10 * HOUR + 25 * MINUTE, 12 * HOUR, "unknown")
    listed = answer(viewers["operator"], "data-centre-11A", values=ROOM)
    assert [(row["point"], row["envelope"]) for row in listed] == [("salle-2", "silent"), ("salle-1", "within")]
    (one,) = [row for row in listed if row["point"] == "salle-1"]
    assert one["known"] == "95.1 %", "12 hours less 35 minutes"
    assert one["within"] == "91.2 %", "all of it but an hour"
    assert one["dew_point"] == "11.3 °C", "24 degrees and 45 %: psychrometric tables"
    assert answer(viewers["operator"], "data-centre-1A", values=ROOM) == [{"situation": "partly_silent"}]
    assert answer(viewers["operator"], "data-centre-2A", values=ROOM) == [{"hottest": "salle-1 · 24.0 °C"}]
    at_four = answer(viewers["operator"], "data-centre-1A", to_at=DAY + 4.5 * HOUR, values=ROOM)
    assert at_four == [{"situation": "outside"}]


def test_a_project_has_no_readings_and_says_so(viewers: Viewers) -> None:
    embassy = ROOM | {"facility": "igoudar-dakhla"}
    assert answer(viewers["operator"], "data-centre-1A", values=embassy) == [{"situation": "project"}]
    assert answer(viewers["operator"], "data-centre-1A", values=CASA) == [{"situation": "no_sensors"}]
    for panel in ("2A", "3A", "11A", "13A", "14A", "15A", "21A", "22A"):
        assert answer(viewers["operator"], f"data-centre-{panel}", values=embassy) == [], panel


def test_pue_is_energy_over_energy_where_both_are_known(viewers: Viewers) -> None:
    assert answer(viewers["operator"], "data-centre-4A", values=ROOM) == [{"pue": f"{TOTAL_WATTS / IT_WATTS:.2f}"}]
    curve = {row["time"] - DAY: row["pue"] for row in answer(viewers["operator"], "data-centre-21A", values=ROOM)}
    assert curve[4 * HOUR] == TOTAL_WATTS / IT_WATTS
    assert curve[5 * HOUR] is None, "the equipment's meter began anew"
    (known,) = answer(viewers["operator"], "data-centre-5A", values=ROOM)
    assert known["known_percent"] == 83, "10 of 12 hours, cut"
    energy = answer(viewers["operator"], "data-centre-22A", values=ROOM)
    (hour,) = [row for row in energy if row["meter"] == "compteur-total" and row["time"] == DAY + 3 * HOUR]
    assert hour["kilowatt_hours"] == pytest.approx(TOTAL_WATTS / 1000)


@pytest.mark.parametrize("it_meter", ["—", "compteur-total", []])
def test_no_pue_without_two_different_meters(viewers: Viewers, it_meter: str | list[str]) -> None:
    chosen = ROOM | {"it_meter": it_meter}
    assert answer(viewers["operator"], "data-centre-4A", values=chosen) == []
    assert answer(viewers["operator"], "data-centre-5A", values=chosen) == []


def test_trust_counts_what_is_to_be_dealt_with(viewers: Viewers) -> None:
    (counts,) = answer(viewers["operator"], "trust-4A")
    assert (counts["quarantined"], counts["gaps"]) == (2, 2)
    assert counts["unscored"] >= 1
    rows = answer(viewers["operator"], "trust-21A")
    assert [(row["reason"], row["arrivals"]) for row in rows] == [("unknown_circuit", 2), ("malformed", 1)]
    gaps = {row["reason"]: row["messages"] for row in answer(viewers["operator"], "trust-22A")}
    assert gaps == {"session_lost": None, "sequence": 7}
    assert "text: no such day" in {row["reason"] for row in answer(viewers["operator"], "trust-31A")}
    assert answer(viewers["tenant"], "trust-21A") == answer(viewers["tenant"], "trust-22A") == []


def test_trust_tells_old_from_never_and_a_clock_that_is_ahead(viewers: Viewers) -> None:
    trust = {row["code"]: row["trust"] for row in answer(viewers["operator"], "trust-11A")}
    assert (trust["casa-a1"], trust["tet-a1"], trust["fes-a1"]) == ("fresh", "old", "never")
    assert (trust["casa-z1"], trust["casa-z2"], trust["fes-z1"]) == ("fresh", "old", "ahead")
    first = answer(viewers["operator"], "trust-23A")[0]
    assert (first["code"], first["late_by_seconds"]) == ("fes-z1", -30)


def test_a_range_that_ended_accuses_no_clock(viewers: Viewers) -> None:
    listed = answer(viewers["operator"], "trust-11A", to_at=NOW - HOUR)
    assert [row["code"] for row in listed if row["trust"] == "ahead"] == ["fes-z1"], "as in the range that ends now"
    assert min(row["age_seconds"] for row in listed if row["age_seconds"] is not None) == 0
    assert answer(viewers["operator"], "trust-1A", to_at=NOW - HOUR) == [{"age_seconds": 0}]


def test_trust_tells_of_the_engine_the_sums_and_the_rules(viewers: Viewers) -> None:
    for who in ("operator", "tenant"):
        assert answer(viewers[who], "trust-1A") == [{"age_seconds": 0}]
        assert answer(viewers[who], "trust-2A")[0]["rollup"] in ("fresh", "policies")
        (rules,) = answer(viewers[who], "trust-3A")
        assert rules["rules"] in ("current", "stale"), "the server's own zone data decide"
        kept = {row["relation"]: row["kept_days"] for row in answer(viewers[who], "trust-33A")}
        assert kept["occupancy"] == 396
        assert kept["circuit_1h"] is None
    assert answer(viewers["operator"], "trust-1A", to_at=NOW + HOUR) == [{"age_seconds": 3600}]
