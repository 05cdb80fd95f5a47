"""Rates from samples of a counter, by rule R-18 (sla-standards.md): a gap where a difference cannot be believed. Pure.

A gap is unknown. It is neither 0 nor the spike that a wrong difference would be.
"""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

WRAPS_64 = 2**64
UPTIME_MODULUS = 2**32
UPTIME_TOLERANCE_HUNDREDTHS = 500
"""How far sysUpTime and our clock may disagree before the agent counts as restarted (R-18: 5 s)."""
_BOUND = Fraction(105, 100)


class Gap(StrEnum):
    """Why there is no rate between two samples."""

    RENAMED = "renamed"
    DISCONTINUITY = "discontinuity"
    RESTART = "restart"
    NO_TIME = "no_time"
    AMBIGUOUS_WRAP = "ambiguous_wrap"
    DECREASED = "decreased"
    IMPLAUSIBLE = "implausible"


class CounterSample(NamedTuple):
    """One reading of a counter.

    `read_at_us` is when it was read, µs by one clock for all samples. `name` is what the counter belongs to (ifName: an
    index may be given to another interface at a restart). `uptime_hundredths` is sysUpTime of the same answer and
    `discontinuity` ifCounterDiscontinuityTime, both None where the source has none.
    """

    read_at_us: int
    value: int
    name: str = ""
    uptime_hundredths: int | None = None
    discontinuity: int | None = None


class Rate(NamedTuple):
    """What a counter grew by between two samples, in its own unit, and per second; or the gap and why."""

    starts_at_us: int
    ends_at_us: int
    growth: int | None
    per_second: Fraction | None
    gap: Gap | None


def rate(
    first: CounterSample, second: CounterSample, modulus: int = WRAPS_64, largest_per_second: Fraction | None = None
) -> Rate:
    """The rate between two consecutive samples, exactly.

    `modulus` belongs to the source (2^32, 2^64, 2^53 for snmp_exporter, 2^16): a decrease below 2^64 is a wrap, but
    only where the speed rules out a second one in between; a decrease of a 64-bit counter is a gap. R-18's order holds:
    another name, a discontinuity, a restart, the difference, and at last the bound of 1.05 times `largest_per_second`,
    what the interface can do in the counter's unit (octets: ifHighSpeed × 10^6 / 8); None, or the 0 that virtual
    interfaces report, is unknown. The span is the one between the readings, never the nominal period.
    """
    span_us = second.read_at_us - first.read_at_us
    gap = _broken(first, second, span_us)
    if gap is not None:
        return Rate(first.read_at_us, second.read_at_us, None, None, gap)
    fastest = largest_per_second or None
    growth = second.value - first.value
    if growth < 0:
        if modulus >= WRAPS_64 or first.value >= modulus:
            gap = Gap.DECREASED
        elif fastest is None or fastest * span_us >= modulus * 1_000_000:
            gap = Gap.AMBIGUOUS_WRAP
        growth += modulus
    per_second = Fraction(growth * 1_000_000, span_us)
    if gap is None and fastest is not None and per_second > fastest * _BOUND:
        gap = Gap.IMPLAUSIBLE
    if gap is not None:
        return Rate(first.read_at_us, second.read_at_us, None, None, gap)
    return Rate(first.read_at_us, second.read_at_us, growth, per_second, None)


def _broken(first: CounterSample, second: CounterSample, span_us: int) -> Gap | None:
    """Why the two samples are not of one and the same running counter."""
    if first.name != second.name:
        return Gap.RENAMED
    if first.discontinuity != second.discontinuity:
        return Gap.DISCONTINUITY
    if span_us <= 0:
        return Gap.NO_TIME
    if first.uptime_hundredths is not None and second.uptime_hundredths is not None:
        expected = first.uptime_hundredths + span_us // 10_000
        # sysUpTime wraps after 497 days: only the difference modulo 2^32 tells a restart (CT-3).
        off = (second.uptime_hundredths - expected + UPTIME_MODULUS // 2) % UPTIME_MODULUS - UPTIME_MODULUS // 2
        if abs(off) > UPTIME_TOLERANCE_HUNDREDTHS:
            return Gap.RESTART
    return None


def rates(
    samples: Sequence[CounterSample], modulus: int = WRAPS_64, largest_per_second: Fraction | None = None
) -> list[Rate]:
    """The rates between neighbours of samples in the order of reading; one fewer than there are samples."""
    return [rate(first, second, modulus, largest_per_second) for first, second in pairwise(samples)]


def changes(samples: Sequence[CounterSample]) -> list[tuple[int, int, int]]:
    """Where a counter of events (carrier transitions) grew: the two instants between which, and by how many.

    A decrease is a counter that began again, and no event.
    """
    return [
        (first.read_at_us, second.read_at_us, second.value - first.value)
        for first, second in pairwise(samples)
        if second.value > first.value
    ]
