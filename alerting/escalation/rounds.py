"""The escalator's round: what is over leaves, silent watchdogs page, and every notice that is due goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from alerting.escalation.climbing import advance
from alerting.escalation.intake import settle
from alerting.escalation.metrics import LAST_ROUND, NOTICES, OUTBOX_AGE
from alerting.escalation.oncall import OnCall
from alerting.escalation.watchdogs import look_for_silent
from store.connection import Connection
from store.links import drop_links
from store.notice_rows import Lane
from store.notices import beat, notices_standing, notices_to_settle
from store.outbox_told import outbox_age

KEPT_LINKS = timedelta(days=7)
"""After its end a link is known a little longer, so that whoever opens it reads why it does nothing."""
LANES: tuple[Lane, ...] = ("email", "apprise", "webhook")


class Rounds:
    """One round after another over all notices; two processes may do it at once, each notice is locked."""

    def __init__(
        self, oncall: OnCall, clock: Callable[[], datetime], *, silent_for: timedelta | None, started_at: datetime
    ) -> None:
        self._oncall = oncall
        self._clock = clock
        self._silent_for = silent_for
        self._started_at = started_at

    def __call__(self, connection: Connection) -> int:
        """Goes round once and returns how many notices went on."""
        now = self._clock()
        for number in notices_to_settle(connection):
            settle(connection, number, now)
            connection.commit()
        if self._silent_for is not None:
            look_for_silent(connection, self._started_at, self._silent_for, now)
            connection.commit()
        went_on = 0
        while done := advance(connection, self._oncall, now):
            went_on += done
        drop_links(connection, now - KEPT_LINKS)
        beat(connection, "escalator", now)
        self._count(connection, now)
        connection.commit()
        return went_on

    def _count(self, connection: Connection, now: datetime) -> None:
        NOTICES.clear()
        for labels, count in notices_standing(connection).items():
            NOTICES.labels(*labels).set(count)
        ages = outbox_age(connection, now)
        for lane in LANES:
            OUTBOX_AGE.labels(lane).set(ages.get(lane, 0.0))
        LAST_ROUND.set(now.timestamp())
