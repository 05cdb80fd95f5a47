"""Everything the rules look at, read from the store; what could not be read is known to be missing."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar, cast

import psycopg

from alerting.facts_arrivals import source_clocks, usual_series
from alerting.facts_parts import Known, Rooms, Said, collector_sessions
from alerting.metrics import UNREAD
from alerting.rules.facts import (
    Facts,
)
from alerting.unknowns import ENGINE_RULES
from facilities.inventory import Inventory
from store import alert_facts, arrivals
from store.arrival_rows import Arrival
from store.connection import Connection
from store.rows import ExclusionRow

logger = logging.getLogger(__name__)

Read = TypeVar("Read")

WORKING = timedelta(minutes=5)
"""A circuit whose readings came within this time can contradict that it is lost with others."""
JUDGED_RULES = frozenset({*ENGINE_RULES, "unscored", "statement_ready"})


class _Part(NamedTuple):
    """What is read together: how long it is kept, and the rules that know nothing without it."""

    kept_for: timedelta
    rules: frozenset[str]


_PARTS = {
    "inventory": _Part(timedelta(minutes=1), JUDGED_RULES | {"no_data", "occupancy_over", "environment"}),
    "passes": _Part(timedelta(0), JUDGED_RULES | {"engine_late"}),
    "engine": _Part(timedelta(seconds=30), JUDGED_RULES),  # and anew with each pass
    "usual_times": _Part(timedelta(minutes=10), frozenset({"no_data"})),
    "circuits": _Part(timedelta(seconds=4), frozenset({"no_data", "clock_stale", "collector_dead"})),
    "devices": _Part(timedelta(seconds=15), frozenset({"no_data", "clock_stale", "collector_dead"})),
    "newest": _Part(timedelta(seconds=4), frozenset({"collector_dead"})),
    "rooms": _Part(timedelta(seconds=15), frozenset({"occupancy_over", "environment"})),
    "collectors": _Part(timedelta(seconds=15), frozenset({"collector_dead"})),
    "zone_rules": _Part(timedelta(minutes=10), frozenset({"clock_stale"})),
    "maintenance": _Part(timedelta(seconds=4), frozenset()),
}


class Seen(NamedTuple):
    """One look at the store: the facts, the rules whose facts were not read (`unread`), circuits that work for all we
    know, those whose last Δt was bad, and the maintenance that runs; None = that could not be read."""

    facts: Facts
    unread: frozenset[str]
    working: frozenset[str]
    doubtful: frozenset[str]
    maintenance: list[ExclusionRow] | None


class FactsReader:
    """Reads the facts, look after look: each part as often as it changes, so that a look costs next to nothing."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._quantities = sorted({band.quantity for band in inventory.bands.values()})
        self._is_told: set[str] = set()
        self._kept: dict[str, tuple[datetime, object, Any]] = {}
        self._since: datetime | None = None

    def read(self, connection: Connection, now: datetime, open_now: dict[tuple[str, str], datetime]) -> Seen:
        """The facts at `now`. A part that the database refuses is left empty, logged once, and named as unread.

        Every part is read in a savepoint of the caller's transaction, so that one that fails leaves the others.
        Raises psycopg's error when the connection is gone.
        """
        unread: set[str] = set()

        def part(name: str, read: Callable[[], Read], default: Read, *, of: object = None) -> Read:
            kept = self._kept.get(name)
            if kept is not None and now - kept[0] < _PARTS[name].kept_for and kept[1] == of:
                return cast(Read, kept[2])
            try:
                with connection.transaction():
                    found = read()
            except psycopg.Error as error:
                if connection.closed:
                    raise
                unread.update(_PARTS[name].rules)
                self._failed(name, error)
                return default
            self._is_told.discard(name)
            self._kept[name] = (now, of, found)
            return found

        self._since = self._since or now
        facts = Facts(is_demo=self._inventory.is_demo, open=open_now, watching_since=self._since)
        known = part("inventory", lambda: Known.read(connection), Known())
        promised = known.in_force(now)
        facts = replace(
            facts,
            circuits=known.circuits,
            zones=known.zones,
            sensors=known.sensors,
            agreements=known.agreements,
            has_agreement=frozenset(one.circuit for one in promised),
        )
        passed_at = part("passes", lambda: alert_facts.read_passed_at(connection), None)
        said = part("engine", lambda: Said.read(connection, promised, passed_at, now), Said(), of=passed_at)
        usual: dict[tuple[str, str], int] = {}
        usual = part("usual_times", lambda: arrivals.read_usual_seconds(connection), usual)
        none: tuple[Arrival, ...] = ()
        arrived = part("circuits", lambda: tuple(arrivals.read_circuit_arrivals(connection)), none)
        devices = part("devices", lambda: tuple(arrivals.read_device_arrivals(connection)), none)
        rooms = part("rooms", lambda: Rooms.read(connection, self._quantities, now), Rooms())
        apart: dict[str, int] = {}
        facts = replace(
            facts,
            passed_at=passed_at,
            **said._asdict(),
            **rooms._asdict(),
            series=usual_series(self._inventory, facts, [*arrived, *devices], promised, usual, now),
            clocks=source_clocks(self._inventory, [*arrived, *devices], promised, now),
            received_at=part("newest", lambda: arrivals.read_newest_arrival(connection), None),
            sessions=part("collectors", lambda: collector_sessions(connection), ()),
            zone_rules_apart=part("zone_rules", lambda: alert_facts.read_zone_rules_apart(connection), apart),
        )
        maintenance = part("maintenance", lambda: alert_facts.read_maintenance(connection, now), None)
        return Seen(facts, frozenset(unread), _working(facts, now), _doubtful(facts), maintenance)

    def _failed(self, name: str, error: psycopg.Error) -> None:
        UNREAD.labels(name).inc()
        if name not in self._is_told:
            logger.error("%s could not be read: %s", name, str(error).strip().splitlines()[0])
            self._is_told.add(name)


def _working(facts: Facts, now: datetime) -> frozenset[str]:
    """Circuits of which readings come in, and that no agreement says are down or unknown."""
    not_up = {state.circuit for state in facts.states if state.state != "up"}
    return frozenset(
        one.code
        for one in facts.series
        if one.kind == "circuit"
        and one.received_at is not None
        and now - one.received_at < WORKING
        and one.code not in not_up
    )


def _doubtful(facts: Facts) -> frozenset[str]:
    return frozenset(row.circuit for row in facts.outlooks if row.bad_run_seconds)
