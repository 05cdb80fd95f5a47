"""Who has the duty of a rota at an instant, and until when: turns, overrides, holidays, on a local clock. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from alerting.escalation.entries import Rota
from facilities.calendar import local_day, local_seconds, zone
from facilities.instants import instant


class Duty(NamedTuple):
    """Who has the duty and why, and the instant at which that may change; `person` None = the rota has not begun."""

    person: str | None
    why: Literal["turn", "override", "holiday", "not begun"]
    rota: str
    until: datetime


def duty(rota: Rota, rotas: Mapping[str, Rota], days_off: Mapping[str, Collection[date]], at: datetime) -> Duty:
    """Who has the duty of `rota` at the instant `at`.

    An override counts before everything. A day of duty goes from the hand-over of a civil day to that of the next; if
    it begins on a holiday, the rota for holidays has it, with its own turns and overrides. Hand-overs are local times:
    of a time that the clock shows twice the first counts, one that it skips is read with the offset before the change.
    """
    day, ends_at = _day_of_duty(rota, at)
    changes = [one for span in rota.override for one in (span.starts_at, span.ends_at) if one > at]
    for span in rota.override:
        if span.starts_at <= at < span.ends_at:
            return Duty(span.person, "override", rota.code, span.ends_at)
    until = min([ends_at, *changes])
    if day < rota.starts_on:
        return Duty(None, "not begun", rota.code, min([begins_at(rota), *changes]))
    if rota.holidays is not None and day in days_off.get(rota.holidays.calendar, ()):
        other = duty(rotas[rota.holidays.rota], rotas, days_off, at)
        return Duty(other.person, "holiday", other.rota, min(until, other.until))
    turn = (day - rota.starts_on).days // rota.days
    return Duty(rota.members[turn % len(rota.members)], "turn", rota.code, until)


def begins_at(rota: Rota) -> datetime:
    """The instant of the first hand-over: before it nobody has the duty, unless by an override."""
    return instant(local_seconds(rota.starts_on, rota.hand_over_minute, zone(rota.time_zone)))


def _day_of_duty(rota: Rota, at: datetime) -> tuple[date, datetime]:
    """The civil day whose hand-over began the running day of duty, and the instant of the next hand-over."""
    clock = zone(rota.time_zone)
    second = int(at.timestamp() // 1)
    day = local_day(second, clock) + timedelta(days=1)  # where a clock goes back over midnight, a day comes twice
    while local_seconds(day, rota.hand_over_minute, clock) > second:
        day -= timedelta(days=1)
    return day, instant(local_seconds(day + timedelta(days=1), rota.hand_over_minute, clock))
