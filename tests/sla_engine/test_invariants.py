"""The invariants of anchors §2.8, each of which some product broke, as laws over random circuits.

I8, I9 and I10 are laws of entry and of the calendar; I12 and I15 speak of what is kept: of who may write it, and
of what is scored again.
"""

import ast
import re
import tempfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import alerting
from facilities.agreement import AvailabilityObjective
from facilities.calendar import TZDB_VERSION, ServiceHours, month, service_windows, zone
from facilities.instants import instant, instant_text
from sla_engine.csv_decisions import read_exclusions
from sla_engine.document import document, document_text
from sla_engine.due import Contract
from sla_engine.facts import CircuitFacts, Exclusion, Facts, IntervalRows, ProbeRows, StateRows, Ticket
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import availability, score
from store.errors import InputError
from store.intervals import Interval, total_seconds
from store.rows import Touched
from store.verdict_rows import ScoredPeriod
from tests.sla_engine.cases import DAY, T0, an_agreement, at, availability_objective, customer, interval_rows

RULES = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["intervals", "states"]),
        "consecutive_intervals": st.integers(1, 4),
        "unknown": st.sampled_from(["exclude", "up", "down"]),
        "unknown_window": st.sampled_from(["skip", "break"]),
        "maintenance": st.sampled_from(["exclude", "up"]),
        "maintenance_window": st.sampled_from(["run_through", "splice"]),
    }
)
LINES = st.text("ggbbbuz", min_size=1, max_size=50)
SPANS = st.lists(st.tuples(st.integers(-30, 530), st.integers(0, 120)), max_size=4)


def facts_of(line: str, spans: list[tuple[int, int]] = [], **more: Any) -> CircuitFacts:  # noqa: B006 - only read
    """The same circuit as intervals and as states, with accepted exclusions (start, length) in seconds."""
    codes = np.array([{"g": 0, "b": 1, "u": 2, "z": 2}[letter] for letter in line], np.int8)
    return CircuitFacts(
        intervals=interval_rows(line),
        states=StateRows(T0 + 10 * np.arange(len(line), dtype=np.int64), codes),
        exclusions=tuple(customer(Interval(T0 + start, T0 + start + length)) for start, length in spans),
        **more,
    )


def result_of(rules: dict[str, Any], facts: CircuitFacts, start: int, end: int) -> AvailabilityResult:
    """The availability of Δt start to end."""
    found = score(
        an_agreement(availability_objective(**rules)),
        Interval(T0 + 10 * start, T0 + 10 * end),
        Facts({"c": facts}),
    ).results[0]
    assert isinstance(found, AvailabilityResult)
    return found


@given(LINES, SPANS, RULES)
def test_i1_i3_seconds_add_up_to_the_period_and_ratios_stay_within_bounds(
    line: str, spans: list[tuple[int, int]], rules: dict[str, Any]
) -> None:
    result = result_of(rules, facts_of(line, spans), 0, len(line))
    tally = result.tally
    parts = (tally.up, tally.down, tally.unknown, tally.excluded, tally.outside_service_hours)
    assert sum(parts) == 10 * len(line)
    assert min(parts) >= 0
    assert 0 <= tally.provisional <= tally.up + tally.down
    for ratio in (result.ratio, result.coverage_ratio, result.lowest_ratio, result.highest_ratio):
        assert ratio is None or 0 <= ratio <= 1
    if result.lowest_ratio is not None and result.highest_ratio is not None:
        assert result.lowest_ratio <= result.highest_ratio
        if rules["unknown"] == "exclude" and result.ratio is not None:
            assert result.lowest_ratio <= result.ratio <= result.highest_ratio


@given(LINES, SPANS, RULES, st.data())
def test_i2_splitting_a_period_never_changes_the_total(
    line: str, spans: list[tuple[int, int]], rules: dict[str, Any], data: st.DataObject
) -> None:
    """The first and the last Δt have rows: without them a period defines itself where the filled ones begin and end."""
    line = line[:1].replace("u", "z") + line[1:-1] + line[1:][-1:].replace("u", "z")
    cut = data.draw(st.integers(0, len(line)))
    facts = facts_of(line, spans)
    whole = result_of(rules, facts, 0, len(line)).tally
    parts = [result_of(rules, facts, start, end).tally for start, end in ((0, cut), (cut, len(line))) if start < end]
    for name in ("up", "down", "unknown", "excluded", "measured_up", "measured_down", "high_loss_intervals"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name), name


@given(LINES, SPANS, RULES)
def test_i4_time_is_half_open(line: str, spans: list[tuple[int, int]], rules: dict[str, Any]) -> None:
    """An exclusion that ends where the period starts, or starts where it ends, changes nothing."""
    end = 10 * len(line)
    beside = facts_of(line, [*spans, (-10, 10), (end, 10)])
    if rules["maintenance_window"] == "run_through" or rules["method"] == "states":
        assert result_of(rules, beside, 0, len(line)) == result_of(rules, facts_of(line, spans), 0, len(line))


