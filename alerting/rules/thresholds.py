"""What is too much, too long or too late: every threshold of the rules, with its default. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from facilities.burn import BURN_ROWS, BurnRow


class Band(NamedTuple):
    """What a physical quantity may be, both ends included; None = no end on that side.

    It holds for the sensors of the zones named, else of one park, else for all. Quantities are those of readings:
    `temperature_celsius`, `humidity_ratio` and `co2_ratio` (0..1).
    """

    quantity: str
    at_least: Decimal | None
    at_most: Decimal | None
    facility: str | None = None
    zones: frozenset[str] = frozenset()


OFFICE_BANDS = (
    Band("temperature_celsius", Decimal(20), Decimal(26)),
    Band("humidity_ratio", Decimal("0.30"), Decimal("0.70")),
    Band("co2_ratio", None, Decimal("0.0012")),
)
"""Usual commitments for office floors, winter and summer in one: not anybody's contract, so not a default."""
MACHINE_ROOM_BANDS = (
    Band("temperature_celsius", Decimal(18), Decimal(27)),
    Band("humidity_ratio", None, Decimal("0.60")),
)
"""ASHRAE's recommended envelope at the inlet of machines, without its dew point, which no reading gives."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds. Times are seconds; `_percent` are whole percents, compared exactly.

    `fast` and `slow` are the burn rows that page and those that can wait. `least_measured_ratio` is the share of a
    window that must have been measured before it says anything, `least_bad_intervals` how many Δt of the long one must
    be bad. `silent_intervals` counts usual intervals.
    """

    fast: tuple[BurnRow, ...] = BURN_ROWS[:2]
    slow: tuple[BurnRow, ...] = BURN_ROWS[2:]
    least_measured_ratio: Fraction = Fraction(1, 2)
    least_bad_intervals: int = 2
    budget_percents: tuple[int, ...] = (50, 75, 90, 100)
    budget_page_percent: int = 100
    foreseen_page_seconds: int = 3600
    restore_percents: tuple[int, ...] = (50, 75)
    restore_page_percent: int = 75
    breached_shown_seconds: int = 10 * 86_400
    statement_shown_seconds: int = 86_400
    occupancy_over_seconds: int = 300
    occupancy_closes_percent: int = 95
    occupancy_page_percent: int = 110
    bands: tuple[Band, ...] = ()
    environment_seconds: int = 900
    reading_fresh_seconds: int = 900
    silent_intervals: int = 3
    silent_least_seconds: int = 180
    collector_gone_seconds: int = 180
    collector_mute_seconds: int = 600
    nothing_received_seconds: int = 600
    engine_late_seconds: int = 300
    clock_ahead_seconds: int = 60
    clock_behind_seconds: int = 300
    clock_arrivals: int = 3


RULES = Rules()
