"""Measures one circuit: STAMP packets on an even grid, counted per interval, and what could not be measured said so."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from collectors.interval_tally import IntervalResult, IntervalTally
from collectors.probe_metrics import PROBE_PACKETS
from collectors.probe_socket import ProbeSocket
from collectors.stamp import Reply

logger = logging.getLogger(__name__)

CLOCK_STEP_SECONDS = 300


class Target(NamedTuple):
    """What is probed, how often, and the grid its intervals lie on: starts are `phase_seconds` modulo the interval."""

    circuit: str
    host: str
    port: int
    packets_per_second: int
    timeout_nanoseconds: int
    interval_seconds: int
    phase_seconds: int = 0


class Prober:
    """Sends, receives and counts for one target; every finished interval goes to `finished`.

    `wall_clock` gives ns since 1970, and places packets on the grid; round trips are the monotonic clock's.
    """

    def __init__(
        self,
        target: Target,
        finished: Callable[[IntervalResult], None],
        wall_clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._wall_clock = wall_clock
        self._target = target
        self._finished = finished
        self._tally = IntervalTally(target.interval_seconds * 1_000_000, target.timeout_nanoseconds)
        self._socket = ProbeSocket(
            target.host,
            target.port,
            self._answered,
            refused=partial(self._count, "refused"),
            malformed=partial(self._count, "malformed"),
            wall_clock=wall_clock,
        )
        self._sequence = 0
        self._fault: str | None = None
        self._longest_wait = max(2 * target.interval_seconds, CLOCK_STEP_SECONDS) * 1_000_000

    async def run(self, stop: asyncio.Event) -> None:
        """Measures from the next interval on until `stop` is set, then gives the intervals that have ended.

        An interval that `stop` cuts is not given: the rest of it was not measured, and half of it proves nothing.
        """
        try:
            while not stop.is_set():
                await self._follow(self._slots(self._now()), stop)
            self._tally.drop_unfinished(self._now())
            while not self._tally.is_empty:
                await asyncio.sleep(0.01)
                self._give()
        finally:
            self._socket.close()

    async def _follow(self, slots: Iterator[tuple[int, int]], stop: asyncio.Event) -> None:
        """Sends slot by slot; returns when stopped, or when the clock has left the slots far behind or ahead."""
        share = 1_000_000 // self._target.packets_per_second
        for starts_at, slot in slots:
            if not await self._reached(slot, stop):
                return
            self._tally.begin(starts_at)
            if self._now() - slot < share:
                await self._send(starts_at)
            else:
                self._count("missed")  # this process was stopped or starved: a packet never sent is not lost

    def _slots(self, now: int) -> Iterator[tuple[int, int]]:
        """(start of the interval, instant to send at) in µs, without end, from the first interval after `now`.

        Slots lie in the middle of their share of the interval, so that a timer's delay moves none into the next.
        """
        target = self._target
        interval, phase = target.interval_seconds * 1_000_000, target.phase_seconds * 1_000_000
        starts_at = now - (now - phase) % interval + interval
        count = target.interval_seconds * target.packets_per_second
        while True:
            for index in range(count):
                yield starts_at, starts_at + (2 * index + 1) * interval // (2 * count)
            starts_at += interval

    async def _reached(self, slot: int, stop: asyncio.Event) -> bool:
        """Waits for the wall clock to show `slot`; False when stopped before, or when the clock was set elsewhere."""
        while -self._longest_wait < (ahead := slot - self._now()) < self._longest_wait:
            self._give()
            if ahead <= 0:
                await asyncio.sleep(0)  # answers are read even when we are behind
                return not stop.is_set()
            try:
                # In steps: a clock set forward must not leave us waiting for a moment long past.
                await asyncio.wait_for(stop.wait(), min(ahead / 1e6, 0.5))
            except TimeoutError:
                continue
            return False
        logger.warning("%s: the clock moved by %.0f s; that time is not measured", self._target.circuit, -ahead / 1e6)
        return False

    def _give(self) -> None:
        for result in self._tally.closed(self._now()):
            self._count("lost", result.lost)
            self._finished(result)

    async def _send(self, starts_at: int) -> None:
        departure = await self._socket.send(self._sequence)
        self._say_fault(self._socket.fault)
        if departure is None:
            self._count("unsent")
            return
        self._tally.sent(starts_at, self._sequence, departure.unix // 1000, departure.monotonic, departure.ntp)
        self._sequence = (self._sequence + 1) % 2**32
        self._count("sent")

    def _answered(self, answer: Reply, received: int) -> None:
        sequence, sent_ntp, residence = answer
        self._count(self._tally.answered(sequence, sent_ntp, residence, received).value)

    def _now(self) -> int:
        return self._wall_clock() // 1000

    def _count(self, outcome: str, number: int = 1) -> None:
        PROBE_PACKETS.labels(self._target.circuit, outcome).inc(number)

    def _say_fault(self, fault: str | None) -> None:
        """One line when measuring starts to fail on our side, one when it works again."""
        if fault is not None and self._fault is None:
            logger.warning(
                "%s: cannot send to %s port %d (%s); until it can, its intervals are unknown, not lost",
                self._target.circuit, self._target.host, self._target.port, fault,
            )  # fmt: skip
        elif fault is None and self._fault is not None:
            logger.info("%s: sending again", self._target.circuit)
        self._fault = fault
