"""What an agreement's calendar says of a period: days it does not know, and days that are only forecast."""

from __future__ import annotations

from datetime import date, timedelta

from facilities.agreement import Agreement
from facilities.calendar import ServiceHours, local_midnight
from store.errors import InputError
from store.intervals import Interval


def refuse_unknown_days(agreement: Agreement, period: Interval[int]) -> None:
    """Refuses a scored `period` with days of which the calendar of its service hours says nothing.

    Their holidays are unknown, which is not the same as none. Without an objective that counts service hours, or with
    hours that know no end, nothing is refused. To be asked before a period is scored.
    """
    hours = hours_that_count(agreement)
    if hours is None:
        return
    clock = hours.time_zone or agreement.time_zone
    late = hours.ends_on is not None and period.ends_at > local_midnight(hours.ends_on, clock)
    early = hours.starts_on is not None and period.starts_at < local_midnight(hours.starts_on, clock)
    if late or early:
        calendar = agreement.calendar
        known = "its service hours know" if calendar is None else f'calendar "{calendar.id}" ({calendar.version}) knows'
        days = f"before {hours.ends_on}" if late else f"from {hours.starts_on} on"
        raise InputError(f'agreement "{agreement.id}": {known} only days {days}')


def forecast_days(agreement: Agreement, period: Interval[int]) -> tuple[date, ...]:
    """The forecast days of service hours that leave `period` open, in order: it is final when they are announced.

    The moon is sighted on one of two evenings, so a forecast leaves its own day, the one before and the one after
    open. None where no objective counts service hours.
    """
    hours = hours_that_count(agreement)
    if hours is None:
        return ()
    clock, one_day = hours.time_zone or agreement.time_zone, timedelta(days=1)
    return tuple(
        day
        for day in sorted(hours.forecasts)
        if Interval(local_midnight(day - one_day, clock), local_midnight(day + 2 * one_day, clock)).clipped(period)
    )


def hours_that_count(agreement: Agreement) -> ServiceHours | None:
    """The service hours that some objective counts by; None where none does."""
    counted = any(objective.service_hours for objective in agreement.objectives)
    return agreement.service_hours if counted else None
