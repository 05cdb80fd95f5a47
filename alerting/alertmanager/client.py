"""Tells every Alertmanager what begins and ends at once, what lasts every minute, and maintenance as silences."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from alerting.alertmanager.address import Address, addresses
from alerting.alertmanager.link import Alertmanager
from alerting.alertmanager.memory import EVERY, Said
from alerting.alertmanager.silences import AHEAD, wanted_silences
from alerting.announcements import Annotate, Languages, by_mail, drafts
from facilities.inventory import Inventory
from store.alert_rows import AlertRow, Announcement
from store.connection import Connection
from store.errors import InputError
from store.maintenance import read_maintenance
from store.notices import beat, beats

ESCALATOR_SILENT_FOR = timedelta(minutes=3)
WATCHDOG = {"alertname": "Watchdog", "source": "p2i-alerting", "severity": "none"}


class Alertmanagers:
    """All of them: each gets everything, none waits for another. A Deliverer."""

    def __init__(
        self,
        where: Sequence[Address],
        inventory: Inventory,
        *,
        annotate: Annotate | None = None,
        languages: Languages = Languages(),  # noqa: B008 - immutable
        every: timedelta = EVERY,
    ) -> None:
        self._all = [Alertmanager(one, inventory.name, annotate=annotate, every=every) for one in where]
        self._inventory = inventory
        self._languages = languages
        self._since_at: datetime | None = None
        self._round_at: datetime | None = None

    def __call__(self, connection: Connection, alerts: Sequence[AlertRow], now: datetime) -> None:
        """Tells each Alertmanager what it has not been told. Leaves the connection idle; never raises for one away."""
        self._since_at = self._since_at or now
        told = drafts(alerts, self._inventory, now, self._languages)
        if _is_dead(beats(connection).get("escalator"), now):
            told.extend(by_mail(told))
        wanted: list[Said] = [*told, Announcement(WATCHDOG, {}, self._since_at, None)]
        silences = wanted_silences(read_maintenance(connection, now, now + AHEAD), self._inventory.name, now)
        connection.commit()  # none is left open while we wait for others
        with ThreadPoolExecutor(len(self._all)) as threads:
            list(threads.map(lambda one: one.tell(wanted, silences, now), self._all))
        self._give_sign_of_life(connection)

    def _give_sign_of_life(self, connection: Connection) -> None:
        """Writes when an Alertmanager last took everything, once per round."""
        rounds = [one.round_at for one in self._all if one.round_at is not None]
        if rounds and max(rounds) != self._round_at:
            self._round_at = max(rounds)
            beat(connection, "alertmanager", self._round_at, f"{len(rounds)} of {len(self._all)}")
            connection.commit()


def _is_dead(beat_at: datetime | None, now: datetime) -> bool:
    """Whether an escalator that was there gives no sign of life; where there never was one, none is missing."""
    return beat_at is not None and now - beat_at > ESCALATOR_SILENT_FOR


def deliverer(
    inventory: Inventory,
    environment: Mapping[str, str] = os.environ,
    *,
    annotate: Annotate | None = None,
    languages: Languages = Languages(),  # noqa: B008 - immutable
) -> Alertmanagers | None:
    """The deliverer to the Alertmanagers of `P2I_ALERTMANAGER_URL`; None when it names none. InputError as there.

    `P2I_ALERTMANAGER_EVERY_SECONDS` is the time between two rounds.
    """
    where = addresses(environment)
    if not where:
        return None
    every = timedelta(seconds=_seconds(environment.get("P2I_ALERTMANAGER_EVERY_SECONDS") or "60"))
    return Alertmanagers(where, inventory, annotate=annotate, languages=languages, every=every)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 3600:
        raise InputError(f'P2I_ALERTMANAGER_EVERY_SECONDS: "{text}" is not a number of seconds from 1 to 3600')
    return seconds
