"""When a contract's months are closed: how long late readings have, on which day a verdict is published by itself, and
how long it may be contested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from facilities.calendar_days import DayKind, add_days, movable_days
from facilities.civil_calendar import CivilCalendar


@dataclass(frozen=True, slots=True)
class IssueDays:
    """So many days of a calendar after the last civil day of a period its verdict is published by itself.

    `calendar` is an id of the inventory and not a version: the day is read from the calendar as it stands on the day
    of asking, because no figure depends on it and an announced Aïd moves it. 0 waits for nothing.
    """

    count: int
    kind: DayKind
    calendar: str

    def day(self, calendar: CivilCalendar, last_on: date) -> date:
        """The `count`-th such day after `last_on`, the last of a period; it may be published once that day begins.

        `count` is at least 1. InputError where the calendar says nothing of a day on the way.
        """
        return add_days(calendar, self.kind, last_on, self.count)

    def forecasts(self, calendar: CivilCalendar, last_on: date) -> tuple[date, ...]:
        """The forecast days whose announcement could still move that day, in order."""
        return movable_days(calendar, last_on, self.day(calendar, last_on))


@dataclass(frozen=True, slots=True)
class Closing:
    """`[agreement.closing]`; without the table these defaults hold.

    A verdict is published at the earliest `lateness_hours` after the period's last Δt is decided, and is final when
    nobody has contested its last version for `contest_days` (spec sla-standards, 5.8: issued e.g. on D+5, contested
    within 30 d). With `issue` it is not published by itself before that day, too; without, as soon as it may be.
    """

    lateness_hours: int = 24
    contest_days: int = 30
    issue: IssueDays | None = None
