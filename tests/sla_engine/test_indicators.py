"""Loss and round trip: which rows feed them, and exact sums and ranks."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine.facts import CircuitFacts, IntervalRows, ProbeRows
from sla_engine.indicators import aggregated
from sla_engine.results import LossResult, RoundTripResult
from sla_engine.spans import Axis
from store.intervals import Interval
from tests.sla_engine.cases import (
    T0,
    availability_objective,
    customer,
    interval_rows,
    letters,
    probe_rows,
    scored,
    state_rows,
)

LOSS = {"indicator": "loss", "at_most_percent": "50"}
ROUND_TRIP = {"indicator": "round_trip", "percentile": "50", "at_most_ms": "30"}
HOURS = {"days": '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]', "from": "00:01", "to": "24:00"}


def loss_of(facts: CircuitFacts, seconds: int, *others: dict[str, Any], **options: Any) -> tuple[int, int]:
    result = scored([LOSS, *others], Interval(T0, T0 + seconds), facts, **options).results[0]
    assert isinstance(result, LossResult)
    return result.sent, result.lost


def answered_in(facts: CircuitFacts, seconds: int, *others: dict[str, Any], **options: Any) -> int:
    result = scored([ROUND_TRIP, *others], Interval(T0, T0 + seconds), facts, **options).results[0]
    assert isinstance(result, RoundTripResult)
    return result.answered


@pytest.mark.parametrize(
    ("timeline", "rules", "excluded", "sent_and_lost"),
    [
        ("5g 5b 5g", {}, (), (150, 50)),  # five bad ones are loss of available time
        ("5g 10b 10g", {}, (), (150, 0)),  # ten are an outage, which has no loss
        ("5g 5b 5g", {}, ((50, 60),), (140, 40)),
        ("5g 5b 5g", {"maintenance": "up"}, ((50, 60),), (140, 40)),  # up, and still no loss
        ("5g 5b 5g", {}, ((50, 51),), (140, 40)),  # the Δt whole
        ("5g 5u 5g", {"unknown": "up"}, (), (100, 0)),
    ],
)
def test_loss_follows_the_counted_available_time(
    timeline: str, rules: dict[str, Any], excluded: tuple[tuple[int, int], ...], sent_and_lost: tuple[int, int]
) -> None:
    facts = CircuitFacts(
        intervals=interval_rows(timeline),
        exclusions=tuple(customer(Interval(T0 + a, T0 + b)) for a, b in excluded),
    )
    assert loss_of(facts, 10 * len(letters(timeline)), availability_objective(**rules)) == sent_and_lost


def test_loss_without_availability_counts_rows_by_their_instant() -> None:
    rows = IntervalRows(np.array([T0 - 1, T0, T0 + 7, T0 + 50, T0 + 99, T0 + 100]), np.full(6, 10), np.arange(6))
    facts = CircuitFacts(intervals=rows, exclusions=(customer(Interval(T0 + 7, T0 + 8)),))
    assert loss_of(facts, 100) == (30, 1 + 3 + 4)
    assert loss_of(facts, 100, as_of=T0 + 50) == (20, 1 + 3)  # hidden is what lies strictly after


def test_loss_by_states_counts_rows_while_the_circuit_is_up() -> None:
    states = state_rows("40u 20d 20n 20u")
    rows = IntervalRows(T0 + np.array([0, 39, 40, 59, 60, 79, 80]), np.full(7, 10), np.full(7, 1))
    facts = CircuitFacts(intervals=rows, states=states)
    by_states = availability_objective(method="states")
    assert loss_of(facts, 100, by_states) == (30, 3)
    assert loss_of(facts, 100, {**by_states, "unknown": "up"}) == (50, 5)
    assert loss_of(facts, 100, {**by_states, "unknown": "down"}) == (30, 3)
    assert loss_of(facts, 100, by_states, as_of=T0 + 39) == (20, 2)  # at that very instant it is still up


def test_service_hours_of_its_own_restrict_loss_further() -> None:
    facts = CircuitFacts(intervals=interval_rows("12g"))  # the window opens with the seventh Δt
    own = {**LOSS, "service_hours": True}
    for others in ([], [availability_objective()]):
        result = scored([own, *others], Interval(T0, T0 + 120), facts, service_hours=HOURS).results[0]
        assert isinstance(result, LossResult)
        assert result.sent == 60


def test_probes_are_loss_only_when_no_intervals_are_given() -> None:
    facts = CircuitFacts(intervals=interval_rows("10g"), probes=probe_rows([10, None] * 50))
    assert loss_of(facts, 100, availability_objective()) == (100, 0)
    assert loss_of(facts, 100, availability_objective(), intervals_given=False) == (100, 50)
    assert loss_of(facts, 100, intervals_given=False) == (100, 50)
    assert loss_of(CircuitFacts(), 100) == (0, 0)
    assert loss_of(CircuitFacts(), 100, intervals_given=False) == (0, 0)


def test_a_probe_in_a_hidden_interval_is_hidden() -> None:
    facts = CircuitFacts(intervals=interval_rows("10g"), probes=probe_rows([10] * 100))
    assert answered_in(facts, 100, availability_objective()) == 100
    assert answered_in(facts, 100, availability_objective(), as_of=T0 + 59) == 50
    assert answered_in(facts, 100, as_of=T0 + 59) == 60  # no grid: to the instant


def test_a_probe_after_the_instant_of_as_of_is_hidden_to_the_microsecond() -> None:
    half = ProbeRows(np.array([T0 * 10**6, T0 * 10**6 + 1]), np.array([True, True]), np.array([1, 1]), 1)
    assert answered_in(CircuitFacts(probes=half), 100, as_of=T0) == 1


def test_probes_in_unknown_time_that_counts_as_up_are_answered_probes() -> None:
    facts = CircuitFacts(intervals=interval_rows("5g 5u"), probes=probe_rows([10] * 100))
    assert answered_in(facts, 100, availability_objective()) == 50
    assert answered_in(facts, 100, availability_objective(unknown="up")) == 100


def test_probes_are_aggregated_onto_the_grid() -> None:
    rows = aggregated(Axis(T0, 10), probe_rows([1, None, None, 4], starts_at=T0 - 7, every=7))
    assert rows.starts_at.tolist() == [T0, T0 + 10]
    assert (rows.sent.tolist(), rows.lost.tolist()) == ([2, 1], [2, 0])


def test_sums_of_more_than_63_bits() -> None:
    rows = IntervalRows(T0 + 10 * np.arange(10), np.full(10, 2**62), np.full(10, 2**61))
    assert loss_of(CircuitFacts(intervals=rows), 100, availability_objective()) == (10 * 2**62, 10 * 2**61)


def test_round_trips_beyond_63_bits_and_an_objective_beyond_them() -> None:
    values = np.array([10**30, 3 * 10**30, 2 * 10**30], object)
    probes = ProbeRows(np.arange(T0, T0 + 3) * 10**6, np.full(3, True), values, 10**29)
    result = scored([ROUND_TRIP], Interval(T0, T0 + 100), CircuitFacts(probes=probes)).results[0]
    assert isinstance(result, RoundTripResult)
    assert (result.value_ms, result.within, result.verdict) == (Fraction(20), 3, "met")
    vast = {**ROUND_TRIP, "at_most_ms": "1" + "0" * 30}
    few = scored([vast], Interval(T0, T0 + 100), CircuitFacts(probes=probe_rows([1, 2]))).results[0]
    assert isinstance(few, RoundTripResult)
    assert few.within == 2


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=60),
    st.sampled_from(["0.1", "50", "95", "99.9", "100"]),
    st.integers(0, 40),
)
def test_the_verdict_by_counting_is_the_verdict_by_the_percentile(values: list[int], p: str, at_most: int) -> None:
    objective = {"indicator": "round_trip", "percentile": p, "at_most_ms": str(at_most)}
    result = scored([objective], Interval(T0, T0 + 100), CircuitFacts(probes=probe_rows(values))).results[0]
    assert isinstance(result, RoundTripResult)
    ordered = sorted(values)
    smallest = min(x for x in ordered if Fraction(sum(y <= x for y in ordered), len(ordered)) >= Fraction(p) / 100)
    assert result.value_ms == smallest
    assert (result.verdict == "met") == (smallest <= at_most)
