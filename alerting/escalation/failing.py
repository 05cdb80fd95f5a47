"""What becomes of a message that did not get through: tried again, another channel, the next level."""

from __future__ import annotations

from datetime import datetime

from alerting.escalation.entries import Channel, Person
from alerting.escalation.group_change import ESCALATOR
from alerting.escalation.oncall import OnCall
from alerting.escalation.outcome import Outcome
from alerting.escalation.trying import after_failure
from store.connection import Connection
from store.notice_rows import ClaimedMessage, NewMessage
from store.notices import notice, save_notice, write_step
from store.outbox import give_up, put_off, replace_message

PAGE_PRIORITIES = frozenset({0, 1})


def write_failure(connection: Connection, oncall: OnCall, of: ClaimedMessage, failed: Outcome, now: datetime) -> None:
    """Writes down that a claimed message was not sent, and what follows; the caller commits."""
    if not failed.was_tried:
        put_off(connection, of.message_id, now, failed.why, counts=False)
        return
    other = _next_channel(oncall.people.get(of.person), of.channel)
    follows = after_failure(
        is_page=of.priority in PAGE_PRIORITIES,
        is_permanent=failed.is_permanent,
        has_other_channel=other is not None,
        attempts=of.attempts,
        written_at=of.written_at,
        now=now,
    )
    if follows.again_at is not None:
        put_off(connection, of.message_id, follows.again_at, failed.why)
    elif other is not None and follows.another_way:
        replace_message(connection, of.message_id, _over(of, other, now), failed.why, now)
    else:
        give_up(connection, of.message_id, failed.why, now)
    if follows.another_way:
        _step_on(connection, oncall, of, failed.why, other, now)


def _over(of: ClaimedMessage, other: Channel, now: datetime) -> NewMessage:
    return NewMessage(
        of.notice_id, of.kind, of.reason, of.person, other.code, other.kind, f"{of.once_key}/{other.code}",
        of.priority, of.is_gathered, now, now,
    )  # fmt: skip


def _next_channel(person: Person | None, after: str) -> Channel | None:
    """The person's channel behind the one of that code; None behind the last."""
    codes = [channel.code for channel in person.channel] if person is not None else []
    if person is None or after not in codes or codes[-1] == after:
        return None
    return person.channel[codes.index(after) + 1]


def _step_on(
    connection: Connection, oncall: OnCall, of: ClaimedMessage, why: str, other: Channel | None, now: datetime
) -> None:
    """Writes down that somebody could not be reached; where no channel is left, the next level is told at once.

    Only a further level is: telling the last one again before its time would use up its repetitions within seconds,
    and whatever refuses now would be working by the time nobody is told any more.
    """
    if of.notice_id is None:
        return
    row = notice(connection, of.notice_id, lock=True)
    if row is None:
        return
    then = None if other is None else other.code
    write_step(connection, row.notice_id, now, "undelivered", ESCALATOR, of.channel, to=of.person, why=why, then=then)
    policy = oncall.policies.get(row.policy or "")
    has_further = policy is not None and row.level < len(policy.level)
    is_climbing = row.state == "open" and of.kind != "resolved" and has_further
    if other is None and is_climbing and row.next_step_at is not None:
        save_notice(connection, row._replace(next_step_at=min(row.next_step_at, now)))
