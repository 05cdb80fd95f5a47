"""Availability as annotated timelines: what counts as what, at the edges of periods, exclusions and knowledge."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.agreement import Agreement, AvailabilityObjective
from sla_engine.facts import CircuitFacts, Facts, IntervalRows
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import availability, grid
from sla_engine.tally import Tally
from store.errors import InputError
from store.intervals import Interval
from tests.sla_engine.cases import (
    T0,
    an_agreement,
    availability_objective,
    customer,
    interval_rows,
    letters,
    marked,
    scored,
    scored_timeline,
    state_rows,
)

# timeline, rules (n = 3 unless said), then Δt: up, down, unknown, excluded, provisional
TIMELINES: list[tuple[str, dict[str, Any], tuple[int, int, int, int, int]]] = [
    ("10g", {}, (10, 0, 0, 0, 0)),
    ("4g 3b 3g", {}, (7, 3, 0, 0, 0)),
    ("4g 2b", {}, (6, 0, 0, 0, 2)),  # what comes next can still make them down
    ("4g 2b | 1b 3g", {}, (3, 1, 0, 0, 0)),  # what lies before the bar is the period's past
    ("| 4g 2b | 1b 3g", {}, (4, 2, 0, 0, 0)),  # decided by the next period
    ("| 4g 2b | 1g", {}, (6, 0, 0, 0, 0)),
    ("3b | 2b 3g |", {}, (3, 2, 0, 0, 0)),  # the state is carried in
    ("3b | 2g 1b 2g | 1g", {}, (2, 3, 0, 0, 0)),
    ("3b | 2g | ", {}, (0, 2, 0, 0, 2)),  # good ones that may close the outage
    # unknown
    ("4g 2u 4g", {}, (8, 0, 2, 0, 0)),
    ("2b 2u 1b 3g", {}, (3, 3, 2, 0, 0)),  # spliced out of the window
    ("3b 3u 2b", {}, (2, 3, 3, 0, 2)),  # restarted, and two bad ones open
    ("3b 3u 2g", {}, (2, 3, 3, 0, 0)),
    ("2b 1u 1b 3g", {"unknown_window": "break"}, (6, 0, 1, 0, 0)),
    ("3b 5u 2g", {"unknown_window": "break"}, (0, 5, 5, 0, 2)),
    ("2b 1u 3g", {"unknown": "down"}, (3, 3, 0, 0, 0)),
    ("2b 1u 3g", {"unknown": "up"}, (6, 0, 0, 0, 0)),
    ("3b 2u 1g", {"unknown": "up"}, (3, 3, 0, 0, 0)),
    ("2g 2u", {"unknown": "down"}, (4, 0, 0, 0, 2)),  # filled ones are undecided too
    ("3g 2z", {}, (3, 0, 2, 0, 0)),  # nothing sent is unknown
    # C, and what is bad at C
    ("3e 3g", {}, (6, 0, 0, 0, 0)),
    ("3e 3g", {"threshold_is_bad": True}, (3, 3, 0, 0, 0)),
    # n = 1: a block is what it was
    ("1g 1b 1g 1e", {"consecutive_intervals": 1}, (3, 1, 0, 0, 0)),
    ("1g 1b 1u 1b", {"consecutive_intervals": 1}, (1, 2, 1, 0, 0)),
]


@pytest.mark.parametrize(("timeline", "rules", "expected"), TIMELINES)
def test_timelines(timeline: str, rules: dict[str, Any], expected: tuple[int, ...]) -> None:
    tally = scored_timeline(timeline, **{"consecutive_intervals": 3, **rules}).tally
    found = (tally.up, tally.down, tally.unknown, tally.excluded, tally.provisional)
    assert found == tuple(10 * cells for cells in expected)


EXCLUDED: list[tuple[str, str, dict[str, Any], tuple[int, int, int, int, int]]] = [
    ("3g 4b 3g", "....xx....", {}, (6, 2, 0, 2, 0)),  # run through: the outage stays, what is excluded leaves
    ("3g 4b 3g", "....xx....", {"maintenance_window": "splice"}, (8, 0, 0, 2, 0)),  # two bad ones: no outage
    ("3g 4b 3g", "....xx....", {"maintenance": "up"}, (8, 2, 0, 0, 0)),
    ("3g 2u 3g", "...xx...", {"maintenance": "up"}, (6, 0, 2, 0, 0)),  # never measured, never up
    ("3g 2u 3g", "...xx...", {"maintenance": "up", "unknown": "up"}, (6, 0, 2, 0, 0)),
    ("3g 2u 3g", "...xx...", {"unknown": "down"}, (6, 0, 0, 2, 0)),  # excluded wins over unknown
    ("2b 2u 2g", "..xx..", {"unknown": "down"}, (0, 4, 0, 2, 2)),  # filled for the machine, excluded from the count
    # the unknown run is three long once the excluded one between is gone: it restarts the machine
    ("3b 2u 1b 1u 2g", "3.2.x...", {"maintenance_window": "splice"}, (2, 3, 3, 1, 0)),
    ("3b 2u 1b 1u 2g", "3.2.x...", {}, (0, 5, 3, 1, 2)),
    ("3g 2b", "3.xx", {"maintenance": "up"}, (5, 0, 0, 0, 2)),  # counted, and in the undecided tail
    ("3g 2b", "3.xx", {"maintenance": "up", "maintenance_window": "splice"}, (5, 0, 0, 0, 0)),
]


@pytest.mark.parametrize(("timeline", "excluded", "rules", "expected"), EXCLUDED)
def test_exclusions(timeline: str, excluded: str, rules: dict[str, Any], expected: tuple[int, ...]) -> None:
    tally = scored_timeline(timeline, excluded=excluded, **{"consecutive_intervals": 3, **rules}).tally
    found = (tally.up, tally.down, tally.unknown, tally.excluded, tally.provisional)
    assert found == tuple(10 * cells for cells in expected)


def test_an_interval_that_an_exclusion_touches_is_excluded_whole() -> None:
    result = scored([availability_objective()], Interval(T0, T0 + 100), CircuitFacts(
        intervals=interval_rows("10g"), exclusions=(customer(Interval(T0 + 19, T0 + 31)),))).results[0]  # fmt: skip
    assert isinstance(result, AvailabilityResult)
    assert result.tally.excluded == 30
    empty = scored([availability_objective()], Interval(T0, T0 + 100), CircuitFacts(
        intervals=interval_rows("10g"), exclusions=(customer(Interval(T0 + 19, T0 + 19)),))).results[0]  # fmt: skip
    assert isinstance(empty, AvailabilityResult)
    assert empty.tally.excluded == 0


@pytest.mark.parametrize(
    ("timeline", "rules", "outages"),
    [
        ("2g 3b 3g", {}, [(2, 5)]),
        ("2b | 2b 3g | ", {}, [(0, 2)]),  # clipped to the period
        ("3g | 2b | 1b", {}, [(0, 2)]),
        ("3b 1u 1b 3g", {}, [(0, 3), (4, 5)]),  # an unknown interval ends one
        ("3b 1u 1b 3g", {"unknown": "down"}, [(0, 5)]),
        ("3b 1u 1b 3g", {"unknown": "up"}, [(0, 5)]),  # the state decides
        ("3b 2g 1b 3g", {}, [(0, 6)]),
    ],
)
def test_outages(timeline: str, rules: dict[str, Any], outages: list[tuple[int, int]]) -> None:
    found = scored_timeline(timeline, **{"consecutive_intervals": 3, **rules}).tally.outages
    start = T0 + 10 * len(letters(timeline.split("|")[0])) if "|" in timeline else T0
    assert [((o.starts_at - start) // 10, (o.ends_at - start) // 10) for o in found] == outages


def test_an_excluded_outage_is_listed_whether_it_counts_or_not() -> None:
    run_through = scored_timeline("2g 4b 3g", excluded="2.4x3.", consecutive_intervals=3)
    assert run_through.tally.down == 0
    assert [o.ends_at - o.starts_at for o in run_through.tally.outages] == [40]
    splice = scored_timeline("2g 5b 3g", excluded="3.1x6.", consecutive_intervals=3, maintenance_window="splice")
    assert [o.ends_at - o.starts_at for o in splice.tally.outages] == [10, 30]  # what is removed ends one


@pytest.mark.parametrize(
    ("timeline", "excluded", "rules", "intervals", "consecutive"),
    [
        ("5g 3b 12g 6b 12g 9b 10g", "", {}, 18, 2),
        ("5g 3b 12g 6b 12g 9b 10g", "", {"high_loss_counting": "intervals"}, 18, 15),
        ("5g 6b 12g", "5.3.x", {}, 5, 0),  # cut by what does not count
        ("2g 5b | 4b 12g |", "", {}, 4, 0),  # and by the ends of the period
        ("5g 5b 1u 1b 12g", "", {}, 6, 1),
        ("5g 5u 12g", "", {"unknown": "down"}, 0, 0),  # filled is not measured
        ("5g 10b 12g", "", {}, 0, 0),  # unavailable time has none
        ("1g 1b", "", {"consecutive_intervals": 1}, 0, 0),
        ("5g 4b 5g", "", {"consecutive_high_loss": 4}, 4, 1),
        ("5g 6b 12g", "5.6x", {"maintenance": "up"}, 0, 0),
    ],
)
def test_high_loss(timeline: str, excluded: str, rules: dict[str, Any], intervals: int, consecutive: int) -> None:
    tally = scored_timeline(timeline, excluded=excluded, **rules).tally
    assert (tally.high_loss_intervals, tally.consecutive_high_loss) == (intervals, consecutive)


@pytest.mark.parametrize(
    ("as_of", "rules", "expected"),
    [
        (None, {}, (7, 3, 0, 0, 0)),
        (70, {}, (4, 3, 3, 0, 0)),
        (69, {}, (6, 0, 4, 0, 2)),  # the seventh Δt ends after it: it has no row, the outage is open
        (69, {"unknown": "down"}, (6, 0, 4, 0, 2)),  # unknown whatever the policy
        (40, {}, (4, 0, 6, 0, 0)),
        (0, {}, (0, 0, 10, 0, 0)),
        (-1000, {"unknown": "up"}, (0, 0, 10, 0, 0)),
        (1000, {}, (7, 3, 0, 0, 0)),  # it only shortens
    ],
)
def test_as_of_hides_what_ends_after_it(as_of: int | None, rules: dict[str, Any], expected: tuple[int, ...]) -> None:
    at = None if as_of is None else T0 + as_of
    tally = scored_timeline("4g 3b 3g", as_of=at, **{"consecutive_intervals": 3, **rules}).tally
    found = (tally.up, tally.down, tally.unknown, tally.excluded, tally.provisional)
    assert found == tuple(10 * cells for cells in expected)


def test_exclusions_are_decisions_and_count_after_as_of() -> None:
    tally = scored_timeline("10g", excluded="8.2x", as_of=T0 + 50).tally
    assert (tally.up, tally.unknown, tally.excluded) == (50, 30, 20)


def test_a_gap_of_centuries_costs_nothing() -> None:
    rows = IntervalRows(np.array([T0, T0 + 10**11], np.int64), np.array([10, 10]), np.array([0, 10]))
    found = scored([availability_objective()], Interval(T0, T0 + 100), CircuitFacts(intervals=rows)).results[0]
    assert isinstance(found, AvailabilityResult)
    assert (found.tally.up, found.tally.unknown) == (10, 90)


def test_rows_before_the_agreement_are_of_no_grid() -> None:
    early = interval_rows("100b", starts_at=T0 - 1000 + 3)  # another grid, of an earlier agreement
    rows = interval_rows("10g")
    both = IntervalRows(*(np.concatenate((getattr(early, name)[:99], getattr(rows, name))) for name in
                          ("starts_at", "sent", "lost")))  # fmt: skip
    found = scored([availability_objective()], Interval(T0, T0 + 100), CircuitFacts(intervals=both)).results[0]
    assert isinstance(found, AvailabilityResult)
    assert found.tally.up == 100


def test_a_row_off_the_grid_is_refused() -> None:
    rows = interval_rows("10g", starts_at=T0 + 5)
    with pytest.raises(InputError, match="does not start on the grid"):
        scored([availability_objective()], Interval(T0, T0 + 100), CircuitFacts(intervals=rows))


# ---------------------------------------------------------------- a timeline of states, by the second


@pytest.mark.parametrize(
    ("states", "rules", "as_of", "expected", "outages"),
    [
        ("40u 20d 40u", {}, None, (80, 20, 0, 0), [(40, 60)]),
        ("40u 20n 40d", {}, None, (40, 40, 20, 0), [(60, 100)]),
        ("40u 20n 40d", {"unknown": "up"}, None, (60, 40, 0, 0), [(60, 100)]),
        ("40u 20n 40d", {"unknown": "down"}, None, (40, 60, 0, 0), [(40, 100)]),
        ("40u 1d", {}, None, (40, 60, 0, 0), [(40, 100)]),  # the last state holds
        ("40u 1d", {}, 70, (40, 30, 30, 0), [(40, 70)]),  # or not, after as_of
        ("40u 1d", {"unknown": "down"}, 70, (40, 30, 30, 0), [(40, 70)]),
        ("40u 1d", {}, 40, (40, 0, 60, 0), []),
        ("40u 20d 40u", {"maintenance": "up"}, None, (100 - 13, 13, 0, 0), [(40, 60)]),
    ],
)
def test_states(
    states: str,
    rules: dict[str, Any],
    as_of: int | None,
    expected: tuple[int, ...],
    outages: list[tuple[int, int]],
) -> None:
    exclusions = (customer(Interval(T0 + 50, T0 + 57)),) if "maintenance" in rules else ()
    result = scored(
        [availability_objective(method="states", **rules)],
        Interval(T0, T0 + 100),
        CircuitFacts(states=state_rows(states), exclusions=exclusions),
        as_of=None if as_of is None else T0 + as_of,
    ).results[0]
    assert isinstance(result, AvailabilityResult)
    tally = result.tally
    assert (tally.up, tally.down, tally.unknown, tally.excluded) == expected
    assert [(o.starts_at - T0, o.ends_at - T0) for o in tally.outages] == outages


def test_states_before_the_first_row_are_unknown_and_exclusions_cut_by_the_second() -> None:
    result = scored(
        [availability_objective(method="states")],
        Interval(T0, T0 + 100),
        CircuitFacts(states=state_rows("90d", T0 + 10), exclusions=(customer(Interval(T0 + 5, T0 + 17)),)),
    ).results[0]
    assert isinstance(result, AvailabilityResult)
    assert (result.tally.unknown, result.tally.excluded, result.tally.down) == (5, 12, 83)


def test_no_facts_at_all() -> None:
    for method in ("intervals", "states"):
        result = scored([availability_objective(method=method)], Interval(T0, T0 + 100), CircuitFacts()).results[0]
        assert isinstance(result, AvailabilityResult)
        assert (result.tally.unknown, result.verdict, result.ratio) == (100, "insufficient_data", None)


# ---------------------------------------------------------------- going on from a clean cut


RULES = st.fixed_dictionaries(
    {
        "consecutive_intervals": st.integers(1, 4),
        "unknown": st.sampled_from(["exclude", "up", "down"]),
        "unknown_window": st.sampled_from(["skip", "break"]),
        "maintenance": st.sampled_from(["exclude", "up"]),
        "maintenance_window": st.sampled_from(["run_through", "splice"]),
        "high_loss_counting": st.sampled_from(["runs", "intervals"]),
    }
)


@given(st.text("gggbbbuz", min_size=4, max_size=60), st.text("...x", max_size=60), RULES, st.data())
def test_a_period_cut_where_it_is_settled_adds_up_to_the_whole(
    timeline: str, excluded: str, rules: dict[str, Any], data: st.DataObject
) -> None:
    """totals(all) == totals(before the cut) + totals(after it, from its state), whatever is measured after it."""
    agreement = an_agreement(availability_objective(**rules))
    objective = agreement.objectives[0]
    assert isinstance(objective, AvailabilityObjective)
    period = Interval(T0, T0 + 10 * len(timeline))
    facts = CircuitFacts(intervals=interval_rows(timeline), exclusions=tuple(map(customer, marked(excluded))))
    known = data.draw(st.integers(0, len(timeline)))  # how far measurements have come when the cut is looked for
    so_far = availability(agreement, objective, period, Facts({"c": facts}), as_of=T0 + 10 * known)
    whole = availability(agreement, objective, period, Facts({"c": facts}))
    cut = so_far.settled_at
    if cut is None:
        return
    assert T0 < cut <= T0 + 10 * known
    before, after = split(facts, cut)
    head = availability(agreement, objective, period, before, span=Interval(T0, cut), as_of=cut)
    assert (head.settled_at, head.settled_state) == (cut, so_far.settled_state)
    assert head.tally.provisional == 0
    if cut == period.ends_at:
        assert head.tally == whole.tally
        return
    tail = availability(
        agreement, objective, period, after, span=Interval(cut, period.ends_at), initial=so_far.settled_state
    )
    assert head.tally.followed_by(tail.tally) == whole.tally
    fed = set(cells_of(head.feeding.as_intervals())) | set(cells_of(tail.feeding.as_intervals()))
    assert fed == set(cells_of(whole.feeding.as_intervals()))


def split(facts: CircuitFacts, cut: int) -> tuple[Facts, Facts]:
    """The rows before `cut` and those from it on; exclusions belong to both."""
    rows = facts.intervals
    assert rows is not None
    parts = []
    for chosen in (rows.starts_at < cut, rows.starts_at >= cut):
        part = IntervalRows(rows.starts_at[chosen], rows.sent[chosen], rows.lost[chosen])
        parts.append(Facts({"c": CircuitFacts(intervals=part, exclusions=facts.exclusions)}))
    return parts[0], parts[1]


def cells_of(spans: list[Interval[int]]) -> list[int]:
    return [cell for span in spans for cell in range(span.starts_at, span.ends_at)]


def test_outages_that_touch_at_the_cut_are_one() -> None:
    first = Tally(down=20, outages=(Interval(0, 20),))
    second = Tally(down=30, up=10, outages=(Interval(20, 50), Interval(55, 60)))
    assert first.followed_by(second) == Tally(up=10, down=50, outages=(Interval(0, 50), Interval(55, 60)))


def test_a_grid_of_its_own_for_each_circuit() -> None:
    agreement: Agreement = an_agreement(
        availability_objective(interval_seconds=300), availability_objective(id="b", circuit="b", method="states")
    )
    assert (grid(agreement, "c").step_seconds, grid(agreement, "b").step_seconds) == (300, 1)
    assert grid(agreement, "unheard of").step_seconds == 1
