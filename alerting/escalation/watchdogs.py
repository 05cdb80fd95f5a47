"""Watchdogs that always report: one that stops is a page itself, because nobody else would say anything any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from alerting.escalation.intake import intake
from alerting.grouping import group_key
from store.alert_rows import Announcement
from store.connection import Connection
from store.notices import beat, beats

RULE = "watchdog_silent"
_PROCESS = "watchdog:"
THROUGH_ALERTMANAGER = "p2i-alerting"
"""The watchdog that `p2i alert` posts: it comes only if Alertmanager takes alerts and its webhook reaches us."""


def hear(connection: Connection, name: str, now: datetime) -> None:
    """Writes down that a watchdog has reported; the caller commits."""
    beat(connection, f"{_PROCESS}{name}", now)


def through_alertmanager_at(signs: Mapping[str, datetime]) -> datetime | None:
    """When something came through Alertmanager last, of the signs of life `beats` reads; None = never."""
    return signs.get(f"{_PROCESS}{THROUGH_ALERTMANAGER}")


def look_for_silent(connection: Connection, started_at: datetime, silent_for: timedelta, now: datetime) -> list[str]:
    """Pages for every watchdog that has not reported for so long, and ends it once it does; the caller commits.

    Expected is whoever ever reported, and, while an Alertmanager takes alerts, what comes through it: a webhook that
    was wrong from the first day never reports. Since we ourselves were away nobody could: so long after our start it is
    not held against anybody. Returns the names that are silent.
    """
    signs = beats(connection)
    heard = {process.removeprefix(_PROCESS): at for process, at in signs.items() if process.startswith(_PROCESS)}
    if "alertmanager" in signs and now - signs["alertmanager"] <= silent_for < now - started_at:
        heard.setdefault(THROUGH_ALERTMANAGER, started_at)
    silent = []
    for name, beat_at in heard.items():
        is_silent = now - max(beat_at, started_at) > silent_for
        if is_silent:
            silent.append(name)
        labels = {"alertname": RULE, "severity": "page", "audience": "on_call", "source": name}
        annotations = {"source": name, "since": f"{beat_at:%Y-%m-%dT%H:%M:%SZ}"}
        one = Announcement(labels, annotations, beat_at, None if is_silent else now)
        intake(connection, "on_call", f"{group_key(labels)}:{name}", [one], now)
    return silent
