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
from dashboards.grafana.speech import Speech
from dashboards.grafana.time_panels import DASHED

COVERAGE_STEPS = thresholds(UNKNOWN, (0.0, BAD), (0.5, WARNING), (0.9, WELL))
"""Of counts: 90 % is what commitments of facilities mostly demand before anything is judged."""
SHARE_STEPS = thresholds(UNKNOWN, (0.0, WELL), (0.9, WARNING), (1.1, BAD))
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
            "share_ratio", say("occupancy.share"), unit="percentunit", decimals=0, cell="gauge", most=1, width=150,
            thresholds=SHARE_STEPS,
        ),
        instant("measured_at", say("occupancy.measured_at")),
    )  # fmt: skip


def people_columns(say: Speech) -> tuple[Column, ...]:
    """Columns of people and capacity over time."""
    return (
        Column("people_mean", say("occupancy.history.people")),
        Column("capacity_people", say("occupancy.capacity"), custom=DASHED),
    )
