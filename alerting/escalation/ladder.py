"""A policy and a notice's standing: what comes next, and when. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from alerting.escalation.policy_entries import Policy
from store.notice_rows import NoticeRow


class Tell(NamedTuple):
    """Level `level` of the policy is told now; `is_repeat` when it was told before in this climb."""

    level: int
    is_repeat: bool
    next_step_at: datetime | None


class Wait(NamedTuple):
    """Nothing yet; it goes on by itself at `next_step_at`."""

    next_step_at: datetime


class Wake(NamedTuple):
    """What somebody had taken or put off lasts: the policy begins again."""

    was: Literal["acknowledged", "snoozed"]


class Exhausted(NamedTuple):
    """Everybody was told as often as the policy says, and nobody took it; a page is told again from `next_step_at`."""

    next_step_at: datetime | None


class Over(NamedTuple):
    """It is resolved: whoever was told is told so."""


UNTAKEN_REPEATS = timedelta(minutes=60)
"""How often the last level is told again of a page that nobody took: it never falls silent by itself."""

Move = Tell | Wait | Wake | Exhausted | Over


def next_move(policy: Policy, notice: NoticeRow, now: datetime) -> Move:
    """What a notice that is due does now.

    The first level waits `after_minutes` from the opening, and in a later climb not at all: what wakes or opens again
    has waited already. Each further level waits the difference to the one before, from the telling of that: after an
    escalator's absence nobody is passed over within a second. After the last level, it is told again every
    `repeat_minutes`, `repeat_times`; then the notice stays open and says that nobody took it, and a page goes on being
    told hourly. A policy of one level without repetition only informs, and ends there.
    """
    if notice.state == "resolved":
        return Over()
    if notice.state in ("acknowledged", "snoozed"):
        return Wake("acknowledged" if notice.state == "acknowledged" else "snoozed")
    levels = policy.level
    if notice.level == 0 and notice.climb == 1:
        first_at = notice.opened_at + timedelta(minutes=levels[0].after_minutes)
        if first_at > now:
            return Wait(first_at)
    if notice.level >= len(levels) + policy.repeat_times:
        if notice.reason == "exhausted":
            return Tell(len(levels) - 1, True, now + UNTAKEN_REPEATS)
        has_waited = timedelta(minutes=policy.repeat_minutes)
        goes_on = notice.severity == "page" and policy.is_ladder
        return Exhausted(now + max(UNTAKEN_REPEATS - has_waited, timedelta(0)) if goes_on else None)
    level = min(notice.level, len(levels) - 1)
    return Tell(level, notice.level >= len(levels), _after(policy, notice.level, now))


def _after(policy: Policy, done: int, now: datetime) -> datetime | None:
    """When the step after number `done` is due."""
    levels = policy.level
    if done + 1 < len(levels):
        return now + timedelta(minutes=levels[done + 1].after_minutes - levels[done].after_minutes)
    return now + timedelta(minutes=policy.repeat_minutes) if policy.is_ladder else None
