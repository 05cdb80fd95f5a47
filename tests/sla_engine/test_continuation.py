"""Continuing a running month minute by minute gives, at every minute, the score of all its facts."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.agreement import Agreement, RoundTripObjective
from facilities.agreement_toml import agreement_from_toml
from facilities.calendar import month
from sla_engine.continuation import Checkpoint, NeedsWholePeriod, RoundTrips, continued
from sla_engine.document import document_text
from sla_engine.facts import CircuitFacts, Exclusion, Facts, IntervalRows, ProbeRows
from sla_engine.scoring import score
from store.intervals import Interval

STEP = 300


def agreement(options: dict[str, str], percentile: str = "50") -> Agreement:
    lines = "\n".join(f"{key} = {value}" for key, value in options.items())
    return agreement_from_toml(
        f"""
        [agreement]
        id = "A"
        tenant = "t"
        facility = "f"
        time_zone = "Africa/Casablanca"
        starts_on = 2026-08-01
        monthly_fee = "100"
        currency = "MAD"
        [agreement.maintenance]
        monthly_quota_hours = 1
        [agreement.service_hours]
        days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        from = "00:30"
        to = "03:00"
        holidays = []
        [[objective]]
        id = "availability"
        circuit = "c"
        indicator = "availability"
        interval_seconds = {STEP}
        target_percent = "99"
        min_coverage_percent = "0"
        {lines}
        [[objective]]
        id = "loss"
        circuit = "c"
        indicator = "loss"
        at_most_percent = "1"
        [[objective]]
        id = "round-trip"
        circuit = "c"
        indicator = "round_trip"
        percentile = "{percentile}"
        at_most_ms = "20"
        [[objective]]
        id = "gtr"
        circuit = "c"
        indicator = "time_to_restore"
        at_most_seconds = 3600
        """.encode(),
        "agreement.toml",
    )


SEPTEMBER = month(2026, 9, agreement({}).time_zone)


def facts_of(codes: str, exclusions: tuple[Exclusion, ...], *, given_as_probes: bool = False) -> Facts:
    """One Δt per letter from the month's start: g good, b bad, l one lost of ten, u nothing sent, - no row."""
    kept = [(SEPTEMBER.starts_at + index * STEP, index, code) for index, code in enumerate(codes) if code not in "-u"]
    at = np.array([start for start, _, _ in kept], np.int64)
    lost = np.array([{"g": 0, "l": 1, "b": 10}[code] for _, _, code in kept], np.int64)
    round_trip = np.array([(index * 7919) % 40_000_000 for _, index, _ in kept], np.int64)
    probes = ProbeRows(at * 1_000_000 + 5, lost < 10, round_trip, 1_000_000) if kept else None
    rows = None if given_as_probes or not kept else IntervalRows(at, np.full(at.size, 10, np.int64), lost)
    return Facts({"c": CircuitFacts(rows, probes, exclusions=exclusions)}, {}, intervals_given=not given_as_probes)


def from_cut(facts: Facts, cut: int) -> Facts:
    """What the engine reads when it continues: readings from `cut` on."""
    known = facts.of("c")
    rows, probes = known.intervals, known.probes
    if rows is not None:
        chosen = rows.starts_at >= cut
        rows = IntervalRows(rows.starts_at[chosen], rows.sent[chosen], rows.lost[chosen])
    if probes is not None:
        chosen = probes.sent_at >= cut * 1_000_000
        probes = ProbeRows(
            probes.sent_at[chosen], probes.answered[chosen], probes.round_trip[chosen], probes.units_per_ms
        )
    return replace(facts, circuits={"c": replace(known, intervals=rows, probes=probes)})


