"""When somebody may be told: after quiet hours, or at the time of day of a digest, on a local clock. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerting.escalation.entries import minute_of_day
from alerting.escalation.policy_entries import Gathering, Quiet
from facilities.calendar import local_day, local_seconds, zone
from facilities.instants import instant


def next_time(at: datetime, time_of_day: str, time_zone: str) -> datetime:
    """The first instant after `at` at which clocks of the zone show the time of day."""
    clock, minute = zone(time_zone), minute_of_day(time_of_day, "at")
    second = int(at.timestamp() // 1)
    day = local_day(second, clock) - timedelta(days=1)  # where a clock goes back over midnight, a day comes twice
    while local_seconds(day, minute, clock) <= second:
        day += timedelta(days=1)
    return instant(local_seconds(day, minute, clock))


def may_be_told_at(at: datetime, quiet: Quiet | None) -> datetime:
    """`at`, or the end of the quiet hours in which it lies."""
    if quiet is None:
        return at
    ends_at = next_time(at, quiet.ends, quiet.time_zone)
    begins_at = next_time(at, quiet.starts, quiet.time_zone)
    return ends_at if ends_at <= begins_at else at


def gathered_at(at: datetime, digest: Gathering) -> datetime:
    """When the next digest after `at` is due."""
    return next_time(at, digest.at, digest.time_zone)
