"""One Alertmanager: what it has been told, what it must be told next, and how it is when it is away."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from alerting.alertmanager.address import Address, AlertmanagerAway, AlertmanagerRefused
from alerting.alertmanager.memory import EVERY, Memory, Said, postable, requests
from alerting.alertmanager.metrics import ANNOTATIONS_FAILED, POSTED, REFUSED, ROUND_AT, SILENCES, UP
from alerting.alertmanager.silences import Silence, own_silences, steps
from alerting.announcements import Annotate, Draft, announced
from store.alert_rows import Announcement

logger = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(seconds=30)


class Alertmanager:
    """One Alertmanager and what it has been told. One that is away is tried again, less and less often."""

    def __init__(
        self, address: Address, installation: str, *, annotate: Annotate | None = None, every: timedelta = EVERY
    ) -> None:
        self._address = address
        self._annotate = annotate
        self._installation = installation
        self._memory = Memory(every)
        self._failures = 0
        self._next_try_at: datetime | None = None
        self._refusal = ""
        self._annotations_failed = False

    @property
    def round_at(self) -> datetime | None:
        """When it last took everything; None = it is away, or has not yet."""
        return self._memory.round_at

    def tell(self, wanted: Sequence[Said], silences: Sequence[Silence], now: datetime) -> bool:
        """Posts what is due and returns whether this Alertmanager is in reach; never raises for one that is not.

        Alerts come before silences: when time is short, the page is what counts.
        """
        if self._next_try_at is not None and timedelta(0) < self._next_try_at - now <= LONGEST_WAIT:
            return False
        is_round = self._memory.is_round(now)
        try:
            for request in requests(self._memory.due(wanted, now)):
                self._post([self._announced(one) for one in request], now)
            if is_round:
                self._memory.completed_round(now)
                ROUND_AT.labels(self._address.url).set(now.timestamp())
                self._write_silences(silences, now)
        except AlertmanagerAway as error:
            self._away(error, now)
            return False
        if self._failures:
            logger.info("%s: back", self._address.url)
        self._failures, self._next_try_at = 0, None
        UP.labels(self._address.url).set(1)
        return True

    def _post(self, request: Sequence[Announcement], now: datetime) -> None:
        try:
            self._address.exchange(
                "POST", "/api/v2/alerts", [postable(one, now, self._memory.every) for one in request]
            )
        except AlertmanagerRefused as error:  # what is right of the request was taken; the rest will not become right
            self._refused(error)
        self._memory.took(request, now)
        POSTED.labels(self._address.url).inc(len(request))

    def _announced(self, one: Said) -> Announcement:
        if not isinstance(one, Draft):
            return one
        try:
            return announced(one, self._annotate)
        except Exception as error:  # noqa: BLE001 - a text that cannot be written must not hold up every page
            ANNOTATIONS_FAILED.inc()
            if not self._annotations_failed:
                logger.error("alert %s is told in raw figures: %r", one.labels["alert"], error)
                self._annotations_failed = True
            return announced(one)

    def _write_silences(self, wanted: Sequence[Silence], now: datetime) -> None:
        answer = self._address.exchange("GET", "/api/v2/silences")
        todo = steps(wanted, own_silences(answer or [], self._installation), now)
        for silence in todo.write:
            self._step("written", "POST", "/api/v2/silences", silence.postable())
        for silence_id in todo.expire:
            self._step("ended", "DELETE", f"/api/v2/silence/{silence_id}")

    def _step(self, step: str, method: str, path: str, body: Any = None) -> None:
        """One silence; that it is refused holds up no other."""
        try:
            self._address.exchange(method, path, body)
            SILENCES.labels(self._address.url, step).inc()
        except AlertmanagerRefused as error:
            self._refused(error)
        except AlertmanagerAway as error:
            if method != "DELETE":  # a silence that another of the cluster has just ended is answered like a fault
                raise
            logger.info("%s", error)

    def _refused(self, error: AlertmanagerRefused) -> None:
        REFUSED.labels(self._address.url).inc()
        if str(error) != self._refusal:  # the same every minute is one line
            logger.error("%s", error)
            self._refusal = str(error)

    def _away(self, error: AlertmanagerAway, now: datetime) -> None:
        UP.labels(self._address.url).set(0)
        if not self._failures:
            logger.warning("%s; trying again", error)
        self._failures += 1
        self._memory.lost_sight()
        self._next_try_at = now + min(LONGEST_WAIT, timedelta(seconds=2 ** min(self._failures, 6)))
