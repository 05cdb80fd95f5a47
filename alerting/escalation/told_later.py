"""Puts off what is written where the on-call folder is not at hand: to the end of quiet hours, or the next digest."""

from __future__ import annotations

from datetime import datetime

from alerting.escalation.hours import gathered_at, may_be_told_at
from alerting.escalation.oncall import OnCall
from store.connection import Connection
from store.notice_rows import Lane
from store.outbox_hours import put_off_tickets, set_due, without_digest_time


def put_off_to_hours(connection: Connection, oncall: OnCall, lane: Lane, now: datetime) -> None:
    """Lets messages about tickets wait for the end of quiet hours, and gathered ones for their route's next digest.

    What was tried before the quiet hours began goes on being tried. Of a route that has left the folder, or gathers no
    more, gathered messages go out at once.
    """
    for policy in oncall.policies.values():
        until = may_be_told_at(now, policy.quiet)
        if until > now:
            put_off_tickets(connection, lane, policy.code, until, now)
    for message_id, code, written_at in without_digest_time(connection, lane):
        route = oncall.routes.get(code or "")
        if route is not None and route.digest is not None:
            set_due(connection, message_id, gathered_at(written_at, route.digest))
