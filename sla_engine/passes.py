"""One pass of the engine: what is due is found in the database, scored by the pure functions, and written."""

import hashlib
import logging
from collections.abc import Iterator, Mapping
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
from store.verdicts import ScoreRow, read_scores, write_score

log = logging.getLogger("sla_engine")

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Due:
    """A civil month of an agreement that must be scored (again), in epoch seconds."""

    agreement: Agreement
    month: Interval[int]


def due_periods(
    inventory: Inventory, touched: list[Touched], scored: set[tuple[str, int]], ended: set[tuple[str, int]], now: int
) -> list[Due]:
    """The months to score: the running one of every agreement in force, and every past one that new facts touch.

    A month that was last scored while it ran (`scored` without `ended`, by agreement and start) is due once more
    after its end. New facts touch the month they lie in and the one before, whose last Δt they may decide.
    """
    found = []
    for agreement in inventory.agreements.values():
        touching = [
            (epoch_seconds_of(fact.first_at), epoch_seconds_of(fact.last_at))
            for fact in touched
            if any(objective.circuit == fact.circuit for objective in agreement.objectives)
        ]
        first = min(
            [start for start, _ in touching] + [start for name, start in scored if name == agreement.id] + [now]
        )
        for span in _months(agreement, max(first, agreement.starts_at), now):
            key = (agreement.id, span.starts_at)
            running = span.starts_at <= now < span.ends_at
            unfinished = key in scored and key not in ended and span.ends_at <= now
            following = month_after(agreement, span)
            if running or unfinished or any(a < following.ends_at and span.starts_at <= b for a, b in touching):
                found.append(Due(agreement, span))
    return found


def _months(agreement: Agreement, first: int, now: int) -> Iterator[Interval[int]]:
    """The civil months of the agreement's zone from the one before `first` to the running one, inside its term."""
    local = instant(first).astimezone(agreement.time_zone)
    year, number = (local.year - 1, 12) if local.month == 1 else (local.year, local.month - 1)
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


def month_after(agreement: Agreement, span: Interval[int]) -> Interval[int]:
    """The civil month that follows `span`."""
    local = instant(span.ends_at).astimezone(agreement.time_zone)
    return month(local.year, local.month, agreement.time_zone)


def epoch_seconds_of(at: datetime) -> int:
    """An aware instant in whole epoch seconds, cut towards the past."""
    return microseconds(at) // MICROSECONDS


def run_pass(connection: Connection, inventory: Inventory, now: datetime) -> int:
    """Scores what is due at `now` and returns how many agreement periods were scored.

    Every agreement is committed on its own; one that cannot be scored is logged and counted, and the others go
    on. Safe to repeat and to run twice at once: rows are replaced by key, transitions are written once. The
    watermark moves only when every due period was scored.
    """
    with metrics.PASS_SECONDS.time():
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            began, since = snapshot_xid(connection), read_watermark(connection)
            touched = read_touched(connection, since)
            known = read_scores(connection)
            circuits = circuit_numbers(connection)
        seconds = epoch_seconds_of(now)
        scored = {(row.agreement, epoch_seconds_of(row.period_starts_at)) for row in known}
        ended = {
            (row.agreement, epoch_seconds_of(row.period_starts_at))
            for row in known
            if row.scored_to_at >= row.period_ends_at
        }
        before = {(row.agreement, row.period_starts_at): row for row in known}
        due = due_periods(inventory, touched, scored, ended, seconds)
        failures = 0
        for item in due:
            try:
                with connection.transaction():
                    _score_one(connection, inventory, item, circuits, before, now)
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
    inventory: Inventory,
    due: Due,
    circuits: Mapping[str, int],
    before: Mapping[tuple[str, datetime], ScoreRow],
    now: datetime,
) -> None:
    agreement, seconds = due.agreement, epoch_seconds_of(now)
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
        is_demo=inventory.is_demo,
        document=document_text(result),
        agreement_sha256=hashlib.sha256(inventory.agreement_files[agreement.id].read_bytes()).hexdigest(),
        software_version=version("p2i"),
        tzdb_version=TZDB_VERSION,
        scored_to_at=now,
        scored_at=now,
    )
    write_score(connection, row)
    known = before.get((agreement.id, row.period_starts_at))
    verdicts = {} if known is None else {each["id"]: each["verdict"] for each in known.parsed()["objectives"]}
    changes = verdict_changes(result, verdicts, is_demo=inventory.is_demo, noticed_at=now)
    if running:
        measured = {name: last_measured_at(facts.of(name)) for name in facts.circuits}
        changes += circuit_changes(result, measured, is_demo=inventory.is_demo, noticed_at=now)
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
