"""What notices do by themselves: the next level, waking, being over; each step with its messages in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from alerting.escalation.entries import Channel, Person
from alerting.escalation.group_change import ESCALATOR
from alerting.escalation.hours import gathered_at, may_be_told_at
from alerting.escalation.ladder import Exhausted, Over, Tell, Wait, Wake, next_move
from alerting.escalation.metrics import EXHAUSTED
from alerting.escalation.oncall import OnCall
from alerting.escalation.policy_entries import Level, Policy, Route
from alerting.escalation.rota import duty
from store.connection import Connection
from store.notice_rows import Kind, NewMessage, NoticeRow, Step
from store.notices import due_notices, save_notice, write_step
from store.outbox import write_messages
from store.outbox_told import is_being_told, told

LOOKS_AGAIN = timedelta(seconds=5)
"""While a message of a notice is with its sender, who was told of it is not known yet."""


def advance(connection: Connection, oncall: OnCall, now: datetime, at_most: int = 25) -> int:
    """Lets some of the notices that are due go on, the most severe first, and commits; returns how many."""
    rows = due_notices(connection, now, at_most)
    for row in rows:
        _advance(connection, oncall, row, now)
    connection.commit()
    return len(rows)


def _advance(connection: Connection, oncall: OnCall, row: NoticeRow, now: datetime) -> None:
    found = _routed(oncall, row)
    if found is None:
        if row.state == "open":
            write_step(connection, row.notice_id, now, "unrouted", ESCALATOR, "route")
        save_notice(connection, row._replace(next_step_at=None, route=None, policy=None))
        return
    route, policy = found
    row = row._replace(route=route.code, policy=policy.code)
    match next_move(policy, row, now):
        case Over():
            _say_it_is_over(connection, route, row, now)
        case Wake(was):
            write_step(connection, row.notice_id, now, "woken", ESCALATOR, "policy", was=was)
            woken = row._replace(state="open", reason="woken", level=0, climb=row.climb + 1, next_step_at=now)
            save_notice(connection, woken)
        case Wait(at):
            save_notice(connection, row._replace(next_step_at=at))
        case Exhausted(next_step_at):
            EXHAUSTED.inc()
            write_step(connection, row.notice_id, now, "exhausted", ESCALATOR, "policy")
            save_notice(connection, row._replace(reason="exhausted", next_step_at=next_step_at))
        case Tell(level, is_repeat, next_step_at):
            _tell(connection, oncall, route, policy, row, level, is_repeat=is_repeat, next_at=next_step_at, now=now)


def _routed(oncall: OnCall, row: NoticeRow) -> tuple[Route, Policy] | None:
    """The route and policy of a notice: those it began with while the folder has them, else those that fit now."""
    route = oncall.routes.get(row.route) if row.route is not None else None
    if route is None or row.policy != route.policy:
        route = oncall.route(row.audience, row.severity, row.facility, row.tenant, row.rule)
    return None if route is None else (route, oncall.policies[route.policy])


def _tell(
    connection: Connection,
    oncall: OnCall,
    route: Route,
    policy: Policy,
    row: NoticeRow,
    level: int,
    *,
    is_repeat: bool,
    next_at: datetime | None,
    now: datetime,
) -> None:
    """Writes the messages of a level. Where it finds nobody, the next one follows at once."""
    people = people_of(oncall, route, policy.level[level], now)
    holder = oncall.people.get(row.held_by or "") if row.climb > 1 and row.level == 0 else None
    if holder is not None:
        # Something new is for whoever has the duty now, too: who took what was there before may have gone off duty.
        others = people if row.reason in ("new_alert", "raised") else ()
        people = [holder, *(person for person in others if person.code != holder.code)]
    kind: Kind = "escalated" if row.level > 0 else "firing" if row.climb == 1 else "updated"
    messages = [
        new_message(row, route, policy, kind, person, channel, f"{row.climb}/{row.level}", now)
        for person in people
        for channel in channels_of(person, policy.level[level])
    ]
    write_messages(connection, messages)
    names = [person.code for person in people]
    step: Step = "undelivered" if not people else "told" if row.level == 0 else "escalated"
    why = {} if people else {"why": "nobody has this duty"}
    write_step(
        connection, row.notice_id, now, step, ESCALATOR, "policy", level=level + 1, to=names, repeat=is_repeat, **why
    )
    save_notice(connection, row._replace(level=row.level + 1, next_step_at=next_at if people or not next_at else now))


def people_of(oncall: OnCall, route: Route, level: Level, now: datetime) -> list[Person]:
    """Whom a level tells now, each once, in the order it names them."""
    found: dict[str, None] = {}
    for who in level.who:
        kind, _, code = who.partition(":")
        match kind:
            case "rota":
                on_duty = duty(oncall.rotas[code], oncall.rotas, oncall.days_off, now)
                codes: Iterable[str] = () if on_duty.person is None else (on_duty.person,)
            case "team":
                codes = oncall.team(code)
            case "person":
                codes = (code,)
            case _:
                codes = route.contacts
        found.update(dict.fromkeys(codes))
    return [oncall.people[code] for code in found]


def channels_of(person: Person, level: Level | None) -> list[Channel]:
    """The channels that a level names and the person has, else the person's first."""
    named = [channel for code in (level.channels if level else ()) if (channel := person.channel_named(code))]
    return named or [person.channel[0]]


def new_message(
    row: NoticeRow,
    route: Route,
    policy: Policy,
    kind: Kind,
    person: Person,
    channel: Channel,
    which: str,
    now: datetime,
    *,
    reason: str = "",
) -> NewMessage:
    """A message about a notice; `which` tells it from others of its kind, so that it is written once."""
    urgent = 0 if row.severity == "page" else 2
    due_at = may_be_told_at(now, policy.quiet) if row.severity == "ticket" else now
    return NewMessage(
        notice_id=row.notice_id,
        kind=kind,
        reason=reason or row.reason,
        person=person.code,
        channel=channel.code,
        lane=channel.kind,
        once_key=f"{row.notice_id}/{kind}/{which}/{person.code}/{channel.code}",
        priority=urgent + (kind == "resolved"),
        is_gathered=route.digest is not None,
        written_at=now,
        due_at=due_at if route.digest is None else gathered_at(now, route.digest),
    )


def _say_it_is_over(connection: Connection, route: Route, row: NoticeRow, now: datetime) -> None:
    """Tells exactly those who were told that it is over; who is being told right now is waited for."""
    if is_being_told(connection, row.notice_id, now):
        save_notice(connection, row._replace(next_step_at=now + LOOKS_AGAIN))
        return
    write_messages(
        connection,
        [
            NewMessage(
                notice_id=row.notice_id,
                kind="resolved",
                reason=row.reason,
                person=one.person,
                channel=one.channel,
                lane=one.lane,
                once_key=f"{row.notice_id}/resolved/{one.person}/{one.channel}",
                priority=1 if row.severity == "page" else 3,
                is_gathered=one.is_gathered,
                written_at=now,
                due_at=now if not one.is_gathered or route.digest is None else gathered_at(now, route.digest),
            )
            for one in told(connection, row.notice_id)
        ],
    )
    save_notice(connection, row._replace(next_step_at=None))
