"""The one seam to whoever is told: each deliverer is given every alert that lasts or has just ended, at every look."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerting.metrics import UNDELIVERED
from store.alert_rows import AlertRow
from store.alerts import read_alerts_to_tell
from store.connection import Connection

logger = logging.getLogger(__name__)

ENDED_FOR = timedelta(hours=1)
"""For so long an alert that has closed is handed on, so that its end is told even after a restart."""

Deliver = Callable[[Connection, Sequence[AlertRow], datetime], None]


class Deliverer(NamedTuple):
    """Somebody who is told: a name for the log and the metrics, and what to call."""

    name: str
    deliver: Deliver


class Delivering:
    """Hands the alerts to each deliverer in turn; one that fails is logged once, and never stops the others."""

    def __init__(self, deliverers: Sequence[Deliverer]) -> None:
        self._deliverers = deliverers
        self._failing: set[str] = set()

    def deliver(self, connection: Connection, now: datetime) -> list[AlertRow]:
        """Tells every deliverer and returns what it told; each is given the connection idle and commits what it writes.

        Raises psycopg's error when the database is gone: that is nobody's failure to deliver.
        """
        alerts = read_alerts_to_tell(connection, now - ENDED_FOR)
        connection.commit()
        for one in self._deliverers:
            try:
                one.deliver(connection, alerts, now)
                connection.commit()
            except Exception as error:  # a deliverer is somebody else's system; the others go on
                if connection.closed:
                    raise
                connection.rollback()
                UNDELIVERED.labels(one.name).inc()
                if one.name not in self._failing:
                    logger.error("%s could not be told: %s", one.name, _first_line(error))
                    self._failing.add(one.name)
            else:
                if one.name in self._failing:
                    logger.info("%s is told again", one.name)
                    self._failing.discard(one.name)
        return alerts


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
