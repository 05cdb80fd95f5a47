"""The dead-man's switch: a sign of life to the outside while everything works; its absence is the alarm."""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta

from alerting.escalation.metrics import HEARTBEATS
from alerting.escalation.watchdogs import through_alertmanager_at
from store.connection import Connection
from store.notices import beats
from store.outbox_told import outbox_age

logger = logging.getLogger(__name__)

STALE_AFTER = timedelta(minutes=5)
WAITING_AFTER = timedelta(minutes=10)
ANSWER_SECONDS = 10


class Heartbeat:
    """Calls an address of a service that alarms when the calls stop."""

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        self._url = url
        self._clock = clock
        self._started_at = clock()
        self._was_kept_back = ""

    def __call__(self, connection: Connection) -> int:
        """Calls once if everything is well; returns 1 if it was called."""
        why = unwell(connection, self._clock(), self._started_at)
        connection.rollback()
        if why != self._was_kept_back:
            logger.warning("heartbeat %s", f"kept back: {why}" if why else "given again")
            self._was_kept_back = why
        if why:
            HEARTBEATS.labels("kept_back").inc()
            return 0
        try:
            with urllib.request.urlopen(self._url, timeout=ANSWER_SECONDS):
                HEARTBEATS.labels("given").inc()
        except OSError as error:
            HEARTBEATS.labels("failed").inc()
            logger.warning("heartbeat not given: %s", type(error).__name__)
        return 1


def unwell(connection: Connection, now: datetime, started_at: datetime) -> str:
    """What is wrong with the way from an alert to a person, in a few words; "" when nothing is.

    A part that never gave a sign of life is not in use here. An Alertmanager that takes alerts must also bring the
    watchdog, be it for the first time: `started_at` is since when we could have heard it.
    """
    signs = beats(connection)
    for part in ("escalator", "alerting", "alertmanager"):
        if part in signs and now - signs[part] > STALE_AFTER:
            return f"no sign of life of {part} for {(now - signs[part]).total_seconds():.0f} s"
    if "alertmanager" in signs:
        heard_at = max(through_alertmanager_at(signs) or started_at, started_at)
        if now - heard_at > STALE_AFTER:
            return f"nothing came through alertmanager for {(now - heard_at).total_seconds():.0f} s"
    for lane, seconds in outbox_age(connection, now).items():
        if seconds > WAITING_AFTER.total_seconds():
            return f"a message waits in {lane} for {seconds:.0f} s"
    return ""
