"""Verdicts that a person has to look at before they are published: too little was measured to judge. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from facilities.agreement import AvailabilityObjective, percent_text
from sla_engine.segments import Segment
from sla_engine.verdict_days import days_text

Json = dict[str, Any]

_MOST_TOLD = 3
REVIEW = "review: "
"""Begins what is said of a verdict that somebody has to look at."""


def reviews(segment: Segment, document: Json) -> Iterator[str]:
    """One line for each verdict of a score that is `insufficient_data`: which, and how much was measured.

    Coverage below what the agreement asks for gives no automatic credit and must be looked at (spec sla-standards,
    5.7); so nothing publishes it but somebody, by name. `not_measurable` is no such thing: there was no time, or no
    traffic, of which anything was promised.
    """
    for one in document["objectives"]:
        if one["verdict"] == "insufficient_data":
            which = f"{days_of_part(segment)}{REVIEW}{one['circuit']} {one['id']}"
            yield f"{which}: insufficient data, coverage {one['coverage_percent']} %{_asked(segment, one['id'])}"


def days_of_part(segment: Segment) -> str:
    """The days of a segment and a colon, for the front of a line; nothing for one that is a whole month."""
    return "" if segment.period == segment.month else f"{days_text(segment.period, segment.agreement.time_zone)}: "


def in_one_line(lines: Sequence[str]) -> str:
    """The first lines as one, and how many more there are."""
    more = len(lines) - _MOST_TOLD
    return "; ".join([*lines[:_MOST_TOLD], *([f"and {more} more"] if more > 0 else [])])


def _asked(segment: Segment, objective_id: str) -> str:
    for objective in segment.agreement.objectives:
        if objective.id == objective_id and isinstance(objective, AvailabilityObjective):
            return f", and at least {percent_text(objective.min_coverage_ratio)} % is asked for"
    return ""
