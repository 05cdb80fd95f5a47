"""The vectors of sla-standards §8, each under its id: those that a score can express as tests, the others by name.

The tables there round what they display; the contract cuts it. So the exact fraction is compared, and the text
that the contract prints.
"""

import re
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facilities.calendar import ServiceHours, local_seconds, month, period, service_windows, zone
from facilities.instants import instant, instant_text
from sla_engine.credits import credit_percent, half_up_cents
from sla_engine.document import document, percent
from sla_engine.facts import DOWN, UP, CircuitFacts, Exclusion, Facts, IntervalRows, StateRows, Ticket
from sla_engine.indicators import rank, round_trip
from sla_engine.results import AvailabilityResult, LossResult, RoundTripResult, TimeToRestoreResult
from sla_engine.scoring import score
from sla_engine.spans import SECONDS, Spans
from sla_engine.tally import Tally
from store.errors import InputError
from store.intervals import Interval, total_seconds
from tests.sla_engine.cases import (
    DAY,
    T0,
    an_agreement,
    at,
    availability_objective,
    interval_rows,
    probe_rows,
    scored,
    scored_timeline,
    state_rows,
)

CASABLANCA = zone("Africa/Casablanca")
SEPTEMBER = month(2026, 9, CASABLANCA)


def down_cells(result: AvailabilityResult, start: int = T0, step: int = 10) -> list[tuple[int, int]]:
    return [((o.starts_at - start) // step, (o.ends_at - start) // step) for o in result.tally.outages]


# ---------------------------------------------------------------- 8.1 availability state machine


def test_av_0() -> None:
    result = scored_timeline("60u", min_coverage_percent="95")
    assert (result.ratio, result.verdict) == (None, "insufficient_data")
    assert credit_percent(result) == "0"


def test_av_1() -> None:
    result = scored_timeline("| 10g 15b 35g | 10g")
    assert down_cells(result) == [(10, 25)]
    assert result.ratio == Fraction(3, 4)
    assert percent(result.ratio) == "75.0000"
    assert result.tally.high_loss_intervals == 0


def test_av_2() -> None:
    tally = scored_timeline("10g 9b 31g").tally
    assert (tally.down, tally.high_loss_intervals, tally.consecutive_high_loss) == (0, 9, 1)


def test_av_2b() -> None:
    tally = scored_timeline("20e").tally
    assert (tally.down, tally.high_loss_intervals) == (0, 0)


def test_av_3() -> None:
    result = scored_timeline("10g 10b 1g 9b 30g")
    assert down_cells(result) == [(10, 30)]
    assert result.tally.high_loss_intervals == 0


def test_av_4() -> None:
    result = scored_timeline("5g 10b" + " 9g 1b" * 5 + " 20g")
    assert down_cells(result) == [(5, 65)]


def test_av_5() -> None:
    line = "5g 3b 12g 6b 12g 9b 10g"
    runs, intervals = scored_timeline(line).tally, scored_timeline(line, high_loss_counting="intervals").tally
    assert (runs.down, runs.high_loss_intervals, runs.consecutive_high_loss) == (0, 18, 2)
    assert intervals.consecutive_high_loss == 15


def test_av_6() -> None:
    assert scored_timeline("| 20g 4b | 8b 12g").tally.down == 40
    assert scored_timeline("20g 4b | 8b 12g").tally.down == 80


def day_of_minutes(outage: str, **rules: Any) -> AvailabilityResult:
    """A day at Δt = 60 s with accepted maintenance 02:00–03:00 and an outage `HH:MM-HH:MM`."""
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in outage.split("-"))
    rows = interval_rows(f"{start}g {end - start}b {1440 - end}g", step=60)
    maintenance = Exclusion("maintenance", Interval(T0 + 7200, T0 + 10800), None, "accepted")
    found = scored(
        [availability_objective(interval_seconds=60, **rules)],
        Interval(T0, T0 + DAY),
        CircuitFacts(intervals=rows, exclusions=(maintenance,)),
    ).results[0]
    assert isinstance(found, AvailabilityResult)
    return found


def test_av_7() -> None:
    result = day_of_minutes("01:30-03:30")
    assert (result.tally.up + result.tally.down, result.tally.down) == (1380 * 60, 60 * 60)
    assert result.ratio == Fraction(1320, 1380)
    assert percent(result.ratio) == "95.6521"  # the contract cuts: 95.6522 is rounded
    as_up = day_of_minutes("01:30-03:30", maintenance="up")
    assert as_up.ratio == Fraction(1380, 1440)
    assert percent(as_up.ratio) == "95.8333"


def test_av_8() -> None:
    run_through = day_of_minutes("01:55-02:40")
    assert (run_through.tally.down, run_through.ratio) == (5 * 60, Fraction(1375, 1380))
    assert percent(run_through.ratio) == "99.6376"
    splice = day_of_minutes("01:55-02:40", maintenance_window="splice")
    assert (splice.tally.down, percent(splice.ratio)) == (0, "100.0000")


def test_av_9() -> None:
    assert day_of_minutes("02:20-03:06").tally.down == 6 * 60
    assert day_of_minutes("02:20-03:06", maintenance_window="splice").tally.down == 0


# ---------------------------------------------------------------- 8.2 loss


LOSS = {"indicator": "loss", "at_most_percent": "1"}


def loss_of(facts: CircuitFacts, cells: int, *objectives: dict[str, Any], **options: Any) -> LossResult:
    found = scored([LOSS, *objectives], Interval(T0, T0 + 10 * cells), facts, **options).results[0]
    assert isinstance(found, LossResult)
    return found


def test_flr_1() -> None:
    rows = IntervalRows(np.array([T0, T0 + 10]), np.array([900, 100]), np.array([9, 50]))
    result = loss_of(CircuitFacts(intervals=rows), 2, availability_objective())
    assert result.ratio == Fraction(59, 1000)
    assert percent(result.ratio) == "5.9000"


def test_flr_2() -> None:
    rows = interval_rows("40g 15b 45g")
    rows.lost[[3, 60, 99]] = 1
    result = loss_of(CircuitFacts(intervals=rows), 100, availability_objective())
    assert result.ratio == Fraction(3, 850)
    assert percent(result.ratio) == "0.3529"


def test_flr_3() -> None:
    result = loss_of(CircuitFacts(intervals=interval_rows("10z")), 10, availability_objective())
    assert (result.ratio, result.verdict) == (None, "not_measurable")


def test_tw_1() -> None:
    old, new = (Tally(up=up, down=down, measured_up=up, measured_down=down) for up, down in (
        (720 * 3600 * 99 // 100, 720 * 3600 // 100), (24 * 3600, 0),
    ))  # fmt: skip
    assert AvailabilityResult(thirty_days(0).objective, old.followed_by(new)).ratio == Fraction("736.8") / 744


def test_tw_2() -> None:
    """Seconds of outages are united, never multiplied: both links are out for the same 43.2 minutes."""
    outage = Interval(T0 + DAY, T0 + DAY + 2592)
    assert 1 - Fraction(total_seconds([outage, outage]), 720 * 3600) == Fraction("0.999")


# ---------------------------------------------------------------- 8.3 percentiles


def percentile(p: str, values: Sequence[int | None], at_most_ms: str = "30", **options: Any) -> RoundTripResult:
    objective = {"indicator": "round_trip", "percentile": p, "at_most_ms": at_most_ms}
    found = scored([objective], Interval(T0, T0 + DAY), CircuitFacts(probes=probe_rows(values, **options))).results[0]
    assert isinstance(found, RoundTripResult)
    return found


def test_p_1() -> None:
    values = [value + 10 for value in (-2, 7, 7, 4, 18, -5)]  # a round trip is not negative: ten is added
    assert [percentile(p, values).value_ms for p in ("25", "50", "100")] == [-2 + 10, 4 + 10, 18 + 10]


def test_p_2() -> None:
    assert percentile("95", list(range(1, 21))).value_ms == 19


def test_p_3() -> None:
    assert percentile("95", [10] * 100 + [10] * 90 + [100] * 10).value_ms == 10


def test_p_4() -> None:
    values = [100, 110, None, 90, 500]
    assert [percentile(p, values).value_ms for p in ("50", "95")] == [100, 500]
    assert percentile("50", values).answered == 4


def test_p_7() -> None:
    values = [10] * 995 + [30, 30, 30, 40, 90]
    result = percentile("99.9", values)
    assert result.value_ms == 40  # rank 999; in floats ⌈99.9/100·1000⌉ is 1000


def test_p_8() -> None:
    result = percentile("95", [10] * 949 + [30] + [31] * 50)
    assert (result.value_ms, result.within, result.verdict) == (Fraction(30), 950, "met")


def test_p_9() -> None:
    result = percentile("95", [10] * 949 + [31] * 51)
    assert (result.value_ms, result.within, result.verdict) == (Fraction(31), 949, "breached")


def test_bl_1() -> None:
    """The 95th percentile of a month of 721 hours in samples of five minutes: its rank is that of any nearest rank."""
    objective = percentile("95", [1]).objective
    samples = (SEPTEMBER.ends_at - SEPTEMBER.starts_at) // 300
    assert samples == 8652
    assert (rank(objective, samples), samples - rank(objective, samples)) == (8220, 432)


def test_p_10() -> None:
    assert percentile("95", [None, None]).value_ms is None
    objective = percentile("95", [1]).objective
    nothing = round_trip(objective, SECONDS, Spans.of([]), None, as_of=None)
    assert (nothing.value_ms, nothing.answered, nothing.verdict) == (None, 0, "not_measurable")


# ---------------------------------------------------------------- 8.5 calendar


def test_ds_1() -> None:
    assert SEPTEMBER.ends_at - SEPTEMBER.starts_at == 2_595_600
    assert instant_text(SEPTEMBER.starts_at) == "2026-08-31T23:00:00Z"


def in_september(rows: StateRows, **rules: Any) -> AvailabilityResult:
    found = scored(
        [availability_objective(method="states", **rules)],
        SEPTEMBER,
        CircuitFacts(states=rows),
        time_zone="Africa/Casablanca",
    ).results[0]
    assert isinstance(found, AvailabilityResult)
    return found


def test_ds_2() -> None:
    result = in_september(state_rows("2594d 1u", SEPTEMBER.starts_at))
    assert result.ratio == 1 - Fraction(2594, 2_595_600)
    assert percent(result.ratio) == "99.9000"
    assert result.verdict == "met"


GTR = {"indicator": "time_to_restore", "at_most_seconds": 14_400}


def restored(opened_at: str, restored_at: str | None, span: Interval[int], **options: Any) -> TimeToRestoreResult:
    ticket = Ticket("T-1", at(opened_at), None if restored_at is None else at(restored_at))
    agreement = an_agreement(options.pop("objective", GTR), time_zone="Africa/Casablanca", **options.pop("terms", {}))
    facts = Facts({"c": CircuitFacts(tickets=(ticket,))}, options.pop("freezes", {}))
    found = score(agreement, span, facts, **options).results[0]
    assert isinstance(found, TimeToRestoreResult)
    return found


def test_ds_3() -> None:
    result = restored("2026-09-20T00:30:00+01:00", "2026-09-20T04:30:00+00:00", SEPTEMBER)
    assert result.tickets[0].elapsed_seconds == 5 * 3600
    assert result.verdict == "breached"


def test_ds_4() -> None:
    first, second = at("2026-09-20T01:30:00+01:00"), at("2026-09-20T01:30:00+00:00")
    assert (instant_text(first), instant_text(second)) == ("2026-09-20T00:30:00Z", "2026-09-20T01:30:00Z")
    assert local_seconds(date(2026, 9, 20), 90, CASABLANCA) == first  # of a doubled local time, the first
    with pytest.raises(InputError, match="has no offset"):
        at("2026-09-20T01:30:00")


def test_ds_5() -> None:
    hours = [
        (span.ends_at - span.starts_at) // 3600
        for span in (month(2026, 2, CASABLANCA), month(2026, 3, CASABLANCA), month(2027, 2, CASABLANCA))
    ]
    assert hours == [673, 743, 672]


def test_ds_6() -> None:
    paris = ServiceHours(frozenset(range(7)), 9 * 60, 18 * 60, frozenset())
    opens = []
    for day in ("2026-09-18", "2026-09-21", "2026-10-26"):
        start = at(f"{day}T00:00:00Z")
        window = service_windows(paris, zone("Europe/Paris"), Interval(start, start + DAY))[0]
        opens.append(instant(window.starts_at).astimezone(CASABLANCA).strftime("%H:%M"))
    assert opens == ["08:00", "07:00", "08:00"]


BUSINESS = {
    "days": '["mon", "tue", "wed", "thu", "fri"]',
    "from": "08:00",
    "to": "18:00",
    "holidays": "[2026-11-06, 2026-11-18]",
}
NOVEMBER = month(2026, 11, CASABLANCA)


@pytest.mark.parametrize(
    ("opened_at", "due_at"),
    [
        pytest.param("2026-11-05T16:00:00Z", "2026-11-09T10:00:00Z", id="bh_1"),
        pytest.param("2026-11-05T18:00:00Z", "2026-11-09T12:00:00Z", id="bh_2"),
        pytest.param("2026-11-05T14:00:00Z", "2026-11-05T18:00:00Z", id="bh_3"),
    ],
)
def test_bh_1_bh_2_bh_3(opened_at: str, due_at: str) -> None:
    objective = {**GTR, "service_hours": True}
    terms = {"service_hours": BUSINESS}
    in_time = restored(opened_at, due_at, NOVEMBER, objective=objective, terms=terms)
    assert (in_time.tickets[0].elapsed_seconds, in_time.verdict) == (14_400, "met")
    # BH-3 is due when the window closes: what is restored after it costs no service time until Monday.
    next_second = "2026-11-09T08:00:01Z" if opened_at.endswith("14:00:00Z") else due_at.replace("00Z", "01Z")
    late = restored(opened_at, next_second, NOVEMBER, objective=objective, terms=terms)
    assert (late.tickets[0].elapsed_seconds, late.verdict) == (14_401, "breached")


def test_bh_4() -> None:
    changes = [NOVEMBER.starts_at, at("2026-11-05T17:00:00Z"), at("2026-11-05T20:00:00Z")]
    rows = StateRows(np.array(changes, np.int64), np.array([UP, DOWN, UP], np.int8))
    result = scored(
        [availability_objective(method="states", service_hours=True)],
        NOVEMBER,
        CircuitFacts(states=rows),
        time_zone="Africa/Casablanca",
        service_hours=BUSINESS,
    ).results[0]
    assert isinstance(result, AvailabilityResult)
    assert (result.tally.up + result.tally.down, result.tally.down) == (190 * 3600, 3600)
    assert result.ratio == Fraction(189, 190)
    assert percent(result.ratio) == "99.4736"


def test_me_1() -> None:
    october = month(2026, 10, CASABLANCA)
    changes = [SEPTEMBER.starts_at, at("2026-09-30T23:00:00Z"), at("2026-10-01T02:00:00Z")]
    facts = CircuitFacts(states=StateRows(np.array(changes, np.int64), np.array([UP, DOWN, UP], np.int8)))
    down = []
    for span in (SEPTEMBER, october):
        result = scored([availability_objective(method="states")], span, facts, time_zone="Africa/Casablanca").results[
            0
        ]
        assert isinstance(result, AvailabilityResult)
        down.append(result.tally.down)
    assert down == [3600, 7200]
    ticket = ("2026-09-30T23:00:00Z", "2026-10-01T02:00:00Z")
    assert restored(*ticket, SEPTEMBER).tickets[0].elapsed_seconds == 10_800  # whole, in the month of its start
    assert restored(*ticket, october).tickets == ()


# ---------------------------------------------------------------- 8.6 contract logic


THIRTY_DAYS = Interval(T0, T0 + 30 * DAY)
TIERS = """[
  { at_least_percent = "99.5", below_percent = "99.9", credit_percent = "5" },
  { at_least_percent = "99.0", below_percent = "99.5", credit_percent = "10" },
  { at_least_percent = "0", below_percent = "99.0", credit_percent = "25" },
]"""


def thirty_days(down_seconds: int, target: str = "99.9", **rules: Any) -> AvailabilityResult:
    found = scored(
        [availability_objective(method="states", target_percent=target, **rules)],
        THIRTY_DAYS,
        CircuitFacts(states=state_rows(f"{down_seconds}d 1u")),
    ).results[0]
    assert isinstance(found, AvailabilityResult)
    return found


@pytest.mark.parametrize(
    ("down", "credit"), [(2592, "0"), (2593, "5"), (12960, "5"), (12961, "10"), (25920, "10"), (25921, "25")]
)
def test_cr_1(down: int, credit: str) -> None:
    assert credit_percent(thirty_days(down, credits=TIERS)) == credit


def test_cr_2() -> None:
    # No option "rounded to two decimals first" is in the contract: the exact mode is the only one.
    result = thirty_days(2593, credits=TIERS)
    assert percent(result.ratio) == "99.8999"
    assert credit_percent(result) == "5"


def test_cr_3() -> None:
    assert thirty_days(2592).verdict == "met"
    assert thirty_days(2593).verdict == "breached"


def test_cr_4() -> None:
    days = [Tally(up=19_990, down=10, measured_up=19_990, measured_down=10)] * 28
    total = reduce(Tally.followed_by, days)
    objective = thirty_days(0, target="99.95").objective
    assert AvailabilityResult(objective, total).ratio == Fraction(9995, 10_000)
    assert AvailabilityResult(objective, total).verdict == "met"


def test_cr_5() -> None:
    lines = [
        {"id": name, "indicator": "loss", "at_most_percent": "1", "credit_percent": name} for name in ("5", "10", "30")
    ]
    shown = document(
        scored(
            lines,
            Interval(T0, T0 + 31 * DAY),
            CircuitFacts(intervals=interval_rows("10b")),
            monthly_fee="12345.67",
            credit_cap_percent="30",
        )
    )
    assert [line["credit"] for line in shown["objectives"]] == ["617.28", "1234.57", "3703.70"]
    assert shown["credits"] == {
        "fee": "12345.67", "total": "5555.55", "cap": "3703.70", "payable": "3703.70", "capped": "1851.85",
    }  # fmt: skip


def test_cr_6() -> None:
    assert half_up_cents(Fraction("1234.60") * Fraction("2.5") / 100) == 3087


def with_maintenance(
    states: str, *spans: tuple[int, int], announced: int = -10 * DAY, terms: dict[str, int] | None = None
) -> Tally:
    """A day of states by the minute, with accepted maintenance between minutes of it."""
    exclusions = tuple(
        Exclusion("maintenance", Interval(T0 + 60 * start, T0 + 60 * end), T0 + 60 * start + announced, "accepted")
        for start, end in spans
    )
    found = scored(
        [availability_objective(method="states")],
        Interval(T0, T0 + DAY),
        CircuitFacts(states=state_rows(states, step=60), exclusions=exclusions),
        maintenance=terms,
    ).results[0]
    assert isinstance(found, AvailabilityResult)
    return found.tally


def test_ma_1() -> None:
    terms = {"notice_hours": 120}
    assert with_maintenance("1440u", (120, 180), announced=-5 * DAY, terms=terms).excluded == 3600
    assert with_maintenance("1440u", (120, 180), announced=-5 * DAY + 3600, terms=terms).excluded == 0


def test_ma_2() -> None:
    assert with_maintenance("1440u", (120, 180), (150, 210)).excluded == 5400


def test_ma_3() -> None:
    assert with_maintenance("120u 90d 1u", (120, 180)).down == 1800


def test_fz_1() -> None:
    frozen = {"T-1": (Interval(at("2026-09-01T09:00:00Z"), at("2026-09-01T10:30:00Z")),)}
    ticket = ("2026-09-01T08:00:00Z", "2026-09-01T13:00:00Z")
    result = restored(*ticket, SEPTEMBER, freezes=frozen)
    assert (result.tickets[0].elapsed_seconds, result.verdict) == (12_600, "met")
    assert restored(*ticket, SEPTEMBER).verdict == "breached"


def test_fz_2() -> None:
    spans = [("09:00:00Z", "10:00:00Z"), ("09:30:00Z", "11:00:00Z")]
    frozen = {"T-1": tuple(Interval(at(f"2026-09-01T{a}"), at(f"2026-09-01T{b}")) for a, b in spans)}
    result = restored("2026-09-01T08:00:00Z", "2026-09-01T13:00:00Z", SEPTEMBER, freezes=frozen)
    assert result.tickets[0].frozen_seconds == 7200


def test_tt_1() -> None:
    # Availability only: mean times between and to restore are no figures of the contract.
    result = thirty_days(90 * 60)
    assert result.ratio == Fraction(43_110, 43_200)
    assert percent(result.ratio) == "99.7916"


def test_tt_2() -> None:
    nothing = scored([GTR], THIRTY_DAYS, CircuitFacts()).results[0]
    assert isinstance(nothing, TimeToRestoreResult)
    assert (nothing.verdict, nothing.tickets) == ("not_measurable", ())  # neither 0 nor infinite
    assert thirty_days(0).tally.outages == ()


def test_tt_3() -> None:
    changes = [SEPTEMBER.starts_at, at("2026-09-01T10:00:00Z"), at("2026-09-01T13:40:00Z")]
    assert in_september(StateRows(np.array(changes, np.int64), np.array([UP, DOWN, UP], np.int8))).tally.down == 13_200
    result = restored("2026-09-01T10:25:00Z", "2026-09-01T13:40:00Z", SEPTEMBER)
    assert result.tickets[0].elapsed_seconds == 3 * 3600 + 15 * 60


def test_md_1() -> None:
    rows = state_rows("2592d 1u", T0)
    gap = StateRows(np.append(rows.at, [T0 + DAY, T0 + 2 * DAY]), np.append(rows.states, [2, 0]).astype(np.int8))
    result = scored([availability_objective(method="states")], THIRTY_DAYS, CircuitFacts(states=gap)).results[0]
    assert isinstance(result, AvailabilityResult)
    ratios = (result.ratio, result.lowest_ratio, result.highest_ratio, result.coverage_ratio)
    assert ratios == (
        Fraction(2_503_008, 2_505_600), Fraction(2_503_008, 2_592_000), Fraction(999, 1000), Fraction(29, 30),
    )  # fmt: skip
    assert [percent(ratio) for ratio in ratios] == ["99.8965", "96.5666", "99.9000", "96.6666"]


def test_md_2() -> None:
    line = "6b 3u 6b 25g"
    policies: list[dict[str, Any]] = [{}, {"unknown_window": "break"}, {"unknown": "up"}, {"unknown": "down"}]
    assert [scored_timeline(line, **policy).tally.down // 10 for policy in policies] == [12, 0, 0, 15]


def test_fc_1() -> None:
    rows = state_rows("2580d 1u", SEPTEMBER.starts_at)
    assert in_september(rows).verdict == "met"
    ten_hours = Interval(SEPTEMBER.starts_at + 10 * DAY, SEPTEMBER.starts_at + 10 * DAY + 36_000)
    found = scored(
        [availability_objective(method="states")],
        SEPTEMBER,
        CircuitFacts(states=rows, exclusions=(Exclusion("maintenance", ten_hours, None, "accepted"),)),
        time_zone="Africa/Casablanca",
    ).results[0]
    assert isinstance(found, AvailabilityResult)
    assert (found.ratio, found.verdict) == (1 - Fraction(2580, 2_559_600), "breached")


# ---------------------------------------------------------------- 8.7 ITU-T


def test_g_1() -> None:
    tally = scored_timeline("5g 12b 5g 3b 10g", step=1, profile="g826").tally
    assert (tally.down, tally.high_loss_intervals) == (20, 0)


def block_of_300(lost: int, **rules: Any) -> AvailabilityResult:
    rows = IntervalRows(np.array([T0]), np.array([300]), np.array([lost]))
    found = scored(
        [availability_objective(profile="y1540", **rules)], Interval(T0, T0 + 300), CircuitFacts(intervals=rows)
    ).results[0]
    assert isinstance(found, AvailabilityResult)
    return found


def test_y_1() -> None:
    assert [block_of_300(lost).tally.down for lost in (60, 61)] == [0, 300]


def test_y_2() -> None:
    assert block_of_300(61, loss_threshold="0.75").tally.down == 0


# ---------------------------------------------------------------- 8.8 imported from Icinga DB


def icinga(changes: list[tuple[int, int]], *excluded: tuple[int, int], **rules: Any) -> AvailabilityResult:
    """Seconds 1000 to 2000, with state changes (second, state) and accepted exclusions."""
    rows = StateRows(
        np.array([T0 + second for second, _ in changes], np.int64), np.array([s for _, s in changes], np.int8)
    )
    exclusions = tuple(Exclusion("maintenance", Interval(T0 + a, T0 + b), None, "accepted") for a, b in excluded)
    found = scored(
        [availability_objective(method="states", **rules)],
        Interval(T0 + 1000, T0 + 2000),
        CircuitFacts(states=rows if changes else None, exclusions=exclusions),
    ).results[0]
    assert isinstance(found, AvailabilityResult)
    return found


def test_ic_1() -> None:
    case = ([(0, UP), (1200, DOWN), (1500, UP)], (1100, 1300), (1400, 1600))
    assert percent(icinga(*case, maintenance="up").ratio) == "90.0000"
    assert icinga(*case).ratio == 1 - Fraction(100, 600)
    assert percent(icinga(*case).ratio) == "83.3333"


def test_ic_2() -> None:
    case = ([(800, DOWN)], (600, 1000), (800, 1200), (1000, 1400), (1600, 2000), (1800, 2200))
    assert percent(icinga(*case, maintenance="up").ratio) == "80.0000"
    assert (icinga(*case).tally.down, percent(icinga(*case).ratio)) == (200, "0.0000")


def test_ic_3() -> None:
    result = icinga([(1500, DOWN), (1700, UP)], min_coverage_percent="95")
    assert (percent(result.ratio), percent(result.coverage_ratio)) == ("60.0000", "50.0000")
    assert result.verdict == "insufficient_data"


def test_ic_4() -> None:
    assert percent(icinga([(800, DOWN)]).ratio) == "0.0000"


def test_ic_5() -> None:
    assert icinga([]).ratio is None


def test_ic_6() -> None:
    for text in ("2026-01-02T00:00:00Z/2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z/2026-01-02T00:00:00Z"):
        with pytest.raises(InputError, match="does not end after it starts"):
            period(text, CASABLANCA)


# ---------------------------------------------------------------- none is forgotten

HOW_MANY = {
    "AV": 10, "GA": 1, "DR": 1, "FLR": 3, "TW": 2, "P": 10, "CT": 6, "BL": 1, "DS": 6, "BH": 4, "ME": 1, "CR": 6,
    "MA": 3, "FZ": 2, "TT": 3, "MD": 2, "FC": 1, "BR": 2, "G": 1, "Y": 2, "DC": 3, "IC": 6,
}  # fmt: skip
EVERY_ID = {f"{family}-{number + (family != 'AV')}" for family, many in HOW_MANY.items() for number in range(many)}
EVERY_ID |= {"AV-2b"}
# Figures that the contract of a score does not have; docs/scoring.md says of each why.
OF_NO_SCORE = {
    "GA-1", "DR-1", "P-5", "P-6", "CT-1", "CT-2", "CT-3", "CT-4", "CT-5", "CT-6", "BR-1", "BR-2",
    "DC-1", "DC-2", "DC-3",
}  # fmt: skip


def ids_of_tests() -> set[str]:
    names = " ".join(name for name in globals() if name.startswith("test_"))
    return {f"{family.upper()}-{number}" for family, number in re.findall(r"_([a-z]{1,3})_(\d+b?)(?![a-z])", names)}


def test_every_vector_is_a_test_or_is_said_to_be_none() -> None:
    assert ids_of_tests() | OF_NO_SCORE == EVERY_ID
    assert not ids_of_tests() & OF_NO_SCORE


def test_the_documentation_says_why_a_vector_has_no_test() -> None:
    text = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:[A-Z]+-\d+(?:, )?)+) \| (\S.*) \|$", text, re.MULTILINE)
    assert {identity for ids, _ in rows for identity in ids.split(", ")} == OF_NO_SCORE


def test_the_list_of_vectors_is_that_of_the_specification(samples: Path) -> None:
    text = (samples / "spec" / "sla-standards.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| ([A-Z]+-\d+b?) \|", text[text.index("## 8. Test vectors") :], re.MULTILINE)
    assert set(found) == EVERY_ID
