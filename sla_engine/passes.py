"""One pass of the engine: what is due is found in the database, scored by the pure functions, and written."""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

import numpy as np

from facilities.agreement import Agreement
from facilities.calendar import TZDB_VERSION, month
from facilities.instants import instant
from facilities.inventory import Inventory
from sla_engine import metrics
from sla_engine.changes import budget_seconds, circuit_changes, verdict_changes
from sla_engine.document import document_text
from sla_engine.facts import CircuitFacts
from sla_engine.from_store import read_facts
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import Score, score, scored_period
from store.changes import Touched, read_touched, read_watermark, snapshot_xid, write_watermark
from store.connection import Connection
from store.errors import InputError
from store.intervals import Interval
from store.readings import microseconds
from store.registry import circuit_numbers
from store.transitions import write_transitions
from store.verdicts import ScoredPeriod, ScoreRow, read_scored_periods, write_score

log = logging.getLogger("sla_engine")

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Promised:
    """The inventory that passes score by, and the SHA-256 of each agreement's file as it was read."""

    inventory: Inventory
    sha256: Mapping[str, str]

    @classmethod
    def of(cls, inventory: Inventory) -> "Promised":
        """The inventory with its hashes; call it when the inventory is read, since files may be edited later."""
        files = inventory.agreement_files.items()
        return cls(inventory, {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files})


@dataclass(frozen=True)
class Due:
    """A civil month of an agreement that must be scored (again), in epoch seconds."""

    agreement: Agreement
    month: Interval[int]


def due_periods(
    agreements: Iterable[Agreement], touched: Iterable[Touched], scored: Iterable[ScoredPeriod], now: int
) -> list[Due]:
    """The months to score at `now`, an epoch second: the running one of every agreement, and past ones that

    - new facts touch,
    - were last scored while they still ran,
    - are scored already, and new facts touch the month before, whose last state they start with,
    - or have an undecided tail, and new facts touch the month after, which decides it.
    """
    known = {(row.agreement, epoch_seconds_of(row.period_starts_at)): row for row in scored}
    found = []
    for agreement in agreements:
        circuits = {objective.circuit for objective in agreement.objectives}
        spans = [(epoch_seconds_of(t.first_at), epoch_seconds_of(t.last_at)) for t in touched if t.circuit in circuits]
        starts = [start for name, start in known if name == agreement.id]
        months = list(_months(agreement, min([now, *starts, *(first for first, _ in spans)]), now))
        touching = [any(first < span.ends_at and span.starts_at <= last for first, last in spans) for span in months]
        for index, span in enumerate(months):
            row = known.get((agreement.id, agreement.covered(span).starts_at))
            due = touching[index] or span.contains(now)
            if row is not None and span.ends_at <= now:
                due = due or epoch_seconds_of(row.scored_to_at) < span.ends_at
                due = due or (index > 0 and touching[index - 1])
                due = due or (row.is_provisional and any(touching[index + 1 : index + 2]))
            if due:
                found.append(Due(agreement, span))
    return found


def _months(agreement: Agreement, first: int, now: int) -> Iterator[Interval[int]]:
    """The civil months of the agreement's zone from the one of `first` to the running one, inside its term."""
    local = instant(max(first, agreement.starts_at)).astimezone(agreement.time_zone)
    year, number = local.year, local.month
    while True:
        span = month(year, number, agreement.time_zone)
        if span.starts_at > now:
            return
        try:
            agreement.covered(span)
        except InputError:
            pass  # before the agreement starts or after it ended: no promise, nothing to score
        else:
            yield span
        year, number = (year + 1, 1) if number == 12 else (year, number + 1)


def epoch_seconds_of(at: datetime) -> int:
    """An aware instant in whole epoch seconds, cut towards the past."""
    return microseconds(at) // MICROSECONDS


