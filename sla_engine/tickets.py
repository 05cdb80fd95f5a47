"""Time to restore, ticket by ticket, on the ticket's own clock: freezes and service hours, no exclusions. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from facilities.agreement import TimeToRestoreObjective
from sla_engine.facts import Ticket
from sla_engine.results import TicketResult, TimeToRestoreResult
from store.intervals import Interval, clip, intersection, total_seconds

ServiceTime = Callable[[Interval[int]], list[Interval[int]]]


def time_to_restore(
    objective: TimeToRestoreObjective,
    tickets: Iterable[Ticket],
    freezes: Mapping[str, Iterable[Interval[int]]],
    period: Interval[int],
    *,
    as_of: int | None,
    service_time: ServiceTime | None,
) -> TimeToRestoreResult:
    """The tickets opened in `period`, each from its opening to its restoration wherever that lies (ME-1).

    Freezes are united and clipped to the ticket (R-21). `service_time` gives the service windows inside a
    span; None means around the clock. A ticket restored after `as_of` is open; an open ticket is measured
    to the end of the period, or to `as_of` if that is earlier. At equality it is met.
    """
    now = period.ends_at if as_of is None else min(period.ends_at, as_of)
    opened = [
        ticket
        for ticket in tickets
        if period.contains(ticket.opened_at) and (as_of is None or ticket.opened_at <= as_of)
    ]
    results: list[TicketResult] = []
    for ticket in sorted(opened, key=lambda ticket: (ticket.opened_at, ticket.ticket)):
        restored_at = ticket.restored_at
        if as_of is not None and restored_at is not None and restored_at > as_of:
            restored_at = None
        whole = Interval(ticket.opened_at, now if restored_at is None else restored_at)
        counted = [whole] if service_time is None else service_time(whole)
        frozen = clip(freezes.get(ticket.ticket, ()), whole)
        frozen_seconds = total_seconds(intersection(frozen, counted))
        elapsed_seconds = total_seconds(counted) - frozen_seconds
        verdict: Literal["met", "breached", "open"] = "met"
        if elapsed_seconds > objective.at_most_seconds:
            verdict = "breached"
        elif restored_at is None:
            verdict = "open"
        results.append(TicketResult(ticket.ticket, elapsed_seconds, frozen_seconds, verdict))
    return TimeToRestoreResult(objective, tuple(results))
