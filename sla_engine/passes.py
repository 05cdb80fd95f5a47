"""One pass of the engine: what is due is found in the database, scored by the pure functions, and written."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version

import numpy as np

from facilities.calendar import TZDB_VERSION
from facilities.instants import instant
from facilities.inventory import Inventory
from sla_engine import metrics
from sla_engine.budgets import budget_rows
from sla_engine.changes import circuit_changes, verdict_changes
from sla_engine.continuation import Checkpoint, NeedsWholePeriod, continued
from sla_engine.document import document_text
from sla_engine.due import Due, due_periods, epoch_seconds_of
from sla_engine.facts import CircuitFacts, Facts
from sla_engine.from_store import read_facts
from sla_engine.scoring import Score, score, scored_period
from store.changes import read_touched, read_watermark, snapshot_xid, write_watermark
from store.connection import Connection
from store.errors import InputError
from store.registry import circuit_numbers
from store.rows import ScoreRow, Touched, UnscoredRow
from store.transitions import write_transitions
from store.upkeep import read_dropped_before
from store.verdicts import forget_unscored, read_scored_periods, read_unscored, write_score, write_unscored

log = logging.getLogger("sla_engine")

# Readings this late are still in time; later ones cost a whole count of their month.
LATENESS_SECONDS = 600

Verdicts = Mapping[tuple[str, datetime], Mapping[str, str]]


@dataclass(frozen=True)
class Promised:
    """The inventory that passes score by, and the SHA-256 of each agreement's text, standing alone, as it was read."""

    inventory: Inventory
    sha256: Mapping[str, str]

    @classmethod
    def of(cls, inventory: Inventory) -> "Promised":
        """The inventory with its hashes; call it when the inventory is read, since files may be edited later."""
        texts = {name: inventory.agreement_text(name) for name in inventory.agreement_files}
        return cls(inventory, {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()})


