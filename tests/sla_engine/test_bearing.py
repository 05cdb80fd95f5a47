"""What bears on a period: nothing else can change it, and nothing else is in the hash of its facts."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from facilities.agreement import Agreement
from sla_engine.bearing import Bearing, bearing
from sla_engine.facts import CircuitFacts, Facts
from sla_engine.facts_digest import Decided, facts_record, facts_sha256
from sla_engine.machine import AVAILABLE, UNAVAILABLE
from sla_engine.scoring import availability
from sla_engine.tally import Tally
from store.intervals import Interval
from store.rows import ExclusionRow, FreezeRow, TicketRow
from tests.sla_engine.cases import DAY, T0, an_agreement, availability_objective, interval_rows, letters, probe_rows

NOBODY = Decided([], [], [])
STEP = 10


def agreement(**rules: object) -> Agreement:
    return an_agreement(
        availability_objective(interval_seconds=STEP, consecutive_intervals=3, consecutive_high_loss=1, **rules)
    )


def cut(timeline: str) -> tuple[Interval[int], Facts]:
    """The period and the facts of `before | period | after`."""
    before, period, _ = (letters(part) for part in timeline.split("|"))
    start = T0 + STEP * len(before)
    rows = interval_rows(timeline.replace("|", ""), step=STEP)
    return Interval(start, start + STEP * len(period)), Facts({"c": CircuitFacts(intervals=rows)})


def found(timeline: str, **rules: object) -> tuple[Bearing, Interval[int]]:
    period, facts = cut(timeline)
    return bearing(agreement(**rules), "c", period, facts), period


def steps(timeline: str, **rules: object) -> tuple[int, int]:
    """How many Δt before the period, and after it, bear on it."""
    result, period = found(timeline, **rules)
    return (period.starts_at - result.span.starts_at) // STEP, (result.span.ends_at - period.ends_at) // STEP


def test_a_period_that_begins_and_ends_calmly_is_all_there_is() -> None:
    assert steps("20g|10g|20g") == (0, 0)
    assert steps("20b|10b|20b") == (0, 0)
    assert found("20b|10g|20g")[0].state == UNAVAILABLE
    assert found("20g|10b|20g")[0].state == AVAILABLE


def test_an_undecided_run_over_an_end_bears_on_it() -> None:
    assert steps("20g 2b|10b|20b") == (2, 0)
    assert steps("20g|8g 2b|20b") == (0, 1)
    assert steps("20g|8g 2b|g 20b") == (0, 1)
    assert steps("20g|9g 1b|b g 20b") == (0, 2)
    assert steps("20g|9g 1b|1b") == (0, 1)  # nothing decides it yet: all there is
    assert steps("|10g|") == (0, 0)


def tally(timeline: str, rules: dict[str, object]) -> Tally:
    period, facts = cut(timeline)
    one = agreement(**rules)
    return availability(one, one.availability_of("c"), period, facts).tally  # type: ignore[arg-type]


RULES = st.fixed_dictionaries(
    {"unknown": st.sampled_from(["exclude", "up", "down"]), "unknown_window": st.sampled_from(["skip", "break"])}
)
LETTERS = st.text("gbu", max_size=14)


@given(LETTERS, st.text("gbu", min_size=1, max_size=14), LETTERS, LETTERS, RULES)
def test_what_comes_after_what_bears_changes_nothing(
    before: str, period: str, after: str, later: str, rules: dict[str, object]
) -> None:
    timeline = f"ggg{before}|{period}|{after}gggbbb"
    first, span = found(timeline, **rules)
    kept = (first.span.ends_at - span.ends_at) // STEP
    other = f"ggg{before}|{period}|{f'{after}gggbbb'[:kept]}{later}gggbbb"
    assert found(other, **rules)[0] == first
    assert tally(other, rules) == tally(timeline, rules)


@given(LETTERS, st.text("gbu", min_size=1, max_size=14), LETTERS, LETTERS, RULES)
def test_the_same_state_at_the_same_instant_makes_the_same_score_whatever_was_before(
    before: str, period: str, after: str, earlier: str, rules: dict[str, object]
) -> None:
    timeline = f"ggg{before}|{period}|{after}"
    first, span = found(timeline, **rules)
    kept = (span.starts_at - first.span.starts_at) // STEP
    assume(kept <= len(before))
    other = f"{earlier}ggg{before[: len(before) - kept]}"[-3 - len(before) + kept :] + before[len(before) - kept :]
    other = f"{other}|{period}|{after}"
    assume(found(other, **rules)[0] == first)
    assert tally(other, rules) == tally(timeline, rules)


def test_only_what_bears_is_in_the_record_and_it_says_how_many_of_which_day() -> None:
    one = an_agreement(availability_objective(interval_seconds=3600, consecutive_intervals=3, consecutive_high_loss=1))
    period = Interval(T0 + DAY, T0 + 3 * DAY)
    rows = interval_rows("96g", step=3600)
    facts = Facts({"c": CircuitFacts(intervals=rows)})
    record = facts_record(one, period, facts, NOBODY)
    (readings,) = record["circuits"][0]["readings"]
    assert readings["rows_by_day"] == {"2026-01-02": 24, "2026-01-03": 24}
    assert readings["rows"] == 48
    less = Facts({"c": CircuitFacts(intervals=interval_rows("72g", step=3600))})
    assert facts_sha256(facts_record(one, period, less, NOBODY)) == facts_sha256(record)
    other = dataclasses.replace(rows, lost=np.where(rows.starts_at == T0 + DAY, 1, rows.lost))
    changed = facts_record(one, period, Facts({"c": CircuitFacts(intervals=other)}), NOBODY)
    assert facts_sha256(changed) != facts_sha256(record)


def test_probes_stand_in_for_intervals_only_where_there_are_none() -> None:
    one = agreement()
    period = Interval(T0 + 600, T0 + 1200)
    probes = probe_rows([5] * 1800)
    given_too = Facts({"c": CircuitFacts(intervals=interval_rows("180g"), probes=probes)})
    alone = Facts({"c": CircuitFacts(probes=probes)}, intervals_given=False)
    for facts, kinds in ((given_too, {"intervals": 60, "probes": 600}), (alone, {"probes": 600})):
        (circuit,) = facts_record(one, period, facts, NOBODY)["circuits"]
        assert {each["kind"]: each["rows"] for each in circuit["readings"]} == kinds


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(T0, UTC) + timedelta(seconds=seconds)


def test_decisions_are_in_the_record_in_order_of_time_and_what_feeds_nothing_is_not() -> None:
    period, facts = cut("20g|10g|20g")
    inside, outside = (at(210), at(240)), (at(5000), at(6000))
    exclusions = [
        ExclusionRow("X-2", "c", "customer", *inside, None, "accepted"),
        ExclusionRow("X-1", "c", "customer", *inside, None, "accepted"),
        ExclusionRow("X-3", "c", "customer", *inside, None, "proposed"),
        ExclusionRow("X-4", "c", "customer", *inside, None, "rejected"),
        ExclusionRow("X-5", "c", "customer", *outside, None, "accepted"),
    ]
    tickets = [TicketRow("T-2", "c", at(250), None), TicketRow("T-1", "c", at(220), at(9000)),
               TicketRow("T-0", "c", at(10), at(20))]  # fmt: skip
    freezes = [FreezeRow("T-1", at(300), at(400), "access"), FreezeRow("T-1", at(230), at(240), "access")]
    record = facts_record(agreement(), period, facts, Decided(tickets, freezes, exclusions))
    assert [each["id"] for each in record["exclusions"]] == ["X-1", "X-2"]
    assert [each["id"] for each in record["tickets"]] == ["T-1", "T-2"]
    assert [each["starts_at"][-9:] for each in record["tickets"][0]["freezes"]] == ["00:03:50Z", "00:05:00Z"]
    shuffled = Decided(tickets[::-1], freezes[::-1], exclusions[::-1])
    assert facts_sha256(facts_record(agreement(), period, facts, shuffled)) == facts_sha256(record)
