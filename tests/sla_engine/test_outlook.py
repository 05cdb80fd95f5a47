"""The outlook of a running period: the figures of sla-standards 6.2 and 6.3, and what one would work out by hand."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.burn import BURN_ROWS
from facilities.calendar import month, zone
from facilities.instants import instant, instant_text
from sla_engine.facts import CircuitFacts, Exclusion, Facts, IntervalRows, StateRows
from sla_engine.outlook import outlook_row
from sla_engine.outlook_recent import recent
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import grid, score
from store.alert_rows import LookedBack, OutlookRow
from store.intervals import Interval
from tests.sla_engine.cases import DAY, T0, an_agreement, at, availability_objective, customer, interval_rows

HOUR = 3600
CASABLANCA = zone("Africa/Casablanca")
SEPTEMBER = month(2026, 9, CASABLANCA)
NOVEMBER = month(2026, 11, CASABLANCA)
OFFICE = {
    "days": '["mon", "tue", "wed", "thu", "fri"]',
    "from": "08:00",
    "to": "18:00",
    "holidays": "[2026-11-06, 2026-11-18]",
}
TIERS = (
    '[{ at_least_percent = "99.5", below_percent = "99.9", credit_percent = "5" },'
    ' { at_least_percent = "0", below_percent = "99.5", credit_percent = "20" }]'
)


def measured(span: Interval[int], bad: Sequence[Interval[int]] = (), step: int = 60) -> IntervalRows:
    """Every Δt of a span measured, those in `bad` bad."""
    starts_at = np.arange(span.starts_at, span.ends_at, step, dtype=np.int64)
    lost = np.zeros(starts_at.size, np.int64)
    for one in bad:
        lost[(starts_at >= one.starts_at) & (starts_at < one.ends_at)] = 10
    return IntervalRows(starts_at, np.full(starts_at.size, 10), lost)


def outage(starts: str, seconds: int) -> Interval[int]:
    return Interval(at(starts), at(starts) + seconds)


def foreseen(
    period: Interval[int],
    circuit: CircuitFacts,
    as_of: int,
    *,
    looks_back: int = 14 * DAY,
    earlier: Sequence[Interval[int]] = (),
    rules: dict[str, Any] | None = None,
    **options: Any,
) -> OutlookRow:
    """The outlook at `as_of` of one circuit, in Casablanca with Δt of a minute and n = 5 unless said otherwise."""
    settings = {"time_zone": "Africa/Casablanca", "starts_on": "2026-01-01", **options}
    objective = {"interval_seconds": 60, "consecutive_intervals": 5, "credits": TIERS, **(rules or {})}
    agreement = an_agreement(availability_objective(**objective), **settings)
    result = score(agreement, period, Facts({"c": circuit}), as_of=as_of)
    one = result.results[0]
    assert isinstance(one, AvailabilityResult)
    axis = grid(agreement, "c")
    span = Interval(max(agreement.starts_at, period.starts_at - looks_back), axis.seconds(axis.number(as_of)))
    seen = recent(agreement, one.objective, circuit, span, intervals_given=True, as_of=as_of)
    return outlook_row(result, 0, circuit, seen, earlier, is_demo=False)


@pytest.mark.parametrize(
    ("year", "number", "hours"), [(2027, 2, 672), (2026, 2, 673), (2026, 9, 721), (2026, 3, 743), (2026, 12, 744)]
)
def test_the_service_time_of_a_month_is_what_the_clock_makes_it(year: int, number: int, hours: int) -> None:
    span = month(year, number, CASABLANCA)
    row = foreseen(span, CircuitFacts(), span.starts_at + DAY)
    assert row.service_seconds == hours * HOUR
    assert row.ahead_seconds == (hours - 24) * HOUR
    assert row.service_day_seconds == DAY
    assert row.budget_seconds == Decimal(hours - 24) * Decimal("3.6")  # what was not measured has left the denominator


def test_business_hours_of_november_are_190_in_days_of_ten() -> None:
    row = foreseen(NOVEMBER, CircuitFacts(), NOVEMBER.starts_at, rules={"service_hours": True}, service_hours=OFFICE)
    assert row.service_seconds == 190 * HOUR
    assert row.service_day_seconds == 10 * HOUR
    assert [each.seconds for each in row.windows] == [300, 1800, 3000, 3600, 9000, 6 * HOUR, 10 * HOUR, 30 * HOUR]
    rates = [burn.share_of_budget * row.service_seconds / burn.long_seconds(10 * HOUR) for burn in BURN_ROWS]
    assert rates == [Fraction("3.8"), Fraction(19, 12), Fraction("1.9"), Fraction(19, 30)]


def test_planned_maintenance_shrinks_the_budget_and_a_met_month_is_lost() -> None:
    """FC-1, to the tenth of a second."""
    down = Interval(SEPTEMBER.starts_at + DAY, SEPTEMBER.starts_at + DAY + 2580)
    now = at("2026-09-20T12:00:00Z")
    rows = measured(Interval(SEPTEMBER.starts_at, now), [down])
    before = foreseen(SEPTEMBER, CircuitFacts(intervals=rows), now)
    assert (before.budget_seconds, before.budget_left_seconds) == (Decimal("2595.6"), Decimal("15.6"))
    works = Exclusion("maintenance", outage("2026-09-27T00:00:00Z", 10 * HOUR), at("2026-09-01T00:00:00Z"), "accepted")
    after = foreseen(SEPTEMBER, CircuitFacts(intervals=rows, exclusions=(works,)), now)
    assert (after.budget_seconds, after.budget_left_seconds) == (Decimal("2559.6"), Decimal("-20.4"))
    assert after.service_seconds == before.service_seconds - 10 * HOUR
    assert after.ahead_seconds == before.ahead_seconds - 10 * HOUR
    assert after.breach_at == instant(down.starts_at + 2559)  # in hindsight: that second was one too many


def test_maintenance_that_does_not_qualify_shrinks_nothing() -> None:
    late = Exclusion("maintenance", outage("2026-09-27T00:00:00Z", HOUR), at("2026-09-26T23:00:00Z"), "accepted")
    proposed = Exclusion("customer", outage("2026-09-28T00:00:00Z", HOUR), None, "proposed")
    circuit = CircuitFacts(exclusions=(late, proposed))
    row = foreseen(SEPTEMBER, circuit, SEPTEMBER.starts_at, maintenance={"notice_hours": 120})
    assert row.service_seconds == 721 * HOUR


def down_since(began: str, now: str, **more: Any) -> OutlookRow:
    span = Interval(NOVEMBER.starts_at, at(now))
    rows = measured(span, [Interval(at(began), at(now))])
    return foreseen(NOVEMBER, CircuitFacts(intervals=rows, exclusions=more.pop("exclusions", ())), at(now), **more)


def test_while_down_the_budget_is_gone_after_what_is_left_of_it() -> None:
    row = down_since("2026-11-10T09:50:00Z", "2026-11-10T10:00:00Z")
    assert (row.budget_seconds, row.budget_left_seconds) == (Decimal(2592), Decimal(1992))
    assert (row.bad_run_seconds, row.unknown_run_seconds) == (600, 0)
    assert row.breach_at == instant(at("2026-11-10T10:00:00Z") + 1992)  # 1992 s more are still met, the next is not


def test_maintenance_pauses_the_way_to_the_breach() -> None:
    works = customer(outage("2026-11-10T10:10:00Z", HOUR))
    row = down_since("2026-11-10T09:50:00Z", "2026-11-10T10:00:00Z", exclusions=(works,))
    assert row.budget_left_seconds == Decimal(2592) - Decimal("3.6") - 600
    assert row.breach_at == instant(at("2026-11-10T10:00:00Z") + HOUR + 1988)


def test_night_pauses_the_way_to_the_breach_where_service_is_by_the_hour() -> None:
    """Friday 17:50: ten of 684 seconds are gone, ten minutes are left of the day, Monday has the rest."""
    row = down_since(
        "2026-11-13T17:49:00Z", "2026-11-13T17:55:00Z", rules={"service_hours": True}, service_hours=OFFICE
    )
    assert row.budget_seconds == Decimal(684)
    assert row.breach_at == instant(at("2026-11-16T08:00:00Z") + 684 - 6 * 60 - 5 * 60)


def test_an_outage_that_does_not_last_to_the_end_of_the_budget_breaches_nothing() -> None:
    row = down_since("2026-11-30T23:50:00Z", "2026-11-30T23:58:00Z")
    assert row.breach_at is None
    assert row.budget_left_seconds > row.ahead_seconds


def test_the_trend_of_seven_days_gives_the_date() -> None:
    """12 minutes down a week: 720 s of 2592 are gone, 1872 last 18.2 days at that rate; the month has more."""
    now = at("2026-11-08T00:00:00Z")
    rows = measured(Interval(NOVEMBER.starts_at, now), [outage("2026-11-05T10:00:00Z", 720)])
    row = foreseen(NOVEMBER, CircuitFacts(intervals=rows), now)
    assert (row.trend_seconds, row.trend_down_seconds) == (7 * DAY, 720)
    assert row.breach_at == instant(now + 1872 * 7 * DAY // 720)
    assert instant_text(int(row.breach_at.timestamp())) == "2026-11-26T04:48:00Z"


def test_a_trend_that_just_reaches_the_end_is_no_breach() -> None:
    """r·remaining = R to the second: 2592 s over 30 days, 604.8 s a week."""
    now = at("2026-11-08T00:00:00Z")
    rule = {"interval_seconds": 1, "consecutive_intervals": 5, "target_percent": "99.9"}
    down = outage("2026-11-05T10:00:00Z", 604)
    rows = measured(Interval(NOVEMBER.starts_at, now), [down], step=1)
    assert foreseen(NOVEMBER, CircuitFacts(intervals=rows), now, rules=rule).breach_at is None
    rows = measured(Interval(NOVEMBER.starts_at, now), [Interval(down.starts_at, down.ends_at + 1)], step=1)
    assert foreseen(NOVEMBER, CircuitFacts(intervals=rows), now, rules=rule).breach_at is not None


def test_the_trend_and_the_windows_reach_over_the_start_of_the_month() -> None:
    now = NOVEMBER.starts_at + 2 * HOUR
    october = Interval(NOVEMBER.starts_at - 8 * DAY, NOVEMBER.starts_at)
    bad = Interval(NOVEMBER.starts_at - 20 * 60, NOVEMBER.starts_at - 10 * 60)
    rows = measured(Interval(october.starts_at, now), [bad])
    row = foreseen(NOVEMBER, CircuitFacts(intervals=rows), now, earlier=[bad])
    assert row.budget_left_seconds == row.budget_seconds  # the month starts anew
    assert (row.trend_seconds, row.trend_down_seconds) == (7 * DAY, 600)
    seen = {each.seconds: each for each in row.windows}
    assert seen[7200] == LookedBack(7200, 0, 7200)
    assert seen[6 * HOUR] == LookedBack(6 * HOUR, 600, 6 * HOUR)


def test_windows_look_back_over_nights_and_weekends() -> None:
    """Monday 08:20: an hour of service ago was Friday 17:20, when it was bad for ten minutes at five to six."""
    now = at("2026-11-16T08:20:00Z")
    bad = [outage("2026-11-13T17:55:00Z", 600), outage("2026-11-14T12:00:00Z", HOUR)]  # five of the ten are service
    rows = measured(Interval(NOVEMBER.starts_at, now), bad)
    row = foreseen(NOVEMBER, CircuitFacts(intervals=rows), now, rules={"service_hours": True}, service_hours=OFFICE)
    seen = {each.seconds: each for each in row.windows}
    assert seen[300] == LookedBack(300, 0, 300)
    assert seen[3600] == LookedBack(3600, 300, 3600)


def test_what_is_bad_counts_at_once_whatever_the_state() -> None:
    now = at("2026-11-10T10:00:00Z")
    rows = measured(Interval(NOVEMBER.starts_at, now), [outage("2026-11-10T09:58:00Z", 120)])
    row = foreseen(NOVEMBER, CircuitFacts(intervals=rows), now)
    assert row.bad_run_seconds == 120
    assert row.windows[0] == LookedBack(300, 120, 300)
    assert row.budget_left_seconds == row.budget_seconds  # two of five Δt are no outage yet
    assert row.breach_at is None


def test_excluded_time_is_in_no_window() -> None:
    now = at("2026-11-10T10:00:00Z")
    rows = measured(Interval(NOVEMBER.starts_at, now), [outage("2026-11-10T09:00:00Z", HOUR)])
    works = customer(outage("2026-11-10T09:00:00Z", HOUR))
    row = foreseen(NOVEMBER, CircuitFacts(intervals=rows, exclusions=(works,)), now)
    assert all(each.bad_seconds == 0 and each.counted_seconds == each.seconds for each in row.windows)
    assert row.bad_run_seconds == 0


def test_where_maintenance_is_up_it_is_looked_back_on_and_charges_nothing() -> None:
    now = at("2026-11-10T10:00:00Z")
    rows = measured(Interval(NOVEMBER.starts_at, now), [outage("2026-11-10T09:00:00Z", HOUR)])
    works = customer(outage("2026-11-10T09:30:00Z", HOUR))
    circuit = CircuitFacts(intervals=rows, exclusions=(works,))
    row = foreseen(NOVEMBER, circuit, now, rules={"maintenance": "up"})
    assert row.service_seconds == 720 * HOUR
    assert row.budget_left_seconds == Decimal(2592 - 1800)
    assert {each.seconds: each.bad_seconds for each in row.windows}[3600] == 1800
    assert row.breach_at == instant(at("2026-11-10T10:30:00Z") + 792)


def test_time_not_measured_is_neither_bad_nor_good() -> None:
    now = at("2026-11-10T10:00:00Z")
    rows = measured(Interval(NOVEMBER.starts_at, at("2026-11-10T09:30:00Z")), [outage("2026-11-10T09:20:00Z", 600)])
    row = foreseen(NOVEMBER, CircuitFacts(intervals=rows), now)
    assert row.seen_at == instant(now)
    assert (row.unknown_run_seconds, row.bad_run_seconds) == (1800, 0)
    seen = {each.seconds: each for each in row.windows}
    assert seen[300] == LookedBack(300, 0, 0)
    assert seen[3600] == LookedBack(3600, 600, 1800)
    assert row.breach_at == instant(now + int(row.budget_left_seconds))  # nobody has seen it end


def test_what_is_on_its_way_is_not_unknown_yet() -> None:
    now = at("2026-11-10T10:00:30Z")
    rows = measured(Interval(NOVEMBER.starts_at, at("2026-11-10T09:59:00Z")))
    row = foreseen(NOVEMBER, CircuitFacts(intervals=rows), now)
    assert row.seen_at == instant(at("2026-11-10T09:59:00Z"))
    assert row.unknown_run_seconds == 0
    assert row.windows[0] == LookedBack(300, 0, 300)
    three_late = foreseen(NOVEMBER, CircuitFacts(intervals=rows), at("2026-11-10T10:02:00Z"))
    assert three_late.seen_at == instant(at("2026-11-10T09:59:00Z"))
    four_late = foreseen(NOVEMBER, CircuitFacts(intervals=rows), at("2026-11-10T10:03:00Z"))
    assert four_late.seen_at == instant(at("2026-11-10T10:03:00Z"))
    assert four_late.unknown_run_seconds == 240


def test_states_count_as_down_for_bad() -> None:
    now = at("2026-11-10T10:00:00Z")
    changes = [NOVEMBER.starts_at - 10 * DAY, at("2026-11-10T09:55:00Z")]
    rows = StateRows(np.array(changes, np.int64), np.array([0, 1], np.int8))
    row = foreseen(NOVEMBER, CircuitFacts(states=rows), now, rules={"method": "states"})
    assert (row.bad_run_seconds, row.windows[0]) == (300, LookedBack(300, 300, 300))
    assert row.budget_left_seconds == Decimal(2592 - 300)
    assert row.breach_at == instant(now + 2292)


def test_the_credit_at_stake_is_that_of_the_first_tier_up_to_the_cap() -> None:
    row = down_since("2026-11-10T09:50:00Z", "2026-11-10T10:00:00Z")
    assert (row.payable, row.payable_if_breached) == (Decimal("0.00"), Decimal("50.00"))
    capped = down_since("2026-11-10T09:50:00Z", "2026-11-10T10:00:00Z", credit_cap_percent="3")
    assert capped.payable_if_breached == Decimal("30.00")


def test_once_it_is_missed_the_credit_is_that_of_what_it_can_still_be() -> None:
    five_hours = down_since("2026-11-10T05:00:00Z", "2026-11-10T10:00:00Z")
    assert five_hours.budget_left_seconds < 0
    assert five_hours.payable_if_breached == Decimal("200.00")  # 99.31 % at best


def test_a_target_of_a_hundred_percent_is_gone_with_its_first_second() -> None:
    rule = {
        "target_percent": "100",
        "credits": '[{ at_least_percent = "0", below_percent = "100", credit_percent = "5" }]',
    }
    now = at("2026-11-10T10:00:00Z")
    good = foreseen(NOVEMBER, CircuitFacts(intervals=measured(Interval(NOVEMBER.starts_at, now))), now, rules=rule)
    assert good.budget_seconds == good.budget_left_seconds == 0
    assert good.breach_at is None
    row = down_since("2026-11-10T09:50:00Z", "2026-11-10T10:00:00Z", rules=rule)
    assert row.budget_left_seconds == -600
    assert row.breach_at == instant(at("2026-11-10T09:50:00Z"))


RULES = st.fixed_dictionaries(
    {
        "consecutive_intervals": st.integers(1, 4),
        "unknown": st.sampled_from(["exclude", "up", "down"]),
        "maintenance": st.sampled_from(["exclude", "up"]),
        "maintenance_window": st.sampled_from(["run_through", "splice"]),
        "service_hours": st.booleans(),
    }
)
HALF_PAST = {"days": '["thu"]', "from": "00:01", "to": "00:06", "holidays": "[]"}


@given(
    line=st.text("ggbbbuz", min_size=1, max_size=50),
    excluded=st.lists(st.tuples(st.integers(-30, 700), st.integers(0, 120)), max_size=3),
    rules=RULES,
    now=st.integers(0, 600),
)
def test_the_outlook_agrees_with_the_score(
    line: str, excluded: list[tuple[int, int]], rules: dict[str, Any], now: int
) -> None:
    """Within one period the trend is the tally, all seconds add up, and a budget that ends in breach says so."""
    circuit = CircuitFacts(
        intervals=interval_rows(line),
        exclusions=tuple(customer(Interval(T0 + start, T0 + start + length)) for start, length in excluded),
    )
    period = Interval(T0, T0 + 600)
    tier = '[{ at_least_percent = "0", below_percent = "90", credit_percent = "5" }]'
    rule = {"interval_seconds": 10, "target_percent": "90", "credits": tier, **rules}
    options: dict[str, Any] = {"time_zone": "UTC", "service_hours": HALF_PAST}
    row = foreseen(period, circuit, T0 + now, looks_back=0, rules=rule, **options)
    agreement = an_agreement(availability_objective(**rule), **options, starts_on="2026-01-01")
    tally = score(agreement, period, Facts({"c": circuit}), as_of=T0 + now).results[0].tally  # type: ignore[union-attr]
    assert (row.trend_seconds, row.trend_down_seconds) == (tally.up + tally.down, tally.down)
    counted = tally.up + tally.down + row.ahead_seconds
    assert row.budget_seconds == Decimal("0.1") * counted
    assert row.budget_left_seconds == row.budget_seconds - tally.down
    assert row.service_seconds >= counted
    assert row.bad_run_seconds == 0 or row.unknown_run_seconds == 0
    if row.budget_left_seconds < 0:
        assert row.breach_at is not None
        assert row.breach_at < row.seen_at
    elif row.breach_at is not None:
        assert row.seen_at <= row.breach_at < row.period_ends_at
