"""Credits: lines, combination, cap and proration, to the hundredth."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine.credits import half_up_cents
from sla_engine.document import amount, cut, document
from sla_engine.facts import CircuitFacts, Facts, Ticket
from sla_engine.scoring import score
from store.intervals import Interval
from tests.sla_engine.cases import (
    DAY,
    T0,
    an_agreement,
    availability_objective,
    interval_rows,
    scored,
    state_rows,
)

JANUARY = Interval(T0, T0 + 31 * DAY)


def loss_line(credit_percent: str) -> dict[str, Any]:
    """An objective that the facts below breach."""
    return {
        "id": credit_percent, "indicator": "loss", "at_most_percent": "1", "credit_percent": credit_percent,
    }  # fmt: skip


def money(percents: list[str], period: Interval[int] = JANUARY, whole_fee: bool = False, **options: Any) -> Any:
    agreement = an_agreement(*map(loss_line, percents), **options)
    facts = Facts({"c": CircuitFacts(intervals=interval_rows("1b", starts_at=max(T0, agreement.starts_at)))})
    return document(score(agreement, period, facts, whole_fee=whole_fee))["credits"]


def test_sum_and_max() -> None:
    assert money(["5", "10"])["total"] == "150.00"
    assert money(["5", "10"], credit_combination="max")["total"] == "100.00"
    assert money([])["total"] == "0.00"
    assert money([], credit_combination="max")["total"] == "0.00"


def test_each_line_is_rounded_once_and_then_added() -> None:
    # three lines of 0.335 are three of 0.34; their sum rounded at the end would be 1.01
    assert money(["0.0335", "0.03350", "0.033500"])["total"] == "1.02"


def test_the_cap_is_rounded_and_applies_after() -> None:
    assert money(["20", "20.0"], credit_cap_percent="33.3335") == {
        "fee": "1000.00", "total": "400.00", "cap": "333.34", "payable": "333.34", "capped": "66.66",
    }  # fmt: skip


def test_a_month_that_is_covered_in_part_bears_a_part_of_the_fee() -> None:
    # 10 of 31 days; 1000 · 10/31 = 322.580645…, of which 10 % is 32.258…, unrounded before
    assert money(["10"], starts_on="2026-01-22") == {
        "fee": "322.58", "total": "32.26", "cap": "322.58", "payable": "32.26", "capped": "0.00",
    }  # fmt: skip
    assert money(["10"], ends_on="2026-01-11")["fee"] == "322.58"


def test_a_period_between_two_instants_bears_the_whole_fee() -> None:
    assert money(["10"], Interval(T0, T0 + 10), whole_fee=True)["fee"] == "1000.00"
    assert money(["10"], Interval(T0 - 10, T0 + 10), whole_fee=True)["fee"] == "1000.00"


def test_a_credit_percent_is_shown_as_it_was_written() -> None:
    facts = CircuitFacts(
        intervals=interval_rows("1b"),
        tickets=tuple(Ticket(f"T-{i}", T0 + i, T0 + 1000) for i in range(3)),
    )
    restore = {"indicator": "time_to_restore", "at_most_seconds": 60, "credit_percent": "0.0000001"}
    shown = document(scored([loss_line("5.50"), restore], JANUARY, facts))
    assert [each["credit_percent"] for each in shown["objectives"]] == ["5.50", "0.0000003"]
    assert [each["credit"] for each in shown["objectives"]] == ["55.00", "0.00"]


@pytest.mark.parametrize("written", ["05", "007.50", "0", "00", "5.0"])
def test_no_digit_of_a_written_percent_is_lost(written: str) -> None:
    tiers = f'[{{ at_least_percent = "0", below_percent = "99.9", credit_percent = "{written}" }}]'
    for objective in (availability_objective(consecutive_intervals=1, credits=tiers), loss_line(written)):
        shown = document(scored([objective], JANUARY, CircuitFacts(intervals=interval_rows("1b"))))
        assert shown["objectives"][0]["credit_percent"] == written


def test_the_percent_of_tickets_is_a_product() -> None:
    restore = {"indicator": "time_to_restore", "at_most_seconds": 60, "credit_percent": "05"}
    facts = CircuitFacts(tickets=(Ticket("T", T0, T0 + 1000),))
    assert document(scored([restore], JANUARY, facts))["objectives"][0]["credit_percent"] == "5"


@pytest.mark.parametrize(("verdict", "restored_after"), [("met", 60), ("breached", 61)])
def test_only_a_breach_is_credited(verdict: str, restored_after: int) -> None:
    restore = {"indicator": "time_to_restore", "at_most_seconds": 60, "credit_percent": "10"}
    facts = CircuitFacts(tickets=(Ticket("T", T0, T0 + restored_after),))
    line = document(scored([restore], JANUARY, facts))["objectives"][0]
    assert (line["verdict"], line["credit"]) == (verdict, "0.00" if verdict == "met" else "100.00")


def test_tiers_at_their_edges() -> None:
    tiers = """[{ at_least_percent = "50", below_percent = "75", credit_percent = "1" },
                { at_least_percent = "0", below_percent = "50", credit_percent = "2" }]"""
    objective = {
        "indicator": "availability", "method": "states", "target_percent": "75", "credits": tiers,
    }  # fmt: skip
    percents = []
    for down in (24, 25, 26, 50, 51, 100):
        rows = state_rows(f"{down}d 1u")
        shown = document(scored([objective], Interval(T0, T0 + 100), CircuitFacts(states=rows)))
        percents.append(shown["objectives"][0]["credit_percent"])
    assert percents == ["0", "0", "1", "1", "2", "2"]


@given(st.fractions(0, 10**6))
def test_half_up(value: Fraction) -> None:
    cents = half_up_cents(value)
    assert Fraction(-1, 2) < cents - value * 100 <= Fraction(1, 2)


@given(st.fractions(0, 10**6), st.integers(0, 6))
def test_cutting_never_rounds_up(value: Fraction, decimals: int) -> None:
    text = cut(value, decimals)
    assert text is not None
    assert 0 <= value - Fraction(text) < Fraction(1, 10**decimals)


def test_amounts() -> None:
    assert [amount(cents) for cents in (0, 5, 70, 123456)] == ["0.00", "0.05", "0.70", "1234.56"]
