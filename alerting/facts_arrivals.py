"""What arrives, told as the rules want it: which series should speak, when each last did, and how clocks go. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from alerting.rules.facts import Facts, Series, SourceClock
from facilities.calendar import local_midnight, zone
from facilities.instants import instant
from facilities.inventory import Inventory
from store.arrival_rows import Arrival, Promised

LATE = timedelta(hours=1)
"""What reaches us later than this was stored on the way, or imported: it says nothing of now."""


def usual_series(
    inventory: Inventory,
    facts: Facts,
    arrived: Sequence[Arrival],
    promised: Iterable[Promised],
    usual: Mapping[tuple[str, str], int],
    now: datetime,
) -> tuple[Series, ...]:
    """Every series that should report: when it last did, and how often it does as a rule.

    A circuit is due every Δt of its agreement; one that only reports changes of state, and one that is simulated, is
    never due. A circuit with an agreement in force of which nothing ever came is due from the
    agreement's first day, once anything arrives at all.
    In a demonstration only what came within the last hour is due: the rest is a month that was played back.
    """
    interval = {one.circuit: one.interval_seconds for one in promised if one.interval_seconds is not None}
    newest = {kind: _newest([row for row in arrived if row.subject == kind]) for kind in ("circuit", "zone", "sensor")}
    measured = {row.code for row in arrived if row.subject == "circuit" and row.kind != "state"}
    unheard = [one for one in promised if one.circuit not in newest["circuit"]]
    starts = _first_days(facts, unheard) if arrived and not facts.is_demo else {}
    found = []
    for code in facts.circuits:
        known = inventory.circuits.get(code)
        is_simulated = known is not None and known.origin == "simulated"
        received_at = newest["circuit"].get(code)
        is_due = not is_simulated and (received_at is None or code in measured)
        seconds = interval.get(code, _DEFAULT_SECONDS) if is_due else None
        found.append(Series("circuit", code, received_at, seconds, starts.get(code)))
    found += [Series("zone", code, newest["zone"].get(code), usual.get(("zone", code))) for code in facts.zones]
    found += [Series("sensor", code, newest["sensor"].get(code), usual.get(("sensor", code))) for code in facts.sensors]
    if facts.is_demo:
        found = [one if _is_recent(one, now) else one._replace(usual_seconds=None) for one in found]
    return tuple(found)


_DEFAULT_SECONDS = 60
"""How often a circuit without an agreement in force is taken to be measured."""


def source_clocks(
    inventory: Inventory, arrived: Sequence[Arrival], promised: Iterable[Promised], now: datetime
) -> tuple[SourceClock, ...]:
    """How far ahead or behind the last arrivals of each source were: of a probe, else of the circuit; of a feed.

    An interval is measured once it is over. What came more than an hour late had been stored, and what came more than
    an hour ago says nothing of the clock now.
    """
    interval = {one.circuit: one.interval_seconds for one in promised if one.interval_seconds is not None}
    measured_by = {
        circuit: f"probe/{element.code}"
        for element in inventory.elements.values()
        if element.kind == "probe"
        for circuit in element.circuits
    }
    of_source: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for row in arrived:
        span = interval.get(row.code, 0) if row.kind == "interval" else 0
        offset = row.last_at + timedelta(seconds=span) - row.received_at
        if row.kind in ("state", "occupancy") or now - row.received_at > LATE or -offset > LATE:
            continue
        if row.kind == "sensor":
            sensor = inventory.sensors.get(row.code)
            source = row.code if sensor is None else f"feed/{sensor.feed}"
        else:
            source = measured_by.get(row.code, row.code)
        of_source[source].append((row.received_at, round(offset.total_seconds())))
    return tuple(
        SourceClock(source, tuple(offset for _, offset in sorted(rows, reverse=True)), max(at for at, _ in rows))
        for source, rows in sorted(of_source.items())
    )


def _newest(rows: Iterable[Arrival]) -> dict[str, datetime]:
    """When each last gave a sign of life: what was stored on the way counts as of when it was measured."""
    found: dict[str, datetime] = {}
    for row in rows:
        at = row.received_at if row.received_at - row.last_at <= LATE else row.last_at
        found[row.code] = max(at, found.get(row.code, at))
    return found


def _first_days(facts: Facts, promised: Iterable[Promised]) -> dict[str, datetime]:
    """The first instant of an agreement in force, by circuit."""
    found: dict[str, datetime] = {}
    for one in promised:
        row = facts.agreements[one.agreement]
        at = instant(local_midnight(row.starts_on, zone(row.time_zone)))
        found[one.circuit] = min(at, found.get(one.circuit, at))
    return found


def _is_recent(series: Series, now: datetime) -> bool:
    return series.received_at is not None and now - series.received_at < LATE
