"""One pass of the engine: what is due is found in the database, scored by the pure functions, and written."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version

from facilities.calendar import TZDB_VERSION
from facilities.instants import instant
from facilities.objective_rows import objective_row
from sla_engine import metrics
from sla_engine.budgets import budget_rows
from sla_engine.changes import circuit_changes, verdict_changes
from sla_engine.counting import Counting, last_measured_at, require_readings
from sla_engine.document import document_text
from sla_engine.due import Contract, Plan, epoch_seconds_of
from sla_engine.evidence_reading import read_evidence_of
from sla_engine.kept_differences import kept_differences
from sla_engine.outlook_pass import Outlooks
from sla_engine.promised import KeptTexts, Promised
from sla_engine.segments import Segment
from store.agreement_texts import read_kept_differences, write_kept_differences
from store.changes import read_touched, read_watermark, snapshot_xid, write_watermark
from store.connection import Connection
from store.errors import InputError
from store.exclusions import read_decided
from store.outlook import forget_outlooks
from store.registry import circuit_numbers
from store.rows import Touched
from store.score_evidence import write_evidence
from store.transitions import write_transitions
from store.verdict_rows import ScoredPeriod, ScoreRow, UnscoredRow
from store.verdicts import (
    forget_score,
    forget_unscored,
    hold_score,
    read_scored_periods,
    read_unscored,
    write_score,
    write_unscored,
)

log = logging.getLogger("sla_engine")


@dataclass(frozen=True)
class Looked:
    """What a pass found at its start: circuits by number, verdicts so far, what failed, and where its input ends."""

    circuits: Mapping[str, int]
    verdicts: Mapping[tuple[str, datetime], Mapping[str, str]]
    failed: set[tuple[str, int]]
    input_xid: int
    now: datetime


@dataclass
class Scorer:
    """Scores what is due, pass after pass; what it remembers between them is a cache."""

    promised: Promised
    counting: Counting = field(default_factory=Counting, init=False)
    outlooks: Outlooks = field(default_factory=Outlooks, init=False)
    _kept: KeptTexts = field(init=False)
    _has_compared: bool = False

    def __post_init__(self) -> None:
        self._kept = KeptTexts(self.promised)

    def run_pass(self, connection: Connection, now: datetime) -> int:
        """Scores what is due at `now` and returns how many segments of months were scored.

        Every segment is committed on its own; one that cannot be scored is remembered in `unscored` with the reason
        and tried again, and the others go on. Safe to repeat and to run twice at once: rows are replaced by key,
        transitions are written once.
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
                contracts = self._contracts(connection, scored)
                if not self._has_compared:
                    self._tell_differences(connection, contracts, now)
            plans = self._planned(contracts, touched, epoch_seconds_of(now), failed)
            due = [segment for plan in plans.values() for segment in plan.due]
            before = {(row.agreement, row.period_starts_at): row.verdicts for row in scored}
            self.counting.forget_what_was_touched(due, touched)
            self.outlooks.forget_what_was_touched(due, touched)
            looked = Looked(circuits, before, failed, began, now)
            done = sum(self._scored(connection, segment, looked) for segment in due)
            with connection.transaction():
                for name, plan in plans.items():
                    for row in plan.stale:
                        forget_score(connection, name, row.period_starts_at, row.period_ends_at)
                    for at in plan.moot:
                        forget_unscored(connection, name, instant(at))
                forget_outlooks(connection, _running(due, now))
                write_watermark(connection, began, now)
            metrics.PASSES.inc()
            metrics.LAST_PASS.set(now.timestamp())
            return done

    def score_anew(
        self, connection: Connection, segments: Iterable[Segment], scored: Iterable[ScoredPeriod], now: datetime
    ) -> list[str]:
        """Scores `segments` by their own texts and returns the hashes of these; the caller commits.

        `scored` are the scores they replace, which the caller has removed.
        """
        before = {(row.agreement, row.period_starts_at): row.verdicts for row in scored}
        looked = Looked(circuit_numbers(connection), before, set(), snapshot_xid(connection), now)
        return [self._score_one(connection, each, looked) for each in segments]

    def _contracts(self, connection: Connection, scored: Iterable[ScoredPeriod]) -> dict[str, Contract]:
        self._kept.learn(connection, scored)  # all of them at once
        rows = defaultdict(list)
        for row in scored:
            rows[row.agreement].append(row)
        return {name: self._kept.contract(connection, name, rows[name]) for name in self.promised.inventory.versions}

    def _planned(
        self, contracts: Mapping[str, Contract], touched: list[Touched], now: int, failed: set[tuple[str, int]]
    ) -> dict[str, Plan]:
        of_each = defaultdict(set)
        for agreement, at in failed:
            of_each[agreement].add(at)
        return {name: each.plan(touched, now, frozenset(of_each[name])) for name, each in contracts.items()}

    def _tell_differences(self, connection: Connection, contracts: Mapping[str, Contract], now: datetime) -> None:
        """Once per inventory: which closed periods keep another text than it has, logged where that is news."""
        known = {(row.agreement, row.period_starts_at): row.difference for row in read_kept_differences(connection)}
        rows = [row for contract in contracts.values() for row in kept_differences(contract, now)]
        for row in rows:
            if known.get((row.agreement, row.period_starts_at)) != row.difference:
                log.warning("agreement %s: %s", row.agreement, row.difference)
        write_kept_differences(connection, rows)
        self._has_compared = True

    def _scored(self, connection: Connection, due: Segment, looked: Looked) -> bool:
        agreement, key = due.agreement.id, (due.agreement.id, due.unscored_at)
        try:
            with connection.transaction():
                # A draft lost in a crash is written again by the next pass; waiting for the disk gains nothing.
                connection.execute("SET LOCAL synchronous_commit = off")
                self._score_one(connection, due, looked)
                if key in looked.failed:
                    forget_unscored(connection, agreement, instant(due.unscored_at))
        except InputError as error:
            metrics.FAILURES.labels(agreement).inc()
            if key not in looked.failed:
                log.error("agreement %s could not be scored: %s", agreement, error)
            with connection.transaction():
                write_unscored(connection, UnscoredRow(agreement, instant(due.unscored_at), looked.now, str(error)))
            return False
        metrics.SCORES.inc()
        return True

    def _score_one(self, connection: Connection, due: Segment, looked: Looked) -> str:
        agreement, now, is_demo = due.agreement, looked.now, self.promised.inventory.is_demo
        running = due.period.contains(epoch_seconds_of(now))
        verdicts = looked.verdicts.get((agreement.id, instant(due.period.starts_at)))
        if verdicts is not None:
            require_readings(connection, due, now)
        if due.kept_sha256 is not None:
            _require_text(connection, due)
        sha256 = self._kept.keep(connection, agreement, due.kept_sha256)
        since = self.counting.cuts(due)
        facts, result = self.counting.counted(connection, due, looked.circuits, now)
        calendar = agreement.calendar
        row = ScoreRow(
            agreement=agreement.id,
            period_starts_at=instant(result.period.starts_at),
            period_ends_at=instant(result.period.ends_at),
            tenant=agreement.tenant,
            facility=agreement.facility,
            is_demo=is_demo,
            document=document_text(result),
            agreement_sha256=sha256,
            software_version=version("p2i"),
            tzdb_version=TZDB_VERSION,
            scored_to_at=now,
            scored_at=now,
            calendar=None if calendar is None else calendar.id,
            calendar_version=None if calendar is None else calendar.version,
            calendar_sha256=None if calendar is None else calendar.sha256,
            input_xid=looked.input_xid,
        )
        promised = {each.id: objective_row(agreement, each) for each in agreement.objectives}
        write_score(connection, row, budget_rows(result, epoch_seconds_of(now)), promised)
        rests_on = None  # while the period runs, every minute would count the whole of it again
        if not running:
            exclusions = read_decided(connection, circuits=facts.circuits)
            rests_on = read_evidence_of(connection, due, looked.circuits, facts, result, exclusions)
        write_evidence(connection, agreement.id, row.period_starts_at, row.period_ends_at, rests_on)
        changes = verdict_changes(result, verdicts or {}, is_demo=is_demo, noticed_at=now)
        if running:
            measured = {name: last_measured_at(facts.of(name)) for name in facts.circuits}
            changes += circuit_changes(result, measured, is_demo=is_demo, noticed_at=now)
            self.outlooks.write(connection, due, looked.circuits, facts, result, since, now, is_demo=is_demo)
            metrics.show(result)
        write_transitions(connection, changes)
        return sha256


def _running(due: Iterable[Segment], now: datetime) -> set[tuple[str, datetime]]:
    """Agreement and start of the segments that run at `now`."""
    at = epoch_seconds_of(now)
    return {(one.agreement.id, instant(one.period.starts_at)) for one in due if one.period.contains(at)}


def _require_text(connection: Connection, due: Segment) -> None:
    """Refuses a closed period whose text was adopted anew (sla_engine.adopting) since the pass looked."""
    period = due.period
    held = hold_score(connection, due.agreement.id, instant(period.starts_at), instant(period.ends_at))
    if held != due.kept_sha256:
        raise InputError("its month was given another text at this moment; the next pass scores it by that")
