"""What a notification changes in what a notice knows: who joins, who leaves, what is only refreshed. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from store.alert_rows import Announcement
from store.notice_rows import NoticeAlert, Settled

ESCALATOR = "escalator"
"""Who does what nobody did: the actor of steps that the escalator takes by itself."""
_STANDING = frozenset({"explained", "muted", "cause"})
"""Labels that say how an alert stands, not which it is."""


class Announced(NamedTuple):
    """An alert as a notification has it; `settled`: why nobody need be told of it any more, None = it lasts."""

    alert: NoticeAlert
    settled: Settled | None


class GroupChange(NamedTuple):
    """The alerts that are new or come again, those that end (with why), those of which only the figures changed, and
    of these those that have become a page."""

    joined: tuple[NoticeAlert, ...]
    left: tuple[tuple[NoticeAlert, Settled], ...]
    refreshed: tuple[NoticeAlert, ...]
    raised: tuple[NoticeAlert, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether everything is known already."""
        return not (self.joined or self.left or self.refreshed)


def fingerprint(labels: Mapping[str, str]) -> str:
    """What makes two announcements the same alert: its number where it is ours, else its labels."""
    if number := labels.get("alert"):
        return f"alert:{number}"
    named = sorted((name, value) for name, value in labels.items() if name not in _STANDING)
    return hashlib.sha256("\0".join(f"{name}\0{value}" for name, value in named).encode()).hexdigest()[:32]


def alert_number(labels: Mapping[str, str]) -> int | None:
    """The number of the alert that the labels name; None for an alert that is not ours."""
    number = labels.get("alert", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def announced(
    one: Announcement, on_record: Mapping[int, Settled | None], audience: str, now: datetime
) -> Announced | None:
    """An announcement with how it stands: by our own record where the alert is in it, else by its end and its labels.

    None for an end that our record does not know: it says nothing. A notification may be late, Alertmanager calls
    resolved whatever nobody posted for some minutes, and an alert that is raised ends there under its old labels. What
    is explained spares only those on call, a tenant is told of its outage whatever the cause; what is muted spares all.
    """
    alert_id = alert_number(one.labels)
    is_ended = one.ends_at is not None and one.ends_at <= now
    settled: Settled | None = None
    if alert_id is not None and alert_id in on_record:
        settled = on_record[alert_id]
        if settled is None and is_ended:
            return None
    elif is_ended:
        settled = "over"
    elif one.labels.get("muted") == "true":
        settled = "muted"
    elif one.labels.get("explained") == "true":
        settled = "explained"
    if not spares(settled, audience):
        settled = None
    ends_at = None if settled is None else min(one.ends_at, now) if one.ends_at is not None else now
    annotations = put_aside(one.annotations, settled)
    alert = NoticeAlert(fingerprint(one.labels), alert_id, dict(one.labels), annotations, one.starts_at, ends_at)
    return Announced(alert, settled)


def spares(settled: Settled | None, audience: str) -> bool:
    """Whether an alert that stands like this need not be told to the audience (any more)."""
    return settled in ("over", "muted") or (settled == "explained" and audience == "on_call")


def put_aside(annotations: Mapping[str, str], settled: Settled | None) -> dict[str, str]:
    """The annotations, saying that the alert was put aside where it was: that is not its end."""
    return {**annotations, "ended": settled} if settled in ("explained", "muted") else dict(annotations)


def group_change(known: Mapping[str, NoticeAlert], coming: Iterable[Announced]) -> GroupChange:
    """What is new in a notification against the alerts a notice knows, by fingerprint.

    An alert that the notification does not name is left as it is: senders cut long lists. One that ended and comes
    again joins again. An end of something unknown is nothing: nobody was told of it.
    """
    joined: dict[str, NoticeAlert] = {}
    left: dict[str, tuple[NoticeAlert, Settled]] = {}
    refreshed: dict[str, NoticeAlert] = {}
    for one, settled in coming:
        before = known.get(one.fingerprint)
        if settled is not None:
            if before is not None and before.ends_at is None:
                left[one.fingerprint] = (one._replace(starts_at=before.starts_at), settled)
        elif before is None or before.ends_at is not None:
            joined[one.fingerprint] = one
        elif (one.annotations, one.labels, one.starts_at) != (before.annotations, before.labels, before.starts_at):
            refreshed[one.fingerprint] = one._replace(starts_at=min(one.starts_at, before.starts_at))
    raised = (one for name, one in refreshed.items() if is_page(one) and not is_page(known[name]))
    return GroupChange(tuple(joined.values()), tuple(left.values()), tuple(refreshed.values()), tuple(raised))


def is_page(one: NoticeAlert) -> bool:
    """Whether an alert is for somebody to get up for."""
    return one.labels.get("severity") == "page"
