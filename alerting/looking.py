"""One look: everything that may be wrong is read, judged and explained, and what becomes of each alert is written."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import psycopg

from alerting import metrics
from alerting.consequences import consequences, silenced, still_explained
from alerting.correlation import LOSSES, Lasting, correlated
from alerting.correlation import RULES as PARENT_RULES
from alerting.decide import Decided, decided, keep_firing
from alerting.facts_reading import FactsReader, Seen
from alerting.judging import Judge, rules_of
from alerting.muting import mutes
from alerting.names import Name, name_of
from alerting.recording import record
from alerting.rules.facts import Facts
from alerting.unknowns import unknowns
from facilities.inventory import Inventory
from facilities.shared_elements import SharedElement, shared_elements
from store.alert_rows import AlertRow, Trouble
from store.alerts import hold_deciding, read_ended_causes, read_open_alerts
from store.connection import Connection
from store.errors import P2IError

logger = logging.getLogger(__name__)

BLIND_AFTER = timedelta(minutes=5)
FINDS_LOSSES = frozenset(LOSSES)
"""Rules without whose facts no loss of a circuit is found."""


class Looker:
    """Looks again and again; of several processes that look at once, one decides and the others leave it."""

    def __init__(self, inventory: Inventory, settle_seconds: float) -> None:
        self._reader = FactsReader(inventory)
        self._elements = shared_elements(inventory)
        self._judge = Judge(rules_of(inventory))
        self._mistake = ""
        self._unread_since: datetime | None = None
        self._keep = keep_firing(timedelta(seconds=settle_seconds))

    def try_to_look(self, connection: Connection, now: datetime) -> bool:
        """Looks, and returns whether that went well: a mistake of ours is logged once and leaves every alert as it is.

        What the database says is the caller's to handle.
        """
        try:
            self.look(connection, now)
        except (psycopg.Error, P2IError):
            raise
        except Exception as error:
            metrics.LOOKS_FAILED.inc()
            if repr(error) != self._mistake:
                logger.exception("a look failed, alerts stay as they were")
                self._mistake = repr(error)
            return False
        self._mistake = ""
        return True

    def is_blind(self, now: datetime) -> bool:
        """Whether what finds losses could not be read for so long that nothing new would be told: we do not live."""
        return self._unread_since is not None and now - self._unread_since > BLIND_AFTER

    def look(self, connection: Connection, now: datetime) -> bool:
        """Reads, decides and writes, in one transaction; False when another process was deciding at that moment.

        Repeated at the same instant over the same facts it writes nothing.
        """
        connection.commit()
        with metrics.LOOK_SECONDS.time(), connection.transaction():
            if not hold_deciding(connection):
                return False
            alerts = read_open_alerts(connection)
            ended = read_ended_causes(connection)
            seen = self._reader.read(connection, now, {name_of(one): one.trouble.since_at for one in alerts})
            self._unread_since = (self._unread_since or now) if seen.unread & FINDS_LOSSES else None
            result = decisions(seen, alerts, ended, self._elements, now, self._keep, self._judge)
            steps = record(connection, result, alerts, now)
        for (change, rule), count in steps.items():
            metrics.STEPS.labels(change, rule).inc(count)
        metrics.LAST_LOOK.set(now.timestamp())
        return True


def decisions(
    seen: Seen,
    alerts: Sequence[AlertRow],
    ended: dict[int, AlertRow],
    elements: Sequence[SharedElement],
    now: datetime,
    keep: Mapping[str, timedelta],
    judge: Judge,
) -> list[Decided]:
    """What becomes of each alert, by the rules, by what shares a cause, and by planned work. Pure."""
    found = [one for one in judge.troubles(seen.facts, now) if one.rule not in seen.unread]
    muted = _mutes(seen, found, alerts, now)
    is_unknown = unknowns(seen.facts, seen.unread, now)
    names = {name_of(one) for one in found}
    ours = silenced(found, alerts)
    losses = [one for one in found if one.rule in LOSSES and name_of(one) not in ours]
    held = [
        one.trouble
        for one in alerts
        if one.trouble.rule in LOSSES and name_of(one) not in names | set(ours) and is_unknown(one)
    ]
    knows_who_works = "no_data" not in seen.unread
    shared = correlated(
        losses if knows_who_works else (),
        elements,
        measured=seen.working,
        doubtful=seen.doubtful,
        muted=frozenset(muted),
        lasting=_lasting(alerts),
        doubted=held if knows_who_works else [*losses, *held],
    )
    wrong = [*found, *shared.parents]
    return decided(
        alerts,
        wrong,
        causes={**shared.causes, **consequences(wrong, alerts, muted)},
        mutes=muted,
        now=now,
        stays_explained=still_explained(alerts, wrong, ended, now),
        is_unknown=is_unknown,
        well_at=_well_at(seen.facts),
        keep=keep,
    )


def _well_at(facts: Facts) -> dict[Name, datetime]:
    """When each circuit that is up came back, by its alert: back-dated as its agreements say, by the last of them."""
    found: dict[Name, datetime] = {}
    for each in facts.states:
        if each.state == "up":
            name = ("outage", f"circuit:{each.circuit}")
            found[name] = max(each.changed_at, found.get(name, each.changed_at))
    return found


def _mutes(seen: Seen, found: Sequence[Trouble], alerts: Sequence[AlertRow], now: datetime) -> dict[Name, str]:
    """What planned work mutes; while that cannot be read, what it muted before."""
    if seen.maintenance is None:
        return {name_of(one): one.muted_by for one in alerts if one.muted_by is not None}
    return mutes([*(one.trouble for one in alerts), *found], seen.maintenance, now)


def _lasting(alerts: Sequence[AlertRow]) -> dict[Name, Lasting]:
    """The parents that are open, with the circuits each explains by itself."""
    names = {one.alert_id: name_of(one) for one in alerts}
    behind: dict[int, set[str]] = defaultdict(set)
    for one in alerts:
        if one.cause_id is not None and one.trouble.rule in LOSSES and one.trouble.circuit is not None:
            behind[one.cause_id].add(one.trouble.circuit)
    return {
        name_of(one): Lasting(
            one.trouble.since_at,
            one.quiet_since_at is not None,
            frozenset(behind[one.alert_id]),
            None if one.cause_id is None else names.get(one.cause_id),
        )
        for one in alerts
        if one.trouble.rule in PARENT_RULES.values()
    }


def show(alerts: Sequence[AlertRow]) -> None:
    """Sets the gauges to what lasts now."""
    lasting = [one for one in alerts if one.closed_at is None]
    metrics.OPEN.clear()
    metrics.EXPLAINED.clear()
    metrics.MUTED.clear()
    for (rule, severity), count in Counter(
        (one.trouble.rule, one.trouble.severity) for one in lasting if one.cause_id is None and one.muted_by is None
    ).items():
        metrics.OPEN.labels(rule, severity).set(count)
    for rule, count in Counter(one.trouble.rule for one in lasting if one.cause_id is not None).items():
        metrics.EXPLAINED.labels(rule).set(count)
    for rule, count in Counter(one.trouble.rule for one in lasting if one.muted_by is not None).items():
        metrics.MUTED.labels(rule).set(count)
