"""What an outage brings with it: its budget burns, its readings stop. One cause, one page. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from alerting.names import Name, name_of
from store.alert_rows import AlertRow, Trouble

FOLLOWS_AN_OUTAGE = frozenset({"no_data", "burn_fast", "burn_slow", "budget"})
AFTERMATH = {
    "burn_1h": timedelta(minutes=5),
    "burn_6h": timedelta(minutes=30),
    "burn_24h": timedelta(hours=2),
    "burn_72h": timedelta(hours=6),
}
"""The short window of each burn rule: for so long the budget still burns of an outage that is over."""
TOGETHER = timedelta(minutes=2)
"""A collector says once a minute that it lives: what it brought ends within this time of the last sign."""
EVERYTHING_SILENT = ("collector_dead", "collector:all")


def consequences(troubles: Iterable[Trouble], alerts: Iterable[AlertRow], muted: Iterable[Name]) -> dict[Name, Name]:
    """Of what is wrong now or lasts as an alert: what it follows from, by name.

    A circuit's silence, burn rates and budget, and a breach foreseen because it is out, follow from its outage as long
    as that alert is open and not muted: of a muted one nobody is told, so it explains nothing. A breach that is so near
    that it pages is told by itself: whoever has taken the outage must hear that the hour has come. When nothing at all
    arrives from anywhere, the silence of each series follows from that, and what fell silent with a collector from its
    death.
    """
    all_of_them = [*(one.trouble for one in alerts), *troubles]
    every = {name_of(one): one for one in all_of_them}
    hushed = frozenset(muted)
    pages = {name_of(one) for one in all_of_them if one.severity == "page"}
    outages = {
        one.circuit: name
        for name, one in every.items()
        if one.rule == "outage" and one.circuit is not None and name not in hushed
    }
    causes: dict[Name, Name] = {}
    for name, one in every.items():
        foreseen = one.rule == "breach_foreseen" and one.reason == "breach_by_outage" and name not in pages
        if one.circuit in outages and (one.rule in FOLLOWS_AN_OUTAGE or foreseen):
            causes[name] = outages[one.circuit]
    return {**silenced(troubles, alerts), **causes}


def silenced(troubles: Iterable[Trouble], alerts: Iterable[AlertRow]) -> dict[Name, Name]:
    """Silences that are our own collecting's, by name, with the `collector_dead` each follows from.

    All of them while nothing arrives from anywhere; else those whose last reading came when a collector last lived,
    give or take `TOGETHER` and the usual time between two readings. So does a parent that was seen as silence only and
    of which every circuit is such: the collector was taken for dead later than its circuits. That holds until the
    alert is closed, a minute after the collector is back: the first readings take as long.
    """
    every = {name_of(one): one for one in (*(one.trouble for one in alerts), *troubles)}
    dead = {name: one for name, one in every.items() if one.rule == "collector_dead" and name != EVERYTHING_SILENT}
    found: dict[Name, Name] = {}
    for name, one in every.items():
        if one.rule == "no_data":
            began_with = (cause for cause, collector in dead.items() if _began_with(one, collector))
            cause = EVERYTHING_SILENT if EVERYTHING_SILENT in every else next(began_with, None)
            if cause is not None:
                found[name] = cause
    for name, one in every.items():
        if one.facts.get("seen_as") == "silence" and one.facts.get("circuits"):
            causes = {found.get(("no_data", f"circuit:{circuit}")) for circuit in one.facts["circuits"]}
            if len(causes) == 1 and (cause := causes.pop()) is not None:
                found[name] = cause
    return found


def _began_with(silence: Trouble, collector: Trouble) -> bool:
    usual = timedelta(seconds=int(silence.facts.get("usual_seconds") or 0))
    return -TOGETHER - usual <= silence.since_at - collector.since_at <= TOGETHER


def still_explained(
    alerts: Iterable[AlertRow], troubles: Iterable[Trouble], ended: Mapping[int, AlertRow], now: datetime
) -> frozenset[Name]:
    """Burn rates whose outage is over, as long as their short window still holds it: nobody is told of it anew.

    `ended` are closed alerts that open ones name as their cause, by id.
    """
    reasons = {name_of(one): one.reason for one in troubles}
    found = set()
    for alert in alerts:
        cause = ended.get(alert.cause_id) if alert.cause_id is not None else None
        if cause is not None and cause.closed_at is not None and cause.trouble.rule == "outage":
            reason = reasons.get(name_of(alert), alert.trouble.reason)
            if now - cause.closed_at < AFTERMATH.get(reason, timedelta(0)):
                found.add(name_of(alert))
    return frozenset(found)
