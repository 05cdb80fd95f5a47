"""Service time as sets of seconds: what counts of a circuit's time, looked back on and ahead. Pure, exact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from facilities.agreement import Agreement, AvailabilityObjective
from facilities.calendar import ServiceHours, local_day, service_windows
from sla_engine.exclusions import counting_exclusions
from sla_engine.facts import CircuitFacts
from sla_engine.scoring import grid
from sla_engine.spans import Axis, Numbers, Spans, boundaries
from store.alert_rows import LookedBack
from store.intervals import Interval

DAY_SECONDS = 86_400


def without(spans: Spans, holes: Spans) -> Spans:
    """The numbers of `spans` that are not in `holes`."""
    if not holes.starts.size:
        return spans
    edges = boundaries(spans.starts, spans.ends, holes.starts, holes.ends)
    return Spans.where(edges, spans.contains(edges[:-1]) & ~holes.contains(edges[:-1]))


def common(spans: Spans, service: Spans) -> Spans:
    """The numbers in both; quick where service is owed around the clock."""
    if service.starts.size == 1:
        return spans.clipped(int(service.starts[0]), int(service.ends[0]))
    return spans.common(service)


def in_seconds(axis: Axis, cells: Spans) -> Spans:
    """The seconds of the cells of an axis."""
    return Spans(axis.origin + cells.starts * axis.step_seconds, axis.origin + cells.ends * axis.step_seconds)


def excluded_seconds(
    agreement: Agreement, objective: AvailabilityObjective, circuit: CircuitFacts, period: Interval[int]
) -> Spans:
    """The seconds, inside and outside the scored `period`, that decided exclusions take, as the score counts them:
    every Δt that they touch, after notice and quota, those planned ahead too."""
    axis = grid(agreement, objective.circuit)
    return in_seconds(axis, axis.touched(counting_exclusions(circuit.exclusions, agreement.maintenance, period)))


def owed_seconds(agreement: Agreement, objective: AvailabilityObjective, span: Interval[int]) -> Spans:
    """The seconds of `span` in which service is owed: every Δt that lies wholly in service hours, or all of them."""
    axis = grid(agreement, objective.circuit)
    hours = agreement.service_hours if objective.service_hours else None
    windows = [span] if hours is None else _windows(hours, agreement.time_zone, span)
    return in_seconds(axis, axis.inside(windows))


def service_day_seconds(agreement: Agreement, objective: AvailabilityObjective, period: Interval[int]) -> int:
    """The service time of a day that has any, on the average of the period, cut to whole seconds.

    Around the clock it is 86,400 whatever clock changes do. "Three days" of a circuit with ten hours a day are thirty
    hours (sla-standards 6.2). A day belongs to the clock that the hours are read on.
    """
    hours = agreement.service_hours if objective.service_hours else None
    if hours is None:
        return DAY_SECONDS
    clock = hours.time_zone or agreement.time_zone
    windows = _windows(hours, agreement.time_zone, period)
    days = {local_day(at, clock) for window in windows for at in (window.starts_at, window.ends_at - 1)}
    return sum(window.ends_at - window.starts_at for window in windows) // len(days) if days else DAY_SECONDS


@lru_cache(maxsize=4096)
def _windows(hours: ServiceHours, in_zone: ZoneInfo, span: Interval[int]) -> tuple[Interval[int], ...]:
    """The same span is asked for every minute of a month; expanding its days is the dear part."""
    return tuple(service_windows(hours, in_zone, span))


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Sorted disjoint spans of seconds with how many seconds lie before each of them."""

    spans: Spans
    earlier: Numbers

    @classmethod
    def of(cls, spans: Spans) -> Counted:
        """The spans, counted."""
        lengths = spans.ends - spans.starts
        return cls(spans, np.cumsum(lengths) - lengths)

    def before(self, instants: Numbers) -> Numbers:
        """How many seconds of the spans lie before each instant."""
        if not self.earlier.size:
            return np.zeros(instants.shape, np.int64)
        place = np.searchsorted(self.spans.starts, instants, side="right") - 1
        inside = np.minimum(instants, self.spans.ends[place]) - self.spans.starts[place]
        return np.where(place >= 0, self.earlier[place] + inside, 0)

    def seconds(self, numbers: Numbers) -> Numbers:
        """The seconds that have so many others before them; each of `numbers` must be below how many there are."""
        place = np.searchsorted(self.earlier, numbers, side="right") - 1
        return self.spans.starts[place] + numbers - self.earlier[place]


def second_number(spans: Spans, number: int) -> int | None:
    """The second of `spans` that has `number` others before it; None when there are not so many."""
    if not 0 <= number < spans.total():
        return None
    return int(Counted.of(spans).seconds(np.array([number]))[0])


def looks_from(service: Spans, at: int, lengths: Iterable[int]) -> Numbers:
    """The instants from which on `service` has so many seconds before `at`, or all that it has where that is less."""
    counted = Counted.of(service)
    past = int(counted.before(np.array([at]))[0])
    numbers = np.maximum(past - np.array(list(lengths), np.int64), 0)
    return counted.seconds(numbers) if past else np.full(numbers.shape, at)


def looked_back(service: Spans, known: Spans, bad: Spans, at: int, lengths: Iterable[int]) -> tuple[LookedBack, ...]:
    """Of the last so many seconds of service time before `at`, each of `lengths` once, shortest first: how many were
    measured, and how many of these bad.

    Nights, weekends and exclusions are not in the service time, so a window of an hour may begin the day before. What
    was not measured is in neither figure. `bad` is a part of `known`.
    """
    each = sorted(set(lengths))
    since, until = looks_from(service, at, each), np.array([at])
    figures = []
    for spans in (bad, known):
        counted = Counted.of(common(spans, service))
        figures.append((counted.before(until) - counted.before(since)).tolist())
    return tuple(map(LookedBack, each, *figures))


def run_before(service: Spans, broken_by: Spans, at: int) -> int:
    """The seconds of service time before `at` since the last one that is in `broken_by`."""
    breaks = common(broken_by, service)
    begun = int(np.searchsorted(breaks.starts, at))  # how many of them begin before
    if not begun:
        return int(Counted.of(service).before(np.array([at]))[0])
    since = min(int(breaks.ends[begun - 1]), at)
    lo, hi = Counted.of(service).before(np.array([since, at])).tolist()
    return int(hi - lo)