@dataclass
class Scorer:
    """Scores what is due, pass after pass.

    `checkpoints` (by agreement and start of its running month, then by circuit) are a cache: without them, after a
    restart, a running month is counted whole once.
    """

    promised: Promised
    checkpoints: dict[tuple[str, int], dict[str, Checkpoint]] = field(default_factory=dict)

    def run_pass(self, connection: Connection, now: datetime) -> int:
        """Scores what is due at `now` and returns how many agreement periods were scored.

        Every agreement is committed on its own; one that cannot be scored is remembered in `unscored` with the
        reason and tried again, and the others go on. Safe to repeat and to run twice at once: rows are replaced by
        key, transitions are written once.
        """
        connection.commit()  # an open transaction of the caller would turn ours into savepoints
        with metrics.PASS_SECONDS.time():
            with connection.transaction():
                # First the mark, then the reading: what commits in between is seen now and found again next time.
                began, since = snapshot_xid(connection), read_watermark(connection)
                touched = read_touched(connection, since)
                scored = read_scored_periods(connection)
                circuits = circuit_numbers(connection)
                failed = {(row.agreement, epoch_seconds_of(row.month_starts_at)) for row in read_unscored(connection)}
            agreements = self.promised.inventory.agreements.values()
            due = due_periods(agreements, touched, scored, epoch_seconds_of(now), frozenset(failed))
            before = {(row.agreement, row.period_starts_at): row.verdicts for row in scored}
            self._forget_what_was_touched(due, touched)
            done = sum(self._scored(connection, item, circuits, before, failed, now) for item in due)
            with connection.transaction():
                write_watermark(connection, began, now)
            metrics.PASSES.inc()
            metrics.LAST_PASS.set(now.timestamp())
            return done

    def _forget_what_was_touched(self, due: list[Due], touched: list[Touched]) -> None:
        """Drops checkpoints that new facts reach behind, and those of months that no longer run."""
        first = {each.circuit: epoch_seconds_of(each.first_at) for each in touched}
        kept = {}
        for item in due:
            key = (item.agreement.id, item.month.starts_at)
            known = self.checkpoints.get(key, {})
            kept[key] = {name: each for name, each in known.items() if first.get(name, each.cut) >= each.cut}
        self.checkpoints = kept

    def _scored(
        self,
        connection: Connection,
        due: Due,
        circuits: Mapping[str, int],
        before: Verdicts,
        failed: set[tuple[str, int]],
        now: datetime,
    ) -> bool:
        agreement, starts_at = due.agreement.id, instant(due.month.starts_at)
        try:
            with connection.transaction():
                # A draft lost in a crash is written again by the next pass; waiting for the disk gains nothing.
                connection.execute("SET LOCAL synchronous_commit = off")
                self._score_one(connection, due, circuits, before, now)
                if (agreement, due.month.starts_at) in failed:
                    forget_unscored(connection, agreement, starts_at)
        except InputError as error:
            metrics.FAILURES.labels(agreement).inc()
            if (agreement, due.month.starts_at) not in failed:
                log.error("agreement %s could not be scored: %s", agreement, error)
            with connection.transaction():
                write_unscored(connection, UnscoredRow(agreement, starts_at, now, str(error)))
            return False
        metrics.SCORES.inc()
        return True

    def _score_one(
        self, connection: Connection, due: Due, circuits: Mapping[str, int], before: Verdicts, now: datetime
    ) -> None:
        agreement, is_demo = due.agreement, self.promised.inventory.is_demo
        running = due.month.contains(epoch_seconds_of(now))
        if (agreement.id, instant(scored_period(agreement, due.month).starts_at)) in before:
            _require_readings(connection, due, now)
        facts, result = self._counted(connection, due, circuits, now)
        row = ScoreRow(
            agreement=agreement.id,
            period_starts_at=instant(result.period.starts_at),
            period_ends_at=instant(result.period.ends_at),
            tenant=agreement.tenant,
            facility=agreement.facility,
            is_demo=is_demo,
            document=document_text(result),
            agreement_sha256=self.promised.sha256[agreement.id],
            software_version=version("p2i"),
            tzdb_version=TZDB_VERSION,
            scored_to_at=now,
            scored_at=now,
        )
        write_score(connection, row, budget_rows(result, epoch_seconds_of(now)))
        verdicts = before.get((agreement.id, row.period_starts_at), {})
        changes = verdict_changes(result, verdicts, is_demo=is_demo, noticed_at=now)
        if running:
            measured = {name: last_measured_at(facts.of(name)) for name in facts.circuits}
            changes += circuit_changes(result, measured, is_demo=is_demo, noticed_at=now)
            metrics.show(result)
        write_transitions(connection, changes)

    def _counted(
        self, connection: Connection, due: Due, circuits: Mapping[str, int], now: datetime
    ) -> tuple[Facts, Score]:
        """The facts that were read and the score: of a running month continued from its checkpoints where possible."""
        agreement, seconds = due.agreement, epoch_seconds_of(now)
        period = scored_period(agreement, due.month)
        if not due.month.contains(seconds):
            facts = read_facts(connection, agreement, period, circuits)
            return facts, score(agreement, due.month, facts)
        key = (agreement.id, due.month.starts_at)
        for known in (self.checkpoints.pop(key, {}), {}):
            cuts = {name: each.cut for name, each in known.items()}
            facts = read_facts(connection, agreement, period, circuits, as_of=seconds, since=cuts)
            try:
                result, self.checkpoints[key] = continued(
                    agreement, due.month, facts, known, as_of=seconds, settle_before=seconds - LATENESS_SECONDS
                )
            except NeedsWholePeriod as reason:
                if not known:
                    raise
                log.info("agreement %s: counting the whole month: %s", agreement.id, reason)
            else:
                return facts, result
        raise AssertionError("a whole count needs no whole period")


def _require_readings(connection: Connection, due: Due, now: datetime) -> None:
    """Refuses to score a month anew whose readings may be gone by age: a late row would overwrite a true verdict
    with what little is left."""
    gone_before = read_dropped_before(connection, ("circuit_interval", "probe", "circuit_state"), now)
    if gone_before is not None and instant(due.month.starts_at) < gone_before:
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
