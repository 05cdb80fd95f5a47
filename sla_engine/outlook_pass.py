"""The outlooks of running segments, pass after pass: what was measured lately is kept, only what is new is added."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from facilities.agreement import Agreement, AvailabilityObjective
from facilities.burn import window_seconds
from facilities.instants import instant
from sla_engine.due import epoch_seconds_of
from sla_engine.facts import CircuitFacts, Facts, IntervalRows, ProbeRows, StateRows
from sla_engine.from_store import CODES, MICROSECONDS, NANOSECONDS_PER_MS
from sla_engine.outlook import TREND_SECONDS, outlook_row
from sla_engine.outlook_recent import Recent, recent
from sla_engine.outlook_tickets import restore_rows
from sla_engine.outlook_time import DAY_SECONDS, owed_seconds, service_day_seconds
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import Score, grid
from sla_engine.segments import FOR_EVER, Segment
from store.alert_rows import OutlookRow
from store.connection import Connection
from store.intervals import Interval
from store.outlook import read_scored_outages, write_outlooks
from store.readings import INTERVAL, PROBE, STATE, read_last_before, read_readings
from store.rows import Touched

MOST_LOOKED_BACK_SECONDS = 62 * DAY_SECONDS
"""Three service days lie within a week as a rule; around a summer closure they may not."""


@dataclass(frozen=True)
class _Known:
    """What is kept of one circuit from pass to pass: what was measured of it, and its outages before the period."""

    intervals_given: bool
    recent: Recent
    earlier_outages: tuple[Interval[int], ...]


@dataclass
class Outlooks:
    """Writes the outlook of running segments; what it remembers (by agreement and start, then circuit) is a cache."""

    known: dict[tuple[str, int], dict[str, _Known]] = field(default_factory=dict)

    def forget_what_was_touched(self, due: Iterable[Segment], touched: Iterable[Touched]) -> None:
        """Drops circuits with new facts from before their period, which is not read again, and segments that no
        longer run."""
        first = {each.circuit: epoch_seconds_of(each.first_at) for each in touched}
        kept = {}
        for item in due:
            at = item.period.starts_at
            known = self.known.get((item.agreement.id, at), {})
            kept[item.agreement.id, at] = {name: each for name, each in known.items() if first.get(name, at) >= at}
        self.known = kept

    def write(
        self,
        connection: Connection,
        due: Segment,
        circuits: Mapping[str, int],
        facts: Facts,
        score: Score,
        since: Mapping[str, int],
        now: datetime,
        *,
        is_demo: bool,
    ) -> None:
        """Replaces the outlooks of a running segment, inside the caller's transaction.

        `facts` are those that were just scored: of each circuit they hold what was measured from the instant in `since`
        on, by circuit; without one from the start of the period.
        """
        agreement, period, as_of = score.agreement, score.period, epoch_seconds_of(now)
        known, given = self.known.setdefault((agreement.id, period.starts_at), {}), facts.intervals_given
        rows: list[OutlookRow] = []
        for place, result in enumerate(score.results):
            if not isinstance(result, AvailabilityResult):
                continue
            objective, name = result.objective, result.objective.circuit
            axis, begins = grid(agreement, name), since.get(name, period.starts_at)
            before = known.get(name)
            if before is None or before.intervals_given != given or before.recent.ends_at < begins:
                before = _read(connection, due, objective, circuits.get(name), begins, given)
            visible = Interval(begins, max(begins, axis.seconds(axis.number(as_of))))
            new = recent(agreement, objective, facts.of(name), visible, intervals_given=given, as_of=as_of)
            known[name] = replace(before, recent=before.recent.followed_by(new))
            outages = before.earlier_outages
            rows.append(outlook_row(score, place, facts.of(name), known[name].recent, outages, is_demo=is_demo))
        restores = restore_rows(agreement, facts, as_of, is_demo=is_demo)
        write_outlooks(connection, agreement.id, instant(period.starts_at), rows, restores)


def _looks_from(due: Segment, objective: AvailabilityObjective) -> int:
    """The start of what must be known to look back from the start of the period: a week, or as much as three service
    days take; nothing of another grid."""
    agreement, axis, at = due.agreement, grid(due.agreement, objective.circuit), due.period.starts_at
    longest = window_seconds(service_day_seconds(agreement, objective, due.period))[-1]
    look = TREND_SECONDS
    while look < MOST_LOOKED_BACK_SECONDS:
        if owed_seconds(agreement, objective, Interval(axis.seconds(axis.number(at - look)), at)).total() >= longest:
            break
        look *= 2
    within = due.within.get(objective.circuit, Interval(-FOR_EVER, FOR_EVER))
    return min(at, max(agreement.starts_at, within.starts_at, axis.seconds(axis.number(at - look))))


def _read(
    connection: Connection,
    due: Segment,
    objective: AvailabilityObjective,
    number: int | None,
    until: int,
    intervals_given: bool,
) -> _Known:
    """What was measured of a circuit before `until`, as far as looks back reach, and its outages before the period."""
    agreement, first_at = due.agreement, _looks_from(due, objective)
    span = Interval(first_at, max(first_at, until))
    circuit = CircuitFacts()
    if number is not None and not span.is_empty:
        circuit = _readings(connection, agreement, objective, number, span, intervals_given)
    measured = recent(agreement, objective, circuit, span, intervals_given=intervals_given)
    before = instant(first_at), instant(due.period.starts_at)
    outages = tuple(
        Interval(epoch_seconds_of(starts_at), epoch_seconds_of(ends_at))
        for name, starts_at, ends_at in read_scored_outages(connection, agreement.id, *before)
        if name == objective.circuit
    )
    return _Known(intervals_given, measured, outages)


def _readings(
    connection: Connection,
    agreement: Agreement,
    objective: AvailabilityObjective,
    number: int,
    span: Interval[int],
    intervals_given: bool,
) -> CircuitFacts:
    """The readings of one circuit in `span`; those that lie off its grid, of a contract before this one, left out."""
    first, end = instant(span.starts_at), instant(span.ends_at)
    if objective.method == "states":
        last = read_last_before(connection, STATE, number, first)
        at, states = read_readings(connection, STATE, number, last or first, end)
        return CircuitFacts(states=StateRows(at // MICROSECONDS, CODES[states]) if at.size else None)
    if not intervals_given:
        sent_at, round_trip = read_readings(connection, PROBE, number, first, end)
        answered = round_trip != PROBE.absent
        return CircuitFacts(
            probes=ProbeRows(sent_at, answered, round_trip, NANOSECONDS_PER_MS) if sent_at.size else None
        )
    at, sent, lost = read_readings(connection, INTERVAL, number, first, end)
    axis, starts_at = grid(agreement, objective.circuit), at // MICROSECONDS
    on_grid = (at % MICROSECONDS == 0) & ((starts_at - axis.origin) % axis.step_seconds == 0)
    if not np.any(on_grid):
        return CircuitFacts()
    return CircuitFacts(intervals=IntervalRows(starts_at[on_grid], sent[on_grid], lost[on_grid]))
