"""The probers of one process together: their targets from the inventory, their results as native payloads."""

import asyncio
import re
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from collectors.interval_tally import IntervalResult
from collectors.native_row import milliseconds_text
from collectors.native_topic import KindWord, NativeTopic
from collectors.prober import Prober, Target
from collectors.spool import Spool
from facilities.circuits import Probe
from facilities.instants import instant_text
from facilities.inventory import Inventory
from store.errors import InputError
from store.instants import instant_of

DEFAULT_INTERVAL_SECONDS = 10  # Δt of MEF 10.4, for a circuit nobody has promised anything about
READINGS_PER_MESSAGE = 1000


def targets(inventory: Inventory, probes: Iterable[Probe], today: date, interval_seconds: int | None) -> list[Target]:
    """What to probe, each on the grid of its circuit's availability agreement, or of `interval_seconds`.

    Raises InputError when a circuit would be measured twice (its intervals have one key) or its agreements differ.
    """
    found: list[Target] = []
    for probe in probes:
        if any(target.circuit == probe.circuit for target in found):
            raise InputError(f'--probe: two probes measure circuit "{probe.circuit}"; choose one')
        length, phase = _grid(inventory, probe.circuit, today, interval_seconds)
        timeout = int(Decimal(probe.timeout_seconds) * 1_000_000_000)
        found.append(Target(probe.circuit, probe.host, probe.port, probe.packets_per_second, timeout, length, phase))
    return found


def _grid(inventory: Inventory, circuit: str, today: date, interval_seconds: int | None) -> tuple[int, int]:
    grids = set()
    for agreement in inventory.agreements_of_circuit(circuit):
        objective = agreement.availability_of(circuit)
        if objective is not None and agreement.is_in_force_on(today):
            length = interval_seconds or objective.interval_seconds
            grids.add((length, agreement.starts_at % length))
    if len(grids) > 1:
        raise InputError(f'circuit "{circuit}": its agreements count on different grids; name --interval-seconds')
    return grids.pop() if grids else (interval_seconds or DEFAULT_INTERVAL_SECONDS, 0)


class Results:
    """Turns results into messages of one collector and hands them to `put`; numbers them for gap detection."""

    def __init__(self, inventory: Inventory, collector: str, put: Callable[[str, bytes], None]) -> None:
        self._inventory = inventory
        self._collector = collector
        self._put = put
        self._seq = 0

    def publish(self, circuit: str, result: IntervalResult) -> None:
        """One `intervals` message, then the interval's packets as `probes` messages."""
        interval = {
            "starts_at": instant_text(result.starts_at // 1_000_000),
            "sent": result.sent,
            "lost": result.lost,
        }
        self._message(circuit, "intervals", [interval])
        for part in _parts(result.probes):
            readings = [
                {
                    "sent_at": instant_of(sent_at).isoformat().replace("+00:00", "Z"),
                    "round_trip_ms": milliseconds_text(round_trip),
                }
                for sent_at, round_trip in part
            ]
            self._message(circuit, "probes", readings)

    def _message(self, circuit: str, kind: KindWord, readings: Sequence[object]) -> None:
        facility = self._inventory.circuits[circuit].facility
        payload = msgspec.json.encode({"circuit": circuit, "seq": self._seq, "readings": readings})
        self._seq += 1
        self._put(NativeTopic(facility, self._collector, kind).text, payload)


def _parts(probes: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    for start in range(0, len(probes), READINGS_PER_MESSAGE):
        yield probes[start : start + READINGS_PER_MESSAGE]


def default_collector() -> str:
    """This machine's name as a topic level."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname().partition(".")[0])[:63] or "prober"


async def measure(wanted: Sequence[Target], results: Results, spool: Spool, stop: asyncio.Event) -> None:
    """Probes every target until `stop` is set; P2IError when the broker refuses us for good."""

    def finished(circuit: str) -> Callable[[IntervalResult], None]:
        return lambda result: results.publish(circuit, result)

    async def watch() -> None:
        while not stop.is_set():
            spool.raise_failure()
            try:
                await asyncio.wait_for(stop.wait(), 0.5)
            except TimeoutError:
                continue

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(watch())
            for target in wanted:
                group.create_task(Prober(target, finished(target.circuit)).run(stop))
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