letters = st.lists(st.tuples(st.sampled_from("gblu-"), st.integers(1, 12)), min_size=1, max_size=14).map(
    lambda runs: "".join(letter * length for letter, length in runs)
)
options = st.fixed_dictionaries(
    {
        "consecutive_intervals": st.integers(1, 6).map(str),
        "unknown": st.sampled_from(['"exclude"', '"up"', '"down"']),
        "unknown_window": st.sampled_from(['"skip"', '"break"']),
        "maintenance": st.sampled_from(['"exclude"', '"up"']),
        "maintenance_window": st.sampled_from(['"run_through"', '"splice"']),
        "service_hours": st.sampled_from(["true", "false"]),
        "high_loss_counting": st.sampled_from(['"runs"', '"intervals"']),
    }
)
spans = st.lists(st.tuples(st.booleans(), st.integers(0, 40_000), st.integers(0, 9000)), max_size=3).map(
    lambda found: tuple(
        Exclusion(
            "customer" if kind else "maintenance",
            Interval(SEPTEMBER.starts_at + at, SEPTEMBER.starts_at + at + length),
            0,
            "accepted",
        )
        for kind, at, length in found
    )
)


@given(
    codes=letters, chosen=options, exclusions=spans, as_probes=st.booleans(),
    minutes=st.lists(st.integers(1, 60), min_size=1, max_size=12), lateness=st.sampled_from([0, STEP, 3 * STEP]),
)  # fmt: skip
def test_every_continued_minute_is_the_score_of_all_facts(
    codes: str, chosen: dict[str, str], exclusions: tuple[Exclusion, ...], as_probes: bool,
    minutes: list[int], lateness: int,
) -> None:  # fmt: skip
    if chosen["consecutive_intervals"] == "2":
        chosen = {**chosen, "consecutive_high_loss": "1"}
    terms = agreement(chosen)
    everything = facts_of(codes, exclusions, given_as_probes=as_probes)
    checkpoints: dict[str, Checkpoint] = {}
    now = SEPTEMBER.starts_at
    for minute in minutes:
        now += minute * 60
        known = everything if not checkpoints else from_cut(everything, checkpoints["c"].cut)
        result, checkpoints = continued(terms, SEPTEMBER, known, checkpoints, as_of=now, settle_before=now - lateness)
        assert document_text(result) == document_text(score(terms, SEPTEMBER, everything, as_of=now))


def test_a_quiet_circuit_is_settled_up_to_the_last_settled_interval() -> None:
    now = SEPTEMBER.starts_at + 100 * STEP
    facts = facts_of("g" * 100, ())
    _, checkpoints = continued(agreement({}), SEPTEMBER, facts, {}, as_of=now, settle_before=now - 2 * STEP)
    assert checkpoints["c"].cut == now - 2 * STEP


def test_another_exclusion_needs_the_whole_period() -> None:
    now = SEPTEMBER.starts_at + 100 * STEP
    _, checkpoints = continued(agreement({}), SEPTEMBER, facts_of("g" * 100, ()), {}, as_of=now, settle_before=now)
    decided = (Exclusion("customer", Interval(SEPTEMBER.starts_at, SEPTEMBER.starts_at + STEP), None, "accepted"),)
    with pytest.raises(NeedsWholePeriod, match=r'^circuit "c": other exclusions than before$'):
        continued(agreement({}), SEPTEMBER, facts_of("", decided), checkpoints, as_of=now, settle_before=now)


ROUND_TRIP = next(each for each in agreement({}, "95").objectives if isinstance(each, RoundTripObjective))


def test_only_round_trips_that_can_become_the_percentile_are_kept() -> None:
    values = np.random.default_rng(1).integers(0, 10**9, 100_000)
    whole = RoundTrips().followed_by(values, ROUND_TRIP, 1_000_000)
    kept = whole.kept(ROUND_TRIP, Fraction(1, 2))
    assert len(kept.largest) < 20_000
    assert kept.result(ROUND_TRIP) == whole.result(ROUND_TRIP)
    more = np.random.default_rng(2).integers(0, 10**9, 100_000)
    assert kept.followed_by(more, ROUND_TRIP, 1_000_000).result(ROUND_TRIP) == whole.followed_by(
        more, ROUND_TRIP, 1_000_000
    ).result(ROUND_TRIP)


def test_a_rate_that_rises_beyond_what_was_kept_needs_the_whole_period() -> None:
    few = RoundTrips().followed_by(np.arange(10_000), ROUND_TRIP, 1_000_000).kept(ROUND_TRIP, Fraction(9, 10))
    many = few.followed_by(np.zeros(90_000, np.int64), ROUND_TRIP, 1_000_000)
    with pytest.raises(NeedsWholePeriod, match=r"more round trips than the rate so far let expect$"):
        many.result(ROUND_TRIP)
