"""What a person has resolved while it lasted: it is not told again unless it ends and comes again, or gets worse."""

from __future__ import annotations

from collections.abc import Sequence

from alerting.escalation.group_change import Announced, is_page
from store.connection import Connection
from store.notice_rows import Audience, NoticeAlert, NoticeRow
from store.notices import alerts_of, closed_by_hand, write_alerts


def not_resolved_by_hand(
    connection: Connection, audience: Audience, group_key: str, coming: Sequence[Announced], known: NoticeRow | None
) -> list[Announced]:
    """What comes, without the alerts that lasted when a person resolved a notice of the group.

    Their end is written there. Let through is what has begun again since, what was a ticket and is a page now, and what
    the group's open notice `known` has already: of that people were told anew.
    """
    closed = closed_by_hand(connection, audience, group_key, [one.alert.fingerprint for one in coming])
    if not closed:
        return list(coming)
    told_anew = {one.fingerprint for one in alerts_of(connection, known.notice_id, lasting=True)} if known else set()
    left = []
    for one in coming:
        were = [(number, was) for number, was in closed if was.fingerprint == one.alert.fingerprint]
        if one.settled is not None:
            for number, _ in were:
                write_alerts(connection, number, [one.alert])
        elif one.alert.fingerprint not in told_anew and any(_is_the_same(one.alert, was) for _, was in were):
            continue
        left.append(one)
    return left


def _is_the_same(now: NoticeAlert, was: NoticeAlert) -> bool:
    return now.starts_at <= was.starts_at and (is_page(was) or not is_page(now))
