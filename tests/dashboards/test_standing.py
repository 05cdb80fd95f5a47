from fractions import Fraction

import pytest

from dashboards.standing import RANK, WORST_FIRST, Standing, availability_standing, other_standing
from facilities.budget import Budget

LEFT = Budget(Fraction(999, 1000), 2_592_000, 2_592)
SPENT = Budget(Fraction(999, 1000), 2_592_000, 2_593)


def standing(verdict: str, budget: Budget | None, coverage: Fraction | None, *, is_running: bool = True) -> Standing:
    return availability_standing(
        verdict,
        is_running=is_running,
        budget=budget,
        coverage_ratio=coverage,
        min_coverage_ratio=Fraction(95, 100),
    )


@pytest.mark.parametrize(
    ("budget", "coverage", "expected"),
    [
        (LEFT, Fraction(1), Standing.on_track),
        (LEFT, Fraction(95, 100), Standing.on_track),  # equality is enough
        (LEFT, Fraction(9499, 10_000), Standing.insufficient_data),
        (None, None, Standing.insufficient_data),
        (SPENT, Fraction(1), Standing.breached),
        (SPENT, Fraction(1, 100), Standing.breached),  # whatever else is measured, the month is lost
    ],
)
def test_a_running_month_is_judged_by_its_budget_and_the_time_gone_by(
    budget: Budget | None, coverage: Fraction | None, expected: Standing
) -> None:
    assert standing("insufficient_data", budget, coverage) is expected


@pytest.mark.parametrize("verdict", ["met", "breached", "insufficient_data", "not_measurable"])
def test_a_month_that_is_over_has_its_verdict(verdict: str) -> None:
    assert standing(verdict, SPENT, Fraction(0), is_running=False).value == verdict


@pytest.mark.parametrize(
    ("verdict", "running", "over"),
    [
        ("met", Standing.on_track, Standing.met),
        ("breached", Standing.breached, Standing.breached),
        ("open", Standing.open, Standing.open),
        ("not_measurable", Standing.not_measurable, Standing.not_measurable),
    ],
)
def test_no_other_objective_is_met_before_the_end(verdict: str, running: Standing, over: Standing) -> None:
    assert other_standing(verdict, is_running=True) is running
    assert other_standing(verdict, is_running=False) is over


def test_every_standing_has_its_place() -> None:
    assert RANK.keys() == set(Standing) == set(WORST_FIRST)
    assert RANK[Standing.breached] < RANK[Standing.on_track] < RANK[Standing.insufficient_data] < RANK[Standing.met]
