"""Makes the demo's readings from its scenario, seeded, with the truth that any right score must find.

The truth is known by construction (what was put in), never by scoring: this module imports nothing of the engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from facilities.agreement import (
    Agreement,
    AvailabilityObjective,
    LossObjective,
    RoundTripObjective,
    TimeToRestoreObjective,
)
from p2i.scenario import SCRIPTS, Script, span
from store.rows import ExclusionRow, FreezeRow, TicketRow

PROBES_PER_INTERVAL = 10

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SimulatedCircuit:
    """One circuit's month at `step_seconds`: what to publish, and masks of what truly happened to each Δt."""

    circuit: str
    starts_at: datetime
    step_seconds: int
    lost: Integers
    round_trip_nanoseconds: Integers  # of the one timed probe of each Δt; -1 = lost
    measured: Mask
    out: Mask
    in_accepted_works: Mask
    exclusions: list[ExclusionRow]
    tickets: list[TicketRow]
    freezes: list[FreezeRow]

    def at(self, index: int) -> datetime:
        """The start of Δt `index`."""
        return self.starts_at + timedelta(seconds=index * self.step_seconds)

    def interval_readings(self) -> Iterator[dict[str, Any]]:
        """Readings of the native payload, kind intervals, in time order."""
        for index in np.flatnonzero(self.measured).tolist():
            yield {"starts_at": _text(self.at(index)), "sent": PROBES_PER_INTERVAL, "lost": int(self.lost[index])}

    def probe_readings(self) -> Iterator[dict[str, Any]]:
        """Readings of the native payload, kind probes: one per measured Δt, round trips as decimal text."""
        for index in np.flatnonzero(self.measured).tolist():
            nanoseconds = int(self.round_trip_nanoseconds[index])
            round_trip = None if nanoseconds < 0 else f"{nanoseconds // 1_000_000}.{nanoseconds % 1_000_000:06d}"
            yield {"sent_at": _text(self.at(index)), "round_trip_ms": round_trip}