def run_pass(connection: Connection, promised: Promised, now: datetime) -> int:
    """Scores what is due at `now` and returns how many agreement periods were scored.

    Every agreement is committed on its own; one that cannot be scored is logged and counted, and the others go
    on. Safe to repeat and to run twice at once: rows are replaced by key, transitions are written once. The
    watermark moves only when every due period was scored.
    """
    connection.commit()  # an open transaction of the caller would turn ours into savepoints
    with metrics.PASS_SECONDS.time():
        with connection.transaction():
            # First the mark, then the reading: what commits in between is seen now and found again next time.
            began, since = snapshot_xid(connection), read_watermark(connection)
            touched = read_touched(connection, since)
            scored = read_scored_periods(connection)
            circuits = circuit_numbers(connection)
        due = due_periods(promised.inventory.agreements.values(), touched, scored, epoch_seconds_of(now))
        before = {(row.agreement, row.period_starts_at): row.verdicts for row in scored}
        failures = 0
        for item in due:
            try:
                with connection.transaction():
                    _score_one(connection, promised, item, circuits, before, now)
            except InputError as error:
                failures += 1
                metrics.FAILURES.labels(item.agreement.id).inc()
                log.error("agreement %s could not be scored: %s", item.agreement.id, error)
        if not failures:
            with connection.transaction():
                write_watermark(connection, began, now)
        metrics.PASSES.inc()
        metrics.LAST_PASS.set(now.timestamp())
        return len(due) - failures


def _score_one(
    connection: Connection,
    promised: Promised,
    due: Due,
    circuits: Mapping[str, int],
    before: Mapping[tuple[str, datetime], Mapping[str, str]],
    now: datetime,
) -> None:
    agreement, seconds, is_demo = due.agreement, epoch_seconds_of(now), promised.inventory.is_demo
    running = due.month.contains(seconds)
    as_of = seconds if running else None
    period = scored_period(agreement, due.month)
    facts = read_facts(connection, agreement, period, circuits, as_of=as_of)
    result = score(agreement, due.month, facts, as_of=as_of)
    row = ScoreRow(
        agreement=agreement.id,
        period_starts_at=instant(period.starts_at),
        period_ends_at=instant(period.ends_at),
        tenant=agreement.tenant,
        facility=agreement.facility,
        is_demo=is_demo,
        document=document_text(result),
        agreement_sha256=promised.sha256[agreement.id],
        software_version=version("p2i"),
        tzdb_version=TZDB_VERSION,
        scored_to_at=now,
        scored_at=now,
    )
    write_score(connection, row)
    verdicts = before.get((agreement.id, row.period_starts_at), {})
    changes = verdict_changes(result, verdicts, is_demo=is_demo, noticed_at=now)
    if running:
        measured = {name: last_measured_at(facts.of(name)) for name in facts.circuits}
        changes += circuit_changes(result, measured, is_demo=is_demo, noticed_at=now)
        _show(result)
    write_transitions(connection, changes)
    metrics.SCORES.inc()


def last_measured_at(facts: CircuitFacts) -> int:
    """The epoch second of a circuit's last reading that says something; -1 without any."""
    ends = [-1]
    if facts.intervals is not None and np.any(facts.intervals.sent > 0):
        ends.append(int(facts.intervals.starts_at[facts.intervals.sent > 0].max()))
    if facts.probes is not None:
        ends.append(int(facts.probes.sent_at.max()) // MICROSECONDS)
    if facts.states is not None:
        ends.append(int(facts.states.at[-1]))
    return max(ends)


def _show(result: Score) -> None:
    """Sets the gauges of a running period; a figure that does not exist is absent, not 0."""
    results = [each for each in result.results if isinstance(each, AvailabilityResult)]
    budgets = budget_seconds(results)
    for each in result.results:
        labels = (result.agreement.id, each.objective.id, each.objective.circuit)
        for verdict in ("met", "breached", "open", "insufficient_data", "not_measurable"):
            metrics.VERDICT.labels(*labels, verdict).set(each.verdict == verdict)
        if isinstance(each, AvailabilityResult):
            for gauge, value in ((metrics.AVAILABILITY, each.ratio), (metrics.COVERAGE, each.coverage_ratio)):
                if value is None:
                    gauge.remove(*labels) if labels in gauge._metrics else None
                else:
                    gauge.labels(*labels).set(float(value))
            metrics.BUDGET.labels(*labels).set(budgets[each.objective.id])
