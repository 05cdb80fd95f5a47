"""What a message says: its notice and alerts read from the store, put into words for the person it goes to."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple

from alerting.escalation.entries import Language
from alerting.escalation.oncall import OnCall
from alerting.escalation.tokens import PATH, new_link
from alerting.words.message import Words, message
from alerting.words.told import Told
from store.alert_rows import Announcement
from store.connection import Connection
from store.notice_rows import Audience, ClaimedMessage, Kind, NoticeAlert, NoticeRow, NoticeStep, Step
from store.notice_wellness import as_recorded
from store.notices import alerts_of, notice, steps_of
from store.outbox_told import digested, first_of_thread, last_told_at

logger = logging.getLogger(__name__)

MOST_ALERTS = 200
"""Alerts that are read for one message; of more only the number is said."""
MOST_NOTICES = 200
"""Notices that a digest lists; of more only the number is said."""


class Said(NamedTuple):
    """A message in words, with what its form needs: the mail's identity and thread, and what a webhook tells."""

    words: Words
    identity: str
    thread: str | None
    notice: NoticeRow | None
    kind: Kind
    is_urgent: bool


def say(connection: Connection, oncall: OnCall, of: ClaimedMessage, base_url: str | None, now: datetime) -> Said:
    """The words of a claimed message, as its notice stands now; the caller commits, which makes its link valid."""
    person = oncall.people[of.person]
    if of.kind == "digest":
        listed, count = digested(connection, of.message_id, MOST_NOTICES)
        if count != 1:
            words = _digest(connection, listed, count, person.language, now)
            return Said(words, identity(of), None, None, of.kind, of.priority == 0)
        # A digest of one says what that one would have said, with its link.
        of = of._replace(notice_id=listed[0][0], kind=listed[0][1])
    assert of.notice_id is not None  # only a digest is of several
    row = notice(connection, of.notice_id)
    assert row is not None  # by its foreign key
    alerts = as_recorded(connection, alerts_of(connection, of.notice_id, at_most=MOST_ALERTS))
    links = {}
    if row.audience == "on_call" and base_url is not None and of.lane != "webhook":
        page = f"{base_url.rstrip('/')}{PATH}{new_link(connection, of.notice_id, of.person, now)}"
        links = {"page": page, "acknowledge": page}
    policy = oncall.policies.get(row.policy or "")
    levels = row.level if policy is None else min(row.level, len(policy.level))
    since = last_told_at(connection, of)
    steps = () if since is None else [one for one in steps_of(connection, of.notice_id) if one.stepped_at >= since]
    told = Told(
        notice_id=row.notice_id,
        severity=row.severity,
        is_demo=row.is_demo,
        opened_at=row.opened_at,
        now=now,
        state=row.state,
        level=levels,
        held_by=name_of(oncall, row.held_by),
        actor=name_of(oncall, of.reason if of.kind == "handed_over" else _absent_or_closer(of, row)),
        next_step_at=row.next_step_at,
        reason=of.reason if of.kind == "updated" else row.reason,
        is_repeat=row.level > levels,
        joined_since=since,
        joined=_alerts_of_steps(steps, "joined"),
        left=_alerts_of_steps(steps, "left"),
    )
    words = worded(row.audience, of.kind, person.language, [_announcement(one) for one in alerts], told, links)
    first = first_of_thread(connection, of)
    return Said(words, identity(of), None if first is None else _identity(*first), row, of.kind, of.priority == 0)


def name_of(oncall: OnCall, code: str | None) -> str | None:
    """The name of a person; of a login that is no person, the login."""
    if code is None:
        return None
    person = oncall.people.get(code)
    return person.name if person is not None else code


def identity(of: ClaimedMessage) -> str:
    """What is the same each time a message is sent, and different for every other message of every database."""
    return _identity(of.once_key, of.written_at)


def _identity(once_key: str, written_at: datetime) -> str:
    return hashlib.sha256(f"{once_key}\0{written_at.isoformat()}".encode()).hexdigest()[:32]


def _absent_or_closer(of: ClaimedMessage, row: NoticeRow) -> str | None:
    """Who had the notice and did not answer, for whom it comes to next; who closed it."""
    if of.kind == "escalated" and row.held_by != of.person:
        return row.held_by
    return row.held_by if of.kind == "resolved" and row.reason == "person" else None


def _alerts_of_steps(steps: Sequence[NoticeStep], which: Step) -> frozenset[str]:
    """The numbers of the alerts that these steps name: of an alert that came late its beginning does not tell."""
    return frozenset(str(number) for one in steps if one.step == which for number in one.detail.get("alert_ids", ()))


def _digest(
    connection: Connection, listed: Sequence[tuple[int, Kind]], count: int, language: Language, now: datetime
) -> Words:
    """One text for many notices: of each its alerts, the most urgent and oldest first."""
    announcements: list[Announcement] = []
    rows: list[NoticeRow] = []
    for number, _kind in listed:
        row = notice(connection, number)
        if row is None:
            continue
        rows.append(row)
        room = max(1, MOST_ALERTS - len(announcements))
        alerts = as_recorded(connection, alerts_of(connection, number, at_most=room))
        announcements += [_announcement(one) for one in alerts]
    told = Told(
        notice_id=None,
        severity="page" if any(row.severity == "page" for row in rows) else "ticket",
        is_demo=bool(rows) and all(row.is_demo for row in rows),
        opened_at=min((row.opened_at for row in rows), default=now),
        now=now,
        notices=count,
    )
    audience = rows[0].audience if rows else "on_call"
    return worded(audience, "digest", language, announcements, told, {})


def worded(
    audience: Audience,
    kind: Kind,
    language: Language,
    announcements: Sequence[Announcement],
    told: Told,
    links: Mapping[str, str],
) -> Words:
    """The words of a message; where something in an alert defeats them, the least that must get through."""
    try:
        return message(audience, kind, language, announcements, told, links)
    except Exception:  # nobody may be left untold because of one strange label
        logger.exception("notice %s: could not be put into words", told.notice_id)
    label = "[DÉMO] " if told.is_demo else ""
    names = sorted({one.labels.get("alertname", "") for one in announcements})[:5] if audience == "on_call" else []
    subject = f"{label}P2I {told.severity} {kind} {told.notice_id or ''} {' '.join(names)}".strip()
    subject = "".join(sign if sign.isprintable() else " " for sign in subject)[:150]
    text = "\n".join([subject, *links.values(), ""])
    return Words(subject, text, f"<pre>{escape(text)}</pre>", subject)


def _announcement(one: NoticeAlert) -> Announcement:
    return Announcement(one.labels, one.annotations, one.starts_at, one.ends_at)
