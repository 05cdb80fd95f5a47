"""How an objective stands, in one word, for a period that is over or still running. Pure."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from facilities.budget import Budget


class Standing(StrEnum):
    """The contract's verdicts, and two words for what has no verdict yet."""

    breached = "breached"
    open = "open"
    insufficient_data = "insufficient_data"
    on_track = "on_track"
    met = "met"
    not_measurable = "not_measurable"
    unscored = "unscored"


class Coverage(NamedTuple):
    """The measured share of the counted time gone by, and that of the period if all that is ahead is measured."""

    ratio: Fraction
    reachable_ratio: Fraction


WORST_FIRST = tuple(Standing)
"""Which of a circuit's objectives speaks for it: what costs, what may cost, what nobody can tell, what is well."""

RANK = {
    Standing.breached: 0,
    Standing.open: 1,
    Standing.on_track: 1,
    Standing.insufficient_data: 2,
    Standing.met: 3,
    Standing.not_measurable: 4,
    Standing.unscored: 5,
}
"""Order of the board. What can still be saved stands above what cannot be judged and what is settled."""


def availability_standing(
    verdict: str,
    *,
    is_running: bool,
    budget: Budget | None,
    coverage: Coverage | None,
    min_coverage_ratio: Fraction,
) -> Standing:
    """How an availability objective stands.

    Of a period that is over: its verdict. Of a running one the contract's own verdict is mostly
    `insufficient_data`, because the rest of the month is unknown time; so here it is `breached` once more outage has
    been counted than the whole period allows, else `insufficient_data` while the time gone by is covered less than
    the agreement demands, else `on_track`. Where so little was measured that the period cannot be covered enough even
    if all that is ahead is measured, it ends without a verdict and a credit, and is not called breached before.
    """
    if not is_running:
        return Standing(verdict)
    if budget is None or coverage is None or coverage.reachable_ratio < min_coverage_ratio:
        return Standing.insufficient_data
    if budget.left_seconds < 0:
        return Standing.breached
    return Standing.on_track if coverage.ratio >= min_coverage_ratio else Standing.insufficient_data


def other_standing(verdict: str, *, is_running: bool) -> Standing:
    """How a loss, round-trip or time-to-restore objective stands: its verdict, but nothing is `met` before the end."""
    standing = Standing(verdict)
    return Standing.on_track if is_running and standing is Standing.met else standing
