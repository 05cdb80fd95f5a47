"""Availability the plain way: the conditions of the Δt, the state machine, the count; and by the second for states.

Written from contracts/score.md alone ("Grid" to "Availability"); imports nothing of the project.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from tests.reference.naive_agreement import Objective
from tests.reference.naive_case import Case, Span, clip, covers, exclusion_spans, union, windows_of
from tests.reference.naive_rows import StateRow
from tests.reference.naive_values import BadInput


def conditions(case: Case, objective: Objective) -> dict[int, str]:
    """Δt number -> "good", "bad" or "unknown", for every Δt that exists ("Grid", "Interval state", `--as-of`)."""
    dt = objective.interval_seconds
    sent: dict[int, int] = {}
    lost: dict[int, int] = {}
    if case.intervals is not None:
        for row in case.intervals:
            if row.circuit != objective.circuit or row.starts_at < case.t0:
                continue  # rows before t0 are ignored
            if (row.starts_at - case.t0) % dt != 0:
                raise BadInput("starts_at is off the grid")
            k = (row.starts_at - case.t0) // dt
            sent[k], lost[k] = row.sent, row.lost
    elif case.probes is not None:
        for probe in case.probes:
            if probe.circuit != objective.circuit or probe.sent_at < case.t0:
                continue
            k = math.floor((probe.sent_at - case.t0) / dt)
            sent[k] = sent.get(k, 0) + 1
            lost[k] = lost.get(k, 0) + (1 if probe.round_trip_ms is None else 0)
    rows = [k for k in sent if not case.hidden(case.t0 + (k + 1) * dt)]
    first = min([(case.start - case.t0) // dt, *rows])
    beyond = max([(case.end - case.t0) // dt, *(k + 1 for k in rows)])
    if case.as_of is not None:
        beyond = min(beyond, (case.as_of - case.t0) // dt)  # a Δt that ends after it does not exist
    found: dict[int, str] = {}
    threshold = Fraction(objective.loss_threshold)
    for k in range(first, beyond):
        if sent.get(k, 0) == 0:
            found[k] = "unknown"
            continue
        ratio = Fraction(lost[k], sent[k])
        bad = ratio >= threshold if objective.threshold_is_bad else ratio > threshold
        found[k] = "bad" if bad else "good"
    return found


@dataclass
class Availability:
    """What one availability objective says of its circuit, for its own figures and for loss and round trip."""

    objective: Objective
    excluded: list[Span]
    windows: list[Span] | None
    outages: list[Span] = field(default_factory=list)
    up: int = 0
    down: int = 0
    unknown: int = 0
    excluded_seconds: int = 0
    outside_hours: int = 0
    measured_up: int = 0
    measured_down: int = 0
    provisional: int = 0
    high_loss: list[int] = field(default_factory=list)
    feeding: set[int] = field(default_factory=set)  # Δt whose packets and probes count ("Loss")
    states: list[StateRow] = field(default_factory=list)


def machine(objective: Objective, sequence: list[tuple[int, str]]) -> tuple[dict[int, bool], list[int]]:
    """(Δt number -> available, Δt of the undecided tail) of consecutive (number, condition) pairs.

    "Availability state" and "Unknown intervals": the sequence is first cut where n or more unknown Δt restart
    the machine, and shorter unknown runs are taken out of it (`skip`).
    """
    n = objective.consecutive_intervals
    segments: list[list[tuple[int, str]]] = [[]]
    run: list[tuple[int, str]] = []
    for k, condition in [*sequence, (0, "end")]:
        if condition == "unknown" and objective.unknown_window == "skip":
            run.append((k, condition))
            continue
        if len(run) >= n:
            segments.append([])
        run = []
        if condition != "end":
            segments[-1].append((k, condition))
    available: dict[int, bool] = {}
    tail: list[int] = []
    for segment in segments:
        state = True  # starts, and restarts, available
        for position, (k, _) in enumerate(segment):
            window = [condition for _, condition in segment[position : position + n]]
            opposite = "bad" if state else "good"
            if window == [opposite] * n:  # a window that the end cuts short changes nothing
                state = not state
            available[k] = state
        tail = []
        opposite = "bad" if state else "good"
        for k, condition in reversed(segment):
            if condition != opposite:
                break
            tail.append(k)
    return available, tail


def by_intervals(case: Case, objective: Objective) -> Availability:
    """`method = "intervals"`."""
    dt = objective.interval_seconds
    ends = (case.asked_start, case.asked_end, case.start, case.end)
    if any((end - case.t0) % dt != 0 for end in ends):
        raise BadInput("--period: off the grid")
    result = Availability(objective, exclusion_spans(case, objective.circuit), windows_of(case, objective))
    measured = conditions(case, objective)

    def span(k: int) -> Span:
        return case.t0 + k * dt, case.t0 + (k + 1) * dt

    def is_excluded(k: int) -> bool:
        return bool(clip(result.excluded, *span(k)))  # a Δt that intersects one is excluded whole

    # What the machine sees: unknown Δt as the policy fills them, without what `splice` removes.
    filled = dict(measured)
    for k, condition in measured.items():
        if condition == "unknown" and objective.unknown != "exclude":
            filled[k] = "good" if objective.unknown == "up" else "bad"
    splice = objective.maintenance_window == "splice"
    sequence = [(k, filled[k]) for k in sorted(filled) if not (splice and is_excluded(k))]
    available, tail = machine(objective, sequence)

    first, beyond = (case.start - case.t0) // dt, (case.end - case.t0) // dt
    counted: set[int] = set()
    for k in range(first, beyond):
        a, b = span(k)
        condition = measured.get(k, "after as-of")
        if result.windows is not None and not any(x <= a and b <= y for x, y in result.windows):
            result.outside_hours += dt  # wins over excluded and unknown
        elif is_excluded(k) and objective.maintenance == "exclude":
            result.excluded_seconds += dt  # wins over unknown
        elif is_excluded(k):  # maintenance = "up": only where it was measured
            if condition in ("good", "bad"):
                counted.add(k)
                result.up += dt
                result.measured_up += dt
            else:
                result.unknown += dt
        elif condition == "after as-of" or (condition == "unknown" and objective.unknown == "exclude"):
            result.unknown += dt
        else:
            counted.add(k)
            if available[k]:
                result.up += dt
                result.measured_up += dt if condition != "unknown" else 0
                result.feeding.add(k)
                if condition == "bad":
                    result.high_loss.append(k)
            else:
                result.down += dt
                result.measured_down += dt if condition != "unknown" else 0
    result.provisional = dt * len(counted.intersection(tail))

    # Outages: maximal runs of unavailable Δt that touch, clipped to the period, counted or not.
    down = [
        span(k)
        for k in range(first, beyond)
        if k in available and not available[k] and not (measured[k] == "unknown" and objective.unknown == "exclude")
    ]
    result.outages = union(down)
    return result


def consecutive_high_loss(objective: Objective, high_loss: list[int]) -> int:
    """Runs of at least p high-loss Δt, consecutive on the grid, or the Δt in such runs."""
    p = objective.consecutive_high_loss
    if p is None:
        return 0
    runs: list[int] = []
    previous = None
    for k in high_loss:
        if previous is not None and k == previous + 1:
            runs[-1] += 1
        else:
            runs.append(1)
        previous = k
    long_runs = [run for run in runs if run >= p]
    return len(long_runs) if objective.high_loss_counting == "runs" else sum(long_runs)


def state_at(states: list[StateRow], instant: Fraction | int) -> str:
    """The last state at or before this instant; before the first row it is unknown."""
    position = bisect_right([Fraction(row.at) for row in states], Fraction(instant))
    return "unknown" if position == 0 else states[position - 1].state


def by_states(case: Case, objective: Objective) -> Availability:
    """`method = "states"`: the same count, cut by the second."""
    result = Availability(objective, exclusion_spans(case, objective.circuit), windows_of(case, objective))
    rows = [row for row in case.states if row.circuit == objective.circuit and not case.hidden(row.at)]
    result.states = sorted(rows, key=lambda row: row.at)
    edges = {case.start, case.end, case.measured_to()}
    edges.update(row.at for row in result.states)
    for spans in (result.excluded, result.windows or []):
        edges.update(edge for span in spans for edge in span)
    inside = sorted(edge for edge in edges if case.start <= edge <= case.end)
    down: list[Span] = []
    for a, b in pairwise(inside):
        after = case.as_of is not None and a >= case.as_of
        state = "unknown" if after else state_at(result.states, a)
        filled = state if state != "unknown" or after or objective.unknown == "exclude" else objective.unknown
        if filled == "down":
            down.append((a, b))
        seconds = b - a
        if result.windows is not None and not covers(result.windows, a):
            result.outside_hours += seconds
        elif covers(result.excluded, a) and objective.maintenance == "exclude":
            result.excluded_seconds += seconds
        elif covers(result.excluded, a):
            if state == "unknown":
                result.unknown += seconds
            else:
                result.up += seconds
                result.measured_up += seconds
        elif filled == "unknown":
            result.unknown += seconds
        elif filled == "up":
            result.up += seconds
            result.measured_up += seconds if state == "up" else 0
        else:
            result.down += seconds
            result.measured_down += seconds if state == "down" else 0
    result.outages = union(down)
    return result