@given(LINES, SPANS, RULES, st.tuples(st.integers(0, 500), st.integers(0, 100)))
def test_i5_an_exclusion_never_adds_down_seconds(
    line: str, spans: list[tuple[int, int]], rules: dict[str, Any], more: tuple[int, int]
) -> None:
    """Spliced windows are left aside: there the exclusion changes which intervals are neighbours."""
    rules = {**rules, "maintenance_window": "run_through"}
    before = result_of(rules, facts_of(line, spans), 0, len(line))
    after = result_of(rules, facts_of(line, [*spans, more]), 0, len(line))
    assert after.tally.down <= before.tally.down
    assert after.tally.unknown <= before.tally.unknown or rules["maintenance"] == "up"


@given(LINES, SPANS, RULES)
def test_i5_over_unknown_time_an_exclusion_changes_nothing(
    line: str, spans: list[tuple[int, int]], rules: dict[str, Any]
) -> None:
    rules = {**rules, "unknown": "exclude", "maintenance_window": "run_through"}
    over_unknown = [(10 * i, 10) for i, letter in enumerate(line) if letter in "uz"]
    before = result_of(rules, facts_of(line, spans), 0, len(line))
    after = result_of(rules, facts_of(line, [*spans, *over_unknown]), 0, len(line))
    assert (after.tally.up, after.tally.down, after.ratio) == (before.tally.up, before.tally.down, before.ratio)


