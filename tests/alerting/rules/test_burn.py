"""Burn rates: the factors of sla-standards 6.2, the edge of each row, what can never hold, and unmeasured windows."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.rules import RULES, refused_rules
from alerting.rules.burn import factor_of, holds
from facilities.burn import BURN_ROWS
from tests.alerting.rules.cases import HOUR, NOW, SECOND, facts, found, outlook, windows

SUBJECT = "objective:A/o/2026-11"


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (672, ("13.44", "5.6", "2.8", "0.933")),
        (673, ("13.46", "5.608", "2.804", "0.935")),
        (720, ("14.4", "6", "3", "1")),
        (721, ("14.42", "6.008", "3.004", "1.001")),
        (743, ("14.86", "6.192", "3.096", "1.032")),
        (744, ("14.88", "6.2", "3.1", "1.033")),
    ],
)
def test_factors_are_those_of_the_month(hours: int, expected: tuple[str, ...]) -> None:
    row = outlook(service_seconds=hours * HOUR)
    for burn, figure in zip(BURN_ROWS, expected, strict=True):
        assert round(factor_of(row, burn), len(figure.partition(".")[2])) == Fraction(figure)


def test_factors_of_business_hours_are_four_times_smaller_and_days_are_ten_hours() -> None:
    row = outlook(service_seconds=190 * HOUR, service_day_seconds=10 * HOUR)
    assert [factor_of(row, burn) for burn in BURN_ROWS] == [
        Fraction("3.8"), Fraction(19, 12), Fraction("1.9"), Fraction(19, 30),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("long", "short", "reason", "most"),
    [
        (3600, 300, "burn_1h", (51, 4)),  # 2 % of 2592 s is 51.84 s; a twelfth of it 4.32 s
        (21600, 1800, "burn_6h", (129, 10)),
        (86400, 7200, "burn_24h", (259, 21)),
        (259200, 21600, "burn_72h", (259, 21)),
    ],
)
def test_each_row_holds_above_its_share_of_the_budget(
    long: int, short: int, reason: str, most: tuple[int, int]
) -> None:
    row = next(burn for burn in BURN_ROWS if burn.reason == reason)

    def answer(of_long: int, of_short: int) -> bool | None:
        bad = {long: of_long, short: of_short}
        return holds(outlook(windows=windows(bad)), row, RULES)

    assert answer(most[0] + 1, most[1] + 1) is True
    assert answer(most[0], most[1] + 1) is False
    assert answer(most[0] + 1, most[1]) is False


def test_at_the_rate_itself_it_does_not_hold() -> None:
    """BR-1 turned over: 50 s of an hour are two percent of a budget of 2500 s, exactly."""
    row = outlook(service_seconds=2_500_000, windows=windows({3600: 50, 300: 5}))
    assert holds(row, BURN_ROWS[0], RULES) is False
    assert holds(row._replace(windows=windows({3600: 51, 300: 5})), BURN_ROWS[0], RULES) is True


def test_september_needs_fifty_two_seconds() -> None:
    """BR-1: 14.42 · 0.001 · 3600 = 51.912 s."""
    row = outlook(service_seconds=721 * HOUR)
    assert holds(row._replace(windows=windows({3600: 51, 300: 20})), BURN_ROWS[0], RULES) is False
    assert holds(row._replace(windows=windows({3600: 52, 300: 20})), BURN_ROWS[0], RULES) is True


def test_a_fast_burn_pages_with_its_most_urgent_row() -> None:
    bad = {300: 60, 1800: 60, 3600: 60, 7200: 300, 21600: 300, 86400: 300, 259200: 300}
    (fast,) = found("burn_fast", outlooks=(outlook(windows=windows(bad)),))
    assert (fast.severity, fast.reason, fast.subject) == ("page", "burn_1h", SUBJECT)
    assert (fast.facility, fast.tenant, fast.carrier, fast.circuit) == ("casa", "t", "operateur-a", "c")
    assert (fast.facts["long_bad_seconds"], fast.facts["short_bad_seconds"]) == (60, 60)
    (slow,) = found("burn_slow", outlooks=(outlook(windows=windows(bad)),))
    assert (slow.severity, slow.reason) == ("ticket", "burn_24h")
    over = {**bad, 300: 0}
    (fast,) = found("burn_fast", outlooks=(outlook(windows=windows(over)),))
    assert fast.reason == "burn_6h"


def test_one_bad_interval_is_no_burn_however_long_it_is() -> None:
    """A lost minute is 2.3 % of 2592 s, which a single late probe must not wake anybody for."""
    one, two = ({3600: seconds, 300: seconds} for seconds in (60, 61))
    row = outlook(interval_seconds=60)
    assert holds(row._replace(windows=windows(one)), BURN_ROWS[0], RULES) is False
    assert holds(row._replace(windows=windows(two)), BURN_ROWS[0], RULES) is True  # the second is cut by the window


def test_unmeasured_time_is_neither_bad_nor_good() -> None:
    """One bad Δt of an hour of which a minute was measured is no hour; half measured counts at its own rate."""
    row = BURN_ROWS[0]
    one = windows({3600: 60, 300: 60}, {3600: 60, 300: 60})
    assert holds(outlook(windows=one), row, RULES) is None
    half = windows({3600: 26, 300: 3}, {3600: 1800, 300: 150})
    assert holds(outlook(windows=half), row, RULES) is True  # 26 of 1800 s burns as 52 of 3600
    assert holds(outlook(windows=windows({3600: 25, 300: 3}, {3600: 1800, 300: 150})), row, RULES) is False
    less = windows({3600: 26, 300: 3}, {3600: 1799, 300: 150})
    assert holds(outlook(windows=less), row, RULES) is None
    assert holds(outlook(windows=windows(counted={3600: 0, 300: 0})), row, RULES) is None


def test_what_cannot_be_said_opens_nothing_and_closes_nothing() -> None:
    silent = outlook(windows=windows({3600: 60}, {300: 0}))
    assert found("burn_fast", outlooks=(silent,)) == []
    since_at = NOW - 600 * SECOND
    (still,) = found("burn_fast", outlooks=(silent,), open={("burn_fast", SUBJECT): since_at})
    assert still.since_at == since_at
    good = outlook(windows=windows())
    assert found("burn_fast", outlooks=(good,), open={("burn_fast", SUBJECT): since_at}) == []


def test_what_can_never_hold_is_refused_with_its_reason() -> None:
    """BR-2: at 90 % the highest burn there is is 10, so that 14.4 in an hour can never be."""
    row = outlook(
        allowed_ratio=Decimal("0.1"), windows=windows({length.seconds: length.seconds for length in windows()})
    )
    assert [(one.rule, one.reason, one.subject) for one in refused_rules(facts(outlooks=(row,)))] == [
        ("burn_fast", "burn_1h", SUBJECT)
    ]
    (why,) = (one.why for one in refused_rules(facts(outlooks=(row,))))
    assert "14.40" in why
    assert "10.00" in why
    (fast,) = found("burn_fast", outlooks=(row,))
    assert fast.reason == "burn_6h"
    equal = outlook(allowed_ratio=Decimal(1) / 16, service_seconds=800 * HOUR)  # b = 16 = 1/ε
    assert [one.reason for one in refused_rules(facts(outlooks=(equal,)))] == ["burn_1h"]
    below = equal._replace(service_seconds=800 * HOUR - 1)
    assert refused_rules(facts(outlooks=(below,))) == []


def test_without_a_budget_there_is_no_burn() -> None:
    none = outlook(allowed_ratio=Decimal(0), budget_seconds=Decimal(0), windows=windows({3600: 60, 300: 60}))
    assert found("burn_fast", outlooks=(none,)) == []
    assert len(refused_rules(facts(outlooks=(none,)))) == 4


@given(st.integers(0, 300), st.integers(0, 300), st.integers(150, 300), st.integers(1, 400))
def test_more_bad_time_never_ends_a_burn(bad: int, more: int, counted: int, long: int) -> None:
    bad, more = min(bad, counted), min(max(bad, more), counted)

    def answer(short: int) -> bool | None:
        return holds(outlook(windows=windows({3600: long, 300: short}, {300: counted})), BURN_ROWS[0], RULES)

    assert not (answer(bad) and not answer(more))
