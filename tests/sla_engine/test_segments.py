"""A month cut by an amendment: annotated timelines, one letter per hour, of contracts whose texts follow each other."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.agreement import Agreement
from facilities.amendment import Amendment
from facilities.calendar import month, zone
from facilities.instants import instant_text
from sla_engine.facts import CircuitFacts, Facts
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import Score, score
from sla_engine.segments import Segment, differences, own_grid, segments
from store.intervals import Interval
from tests.sla_engine.cases import DAY, an_agreement, at, availability_objective, interval_rows

UTC = zone("UTC")
SEPTEMBER = month(2026, 9, UTC)
HOUR = 3600
RULES: dict[str, Any] = {
    "interval_seconds": HOUR, "consecutive_intervals": 3, "unknown_window": "skip", "unknown": "exclude",
}  # fmt: skip


def text(fee: str = "1000", credit: str = "10", **rules: Any) -> Agreement:
    target = rules.setdefault("target_percent", "99.9")
    tier = f'[{{ at_least_percent = "0", below_percent = "{target}", credit_percent = "{credit}" }}]'
    return an_agreement(availability_objective(**{**RULES, **rules}, credits=tier), monthly_fee=fee)


def contract(*texts: tuple[str | None, Agreement]) -> tuple[Agreement, ...]:
    """The texts with their first days (None: the original), each up to the next, as an inventory reads them."""
    days = [None if day is None else date.fromisoformat(day) for day, _ in texts]
    return tuple(
        replace(
            one,
            amendment=None if day is None else Amendment(number, day),
            superseded_on=days[number + 1] if number + 1 < len(days) else None,
        )
        for number, ((_, one), day) in enumerate(zip(texts, days, strict=True))
    )


def hours(timeline: str) -> Facts:
    """One letter per hour from the start of September 2026."""
    return Facts({"c": CircuitFacts(intervals=interval_rows(timeline, SEPTEMBER.starts_at, HOUR))})


def scores(versions: tuple[Agreement, ...], facts: Facts, span: Interval[int] = SEPTEMBER) -> list[Score]:
    return [score(one.agreement, one.month, facts) for one in segments(versions, span)]


def availability_of(one: Score) -> AvailabilityResult:
    result = one.results[0]
    assert isinstance(result, AvailabilityResult)
    return result


def outages(one: Score) -> list[tuple[str, int]]:
    return [
        (instant_text(each.starts_at), (each.ends_at - each.starts_at) // HOUR)
        for each in availability_of(one).tally.outages
    ]


def test_an_amendment_in_mid_month_makes_two_segments_that_add_up() -> None:
    """Fifteen days of fee 1000 at 10 %, fifteen of fee 1600 at 5 %: the fee is prorated by seconds, before rounding."""
    versions = contract((None, text()), ("2026-09-16", text("1600", credit="5")))
    first, second = scores(versions, hours("100g 4b 500g 4b 112g"))
    assert first.period == Interval(SEPTEMBER.starts_at, at("2026-09-16T00:00:00Z"))
    assert second.period == Interval(first.period.ends_at, SEPTEMBER.ends_at)
    assert [one.credits.fee for one in (first, second)] == [Fraction(500), Fraction(800)]
    assert (first.credits.payable_cents, second.credits.payable_cents) == (5000, 4000)
    seconds = [availability_of(one).tally for one in (first, second)]
    assert sum(one.up + one.down + one.unknown + one.excluded for one in seconds) == 30 * DAY


def test_an_outage_across_the_cut_is_split_there() -> None:
    """22:00 to 03:00 over the midnight of the 16th: two hours in the first segment, three in the second."""
    versions = contract((None, text()), ("2026-09-16", text()))
    first, second = scores(versions, hours(f"{15 * 24 - 2}g 5b {15 * 24 - 3}g"))
    assert outages(first) == [("2026-09-15T22:00:00Z", 2)]
    assert outages(second) == [("2026-09-16T00:00:00Z", 3)]


@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_the_machine_does_not_start_anew_at_the_cut(before: int) -> None:
    """Three bad hours in a row are an outage (n = 3) wherever the cut lies in them: neither part is one of its own."""
    versions = contract((None, text()), ("2026-09-16", text()))
    first, second = scores(versions, hours(f"{15 * 24 - before}g 3b {15 * 24 - 3 + before}g"))
    assert [availability_of(one).tally.down // HOUR for one in (first, second)] == [before, 3 - before]


def test_an_outage_of_a_week_before_the_cut_goes_on_after_it() -> None:
    """The state at the cut is that of the readings before it, judged by the text after it."""
    versions = contract((None, text()), ("2026-09-16", text(consecutive_intervals=5, consecutive_high_loss=2)))
    first, second = scores(versions, hours(f"{8 * 24}g {7 * 24}b 1b 2g 1b {15 * 24 - 4}g"))
    assert outages(first) == [("2026-09-09T00:00:00Z", 7 * 24)]
    assert outages(second) == [("2026-09-16T00:00:00Z", 4)], "two good hours do not end an outage where n is five"


def test_each_segment_is_judged_by_its_own_target() -> None:
    versions = contract((None, text()), ("2026-09-16", text(target_percent="95")))
    first, second = scores(versions, hours("100g 4b 500g 4b 112g"))
    assert [one.results[0].verdict for one in (first, second)] == ["breached", "met"]


def test_two_amendments_within_a_year() -> None:
    """One in mid-month, one at the start of a month: thirteen segments, whose seconds and shares make the year."""
    versions = contract((None, text()), ("2026-03-11", text("1200")), ("2026-10-01", text("900")))
    found: list[tuple[str, int, int, Fraction]] = []
    for number in range(1, 13):
        for one in segments(versions, month(2026, number, UTC)):
            result = score(one.agreement, one.month, Facts({"c": CircuitFacts()}))
            days = (one.period.ends_at - one.period.starts_at) // DAY
            found.append((f"2026-{number:02d}", one.agreement.number, days, result.credits.fee))
    assert sum(days for _, _, days, _ in found) == 365
    assert [each for each in found if each[0] == "2026-03"] == [
        ("2026-03", 0, 10, Fraction(1000 * 10, 31)),
        ("2026-03", 1, 21, Fraction(1200 * 21, 31)),
    ]
    assert [each[1] for each in found] == [0] * 3 + [1] * 7 + [2] * 3
    assert found[-1] == ("2026-12", 2, 31, Fraction(900))


def test_a_month_before_and_after_the_contract_has_no_segment() -> None:
    ended = contract((None, replace(text(), ends_on=date(2026, 6, 1))))
    assert segments(ended, month(2025, 12, UTC)) == segments(ended, month(2026, 6, UTC)) == ()


def test_an_amendment_may_end_the_agreement_on_the_day_it_takes_effect() -> None:
    ended = replace(text(), ends_on=date(2026, 9, 16))
    (only,) = segments(contract((None, text()), ("2026-09-16", ended)), SEPTEMBER)
    assert only.period.ends_at == at("2026-09-16T00:00:00Z")


@given(
    st.sets(st.integers(2, 30), max_size=3),
    st.text("gggggbu", min_size=720, max_size=720),
    st.sampled_from([{}, {"unknown": "up"}, {"unknown": "down"}, {"unknown_window": "break"}]),
)
def test_cutting_a_month_between_equal_texts_changes_no_second(
    days: set[int], timeline: str, rules: dict[str, str]
) -> None:
    facts = hours(timeline)
    cuts = [(f"2026-09-{day:02d}", text(**rules)) for day in sorted(days)]
    parts = scores(contract((None, text(**rules)), *cuts), facts)
    (whole,) = scores(contract((None, text(**rules))), facts)
    for name in ("up", "down", "unknown", "excluded"):
        assert sum(getattr(availability_of(one).tally, name) for one in parts) == getattr(
            availability_of(whole).tally, name
        ), name
    assert sum(one.credits.fee for one in parts) == whole.credits.fee


@given(st.lists(st.text("gggbu", min_size=720, max_size=720), min_size=2, max_size=3), st.integers(2, 30))
def test_i13_a_circuit_in_a_group_has_the_figures_it_has_alone_in_every_segment(lines: list[str], day: int) -> None:
    """The same circuits in one agreement or each in its own, cut on the same day."""
    names = [f"c{number}" for number in range(len(lines))]
    rows = {
        name: CircuitFacts(intervals=interval_rows(line, SEPTEMBER.starts_at, HOUR))
        for name, line in zip(names, lines, strict=True)
    }

    def cut(*circuits: str) -> tuple[Agreement, ...]:
        objectives = [{**availability_objective(**RULES), "id": name, "circuit": name} for name in circuits]
        return contract((None, an_agreement(*objectives)), (f"2026-09-{day:02d}", an_agreement(*objectives)))

    together = scores(cut(*names), Facts(rows))
    for place, name in enumerate(names):
        alone = scores(cut(name), Facts({name: rows[name]}))
        assert [one.results[0] for one in alone] == [one.results[place] for one in together]


def closed(agreement: Agreement, first: str, end: str) -> Segment:
    period = Interval(at(f"{first}T00:00:00Z"), at(f"{end}T00:00:00Z"))
    return Segment(agreement, SEPTEMBER, period, "0" * 64)


def test_an_amendment_that_reaches_back_does_not_cut_what_is_closed() -> None:
    """Closed to the 15th by the original; then an amendment of the 10th is filed: it scores from the 16th on."""
    original, amended = contract((None, text()), ("2026-09-10", text("1600")))
    kept = closed(replace(original, superseded_on=date(2026, 9, 16)), "2026-09-01", "2026-09-16")
    first, second = segments((original, amended), SEPTEMBER, [kept])
    assert first == kept
    assert second.agreement == replace(amended, scored_from=date(2026, 9, 16))
    assert second.period == second.agreement.covered(SEPTEMBER)
    assert score(second.agreement, SEPTEMBER, hours("720g")).credits.fee == 800
    whole = replace(kept, agreement=text(), period=SEPTEMBER)
    assert segments((original, amended), SEPTEMBER, [whole]) == (whole,)


def test_an_open_part_before_a_closed_one_ends_where_that_begins() -> None:
    """Only the second half was ever scored; then the amendment is put off to the 20th."""
    original, amended = contract((None, text()), ("2026-09-20", text("1600")))
    kept = closed(replace(amended, amendment=Amendment(1, date(2026, 9, 16))), "2026-09-16", "2026-10-01")
    first, second = segments((original, amended), SEPTEMBER, [kept])
    assert first.agreement == replace(original, superseded_on=date(2026, 9, 16))
    assert (first.is_first, second.is_first) == (True, False)
    assert (first.unscored_at, second.unscored_at) == (SEPTEMBER.starts_at, kept.period.starts_at)


BEFORE, AFTER = contract((None, text()), ("2026-09-16", text("1600")))


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ((BEFORE, AFTER), []),
        ((replace(BEFORE, ends_on=date(2028, 1, 1)), AFTER), []),
        (contract((None, text()), ("2026-09-16", text("1600")), ("2026-11-01", text("7"))), []),
        (contract((None, text()), ("2026-09-16", text("1700"))), []),
        ((replace(BEFORE, monthly_fee=Fraction(2000)), AFTER), ["monthly_fee"]),
        (contract((None, text(target_percent="99")), ("2026-09-16", text())), ["objective availability"]),
        (
            contract((None, text()), ("2026-09-10", text())),
            ["its month is cut otherwise (2026-09-01 to 2026-09-10, 2026-09-10 to 2026-10-01)"],
        ),
        (contract((None, text())), ["its month is cut otherwise (2026-09-01 to 2026-10-01)"]),
        ((replace(BEFORE, ends_on=date(2026, 8, 1)),), ["its month is cut otherwise (nothing is in force)"]),
    ],
)
def test_a_difference_is_one_of_meaning_in_the_closed_period(today: tuple[Agreement, ...], said: list[str]) -> None:
    assert differences(closed(BEFORE, "2026-09-01", "2026-09-16"), today) == said


def test_other_service_hours_in_the_period_are_a_difference_and_next_years_holidays_are_none() -> None:
    def with_holidays(*days: str) -> Agreement:
        week = {"days": '["mon", "tue"]', "from": "08:00", "to": "18:00", "holidays": f"[{', '.join(days)}]"}
        return an_agreement(availability_objective(**RULES, service_hours=True), service_hours=week)

    kept = Segment(with_holidays("2026-11-18"), SEPTEMBER, SEPTEMBER, "0" * 64)
    assert differences(kept, [with_holidays("2026-11-18", "2027-01-11")]) == []
    assert differences(kept, [with_holidays("2026-11-18", "2026-09-14")]) == ["service hours"]


def test_where_the_amendment_changes_the_interval_each_text_reads_its_own() -> None:
    original, amended = contract((None, text()), ("2026-09-16", text(interval_seconds=60)))
    cut = at("2026-09-16T00:00:00Z")
    assert own_grid((original, amended), original)["c"].ends_at == cut
    assert own_grid((original, amended), amended)["c"].starts_at == cut
    assert own_grid((BEFORE, AFTER), AFTER) == {}
