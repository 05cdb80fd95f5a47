"""What people do about a notice: take it, put it off, hand it over, resolve it; each act a step, with who and how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from alerting.escalation.climbing import channels_of, new_message
from alerting.escalation.oncall import OnCall
from alerting.escalation.policy_entries import Policy
from store.connection import Connection
from store.errors import InputError
from store.notice_rows import NoticeRow
from store.notices import alerts_of, notice, save_notice, write_step
from store.outbox import write_messages

Verb = Literal["acknowledge", "snooze", "hand_over", "resolve"]
SNOOZES_MINUTES = (30, 120)
LEAST_SNOOZE_MINUTES = 5
LONGEST_SNOOZE_MINUTES = 24 * 60


class Act(NamedTuple):
    """What somebody asks for: `minutes` with snooze, `to` (the code of a person) with hand_over."""

    verb: Verb
    minutes: int = 0
    to: str = ""


class Refusal(InputError):
    """An act that cannot be; `why` is a fixed word: no_notice, over, not_for_acts, minutes, nobody."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


def act(
    connection: Connection, oncall: OnCall, notice_id: int, wanted: Act, *, actor: str, via: str, now: datetime
) -> NoticeRow:
    """Does it and returns the notice as it then stands; the caller commits. Refusal says in one line why not."""
    row = notice(connection, notice_id, lock=True)
    if row is None:
        raise Refusal("no_notice", f"notice {notice_id}: there is no such notice")
    if row.audience != "on_call":
        raise Refusal("not_for_acts", f"notice {notice_id}: informs the audience {row.audience}; nobody has to take it")
    if row.state == "resolved":
        raise Refusal("over", f"notice {notice_id}: is over since {row.closed_at:%Y-%m-%d %H:%M} UTC")
    verbs: dict[Verb, Callable[[_Doing], NoticeRow]] = {
        "acknowledge": _acknowledge,
        "snooze": _snooze,
        "hand_over": _hand_over,
        "resolve": _resolve,
    }
    after = verbs[wanted.verb](_Doing(connection, oncall, row, wanted, actor, via, now))
    save_notice(connection, after)
    return after


class _Doing(NamedTuple):
    connection: Connection
    oncall: OnCall
    row: NoticeRow
    wanted: Act
    actor: str
    via: str
    now: datetime

    @property
    def policy(self) -> Policy | None:
        return self.oncall.policies.get(self.row.policy or "")


def _acknowledge(doing: _Doing) -> NoticeRow:
    """Taken: no further level is told. It wakes again if it lasts beyond the policy's `taken_minutes`."""
    minutes = doing.policy.taken_minutes if doing.policy is not None else 0
    wakes_at = doing.now + timedelta(minutes=minutes) if minutes else None
    write_step(doing.connection, doing.row.notice_id, doing.now, "acknowledged", doing.actor, doing.via)
    return doing.row._replace(state="acknowledged", reason="person", held_by=doing.actor, next_step_at=wakes_at)


def _snooze(doing: _Doing) -> NoticeRow:
    minutes = doing.wanted.minutes
    if not LEAST_SNOOZE_MINUTES <= minutes <= LONGEST_SNOOZE_MINUTES:
        raise Refusal("minutes", f"minutes: from {LEAST_SNOOZE_MINUTES} to {LONGEST_SNOOZE_MINUTES}, not {minutes}")
    wakes_at = doing.now + timedelta(minutes=minutes)
    write_step(doing.connection, doing.row.notice_id, doing.now, "snoozed", doing.actor, doing.via, minutes=minutes)
    return doing.row._replace(state="snoozed", reason="person", held_by=doing.actor, next_step_at=wakes_at)


def _hand_over(doing: _Doing) -> NoticeRow:
    """The other is told and has until the next level's time to take it; then the policy goes on."""
    person = doing.oncall.people.get(doing.wanted.to)
    if person is None or person.code not in doing.oncall.staff():
        raise Refusal("nobody", f'to: "{doing.wanted.to}" is nobody whom a policy of those on call can reach')
    row, now = doing.row, doing.now
    found = doing.oncall.route(row.audience, row.severity, row.facility, row.tenant, row.rule)
    assert found is not None  # read_oncall demands a route for everything on call
    policy = doing.policy or doing.oncall.policies[found.policy]
    climb = row.climb + 1
    waits = policy.level[1].after_minutes - policy.level[0].after_minutes if len(policy.level) > 1 else 0
    next_at = now + timedelta(minutes=waits or policy.repeat_minutes) if policy.is_ladder else None
    after = row._replace(
        state="open", reason="handed_over", held_by=person.code, climb=climb, level=1, next_step_at=next_at,
        route=row.route or found.code, policy=policy.code,
    )  # fmt: skip
    write_messages(
        doing.connection,
        [
            new_message(after, found, policy, "handed_over", person, channel, str(climb), now, reason=doing.actor)
            for channel in channels_of(person, None)
        ],
    )
    write_step(doing.connection, row.notice_id, now, "handed_over", doing.actor, doing.via, to=person.code)
    return after


def _resolve(doing: _Doing) -> NoticeRow:
    """Over by a person's word. What still lasts of it is told again only when it ends and comes again."""
    lasting = len(alerts_of(doing.connection, doing.row.notice_id, lasting=True))
    write_step(doing.connection, doing.row.notice_id, doing.now, "resolved", doing.actor, doing.via, still=lasting)
    return doing.row._replace(
        state="resolved", reason="person", held_by=doing.actor, closed_at=doing.now, next_step_at=doing.now
    )
