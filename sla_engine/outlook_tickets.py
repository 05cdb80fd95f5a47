"""The clocks of open tickets: how much of the time to restore has gone by, and when it runs out. Pure."""

from __future__ import annotations

from functools import partial

from facilities.agreement import Agreement, TimeToRestoreObjective
from facilities.calendar import service_windows
from facilities.instants import instant
from sla_engine.facts import Facts, Ticket
from sla_engine.outlook_time import DAY_SECONDS, second_number
from sla_engine.spans import Spans
from sla_engine.tickets import ServiceTime, time_to_restore
from store.alert_rows import RestoreRow
from store.intervals import Interval, subtract

HORIZON_SECONDS = 366 * DAY_SECONDS


def restore_rows(agreement: Agreement, facts: Facts, as_of: int, *, is_demo: bool) -> list[RestoreRow]:
    """The open tickets of every circuit with a time-to-restore objective, whatever month they were opened in.

    A ticket's clock is the one it is scored by (sla_engine.tickets), up to `as_of` instead of the month's end.
    """
    rows = []
    for objective in agreement.objectives:
        if not isinstance(objective, TimeToRestoreObjective):
            continue
        hours = agreement.service_hours if objective.service_hours else None
        service_time = None if hours is None else partial(service_windows, hours, agreement.time_zone)
        for ticket in facts.of(objective.circuit).tickets:
            is_open = ticket.restored_at is None or ticket.restored_at > as_of
            if is_open and agreement.starts_at <= ticket.opened_at <= as_of:
                rows.append(_row(agreement, objective, ticket, facts, as_of, service_time, is_demo))
    return rows


def _row(
    agreement: Agreement,
    objective: TimeToRestoreObjective,
    ticket: Ticket,
    facts: Facts,
    as_of: int,
    service_time: ServiceTime | None,
    is_demo: bool,
) -> RestoreRow:
    ever = Interval(ticket.opened_at, as_of + HORIZON_SECONDS)
    clock = time_to_restore(objective, [ticket], facts.freezes, ever, as_of=as_of, service_time=service_time).tickets[0]
    due_at = _due_at(objective, ever, facts.freezes.get(ticket.ticket, ()), service_time)
    return RestoreRow(
        agreement=agreement.id,
        objective=objective.id,
        ticket=ticket.ticket,
        circuit=objective.circuit,
        is_demo=is_demo,
        opened_at=instant(ticket.opened_at),
        seen_at=instant(as_of),
        at_most_seconds=objective.at_most_seconds,
        elapsed_seconds=clock.elapsed_seconds,
        frozen_seconds=clock.frozen_seconds,
        due_at=None if due_at is None else instant(due_at),
    )


def _due_at(
    objective: TimeToRestoreObjective,
    ever: Interval[int],
    freezes: tuple[Interval[int], ...],
    service_time: ServiceTime | None,
) -> int | None:
    """The instant at which all of the time has gone by: the end of its last second."""
    if objective.at_most_seconds == 0:
        return ever.starts_at
    look = Interval(ever.starts_at, min(ever.ends_at, ever.starts_at + objective.at_most_seconds + 31 * DAY_SECONDS))
    for span in (look, ever):  # a year of windows is only cut where a month does not do
        running = Spans.of(subtract([span] if service_time is None else service_time(span), freezes))
        last = second_number(running, objective.at_most_seconds - 1)
        if last is not None:
            return last + 1
    return None
