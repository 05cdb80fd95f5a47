"""Columns and words of zones that the dashboards of parks share. Pure."""

from __future__ import annotations

from dashboards.grafana.columns import instant, plain
from dashboards.grafana.field import (
    BAD,
    NOTHING,
    PLANNED,
    UNKNOWN,
    WARNING,
    WELL,
    Column,
    Meaning,
    Meanings,
    thresholds,
)
from dashboards.grafana.figures import percent_unit
from dashboards.grafana.speech import Speech
from dashboards.grafana.time_panels import DASHED

COVERAGE_STEPS = thresholds(UNKNOWN, (0, BAD), (50, WARNING), (90, WELL))
"""Of counts: 90 % is what commitments of facilities mostly demand before anything is judged."""
SHARE_STEPS = thresholds(UNKNOWN, (0, WELL), (90, WARNING), (110, BAD))
"""Of capacity: beyond 110 % the count is not believed."""
_COLORS = {
    "counted": WELL, "implausible": BAD, "suppressed": PLANNED, "hidden": PLANNED, "silent": WARNING, "never": UNKNOWN,
    "absent": UNKNOWN, "none": NOTHING,
}  # fmt: skip


def countings(say: Speech) -> Meanings:
    """Whether people of a zone are counted, and why not."""
    return {code: Meaning(say(f"occupancy.counting.{code}"), color) for code, color in _COLORS.items()}


def zone_columns(say: Speech) -> tuple[Column, ...]:
    """Columns of the list of zones now."""
    return (
        Column("counting", say("occupancy.counting"), meanings=countings(say), cell="color-text", width=230),
        Column("zone", say("occupancy.zone"), width=90), *plain(say, "label", "tenant"),
        Column("people", say("occupancy.people_counted"), width=85),
        Column("capacity_people", say("occupancy.capacity_people"), width=85),
        Column(
            "share_percent", say("occupancy.share"), unit=percent_unit(say), decimals=0, cell="gauge", most=100,
            width=150, thresholds=SHARE_STEPS,
        ),
        instant("measured_at", say("occupancy.measured_at")),
    )  # fmt: skip


def people_columns(say: Speech) -> tuple[Column, ...]:
    """Columns of people and capacity over time."""
    return (
        Column("people_mean", say("occupancy.history.people")),
        Column("capacity_people", say("occupancy.capacity"), custom=DASHED),
    )
