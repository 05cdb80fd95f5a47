"""To which segments of a month an act can be done: each has its own versions, and its own time to contest. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from sla_engine.due import epoch_seconds_of
from sla_engine.verdict_days import days_text
from sla_engine.verdict_life import Standing
from store.errors import InputError
from store.intervals import Interval


def possible(zone: ZoneInfo, standing: Sequence[Standing], refuse: Callable[[Standing], None]) -> list[Standing]:
    """The published segments that `refuse` lets pass; InputError, which names each with its reason, when it is none."""
    if not standing:
        raise InputError("nothing is published of it yet")
    possible, why = [], []
    for one in standing:
        try:
            refuse(one)
        except InputError as error:
            why.append(f"{part(zone, one, standing)}{error}")
        else:
            possible.append(one)
    if not possible:
        raise InputError("; ".join(why))
    return possible


def part(zone: ZoneInfo, one: Standing, standing: Sequence[Standing]) -> str:
    """The days of a segment and a colon; nothing for the only one of its month."""
    if len(standing) == 1:
        return ""
    span = Interval(epoch_seconds_of(one.last.period_starts_at), epoch_seconds_of(one.last.period_ends_at))
    return f"{days_text(span, zone)}: "
