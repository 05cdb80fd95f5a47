"""Counting one segment from the store: of a running one only what is new, from the checkpoints of the pass before."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from facilities.instants import instant
from sla_engine.continuation import Checkpoint, NeedsWholePeriod, continued
from sla_engine.due import epoch_seconds_of
from sla_engine.facts import CircuitFacts, Facts
from sla_engine.from_store import read_facts
from sla_engine.scoring import Score, score, scored_period
from sla_engine.segments import Segment
from store.connection import Connection
from store.errors import InputError
from store.rows import Touched
from store.upkeep import read_dropped_before

log = logging.getLogger("sla_engine")

# Readings this late are still in time; later ones cost a whole count of their segment.
LATENESS_SECONDS = 600
READINGS = ("circuit_interval", "probe", "circuit_state")


@dataclass
class Counting:
    """Counts segments.

    `checkpoints` (by agreement and start of its running segment, then by circuit) are a cache: without them, after a
    restart, a running segment is counted whole once.
    """

    checkpoints: dict[tuple[str, int], dict[str, Checkpoint]] = field(default_factory=dict)

    def forget_what_was_touched(self, due: Iterable[Segment], touched: Iterable[Touched]) -> None:
        """Drops checkpoints that new facts reach behind, and those of segments that no longer run."""
        first = {each.circuit: epoch_seconds_of(each.first_at) for each in touched}
        kept = {}
        for item in due:
            key = (item.agreement.id, item.period.starts_at)
            known = self.checkpoints.get(key, {})
            kept[key] = {name: each for name, each in known.items() if first.get(name, each.cut) >= each.cut}
        self.checkpoints = kept

    def cuts(self, due: Segment) -> dict[str, int]:
        """From which instants on the readings of a running segment are read next, by circuit; without one, whole."""
        known = self.checkpoints.get((due.agreement.id, due.period.starts_at), {})
        return {name: each.cut for name, each in known.items()}

    def counted(
        self, connection: Connection, due: Segment, circuits: Mapping[str, int], now: datetime
    ) -> tuple[Facts, Score]:
        """The facts that were read and the score: of a running one continued from its checkpoints where possible."""
        agreement, seconds = due.agreement, epoch_seconds_of(now)
        period = scored_period(agreement, due.month)
        if not period.contains(seconds):
            facts = read_facts(connection, agreement, period, circuits, within=due.within)
            return facts, score(agreement, due.month, facts)
        key = (agreement.id, period.starts_at)
        for known in (self.checkpoints.pop(key, {}), {}):
            cuts = {name: each.cut for name, each in known.items()}
            facts = read_facts(connection, agreement, period, circuits, as_of=seconds, since=cuts, within=due.within)
            try:
                result, self.checkpoints[key] = continued(
                    agreement, due.month, facts, known, as_of=seconds, settle_before=seconds - LATENESS_SECONDS
                )
            except NeedsWholePeriod as reason:
                if not known:
                    raise
                log.info("agreement %s: counting the whole period: %s", agreement.id, reason)
            else:
                return facts, result
        raise AssertionError("a whole count needs no whole period")


def require_readings(connection: Connection, due: Segment, now: datetime) -> None:
    """Refuses to score a period anew whose readings may be gone by age: a late row would overwrite a true verdict
    with what little is left."""
    gone_before = read_dropped_before(connection, READINGS, now)
    if gone_before is not None and instant(due.period.starts_at) < gone_before:
        raise InputError(
            f"new facts about a month whose readings before {gone_before:%Y-%m-%dT%H:%M:%SZ} are dropped by age"
            " (p2i retention): its score stays as it was; score it from the archive (docs/archive.md)"
        )


def last_measured_at(facts: CircuitFacts) -> int:
    """The epoch second of a circuit's last reading that says something; -1 without any."""
    ends = [-1]
    if facts.intervals is not None and np.any(facts.intervals.sent > 0):
        ends.append(int(facts.intervals.starts_at[facts.intervals.sent > 0].max()))
    if facts.probes is not None:
        ends.append(int(facts.probes.sent_at.max()) // 1_000_000)
    if facts.states is not None:
        ends.append(int(facts.states.at[-1]))
    return max(ends)
