"""Which months must be scored now: the running ones, and past ones that new facts can change. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from facilities.agreement import Agreement
from facilities.calendar import month
from facilities.instants import instant
from store.errors import InputError
from store.instants import microseconds
from store.intervals import Interval
from store.rows import ScoredPeriod, Touched


@dataclass(frozen=True)
class Due:
    """A civil month of an agreement that must be scored (again), in epoch seconds."""

    agreement: Agreement
    month: Interval[int]


def due_periods(
    agreements: Iterable[Agreement],
    touched: Iterable[Touched],
    scored: Iterable[ScoredPeriod],
    now: int,
    failed: frozenset[tuple[str, int]] = frozenset(),
) -> list[Due]:
    """The months to score at `now`, an epoch second: the running one of every agreement, and past ones that

    - new facts touch,
    - were last scored while they still ran,
    - are scored already, and new facts touch the month before, whose last state they start with,
    - have an undecided tail, and new facts touch the month after, which decides it,
    - or could not be scored before (`failed`, by agreement and start of the month).
    """
    touched = list(touched)
    known = {(row.agreement, epoch_seconds_of(row.period_starts_at)): row for row in scored}
    found = []
    for agreement in agreements:
        circuits = {objective.circuit for objective in agreement.objectives}
        spans = [(epoch_seconds_of(t.first_at), epoch_seconds_of(t.last_at)) for t in touched if t.circuit in circuits]
        starts = [start for name, start in (*known, *failed) if name == agreement.id]
        months = list(_months(agreement, min([now, *starts, *(first for first, _ in spans)]), now))
        touching = [any(first < span.ends_at and span.starts_at <= last for first, last in spans) for span in months]
        for index, span in enumerate(months):
            row = known.get((agreement.id, agreement.covered(span).starts_at))
            due = touching[index] or span.contains(now) or (agreement.id, span.starts_at) in failed
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
            pass  # after it ended: no promise, nothing to score
        else:
            yield span
        year, number = (year + 1, 1) if number == 12 else (year, number + 1)


def epoch_seconds_of(at: datetime) -> int:
    """An aware instant in whole epoch seconds, cut towards the past."""
    return microseconds(at) // 1_000_000
