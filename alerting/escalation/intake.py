"""Takes a group of alerts in: opens its notice, joins, refreshes and closes; the same twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from alerting.escalation.by_hand import not_resolved_by_hand
from alerting.escalation.group_change import (
    ESCALATOR,
    Announced,
    GroupChange,
    alert_number,
    announced,
    group_change,
    is_page,
    put_aside,
    spares,
)
from alerting.escalation.new_notice import named, new_notice, once
from store.alert_rows import Announcement
from store.connection import Connection
from store.notice_rows import Audience, NewMessage, NoticeAlert, NoticeRow, Settled
from store.notices import (
    alerts_of,
    begin_notice,
    notice,
    open_notice,
    save_notice,
    standing_alerts,
    write_alerts,
    write_step,
)
from store.outbox import write_messages
from store.outbox_told import told, waits_for
from store.outbox_withdrawal import withdraw_climb

JOINING = timedelta(seconds=60)
"""How long a message that a notice has grown waits for what joins next."""


class Taken(NamedTuple):
    """What became of a group: its notice, None where nobody need be told, and whether anything changed."""

    notice_id: int | None
    outcome: Literal["opened", "changed", "resolved", "known", "nothing"]


def intake(
    connection: Connection,
    audience: Audience,
    group_key: str,
    announcements: Sequence[Announcement],
    now: datetime,
    *,
    hold: timedelta = timedelta(0),
) -> Taken:
    """Takes in what one audience is to be told of one group of alerts; the caller commits.

    It needs no on-call folder: whom, when and how is the escalator's, which looks at the notice next. An alert that
    joins a notice somebody has taken or put off opens it again. When nothing of a notice lasts it is resolved. What a
    person resolved while it lasted is not told again unless it ends and comes again. A notice that opens is told after
    `hold`: what explains it may be found meanwhile (Alertmanager has waited already, its `group_wait`).
    """
    numbers = [number for one in announcements if (number := alert_number(one.labels)) is not None]
    on_record = standing_alerts(connection, numbers)
    coming = [found for one in announcements if (found := announced(one, on_record, audience, now)) is not None]
    known = open_notice(connection, audience, group_key)
    coming = not_resolved_by_hand(connection, audience, group_key, coming, known)
    if known is None:
        lasting = [one.alert for one in coming if one.settled is None]
        if not lasting:
            return Taken(None, "nothing")
        begun = begin_notice(
            connection, new_notice(audience, group_key, lasting, now)._replace(next_step_at=now + hold)
        )
        if not alerts_of(connection, begun.notice_id, at_most=1):
            write_alerts(connection, begun.notice_id, once(lasting))
            write_step(connection, begun.notice_id, now, "opened", ESCALATOR, "intake", **named(lasting))
            return Taken(begun.notice_id, "opened")
        known = begun  # another process was a moment earlier
    return apply_change(connection, known, coming, now)


def settle(connection: Connection, notice_id: int, now: datetime) -> Taken:
    """Lets the alerts leave an open notice that are over, explained or muted by our own record; the caller commits.

    Alertmanager says nothing of an alert that became inhibited after it was told, and says late that one has ended.
    """
    found = notice(connection, notice_id, lock=True)
    if found is None or found.closed_at is not None:
        return Taken(None, "nothing")
    lasting = alerts_of(connection, notice_id, lasting=True)
    on_record = standing_alerts(connection, [one.alert_id for one in lasting if one.alert_id is not None])
    coming = []
    for one in lasting:
        why = on_record.get(one.alert_id) if one.alert_id is not None else None
        if why is not None and spares(why, found.audience):
            annotations = put_aside(one.annotations, why)
            coming.append(Announced(one._replace(annotations=annotations, ends_at=now), why))
    return apply_change(connection, found, coming, now)


def apply_change(connection: Connection, found: NoticeRow, coming: Iterable[Announced], now: datetime) -> Taken:
    """Writes what a notification changes in an open, locked notice."""
    known = {one.fingerprint: one for one in alerts_of(connection, found.notice_id)}
    change = group_change(known, coming)
    if change.is_nothing:
        return Taken(found.notice_id, "known")
    written = [*change.joined, *(one for one, _ in change.left), *change.refreshed]
    write_alerts(connection, found.notice_id, written)
    after = {**known, **{one.fingerprint: one for one in written}}
    if change.left:
        reasons = sorted({why for _, why in change.left})
        those = named([one for one, _ in change.left])
        write_step(connection, found.notice_id, now, "left", ESCALATOR, "intake", why=reasons, **those)
    if all(one.ends_at is not None for one in after.values()):
        _resolve(connection, found, change, now)
        return Taken(found.notice_id, "resolved")
    if change.joined or change.raised:
        _join(connection, found, change.joined, change.raised, now)
    return Taken(found.notice_id, "changed")


def _resolve(connection: Connection, found: NoticeRow, change: GroupChange, now: datetime) -> None:
    """Explained or muted altogether, the notice says so; where anything simply ended, it is over."""
    reasons: set[Settled] = {why for _, why in change.left}
    reason = "over" if "over" in reasons else "explained" if "explained" in reasons else "muted"
    save_notice(
        connection, found._replace(state="resolved", reason=reason, closed_at=now, next_step_at=now)
    )  # fmt: skip
    write_step(connection, found.notice_id, now, "resolved", ESCALATOR, "intake", reason=reason)


def _join(
    connection: Connection,
    found: NoticeRow,
    joined: Sequence[NoticeAlert],
    raised: Sequence[NoticeAlert],
    now: datetime,
) -> None:
    if joined:
        write_step(connection, found.notice_id, now, "joined", ESCALATOR, "intake", **named(joined))
    pages = bool(raised) or any(is_page(one) for one in joined)
    severity: Literal["page", "ticket"] = "page" if pages else found.severity
    after = found._replace(severity=severity)
    if found.state != "open" or severity != found.severity or (pages and found.reason == "exhausted"):
        withdraw_climb(connection, found.notice_id, now)
        why = "raised" if severity != found.severity or not joined else "new_alert"
        write_step(connection, found.notice_id, now, "reopened", ESCALATOR, "intake", reason=why)
        # A page may go another way than the ticket it was: its route is looked up anew.
        after = after._replace(
            state="open", reason=why, level=0, climb=found.climb + 1, next_step_at=now, policy=None, route=None
        )
    elif joined:
        _tell_of_more(connection, found, now)
    save_notice(connection, after)


def _tell_of_more(connection: Connection, found: NoticeRow, now: datetime) -> None:
    """Tells those who were told of a notice that it has grown, unless something they have not got yet will say so.

    What is gathered is due as it is written: the escalator, which has the on-call folder, puts it off to its digest.
    """
    waiting = waits_for(connection, found.notice_id)
    due_at = now + JOINING
    write_messages(
        connection,
        [
            NewMessage(
                notice_id=found.notice_id,
                kind="updated",
                reason="joined",
                person=one.person,
                channel=one.channel,
                lane=one.lane,
                once_key=f"{found.notice_id}/updated/{due_at.isoformat()}/{one.person}/{one.channel}",
                priority=1 if found.severity == "page" else 3,
                is_gathered=one.is_gathered,
                written_at=now,
                due_at=now if one.is_gathered else due_at,
            )
            for one in told(connection, found.notice_id)
            if (one.person, one.channel) not in waiting
        ],
    )
