"""The rows a notice consists of: what one audience is told of, its alerts, and the messages of the outbox. Pure."""

from datetime import datetime
from typing import Any, Literal, NamedTuple

Audience = Literal["on_call", "tenant", "owner"]
State = Literal["open", "acknowledged", "snoozed", "resolved"]
Kind = Literal["firing", "updated", "resolved", "escalated", "handed_over", "digest"]
Lane = Literal["email", "apprise", "webhook"]
Step = Literal[
    "opened",
    "joined",
    "left",
    "told",
    "escalated",
    "exhausted",
    "undelivered",
    "acknowledged",
    "snoozed",
    "woken",
    "handed_over",
    "resolved",
    "reopened",
    "refused",
    "digested",
    "unrouted",
]
Settled = Literal["over", "explained", "muted"]
"""Why nobody is told of an alert any more."""


class NoticeRow(NamedTuple):
    """One notice as table `notice` has it."""

    notice_id: int
    audience: Audience
    group_key: str
    severity: Literal["page", "ticket"]
    is_demo: bool
    facility: str | None
    tenant: str | None
    rule: str
    opened_at: datetime
    closed_at: datetime | None
    state: State
    reason: str
    level: int
    climb: int
    held_by: str | None
    next_step_at: datetime | None
    route: str | None
    policy: str | None


class NoticeAlert(NamedTuple):
    """An alert as its notice knows it; `ends_at` None = it lasts."""

    fingerprint: str
    alert_id: int | None
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: datetime
    ends_at: datetime | None


class NoticeStep(NamedTuple):
    """One thing that happened to a notice, by whom and by what way."""

    notice_id: int
    stepped_at: datetime
    step: Step
    actor: str
    via: str
    detail: dict[str, Any]


class NewMessage(NamedTuple):
    """A message that is to be sent: `person` and `channel` are codes of the on-call folder."""

    notice_id: int | None
    kind: Kind
    reason: str
    person: str
    channel: str
    lane: Lane
    once_key: str
    priority: int
    is_gathered: bool
    written_at: datetime
    due_at: datetime


class ClaimedMessage(NamedTuple):
    """A message this process has claimed; `attempts` counts this one."""

    message_id: int
    notice_id: int | None
    kind: Kind
    reason: str
    person: str
    channel: str
    lane: Lane
    once_key: str
    priority: int
    is_gathered: bool
    written_at: datetime
    due_at: datetime
    attempts: int


class Waiting(NamedTuple):
    """What waits for one channel of a person, and what went over it within the last window.

    `due` messages wait to go alone, `urgent` of them page somebody, `gathered` ones wait for their route's digest,
    `digests` are written and wait. `alone` were sent one by one, or are being sent, since the window began,
    `within_hour` messages of every kind within the last hour; `digest_at` is when the last digest of a storm was
    written.
    """

    person: str
    channel: str
    due: int
    gathered: int
    digests: int
    alone: int
    within_hour: int
    digest_at: datetime | None
    urgent: int


class LinkRow(NamedTuple):
    """A link of a message, by the hash of its token."""

    token_sha256: str
    notice_id: int
    person: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_for: str | None