def simulate(circuit: str, agreement: Agreement, starts_at: datetime, ends_at: datetime, seed: int) -> SimulatedCircuit:
    """One circuit's month `[starts_at, ends_at)`; the same seed gives the same readings."""
    script = SCRIPTS[circuit]
    availability = agreement.availability_of(circuit)
    assert availability is not None  # every simulated circuit of the demo inventory has one
    step = availability.interval_seconds
    count = int((ends_at - starts_at).total_seconds()) // step
    random = np.random.default_rng([seed, *circuit.encode()])

    def mask(at_hours: float, minutes: float) -> Mask:
        start, end = (int(edge.total_seconds()) for edge in span(at_hours, minutes))
        if start % step or end % step:
            raise ValueError(f"{circuit}: an event at {at_hours} h does not lie on the grid of {step} s")
        found = np.zeros(count, dtype=np.bool_)
        found[start // step : end // step] = True
        return found

    def union(kind: str) -> Mask:
        masks = [mask(event.at_hours, event.minutes) for event in script.events if event.kind == kind]
        return np.logical_or.reduce(masks) if masks else np.zeros(count, dtype=np.bool_)

    out, burst, measured = union("outage"), union("burst"), ~union("gap")
    # A healthy circuit loses one probe in ten now and then; never enough to be bad by any rule used here.
    lost = (random.random(count) < 0.002).astype(np.int64)
    lost[union("loss")] = 2
    lost[out | burst] = PROBES_PER_INTERVAL
    spread = script.base_round_trip_seconds * 1e9 * (1 + random.gamma(1.5, 0.06, count))
    round_trip = np.where(lost == PROBES_PER_INTERVAL, -1, spread.astype(np.int64))

    notice_hours = agreement.maintenance.notice_hours
    accepted = np.zeros(count, dtype=np.bool_)
    exclusions = []
    for number, works in enumerate(script.works, start=1):
        start, end = span(works.at_hours, works.minutes)
        if notice_hours is None or works.notice_hours >= notice_hours:
            accepted |= mask(works.at_hours, works.minutes)
        announced_at = starts_at + start - timedelta(hours=works.notice_hours)
        exclusions.append(
            ExclusionRow(f"DEMO-MX-{circuit}-{number}", circuit, "maintenance",
                         starts_at + start, starts_at + end, announced_at, "accepted")
        )  # fmt: skip
    tickets, freezes = _tickets(circuit, script, starts_at)
    return SimulatedCircuit(
        circuit, starts_at, step, lost, round_trip, measured, out, accepted, exclusions, tickets, freezes
    )


def _tickets(circuit: str, script: Script, starts_at: datetime) -> tuple[list[TicketRow], list[FreezeRow]]:
    tickets, freezes = [], []
    for number, fault in enumerate(script.faults, start=1):
        name = f"DEMO-T{number}-{circuit}"
        opened, restored = (starts_at + edge for edge in span(fault.at_hours, fault.minutes))
        tickets.append(TicketRow(name, circuit, opened, restored))
        if fault.frozen_minutes:
            frozen_at = opened + timedelta(minutes=fault.frozen_after_minutes)
            until = frozen_at + timedelta(minutes=fault.frozen_minutes)
            freezes.append(FreezeRow(name, frozen_at, until, "accès au site refusé (DÉMO)"))
    return tickets, freezes


def truth(simulated: SimulatedCircuit, agreement: Agreement) -> dict[str, dict[str, Any]]:
    """The figures that a right score of the simulated month must show, by objective id.

    Counted from the masks of what was put in. Only what the scenario uses is known here: events half an hour
    apart, outages longer than the agreement's window, bursts shorter, maintenance below its quota.
    """
    circuit, step = simulated.circuit, simulated.step_seconds
    availability = agreement.availability_of(circuit)
    assert availability is not None
    inside = (
        _service_time(simulated, agreement) if availability.service_hours else np.ones(len(simulated.lost), np.bool_)
    )
    works = simulated.in_accepted_works & inside
    excluded = works if availability.maintenance == "exclude" else np.zeros_like(works)
    counted = inside & simulated.measured & ~excluded
    held_against = counted & simulated.out & ~works
    usable = counted & ~works & ~simulated.out
    figures: dict[str, dict[str, Any]] = {}
    for objective in agreement.objectives:
        if objective.circuit != circuit:
            continue
        if isinstance(objective, AvailabilityObjective):
            figures[objective.id] = {"seconds": {
                "up": int((counted & ~held_against).sum()) * step,
                "down": int(held_against.sum()) * step,
                "unknown": int((inside & ~simulated.measured & ~excluded).sum()) * step,
                "excluded": int(excluded.sum()) * step,
                "outside_service_hours": int((~inside).sum()) * step,
            }}  # fmt: skip
        elif isinstance(objective, LossObjective):
            figures[objective.id] = {
                "sent": int(usable.sum()) * PROBES_PER_INTERVAL,
                "lost": int(simulated.lost[usable].sum()),
            }
        elif isinstance(objective, RoundTripObjective):
            figures[objective.id] = _round_trip(objective, simulated.round_trip_nanoseconds[usable])
        elif isinstance(objective, TimeToRestoreObjective):
            figures[objective.id] = {"tickets": _restored(simulated, agreement, objective)}
    return figures


def _round_trip(objective: RoundTripObjective, round_trips: Integers) -> dict[str, Any]:
    answered = sorted(value for value in round_trips.tolist() if value >= 0)
    rank = -(-objective.percentile_ratio.numerator * len(answered) // objective.percentile_ratio.denominator)
    nanoseconds = answered[rank - 1]
    return {
        "value_ms": f"{nanoseconds // 1_000_000}.{nanoseconds % 1_000_000 // 1000:03d}",
        "answered": len(answered),
        "within": sum(1 for value in answered if Fraction(value, 1_000_000) <= objective.at_most_ms),
    }


def _restored(
    simulated: SimulatedCircuit, agreement: Agreement, objective: TimeToRestoreObjective
) -> list[dict[str, Any]]:
    """Elapsed and frozen seconds per ticket, minute by minute: a scenario lies on whole minutes."""
    lines = []
    for ticket in simulated.tickets:
        assert ticket.restored_at is not None
        minutes = int((ticket.restored_at - ticket.opened_at).total_seconds()) // 60
        at = [ticket.opened_at + timedelta(minutes=minute) for minute in range(minutes)]
        served = [not objective.service_hours or _in_service(agreement, minute) for minute in at]
        frozen = [any(f.starts_at <= minute < f.ends_at for f in simulated.freezes if f.ticket == ticket.ticket)
                  for minute in at]  # fmt: skip
        lines.append({
            "ticket": ticket.ticket,
            "elapsed_seconds": 60 * sum(s and not f for s, f in zip(served, frozen, strict=True)),
            "frozen_seconds": 60 * sum(s and f for s, f in zip(served, frozen, strict=True)),
        })  # fmt: skip
    return lines


def _service_time(simulated: SimulatedCircuit, agreement: Agreement) -> Mask:
    indices = range(len(simulated.lost))
    return np.fromiter((_in_service(agreement, simulated.at(index)) for index in indices), np.bool_, len(indices))


def _in_service(agreement: Agreement, at: datetime) -> bool:
    """Whether the instant lies in any window of its day, on the clock of the hours: Saturdays, seasons, a client's."""
    hours = agreement.service_hours
    assert hours is not None
    local = at.astimezone(hours.time_zone or agreement.time_zone)
    minute = local.hour * 60 + local.minute
    return any(window.from_minute <= minute < window.to_minute for window in hours.windows_on(local.date()))


def occupancy(zone: str, capacity: int, at: datetime, seed: int) -> int:
    """People in a zone at an instant: two shifts on working days, a handful at night; never above capacity."""
    hour = (at.astimezone(UTC).hour + 1) % 24
    share = 0.04 if hour < 7 or hour >= 23 else 0.85 if 9 <= hour < 18 else 0.45
    if at.weekday() >= 5:
        share *= 0.3
    random = np.random.default_rng([seed, *zone.encode(), int(at.timestamp())])
    return min(capacity, int(capacity * share * random.uniform(0.85, 1.1)))


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
