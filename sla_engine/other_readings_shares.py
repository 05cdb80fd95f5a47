"""Readings that count no seconds: answered over sent probes, and the plain mean of windows. Pure, exact."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from sla_engine.facts import UNKNOWN, UP, Facts
from sla_engine.indicators import sent_and_lost
from sla_engine.other_readings_classes import Seen, measured_rows
from sla_engine.spans import SECONDS, boundaries


class Share(NamedTuple):
    """`good` of `total` units; a good share of a window makes `good` a fraction."""

    good: Fraction
    total: int
    unit: str

    @property
    def ratio(self) -> Fraction | None:
        """good / total; None of nothing."""
        return self.good / self.total if self.total else None


def answered_probes(circuit: str, seen: Seen, facts: Facts, as_of: int | None) -> Share:
    """Probes answered of probes sent in the period, outside excluded time."""
    counted = seen.period_cells(seen.exists & ~seen.excluded)
    given = facts.intervals_given
    sent, lost = sent_and_lost(seen.axis, counted, facts.of(circuit), intervals_given=given, as_of=as_of)
    return Share(Fraction(sent - lost), sent, "probes")


def good_windows(circuit: str, seen: Seen, facts: Facts, window_seconds: int) -> Share:
    """The sum of the good shares of the windows that hold a measurement, and how many those are.

    A window's share is what was answered of what was sent in it; of a contract by states, up of known time. A row
    belongs to the window in which it starts.
    """
    if seen.axis == SECONDS:
        return _windows_of_states(seen, window_seconds)
    rows = measured_rows(seen.axis, facts, circuit)
    if rows is None or not rows.starts_at.size:
        return Share(Fraction(0), 0, "windows")
    inside = seen.period_cells(seen.exists).contains(seen.axis.floor(rows.starts_at))
    windows = rows.starts_at[inside] // window_seconds
    if not windows.size:
        return Share(Fraction(0), 0, "windows")
    begins = np.flatnonzero(np.concatenate(([True], windows[1:] != windows[:-1])))
    sent, lost = (np.add.reduceat(column[inside].astype(object), begins) for column in (rows.sent, rows.lost))
    return _mean(zip(sent.tolist(), lost.tolist(), strict=True))


def _windows_of_states(seen: Seen, window_seconds: int) -> Share:
    first, last = int(seen.period_edges[0]), int(seen.period_edges[-1])
    cuts = np.arange(first // window_seconds * window_seconds, last, window_seconds)
    edges = boundaries(seen.period_edges, cuts[cuts > first])
    cell = np.searchsorted(seen.edges, edges[:-1], side="right") - 1
    lengths, windows = np.diff(edges), edges[:-1] // window_seconds
    conditions = np.where(seen.exists[cell], seen.conditions[cell], np.int8(UNKNOWN))
    begins = np.flatnonzero(np.concatenate(([True], windows[1:] != windows[:-1])))
    known = np.add.reduceat(np.where(conditions != UNKNOWN, lengths, 0), begins)
    up = np.add.reduceat(np.where(conditions == UP, lengths, 0), begins)
    return _mean(zip(known.tolist(), (known - up).tolist(), strict=True))


def _mean(windows: Iterable[tuple[int, int]]) -> Share:
    """The sum over (total, bad) of 1 − bad/total; windows of equal total are added first, so few fractions are."""
    bad_of: dict[int, int] = {}
    count = 0
    for total, bad in windows:
        if total:
            bad_of[total] = bad_of.get(total, 0) + bad
            count += 1
    return Share(count - sum((Fraction(bad, total) for total, bad in bad_of.items()), Fraction(0)), count, "windows")
