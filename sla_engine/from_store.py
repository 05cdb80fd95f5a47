"""Facts of one agreement and period, read from the store: the same input that `p2i score` reads from files.

The machine looks back and ahead of the period. Files hold everything; here only as much is read as can matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from facilities.agreement import Agreement, AvailabilityObjective
from facilities.instants import instant
from sla_engine.facts import (
    DOWN,
    UNKNOWN,
    UP,
    CircuitFacts,
    Exclusion,
    Facts,
    IntervalRows,
    ProbeRows,
    StateRows,
    Ticket,
)
from sla_engine.machine import AVAILABLE, UNAVAILABLE
from sla_engine.scoring import availability, grid
from store.connection import Connection
from store.errors import InputError
from store.instants import instant_of, microseconds
from store.intervals import Interval
from store.promises import read_exclusions, read_freezes, read_tickets
from store.readings import INTERVAL, PROBE, STATE, Kind, read_first_from, read_last_before, read_readings
from store.rows import ExclusionRow, State

MICROSECONDS = 1_000_000
NANOSECONDS_PER_MS = 1_000_000
FIRST_LOOK_SECONDS = 6 * 3600
LOOK_FACTOR = 4
CODES = np.zeros(4, np.int8)
CODES[[State.up, State.down, State.unknown]] = UP, DOWN, UNKNOWN


def read_facts(
    connection: Connection,
    agreement: Agreement,
    period: Interval[int],
    circuits: Mapping[str, int],
    *,
    as_of: int | None = None,
    since: Mapping[str, int] | None = None,
    within: Mapping[str, Interval[int]] | None = None,
    exclusions: Sequence[ExclusionRow] | None = None,
) -> Facts:
    """Everything in the store that can change the score of the scored `period` (epoch seconds) of `agreement`.

    Before the period as many readings as fix the machine's state at its start, after it as many as decide its
    last Δt: the score is that of all readings, from a part of them. `circuits` gives the store's numbers; a
    circuit the store does not know has no facts. Of a circuit named in `since` only readings from that instant on
    are read: what came before is settled; of one named in `within` only those in that time, where an amendment changed
    its grid (sla_engine.segments). Intervals count as given when any circuit has one before the period's end, as with
    `--intervals`; otherwise probes stand in for them: what is measured from the next month on says nothing of this
    one. `exclusions`, if given, stand in for those of the store: how far
    must be read can depend on them (sla_engine.what_if).
    """
    named = list(dict.fromkeys(objective.circuit for objective in agreement.objectives))
    numbers = {name: circuits[name] for name in named if name in circuits}
    given = any(_has_intervals_before(connection, number, period.ends_at) for number in numbers.values())
    decided = read_exclusions(connection, named) if exclusions is None else exclusions
    facts = _promises(connection, named, decided, intervals_given=given)
    for name, number in numbers.items():
        settled_to = None if since is None else since.get(name)
        reach = None if within is None else within.get(name)
        facts = _Look(connection, agreement, period, name, number, as_of, settled_to, reach).with_readings(facts)
    return facts


def _has_intervals_before(connection: Connection, number: int, ends_at: int) -> bool:
    first = read_first_from(connection, INTERVAL, number, instant(0))
    return first is not None and first < instant(ends_at)


def _promises(
    connection: Connection, named: list[str], exclusions: Sequence[ExclusionRow], *, intervals_given: bool
) -> Facts:
    tickets = read_tickets(connection, named)
    freezes: dict[str, tuple[Interval[int], ...]] = {}
    for freeze in read_freezes(connection, {row.ticket for row in tickets}):
        span = Interval(_seconds(freeze.starts_at), _seconds(freeze.ends_at))
        freezes[freeze.ticket] = (*freezes.get(freeze.ticket, ()), span)
    circuits = {}
    for name in named:
        circuits[name] = CircuitFacts(
            tickets=tuple(
                Ticket(
                    row.ticket, _seconds(row.opened_at), None if row.restored_at is None else _seconds(row.restored_at)
                )
                for row in tickets
                if row.circuit == name
            ),
            exclusions=tuple(exclusion_of(row) for row in exclusions if row.circuit == name),
        )
    return Facts(circuits, freezes, intervals_given)


def exclusion_of(row: ExclusionRow) -> Exclusion:
    """An exclusion of the store as the arithmetic takes it, in epoch seconds."""
    announced_at = None if row.announced_at is None else _seconds(row.announced_at)
    return Exclusion(row.kind, Interval(_seconds(row.starts_at), _seconds(row.ends_at)), announced_at, row.decision)


@dataclass(frozen=True)
class _Look:
    """How far to read around the period for one circuit, and the reading itself."""

    connection: Connection
    agreement: Agreement
    period: Interval[int]
    name: str
    number: int
    as_of: int | None
    settled_to: int | None
    reach: Interval[int] | None
    newest: dict[Interval[int], CircuitFacts] = field(default_factory=dict)
    """What was read last, by its span: how far to read is decided on the very rows that are wanted in the end."""

    def with_readings(self, facts: Facts) -> Facts:
        """`facts` with this circuit's readings."""
        objective = self.agreement.availability_of(self.name)
        since = self.period.starts_at
        until = self.period.ends_at if self.as_of is None else min(self.period.ends_at, self.as_of + 1)
        if objective is not None and objective.method == "intervals":
            since = self._since(objective, facts) if self.settled_to is None else self.settled_to
            until = self._until(objective, facts, since)
        if self.reach is not None:
            since, until = max(since, self.reach.starts_at), min(until, self.reach.ends_at)
        return self._filled(facts, Interval(since, max(since, until)))

    def _since(self, objective: AvailabilityObjective, facts: Facts) -> int:
        """The start of readings from which the state at the period's start no longer depends on earlier ones."""
        start, look = self.period.starts_at, FIRST_LOOK_SECONDS
        while True:
            since = max(self._first_at, start - _whole(look, objective.interval_seconds))
            if since >= start or since == self._first_at or self._last_before(facts, since) is None:
                return min(since, start)  # before the first the machine is available, whatever was measured
            before = Interval(since, start)
            read = self._filled(facts, before)
            either = [
                availability(self.agreement, objective, self.period, read, span=before, initial=state)
                for state in (AVAILABLE, UNAVAILABLE)
            ]
            ends = {(counted.settled_at, counted.settled_state) for counted in either}
            if len(ends) == 1 and either[0].settled_at is not None:
                return since
            look *= LOOK_FACTOR

    def _until(self, objective: AvailabilityObjective, facts: Facts, since: int) -> int:
        """The end of readings after which none can change the period's last Δt any more."""
        end, look = self.period.ends_at, FIRST_LOOK_SECONDS
        if self.as_of is not None and self.as_of <= end:
            return self.as_of  # a Δt that ends later is hidden
        while True:
            until = end + _whole(look, objective.interval_seconds)
            if self.reach is not None and until >= self.reach.ends_at:
                return self.reach.ends_at
            if self._first_from(facts, until) is None:
                return until
            read = self._filled(facts, Interval(since, until))
            settled_at = availability(self.agreement, objective, self.period, read).settled_at
            if settled_at is not None and settled_at >= end:
                return until
            look *= LOOK_FACTOR

    @property
    def _first_at(self) -> int:
        """The first instant whose readings are on the grid."""
        first = self.agreement.starts_at
        return first if self.reach is None else max(first, self.reach.starts_at)

    def _kind(self, facts: Facts) -> Kind:
        return INTERVAL if facts.intervals_given else PROBE

    def _last_before(self, facts: Facts, at: int) -> datetime | None:
        return read_last_before(self.connection, self._kind(facts), self.number, instant(at))

    def _first_from(self, facts: Facts, at: int) -> datetime | None:
        return read_first_from(self.connection, self._kind(facts), self.number, instant(at))

    def _filled(self, facts: Facts, span: Interval[int]) -> Facts:
        """`facts` with this circuit's readings in `span`; probes beside intervals only inside the period."""
        if span not in self.newest:
            probed = span.clipped(self.period) if facts.intervals_given else span
            self.newest.clear()
            self.newest[span] = replace(
                facts.of(self.name),
                intervals=self._intervals(span),
                probes=None if probed is None else _probes(self.connection, self.number, probed),
                states=_states(self.connection, self.number, self.period),
            )
        return replace(facts, circuits={**facts.circuits, self.name: self.newest[span]})

    def _intervals(self, span: Interval[int]) -> IntervalRows | None:
        first, end = instant(span.starts_at), instant(span.ends_at)
        at, sent, lost = read_readings(self.connection, INTERVAL, self.number, first, end)
        starts_at = at // MICROSECONDS
        axis = grid(self.agreement, self.name)
        off = np.flatnonzero((at % MICROSECONDS != 0) | ((starts_at - axis.origin) % axis.step_seconds != 0))
        if off.size:
            where = instant_of(int(at[off[0]])).isoformat().replace("+00:00", "Z")
            raise InputError(
                f'circuit "{self.name}": the reading at {where} lies off its grid of {axis.step_seconds} s'
            )
        return IntervalRows(starts_at, sent, lost) if starts_at.size else None


def _probes(connection: Connection, number: int, span: Interval[int]) -> ProbeRows | None:
    sent_at, round_trip = read_readings(connection, PROBE, number, instant(span.starts_at), instant(span.ends_at))
    if not sent_at.size:
        return None
    return ProbeRows(sent_at, round_trip != PROBE.absent, round_trip, NANOSECONDS_PER_MS)


def _states(connection: Connection, number: int, period: Interval[int]) -> StateRows | None:
    """The states of the period and the one that holds at its start."""
    last = read_last_before(connection, STATE, number, instant(period.starts_at))
    at, states = read_readings(connection, STATE, number, last or instant(period.starts_at), instant(period.ends_at))
    return StateRows(at // MICROSECONDS, CODES[states]) if at.size else None


def _seconds(at: datetime) -> int:
    return microseconds(at) // MICROSECONDS


def _whole(seconds: int, step_seconds: int) -> int:
    """The least whole number of steps that lasts at least `seconds`."""
    return -(-seconds // step_seconds) * step_seconds
