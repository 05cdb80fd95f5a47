"""How fast a budget may go: the four looks back of multi-window burn rates, in service time. Pure."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

HOUR_SECONDS = 3600
SHORT_PART = 12


class BurnRow(NamedTuple):
    """One look back: `share_of_budget` of the month's budget gone within so many hours, or service days, is too fast.

    The short window, a twelfth of the long one, says that it still goes on: without it an alert would last as long
    as the long window after its cause has ended. `reason` is the fixed word.
    """

    reason: str
    share_of_budget: Fraction
    hours: int = 0
    days: int = 0

    def long_seconds(self, service_day_seconds: int) -> int:
        """The long window in seconds of service time; a day is as long as service is owed on a day."""
        return self.hours * HOUR_SECONDS + self.days * service_day_seconds

    def short_seconds(self, service_day_seconds: int) -> int:
        """The short window, cut to whole seconds."""
        return self.long_seconds(service_day_seconds) // SHORT_PART


BURN_ROWS = (
    BurnRow("burn_1h", Fraction(2, 100), hours=1),
    BurnRow("burn_6h", Fraction(5, 100), hours=6),
    BurnRow("burn_24h", Fraction(10, 100), days=1),
    BurnRow("burn_72h", Fraction(10, 100), days=3),
)
"""Google's rows, as the SRE workbook gives them for thirty days (sla-standards 6.1)."""


def window_seconds(service_day_seconds: int) -> tuple[int, ...]:
    """Every window of the four rows, long and short, each once, shortest first."""
    rows = BURN_ROWS
    both = {row.long_seconds(service_day_seconds) for row in rows}
    return tuple(sorted(both | {row.short_seconds(service_day_seconds) for row in rows}))
