"""When the first version of a month may be published: by somebody, and by itself. Pure: said by clock and calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from facilities.agreement import Agreement, AvailabilityObjective
from facilities.calendar import local_day, local_midnight
from facilities.civil_calendar import CivilCalendar
from facilities.closing import Closing, IssueDays
from facilities.instants import instant_text
from store.errors import InputError
from store.intervals import Interval

Json = dict[str, Any]


def provisional_from(parts: Sequence[tuple[Agreement, Interval[int]]]) -> int:
    """When the verdicts of a month may be published at the earliest, an epoch second.

    T_end + (n − 1)·Δt + lateness: by then the last Δt is decided and late readings have had their time. Of several
    segments, and of several objectives, the latest counts.
    """
    latest = []
    for agreement, period in parts:
        tails = [
            (objective.consecutive_intervals - 1) * objective.interval_seconds
            for objective in agreement.objectives
            if isinstance(objective, AvailabilityObjective) and objective.method == "intervals"
        ]
        latest.append(period.ends_at + max(tails, default=0) + agreement.closing.lateness_hours * 3600)
    return max(latest)


def issuable_from(parts: Sequence[tuple[Agreement, Interval[int]]], calendars: Mapping[str, CivilCalendar]) -> int:
    """When the verdicts of a month are published by themselves at the earliest, an epoch second.

    Never before `provisional_from`; where a text of a segment counts days (`issue_days`), not before that day begins on
    the clock of its calendar, counted from the segment's last civil day on the agreement's clock. The latest segment
    counts. InputError where such a calendar is not in the inventory, or says nothing of a day on the way.
    """
    days = [
        local_midnight(issue.day(calendar, last_on), calendar.time_zone)
        for issue, calendar, last_on in _counted_days(parts, calendars)
    ]
    return max([provisional_from(parts), *days])


def issue_forecasts(
    parts: Sequence[tuple[Agreement, Interval[int]]], calendars: Mapping[str, CivilCalendar]
) -> list[date]:
    """The forecast days whose announcement could move that day of a month, in order; InputError as `issuable_from`."""
    found = [issue.forecasts(calendar, last_on) for issue, calendar, last_on in _counted_days(parts, calendars)]
    return sorted({day for days in found for day in days})


def _counted_days(
    parts: Sequence[tuple[Agreement, Interval[int]]], calendars: Mapping[str, CivilCalendar]
) -> Iterator[tuple[IssueDays, CivilCalendar, date]]:
    """The segments that wait for days of a calendar: by which, and from which last civil day."""
    for agreement, period in parts:
        issue = agreement.closing.issue
        if issue is None or not issue.count:
            continue
        if issue.calendar not in calendars:
            raise InputError(f'calendar "{issue.calendar}", whose days it is published by, is not in the inventory')
        yield issue, calendars[issue.calendar], local_day(period.ends_at - 1, agreement.time_zone)


def unpublished_state(may_be_issued_from: int, now: int) -> Literal["draft", "provisional"]:
    """The state of a month without any version."""
    return "provisional" if now >= may_be_issued_from else "draft"


def refuse_early(may_be_issued_from: int, now: int) -> None:
    """Raises InputError when a month cannot be published yet."""
    if now < may_be_issued_from:
        raise InputError(f"is a draft until {instant_text(may_be_issued_from)}; nothing is published before")


def refuse_by_itself(issued_by_itself_from: int, now: int) -> None:
    """Raises InputError when a month waits for the day on which it is published by itself."""
    if now < issued_by_itself_from:
        raise InputError(f"is published by itself from {instant_text(issued_by_itself_from)}")


def terms(closing: Closing, calendars: Mapping[str, CivilCalendar]) -> Json:
    """What a version says of its closing; with days of a calendar, which text of it there was on that day."""
    said: Json = {"lateness_hours": closing.lateness_hours, "contest_days": closing.contest_days}
    if closing.issue is None:
        return said
    issue, calendar = closing.issue, calendars.get(closing.issue.calendar)
    named: Json = {"id": issue.calendar}
    if calendar is not None:
        named |= {"version": calendar.identity.version, "sha256": calendar.identity.sha256}
    return {**said, "issue_days": issue.count, "issue_day_kind": issue.kind, "issue_calendar": named}
