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
EVERYTHING_SILENT = ("collector_dead", "collector:all")


def consequences(troubles: Iterable[Trouble], alerts: Iterable[AlertRow], muted: Iterable[Name]) -> dict[Name, Name]:
    """Of what is wrong now or lasts as an alert: what it follows from, by name.

    A circuit's silence, burn rates and budget, and a breach foreseen because it is out, follow from its outage as long
    as that alert is open and not muted: of a muted one nobody is told, so it explains nothing. When nothing at all
    arrives from anywhere, the silence of each series follows from that.
    """
    every = {**{name_of(one): one.trouble for one in alerts}, **{name_of(one): one for one in troubles}}
    hushed = frozenset(muted)
    outages = {
        one.circuit: name
        for name, one in every.items()
        if one.rule == "outage" and one.circuit is not None and name not in hushed
    }
    causes: dict[Name, Name] = {}
    for name, one in every.items():
        foreseen = one.rule == "breach_foreseen" and one.reason == "breach_by_outage"
        if one.circuit in outages and (one.rule in FOLLOWS_AN_OUTAGE or foreseen):
            causes[name] = outages[one.circuit]
        elif one.rule == "no_data" and EVERYTHING_SILENT in every:
            causes[name] = EVERYTHING_SILENT
    return causes


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
