"""The invariants of anchors §2.8, each of which some product broke, as laws over random circuits.

I8 (inverted windows) and I9, I10 (calendars) are laws of the calendar and of entry: tests/facilities/test_calendar.py
and test_mistakes.py. I12 (a muted alert) and I15 (a changed target) speak of what is kept, not of arithmetic.
"""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from facilities.agreement import AvailabilityObjective
from sla_engine.document import document_text
from sla_engine.facts import CircuitFacts, Exclusion, Facts, StateRows
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import availability, score
from store.intervals import Interval
from tests.sla_engine.cases import T0, an_agreement, availability_objective, customer, interval_rows

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
