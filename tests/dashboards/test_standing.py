from fractions import Fraction

import pytest

from dashboards.standing import RANK, WORST_FIRST, Coverage, Standing, availability_standing, other_standing
from facilities.budget import Budget

LEFT = Budget(Fraction(999, 1000), 2_592_000, 2_592)
SPENT = Budget(Fraction(999, 1000), 2_592_000, 2_593)


def standing(verdict: str, budget: Budget | None, coverage: Coverage | None, *, is_running: bool = True) -> Standing:
    return availability_standing(
        verdict,
        is_running=is_running,
        budget=budget,
        coverage=coverage,
        min_coverage_ratio=Fraction(95, 100),
    )


@pytest.mark.parametrize(
    ("budget", "coverage", "expected"),
    [
        (LEFT, Coverage(Fraction(1), Fraction(1)), Standing.on_track),
        (LEFT, Coverage(Fraction(95, 100), Fraction(98, 100)), Standing.on_track),  # equality is enough
        (LEFT, Coverage(Fraction(9499, 10_000), Fraction(98, 100)), Standing.insufficient_data),
        (None, None, Standing.insufficient_data),
        (SPENT, Coverage(Fraction(1), Fraction(1)), Standing.breached),
        (SPENT, Coverage(Fraction(1, 100), Fraction(95, 100)), Standing.breached),  # whatever else is measured
        (SPENT, Coverage(Fraction(1, 100), Fraction(9499, 10_000)), Standing.insufficient_data),  # it ends as that
        (SPENT, None, Standing.insufficient_data),
    ],
)
def test_a_running_month_is_judged_by_its_budget_and_the_time_gone_by(
    budget: Budget | None, coverage: Coverage | None, expected: Standing
) -> None:
    assert standing("insufficient_data", budget, coverage) is expected


@pytest.mark.parametrize("verdict", ["met", "breached", "insufficient_data", "not_measurable"])
def test_a_month_that_is_over_has_its_verdict(verdict: str) -> None:
    assert standing(verdict, SPENT, Coverage(Fraction(0), Fraction(0)), is_running=False).value == verdict


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
