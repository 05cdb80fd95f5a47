"""Loss and round trip over available time: exact sums and nearest-rank percentiles. Pure."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from facilities.agreement import RoundTripObjective
from sla_engine.facts import CircuitFacts, Flags, Integers, IntervalRows, ProbeRows
from sla_engine.results import RoundTripResult
from sla_engine.spans import Axis, Numbers, Spans

_MICROSECONDS = 1_000_000
_INT64_MAX = 2**63 - 1


def aggregated(axis: Axis, probes: ProbeRows) -> IntervalRows:
    """The probes of each Δt of `axis` as one interval row: how many were sent, how many were not answered.

    Probes before the grid's origin are ignored, as interval rows are.
    """
    numbers = axis.floor(probes.sent_at // _MICROSECONDS)
    on_grid = numbers >= 0
    found, cell = np.unique(numbers[on_grid], return_inverse=True)
    sent = np.bincount(cell, minlength=found.size)
    unanswered = cell[~probes.answered[on_grid]]
    lost = np.bincount(unanswered, minlength=found.size)
    return IntervalRows(axis.origin + found * axis.step_seconds, sent.astype(np.int64), lost.astype(np.int64))


def sent_and_lost(
    axis: Axis, feeding: Spans, circuit: CircuitFacts, *, intervals_given: bool, as_of: int | None
) -> tuple[int, int]:
    """What was sent and lost in the cells `feeding` of `axis`: Σ, never a mean of ratios (R-03).

    Interval rows where intervals were given, probes otherwise. Rows after `as_of` are hidden.
    """
    if intervals_given:
        return (0, 0) if circuit.intervals is None else _sums(axis, feeding, circuit.intervals, as_of)
    if circuit.probes is None:
        return 0, 0
    fed = _fed_probes(axis, feeding, circuit.probes, as_of)
    return int(np.count_nonzero(fed)), int(np.count_nonzero(fed & ~circuit.probes.answered))


def round_trip(
    objective: RoundTripObjective, axis: Axis, feeding: Spans, probes: ProbeRows | None, *, as_of: int | None
) -> RoundTripResult:
    """The percentile of the answered probes in the cells `feeding`: the value of rank ⌈p·N⌉, one that was measured.

    RFC 2330 §11.3 and R-16: the rank is an integer division, an interpolated value is never returned. Lost
    probes are loss, not delay (RFC 6703 §5.1.2, R-11). An empty set has no value (P-10).
    """
    if probes is None:
        return RoundTripResult(objective, 0, 0, None)
    values = fed_round_trips(axis, feeding, probes, as_of=as_of)
    if not len(values):
        return RoundTripResult(objective, 0, 0, None)
    within = within_bound(objective, values, probes.units_per_ms)
    return round_trip_of(objective, len(values), within, values, probes.units_per_ms)


def within_bound(objective: RoundTripObjective, values: Integers, units_per_ms: int) -> int:
    """How many of `values`, in units of 1/`units_per_ms` ms, are at most the objective's bound; equality is within."""
    most = int(objective.at_most_ms * units_per_ms)
    return int(np.count_nonzero(values <= (most if values.dtype == object else min(most, _INT64_MAX))))


def fed_round_trips(axis: Axis, feeding: Spans, probes: ProbeRows, *, as_of: int | None) -> Integers:
    """The round trips of the answered probes in the cells `feeding`, in the units of `probes`, in no order."""
    values: Integers = probes.round_trip[_fed_probes(axis, feeding, probes, as_of) & probes.answered]
    return values


def rank(objective: RoundTripObjective, answered: int) -> int:
    """The nearest rank r = ⌈p·N⌉ of the percentile among `answered` values, from 1; exact (R-16)."""
    p = objective.percentile_ratio
    return -(-p.numerator * answered // p.denominator)


def round_trip_of(
    objective: RoundTripObjective, answered: int, within: int, largest: Integers, units_per_ms: int
) -> RoundTripResult:
    """The result of `answered` round trips, of which `within` are within the bound and `largest` the largest ones.

    The value of rank r = ⌈p·N⌉ is the (N − r + 1)-th from the top, so the largest N − r + 1 are enough to find it.
    """
    place = len(largest) - 1 - (answered - rank(objective, answered))
    ordered = np.sort(largest) if largest.dtype == object else np.partition(largest, place)
    return RoundTripResult(objective, answered, within, Fraction(int(ordered[place]), units_per_ms))


def _fed_probes(axis: Axis, feeding: Spans, probes: ProbeRows, as_of: int | None) -> Flags:
    seconds: Numbers = probes.sent_at // _MICROSECONDS
    fed = feeding.contains(axis.floor(seconds))
    if as_of is not None:
        fed &= probes.sent_at <= as_of * _MICROSECONDS
    return fed


def _sums(axis: Axis, feeding: Spans, rows: IntervalRows, as_of: int | None) -> tuple[int, int]:
    """Σ sent and Σ lost of the rows that start in `feeding`: rows are in order, so these are slices of them."""
    end = rows.starts_at.size if as_of is None else int(np.searchsorted(rows.starts_at, as_of, side="right"))
    seconds = [axis.origin + edges * axis.step_seconds for edges in (feeding.starts, feeding.ends)]
    starts, ends = (np.searchsorted(rows.starts_at[:end], at) for at in seconds)
    some = starts < ends
    slices = np.stack((starts[some], ends[some]), axis=1).ravel()
    return _total(rows.sent[:end], slices), _total(rows.lost[:end], slices)


def _total(values: Integers, slices: Numbers) -> int:
    """The exact sum of values[slices[0]:slices[1]], values[slices[2]:slices[3]] …, which may need more than 63 bits."""
    if not slices.size:
        return 0
    if values.dtype != object and int(values.max()) > _INT64_MAX // values.size:
        values = values.astype(object)
    padded = np.append(values[: slices[-1]], values.dtype.type(0) if values.dtype != object else 0)
    return int(np.add.reduceat(padded, slices)[::2].sum())
