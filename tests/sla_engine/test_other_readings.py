"""The worked month of the anchors, to the digit; the tools' own published vectors; laws of every reading."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from sla_engine.facts import CircuitFacts, Facts, IntervalRows, ProbeRows
from sla_engine.other_readings import OtherReadings, Reading, other_readings
from sla_engine.other_readings_command import main
from sla_engine.other_readings_document import half_up_percent, readings_document
from sla_engine.other_readings_rules import POLICIES
from sla_engine.other_readings_table import drawing
from sla_engine.score import main as score_main
from store.intervals import Interval
from tests.sla_engine.cases import (
    T0,
    agreement_text,
    an_agreement,
    availability_objective,
    customer,
    interval_rows,
    letters,
    marked,
    probe_rows,
    state_rows,
)

NAMES = [policy.name for policy in POLICIES]
HOUR = 3600
TIERS = '[{ at_least_percent = "0", below_percent = "99.75", credit_percent = "10" }]'
WORKED = availability_objective(interval_seconds=60, target_percent="99.75", credits=TIERS)
ROUND_TRIP = {"indicator": "round_trip", "at_most_ms": "30"}

# (A) 60 min outage, (B) 90 min outage of which the first 60 are planned, (C) 120 min without collector, (D) 20 min
# slow. One character per minute, 43,200 of them: up, down, not measured, slow.
MONTH = "10000u 60d 5000u 90d 5000u 120n 5000u 20s 17910u"
PLANNED = "15060. 60x"

# §1.12 of the anchors: good and total minutes (checks, for the two that count those), as printed there, the verdict
ANCHORS = {
    "icinga": (43_200 - 90, 43_200, "99.7917", "met"),
    "zabbix-excluded": (43_030, 43_030 + 110, "99.7450", "breached"),
    "zabbix": (43_030, 43_200, "99.6065", "breached"),
    "librenms": (43_200 - 150, 43_200, "99.6528", "breached"),
    "probe-counting": (42_930, 43_020, "99.7908", "met"),
    "window-mean": (43_200 - 120 - 150, 43_080, "99.6518", "breached"),
    "mef-unknown-up": (43_140 - 90, 43_140, "99.7914", "met"),
    "mef-unknown-removed": (43_020 - 90, 43_020, "99.7908", "met"),
}


def minutes(at: str = MONTH) -> str:
    return letters(at)


def probed(month: str) -> ProbeRows:
    """One probe a minute: 10 ms, 80 ms when slow, lost when down, none where nothing was measured."""
    values = {"u": 10, "s": 80, "d": None}
    every = probe_rows([values.get(letter) for letter in minutes(month)], every=60)
    sent = np.array([letter != "n" for letter in minutes(month)])
    return ProbeRows(every.sent_at[sent], every.answered[sent], every.round_trip[sent], every.units_per_ms)


def worked_facts() -> Facts:
    exclusions = tuple(map(customer, marked(PLANNED, step=60)))
    return Facts({"c": CircuitFacts(probes=probed(MONTH), exclusions=exclusions)}, {}, False)


def worked_month() -> OtherReadings:
    agreement = an_agreement(WORKED, ROUND_TRIP, monthly_fee="10000")
    return other_readings(agreement, Interval(T0, T0 + 43_200 * 60), worked_facts())


def read(
    facts: Facts, period: Interval[int], *others: dict[str, Any], as_of: int | None = None, **rules: Any
) -> dict[str, Reading]:
    found = other_readings(an_agreement(availability_objective(**rules), *others), period, facts, as_of=as_of)
    return {reading.policy.name: reading for reading in found.objectives[0].readings}


def test_the_month_is_the_one_of_the_anchors() -> None:
    month = minutes()
    assert len(month) == 43_200
    assert {letter: month.count(letter) for letter in "dns"} == {"d": 150, "n": 120, "s": 20}


@pytest.mark.parametrize("name", ANCHORS)
def test_the_worked_month_is_reproduced_to_the_digit(name: str) -> None:
    good, total, printed, verdict = ANCHORS[name]
    reading = next(one for one in worked_month().objectives[0].readings if one.policy.name == name)
    assert reading.ratio == Fraction(good, total)
    assert half_up_percent(reading.ratio) == printed
    assert reading.verdict == verdict
    assert reading.credit.cents == (0 if verdict == "met" else 100_000)


def test_the_anchors_mean_of_windows_holds_for_a_silence_on_the_edges_of_windows() -> None:
    """Their formula divides minutes; their rule weighs windows. Two minutes later the silence cuts two windows, each
    of which still weighs as much as a whole one, and the rule gives 8587/8617 where the formula says 8586/8616."""
    shifted = MONTH.replace("5000u 120n 5000u", "5002u 120n 4998u")
    facts = Facts({"c": CircuitFacts(probes=probed(shifted))}, {}, False)
    found = read(facts, Interval(T0, T0 + 43_200 * 60), interval_seconds=60)
    assert found["window-mean"].ratio == Fraction(8587, 8617)
    assert half_up_percent(Fraction(8587, 8617)) == "99.6519"
    assert found["window-mean"].ratio != Fraction(42_930, 43_080) == Fraction(8586, 8616)


def test_the_reading_the_anchors_leave_out_is_mef_with_unknown_down() -> None:
    assert set(NAMES) - set(ANCHORS) == {"mef-unknown-down"}
    reading = worked_month().objectives[0].readings[-1]
    assert reading.ratio == Fraction(43_140 - 90 - 120, 43_140)


def test_each_sentence_of_the_worked_month() -> None:
    shown = readings_document(worked_month())["objectives"][0]["readings"]
    assert {row["policy"]: row["why"] for row in shown} == {
        "contract": "The rules both parties agreed to; every other line is compared with this one.",
        "icinga": "2 h unknown in the contract counts as up, 1 h excluded by the contract counts as up.",
        "zabbix-excluded": "20 min up in the contract counts as down, 2 h unknown in the contract counts as up.",
        "zabbix": "20 min up in the contract counts as down, 2 h unknown in the contract counts as up, "
        "1 h excluded by the contract counts as down.",
        "librenms": "2 h unknown in the contract counts as up, 1 h excluded by the contract counts as down.",
        "probe-counting": "90 of 43020 probes were lost, 1 h of planned time is left out, 2 h of silence is left out.",
        "window-mean": "30 of 8616 windows were bad, 2 h of silence is in none.",
        "mef-unknown-up": "2 h unknown in the contract counts as up.",
        "mef-unknown-removed": "Every second counts as in the contract.",
        "mef-unknown-down": "2 h unknown in the contract counts as down.",
    }


# sla-standards §8.8: what Icinga DB's own tests expect of 1000 s, as states from 400 s before to the end
ICINGA = {
    "IC-1": ("600u 300d 500u", "500. 200x 100. 100x", Fraction(90, 100)),
    "IC-2": ("200u 1200d", "800x 200. 600x", Fraction(80, 100)),
    "IC-3": ("900n 200d 300u", "", Fraction(60, 100)),
    "IC-4": ("1400d", "", Fraction(0)),
    "IC-5": ("1400n", "", Fraction(1)),
}


@pytest.mark.parametrize("vector", ICINGA)
def test_icingas_own_vectors(vector: str) -> None:
    states, planned, expected = ICINGA[vector]
    exclusions = tuple(map(customer, marked(planned, step=1))) if planned else ()
    facts = Facts({"c": CircuitFacts(states=state_rows(states), exclusions=exclusions)})
    assert read(facts, Interval(T0 + 400, T0 + 1400), method="states")["icinga"].ratio == expected


def test_silence_keeps_the_last_state_also_from_before_the_period() -> None:
    facts = Facts({"c": CircuitFacts(intervals=interval_rows("20b 20u 20g"))})
    found = read(facts, Interval(T0 + 300, T0 + 600))
    for name in ("icinga", "zabbix", "zabbix-excluded", "librenms"):
        assert found[name].seconds == {
            "up": 200, "down": 100, "unknown": 0, "excluded": 0, "outside_service_hours": 0,
        }  # fmt: skip


def test_before_the_first_measurement_icinga_removes_and_the_others_are_up() -> None:
    facts = Facts({"c": CircuitFacts(intervals=interval_rows("10u 30b 20g"))})
    found = read(facts, Interval(T0, T0 + 600))
    assert found["icinga"].ratio == Fraction(2, 5)
    assert found["zabbix"].ratio == found["librenms"].ratio == Fraction(3, 6)


def test_a_short_outage_is_down_to_the_tools_and_up_to_mef() -> None:
    facts = Facts({"c": CircuitFacts(intervals=interval_rows("10g 9b 81g"))})
    found = read(facts, Interval(T0, T0 + 1000))
    assert found["icinga"].seconds["down"] == found["zabbix"].seconds["down"] == 90
    assert found["mef-unknown-removed"].seconds["down"] == 0
    assert found["icinga"].moved == {("up", "down"): 90}


def test_slow_is_a_majority_of_the_answers_above_the_bound() -> None:
    """Six answers per Δt of 60 s: three of them slow is not slow, four are; a lost one is no answer."""
    half, most, lost = [10, 10, 10, 80, 80, 80], [10, 10, 80, 80, 80, 80], [None, None, 10, 10, 80, 80]
    probes = probe_rows([*half, *most, *lost, *half], every=10)
    facts = Facts({"c": CircuitFacts(probes=probes)}, {}, False)
    period = Interval(T0, T0 + 240)
    assert read(facts, period, ROUND_TRIP, interval_seconds=60)["zabbix"].seconds["down"] == 60
    assert read(facts, period, interval_seconds=60)["zabbix"].seconds["down"] == 0


def test_time_after_as_of_counts_for_nobody() -> None:
    facts = Facts({"c": CircuitFacts(intervals=interval_rows("30g 20b 50g"))})
    for name, reading in read(facts, Interval(T0, T0 + 1000), as_of=T0 + 400).items():
        ends = {"probe-counting": 400, "window-mean": 2}.get(name, 400)
        assert reading.share.total == ends, name
        assert reading.seconds["unknown"] == 600, name


def test_as_of_of_a_contract_by_states_is_the_same_second_for_everybody() -> None:
    facts = Facts({"c": CircuitFacts(states=state_rows("300u 100d 600u"))})
    found = other_readings(
        an_agreement(availability_objective(method="states")), Interval(T0, T0 + 1000), facts, as_of=T0 + 350
    )
    for reading in found.objectives[0].readings:
        if reading.share.unit == "seconds":
            assert reading.seconds == {
                "up": 300, "down": 50, "unknown": 650, "excluded": 0, "outside_service_hours": 0,
            }, reading.policy.name  # fmt: skip


def test_windows_weigh_alike_however_little_was_sent_in_them() -> None:
    """The first window has 300 probes and loses none, the second has one and loses it: half, not 1/301 (sloth#332)."""
    rows = IntervalRows(
        np.array([*range(T0, T0 + 300, 10), T0 + 300]), np.array([10] * 30 + [1]), np.array([0] * 30 + [1])
    )
    found = read(Facts({"c": CircuitFacts(intervals=rows)}), Interval(T0, T0 + 900))
    assert found["window-mean"].ratio == Fraction(1, 2)
    assert found["probe-counting"].ratio == Fraction(300, 301)


def test_windows_of_states_are_shares_of_known_time() -> None:
    facts = Facts({"c": CircuitFacts(states=state_rows("100u 100d 100n 300n 300u"))})
    found = read(facts, Interval(T0, T0 + 900), method="states")
    assert (found["window-mean"].share.good, found["window-mean"].share.total) == (Fraction(3, 2), 2)
    assert found["probe-counting"].verdict == "not_measurable"


def test_service_hours_hold_where_the_tool_knows_them() -> None:
    hours = {"days": '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]', "from": "00:00", "to": "00:10"}
    facts = Facts({"c": CircuitFacts(intervals=interval_rows("30g 60b 30g"))})
    objective = availability_objective(service_hours=True)
    found = other_readings(an_agreement(objective, service_hours=hours), Interval(T0, T0 + 1200), facts)
    outside = {one.policy.name: one.seconds["outside_service_hours"] for one in found.objectives[0].readings}
    assert {name for name, seconds in outside.items() if seconds == 600} == {
        "zabbix", "zabbix-excluded", "mef-unknown-up", "mef-unknown-removed", "mef-unknown-down",
    }  # fmt: skip


def test_without_measurement_the_contract_says_nothing_and_some_tools_say_100() -> None:
    shown = readings_document(
        other_readings(
            an_agreement(availability_objective(min_coverage_percent="95")), Interval(T0, T0 + 1000), Facts()
        )
    )
    rows = {row["policy"]: (row["value_percent"], row["verdict"]) for row in shown["objectives"][0]["readings"]}
    assert rows["contract"] == (None, "insufficient_data")
    assert rows["icinga"] == rows["zabbix"] == rows["librenms"] == rows["mef-unknown-up"] == ("100.0000", "met")
    assert rows["probe-counting"] == rows["window-mean"] == rows["mef-unknown-removed"] == (None, "not_measurable")
    assert rows["mef-unknown-down"] == ("0.0000", "breached")


def test_a_period_without_counted_time_has_no_figure_where_planned_time_is_removed() -> None:
    """MEF's text says 100 % of nothing, Zabbix shows −1; neither is a figure."""
    whole = Interval(T0, T0 + 600)
    facts = Facts({"c": CircuitFacts(intervals=interval_rows("60b"), exclusions=(customer(whole),))})
    found = read(facts, whole)
    none = {name for name, reading in found.items() if reading.ratio is None}
    assert none == {name for name in NAMES if name.startswith("mef-")} | {"zabbix-excluded", "probe-counting"}
    assert {found[name].verdict for name in none} == {"not_measurable"}
    assert found["icinga"].ratio == 1
    assert found["librenms"].ratio == found["window-mean"].ratio == 0


def test_the_page_has_every_reading_and_every_figure_of_the_worked_month() -> None:
    page = (Path(__file__).parents[2] / "docs" / "readings.md").read_text(encoding="utf-8")
    for reading in worked_month().objectives[0].readings:
        good, total = reading.share.good, reading.share.total
        if reading.share.unit == "seconds":
            good, total = good / 60, total // 60
        line = f"| `{reading.policy.name}` | {good} / {total} | {half_up_percent(reading.ratio)} | {reading.verdict} |"
        assert line in page


def test_an_id_with_brackets_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    found = other_readings(an_agreement({**WORKED, "id": "[bold]a"}), Interval(T0, T0 + 600), Facts())
    Console(width=80).print(drawing(readings_document(found)))
    assert "[bold]a (circuit c), 99.75 % promised, credits in MAD" in capsys.readouterr().out


def test_the_cap_holds_for_what_would_be_paid() -> None:
    agreement = an_agreement(WORKED, monthly_fee="1000", credit_cap_percent="5")
    found = other_readings(agreement, Interval(T0, T0 + 43_200 * 60), worked_facts())
    payable = {row["policy"]: row["payable"] for row in readings_document(found)["payable"]}
    assert (payable["contract"], payable["zabbix"], payable["librenms"]) == ("0.00", "50.00", "50.00")


pieces = st.lists(st.tuples(st.sampled_from("gbeuz"), st.integers(1, 25)), min_size=1, max_size=12)
RULES = st.fixed_dictionaries({
    "maintenance": st.sampled_from(["exclude", "up"]),
    "maintenance_window": st.sampled_from(["run_through", "splice"]),
    "unknown": st.sampled_from(["exclude", "up", "down"]),
    "unknown_window": st.sampled_from(["skip", "break"]),
    "consecutive_intervals": st.sampled_from([1, 2, 10]),
})  # fmt: skip


@given(
    pieces,
    RULES,
    st.integers(0, 60),
    st.integers(1, 80),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 300)), max_size=3),
    st.none() | st.integers(0, 1500),
)
def test_laws(
    timeline: list[tuple[str, int]],
    rules: dict[str, Any],
    first: int,
    length: int,
    planned: list[tuple[int, int]],
    as_of: int | None,
) -> None:
    text = "".join(f"{count}{letter}" for letter, count in timeline)
    period = Interval(T0 + 10 * first, T0 + 10 * (first + length))
    exclusions = tuple(customer(Interval(T0 + start, T0 + start + seconds)) for start, seconds in planned)
    facts = Facts({"c": CircuitFacts(intervals=interval_rows(text), exclusions=exclusions)})
    found = other_readings(
        an_agreement(availability_objective(**rules)),
        period,
        facts,
        as_of=None if as_of is None else T0 + as_of,
    )
    one = found.objectives[0]
    tally = one.result.tally
    for reading in one.readings:
        assert reading.ratio is None or 0 <= reading.ratio <= 1
        if reading.share.unit != "seconds":
            continue
        assert sum(reading.seconds.values()) == 10 * length  # type: ignore[arg-type]  # none is None here
        for name in ("up", "down", "unknown", "excluded"):
            into = sum(seconds for (_, there), seconds in reading.moved.items() if there == name)
            out = sum(seconds for (here, _), seconds in reading.moved.items() if here == name)
            assert reading.seconds[name] == getattr(tally, name) + into - out  # the comparison starts at the tally
    by_name = {reading.policy.name: reading for reading in one.readings}
    skips = rules["unknown"] != "exclude" or rules["unknown_window"] == "skip"
    if skips and rules["maintenance"] == "exclude" and rules["maintenance_window"] == "run_through":
        same = {"exclude": "removed"}.get(rules["unknown"], rules["unknown"])
        assert by_name[f"mef-unknown-{same}"].ratio == one.result.ratio
        assert by_name[f"mef-unknown-{same}"].moved == {}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The worked month as files: November 2026 in UTC, 43,080 probes."""
    monkeypatch.chdir(tmp_path)
    agreement = agreement_text(
        WORKED, ROUND_TRIP, monthly_fee="10000", maintenance={"notice_hours": 24}, starts_on="2026-11-01"
    )
    (tmp_path / "agreement.toml").write_text(agreement)
    shown = {"u": "10", "s": "80", "d": ""}
    start = np.datetime64("2026-11-01T00:00:00")
    instants = np.datetime_as_string(start + np.arange(43_200) * np.timedelta64(60, "s"))
    rows = [
        f"{at}Z,c,{shown[letter]}\n" for at, letter in zip(instants.tolist(), minutes(), strict=True) if letter != "n"
    ]
    (tmp_path / "probes.csv").write_text("sent_at,circuit,round_trip_ms\n" + "".join(rows))
    (tmp_path / "exclusions.csv").write_text(
        "id,circuit,kind,starts_at,ends_at,announced_at,decision\n"
        f"1,c,maintenance,{instants[15_060]}Z,{instants[15_120]}Z,2026-11-01T00:00:00Z,accepted\n"
        f"2,c,maintenance,{instants[10_000]}Z,{instants[10_060]}Z,2026-11-01T00:00:00Z,rejected\n"
    )
    return tmp_path


OPTIONS = ("--agreement", "agreement.toml", "--period", "2026-11", "--probes", "probes.csv",
           "--exclusions", "exclusions.csv")  # fmt: skip


@pytest.mark.usefixtures("files")
def test_the_command_prints_the_worked_month(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*OPTIONS, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    rows = {row["policy"]: row for row in shown["objectives"][0]["readings"]}
    for name, (good, total, printed, verdict) in ANCHORS.items():
        row = rows[name]
        assert (row["half_up_percent"], row["verdict"]) == (printed, verdict)
        assert Fraction(row["exact"]) == Fraction(good, total)
    assert score_main(OPTIONS) == 0
    scored = json.loads(capsys.readouterr().out)
    mine, theirs = rows["contract"], scored["objectives"][0]
    for key in ("value_percent", "verdict", "seconds", "credit_percent", "credit"):
        assert mine[key] == theirs[key]
    assert shown["period"] == scored["period"]
    assert main(OPTIONS) == 0
    table = capsys.readouterr().out
    assert mine["value_percent"] == "99.7907"  # cut; half up it is 99.7908
    for row in rows.values():
        assert row["policy"] in table
        assert row["value_percent"] in table
        assert row["credit"] in table


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--period", "2026-13"], '--period: "2026-13" is not a month of the calendar'),
        (["--as-of", "today"], '--as-of: "today" is not an ISO 8601 instant such as 2026-09-01T00:00:00Z'),
        (["--stored"], "--probes: not with --stored, which reads the store"),
        (["--agreement", "none.toml"], "none.toml: cannot be read: No such file or directory"),
    ],
)
@pytest.mark.usefixtures("files")
def test_mistakes_are_one_line(options: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*OPTIONS, *options]) == 2
    caught = capsys.readouterr()
    assert (caught.out, caught.err) == ("", f"{line}\n")