@given(LINES, SPANS, RULES, st.data())
def test_i5_an_outage_more_never_raises_the_figure(
    line: str, spans: list[tuple[int, int]], rules: dict[str, Any], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    worse = line[:start] + line[start:end].replace("g", "b") + line[end:]
    before = result_of(rules, facts_of(line, spans), 0, len(line))
    after = result_of(rules, facts_of(worse, spans), 0, len(line))
    assert after.ratio is None or before.ratio is None or after.ratio <= before.ratio


@given(LINES, SPANS, RULES)
def test_i6_overlapping_exclusions_and_outages_are_a_union(
    line: str, spans: list[tuple[int, int]], rules: dict[str, Any]
) -> None:
    halves = [part for start, length in spans for part in ((start, length), (start, length // 2))]
    assert result_of(rules, facts_of(line, halves), 0, len(line)) == result_of(
        rules, facts_of(line, spans), 0, len(line)
    )
    outages = result_of(rules, facts_of(line, spans), 0, len(line)).tally.outages
    for earlier, later in pairwise(outages):
        assert earlier.ends_at < later.starts_at


@given(st.integers(0, 40), st.integers(1, 60))
def test_i7_an_open_outage_counts_until_the_end(up: int, down: int) -> None:
    for rules in ({"method": "states"}, {"consecutive_intervals": 1}):
        assert result_of(rules, facts_of("g" * up + "b" * down), 0, up + down).tally.down == 10 * down


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_i8_an_inverted_window_is_refused_at_entry(start: int, length: int) -> None:
    with pytest.raises(InputError):
        Interval(start + length, start)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "exclusions.csv"
        span = f"{instant_text(T0 + start + length)},{instant_text(T0 + start)}"
        file.write_text(f"id,circuit,kind,starts_at,ends_at,announced_at,decision\nX,c,customer,{span},,accepted\n")
        with pytest.raises(InputError, match=r":2: ends_at is before starts_at$"):
            read_exclusions(file)


@given(LINES, SPANS, RULES, st.lists(st.integers(-30, 530), min_size=1, max_size=4))
def test_i8_an_empty_window_excludes_nothing(
    line: str, spans: list[tuple[int, int]], rules: dict[str, Any], empty: list[int]
) -> None:
    with_empty = facts_of(line, [*spans, *((at, 0) for at in empty)])
    assert result_of(rules, with_empty, 0, len(line)) == result_of(rules, facts_of(line, spans), 0, len(line))


ZONES = ("Africa/Casablanca", "Europe/Paris", "America/New_York", "America/Havana", "Asia/Kolkata", "UTC")


@given(st.sampled_from(ZONES), st.dates(date(2020, 1, 1), date(2035, 12, 30)), st.integers(0, 1439))
@example("Africa/Casablanca", date(2026, 9, 20), 600)  # 25 hours
@example("Africa/Casablanca", date(2026, 3, 22), 600)  # 23 hours
def test_i9_calendars_are_those_of_the_zone_of_the_agreement(name: str, day: date, minute: int) -> None:
    in_zone = zone(name)
    midnight = datetime.combine(day, time(), in_zone)
    following = datetime.combine(day + timedelta(days=1), time(), in_zone)
    whole = Interval(int(midnight.timestamp()), int(following.timestamp()))
    every_day = frozenset(range(7))
    assert service_windows(ServiceHours(every_day, 0, 1440, frozenset()), in_zone, whole) == [whole]
    parts = [ServiceHours(every_day, 0, minute, frozenset()), ServiceHours(every_day, minute, 1440, frozenset())]
    # no wall time stands twice between the two parts, and none is left out, whatever the clock does that day
    assert total_seconds(span for part in parts for span in service_windows(part, in_zone, whole)) == (
        whole.ends_at - whole.starts_at
    )


def test_i9_the_document_states_zone_and_zone_data() -> None:
    shown = document(score(an_agreement(time_zone="Europe/Paris"), Interval(T0, T0 + DAY), Facts()))
    assert (shown["period"]["time_zone"], shown["period"]["tzdb"]) == ("Europe/Paris", TZDB_VERSION)


@given(st.sets(st.integers(0, 6)))
def test_i10_a_holiday_acts_in_every_indicator(days_off: set[int]) -> None:
    """A week with a bad Δt, a probe and a ticket of ten minutes a day; holidays leave all of them out."""
    noons = [T0 + DAY * day + DAY // 2 for day in range(7)]
    counted = 7 - len(days_off)
    objectives = [
        availability_objective(interval_seconds=600, consecutive_intervals=1),
        {"indicator": "loss", "at_most_percent": "1"},
        {"indicator": "round_trip", "at_most_ms": "30"},
        {"indicator": "time_to_restore", "at_most_seconds": 60},
    ]
    facts = CircuitFacts(
        intervals=IntervalRows(
            np.array([T0 + 600 * i for i in range(7 * 144)]), np.full(7 * 144, 10), np.full(7 * 144, 1)
        ),
        probes=ProbeRows(np.array(noons) * 1_000_000, np.full(7, True), np.full(7, 5), 1),
        tickets=tuple(Ticket(f"T{day}", noon, noon + 600) for day, noon in enumerate(noons)),
    )
    hours = {
        "days": '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]', "from": "08:00", "to": "18:00",
        "holidays": f"[{', '.join(f'2026-01-{day + 1:02d}' for day in sorted(days_off))}]",
    }  # fmt: skip
    agreement = an_agreement(*({**each, "service_hours": True} for each in objectives), service_hours=hours)
    up, loss, trip, restore = document(score(agreement, Interval(T0, T0 + 7 * DAY), Facts({"c": facts})))["objectives"]
    assert up["seconds"]["up"] == 36_000 * counted
    assert loss["sent"] == 600 * counted
    assert trip["answered"] == counted
    elapsed = [0 if day in days_off else 600 for day in range(7)]
    assert [each["elapsed_seconds"] for each in restore["tickets"]] == elapsed


@given(LINES, SPANS, RULES, st.randoms(use_true_random=False))
def test_i11_any_order_of_the_exclusions_gives_the_same_score(
    line: str, spans: list[tuple[int, int]], rules: dict[str, Any], random: Any
) -> None:
    """Files may be in any order too: test_csv_measurements.py; the store orders by its key."""
    shuffled = list(spans)
    random.shuffle(shuffled)
    assert result_of(rules, facts_of(line, shuffled), 0, len(line)) == result_of(
        rules, facts_of(line, spans), 0, len(line)
    )


TOLD = {"transition", "alert", "alert_change", "heartbeat", "link", "message", "notice", "notice_alert", "notice_step"}
"""The tables of who is told of what: no reading, decision, score or verdict is among them."""


def test_i12_what_tells_and_mutes_alerts_cannot_touch_a_measurement() -> None:
    """Alerting has no SQL of its own, and what it takes from the store writes only who is told of what; from modules
    that write anything else it takes what reads. That the engine knows nothing of alerting is an import contract
    (pyproject.toml)."""
    taken: dict[str, set[str]] = {}
    for source in Path(alerting.__file__).parent.rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        assert not re.search(r"\bexecute(many)?\(|\bcopy\(", text), source
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("store"):
                names = {one.name for one in node.names}
                for module in [f"store.{one}" for one in names] if node.module == "store" else [node.module or ""]:
                    taken.setdefault(module, set()).update(names)
    assert {"store.alerts", "store.outlook", "store.transitions", "store.outbox"} <= set(taken)
    writes = r"\b(?:INSERT INTO|(?<!FOR )(?<!DO )UPDATE|DELETE FROM|TRUNCATE|COPY) (\w+)"
    for module, names in taken.items():
        text = Path(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        if not set(re.findall(writes, text)) <= TOLD:
            only_read = {name for name in names if name.startswith("read_") or name[0].isupper()}
            assert names - only_read <= {"migrate", "require_current_schema"}, (module, names)


@given(st.lists(st.tuples(LINES, SPANS, RULES), min_size=2, max_size=3))
def test_i13_a_circuit_in_a_group_has_the_figures_it_has_alone(
    circuits: list[tuple[str, list[tuple[int, int]], dict[str, Any]]],
) -> None:
    end = min(len(line) for line, _, _ in circuits)
    objectives = [
        {**availability_objective(**rules), "id": f"o{i}", "circuit": f"c{i}"}
        for i, (_, _, rules) in enumerate(circuits)
    ]
    facts = {f"c{i}": facts_of(line, spans) for i, (line, spans, _) in enumerate(circuits)}
    period = Interval(T0, T0 + 10 * end)
    together = score(an_agreement(*objectives), period, Facts(facts)).results
    for i, objective in enumerate(objectives):
        alone = score(an_agreement(objective), period, Facts({f"c{i}": facts[f"c{i}"]})).results[0]
        assert alone == together[i]


@given(st.integers(1, 50), SPANS, RULES)
def test_i14_no_data_is_neither_0_nor_100_and_is_shown(
    cells: int, spans: list[tuple[int, int]], rules: dict[str, Any]
) -> None:
    result = result_of(rules, facts_of("u" * cells, spans), 0, cells)
    assert result.verdict in ("insufficient_data", "not_measurable")
    assert not result.coverage_ratio
    if rules["unknown"] == "exclude":
        assert result.ratio is None
        assert result.tally.unknown + result.tally.excluded == 10 * cells
    if result.lowest_ratio is not None:
        assert (result.lowest_ratio, result.highest_ratio) == (Fraction(0), Fraction(1))


@given(st.decimals("0.01", "100", places=2), st.sampled_from(["99.9", "50", "100"]), st.integers(0, 27))
def test_i15_a_changed_target_never_judges_a_closed_month_again(target: Any, before: str, day: int) -> None:
    """Only new facts, or a month that was not over when it was scored, make it due."""
    now = at("2026-03-01T00:00:00Z") + day * DAY
    january, february = month(2026, 1, zone("UTC")), month(2026, 2, zone("UTC"))
    closed = [
        ScoredPeriod(
            "A-1",
            instant(each.starts_at),
            instant(each.ends_at),
            instant(now),
            False,
            {"availability": "met"},
            "kept",
        )
        for each in (january, february)
    ]
    judged_by = an_agreement(availability_objective(target_percent=before))
    late = Touched("c", instant(january.starts_at), instant(january.starts_at))
    for percent in (before, str(target)):
        agreement = an_agreement(availability_objective(target_percent=percent))
        contract = Contract([agreement], closed, {"kept": judged_by}, lambda text: text.id)
        assert [each.month for each in contract.plan([], now).due] == [month(2026, 3, zone("UTC"))]
        due = {each.month: each for each in contract.plan([late], now).due}
        assert due[january].agreement == judged_by, "late facts are judged by the text the month was judged by"
        assert due[month(2026, 3, zone("UTC"))].agreement == agreement


@given(LINES, SPANS, RULES)
def test_scoring_twice_writes_the_same_bytes(line: str, spans: list[tuple[int, int]], rules: dict[str, Any]) -> None:
    agreement = an_agreement(availability_objective(**rules))
    period = Interval(T0, T0 + 10 * len(line))
    texts = {document_text(score(agreement, period, Facts({"c": facts_of(line, spans)}))) for _ in range(2)}
    assert len(texts) == 1


@given(LINES, SPANS, st.integers(0, 2))
def test_decisions_that_were_not_accepted_change_nothing(line: str, spans: list[tuple[int, int]], which: int) -> None:
    facts = facts_of(line, spans)
    decided = tuple(
        replace(exclusion, decision=("proposed", "rejected", "proposed")[which]) for exclusion in facts.exclusions
    )
    assert result_of({}, replace(facts, exclusions=decided), 0, len(line)) == result_of(
        {}, facts_of(line), 0, len(line)
    )


@given(LINES, SPANS, RULES)
def test_maintenance_of_no_agreement_rule_is_like_any_other_exclusion(
    line: str, spans: list[tuple[int, int]], rules: dict[str, Any]
) -> None:
    facts = facts_of(line, spans)
    maintenance = tuple(Exclusion("maintenance", each.span, None, "accepted") for each in facts.exclusions)
    agreement = an_agreement(availability_objective(**rules))
    objective = agreement.objectives[0]
    assert isinstance(objective, AvailabilityObjective)
    period = Interval(T0, T0 + 10 * len(line))
    one = availability(agreement, objective, period, Facts({"c": facts}))
    other = availability(agreement, objective, period, Facts({"c": replace(facts, exclusions=maintenance)}))
    assert one.tally == other.tally
