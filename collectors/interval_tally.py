"""Counts a prober's packets into the grid intervals they were sent in. Pure: every clock is an argument."""

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple


class Answer(Enum):
    """What an answer turned out to be."""

    IN_TIME = "answered"
    LATE = "late"
    DUPLICATE = "duplicate"
    UNEXPECTED = "unexpected"


class IntervalResult(NamedTuple):
    """One Δt measured to its end: instants in µs since 1970, a lost probe's round trip is -1 ns."""

    starts_at: int
    sent: int
    lost: int
    probes: list[tuple[int, int]]


@dataclass
class _Packet:
    sent_at: int
    sent_monotonic: int
    sent_ntp: int
    round_trip: int = -1


@dataclass
class _Open:
    packets: dict[int, _Packet] = field(default_factory=dict)


class IntervalTally:
    """The intervals that are still open, by their start in µs.

    A packet belongs to the interval its slot lies in. It is lost when no answer came within the timeout, measured
    on the monotonic clock, and a later answer changes nothing (collectors.md §a.7: late counts as lost, once).
    """

    def __init__(self, interval_microseconds: int, timeout_nanoseconds: int) -> None:
        self._interval = interval_microseconds
        self._timeout = timeout_nanoseconds
        self._open: dict[int, _Open] = {}
        self._interval_of: dict[int, int] = {}

    def begin(self, starts_at: int) -> None:
        """Opens the interval: from here on it is measured, even if nothing can be sent in it."""
        self._open.setdefault(starts_at, _Open())

    def sent(self, starts_at: int, sequence: int, sent_at: int, sent_monotonic: int, sent_ntp: int) -> None:
        """Notes a packet that has really left."""
        self._open[starts_at].packets[sequence] = _Packet(sent_at, sent_monotonic, sent_ntp)
        self._interval_of[sequence] = starts_at

    def answered(self, sequence: int, sent_ntp: int, residence: int, received_monotonic: int) -> Answer:
        """Notes an answer: round trip = (T4 - T1) - (T3 - T2), the reflector's own time taken off.

        A residence longer than the whole round trip is a clock that jumped, and is not taken off.
        """
        starts_at = self._interval_of.get(sequence)
        packet = None if starts_at is None else self._open[starts_at].packets[sequence]
        if packet is None or packet.sent_ntp != sent_ntp:
            return Answer.UNEXPECTED
        elapsed = received_monotonic - packet.sent_monotonic
        if elapsed > self._timeout:
            return Answer.LATE
        if packet.round_trip >= 0:
            return Answer.DUPLICATE
        packet.round_trip = elapsed - residence if residence <= elapsed else elapsed
        return Answer.IN_TIME

    def closed(self, now: int) -> list[IntervalResult]:
        """The intervals that ended a timeout or more before `now` (µs since 1970), oldest first; they are let go.

        With nothing sent in it an interval has `sent` 0: it was not measured, which is unknown and not good.
        """
        grace = -(-self._timeout // 1000)
        ended = sorted(starts_at for starts_at in self._open if starts_at + self._interval + grace <= now)
        results = []
        for starts_at in ended:
            packets = self._open.pop(starts_at).packets
            for sequence in packets:
                del self._interval_of[sequence]
            probes = [(packet.sent_at, packet.round_trip) for packet in packets.values()]
            lost = sum(round_trip < 0 for _, round_trip in probes)
            results.append(IntervalResult(starts_at, len(probes), lost, probes))
        return results

    def drop_unfinished(self, now: int) -> None:
        """Forgets intervals that have not ended at `now`: stopped half-way they say nothing about the whole Δt."""
        for starts_at in [start for start in self._open if start + self._interval > now]:
            for sequence in self._open.pop(starts_at).packets:
                del self._interval_of[sequence]

    @property
    def is_empty(self) -> bool:
        """Whether no interval is open."""
        return not self._open
