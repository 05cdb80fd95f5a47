"""The rows in which stages meet. Pure: no I/O, so that arithmetic may use them."""

from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Literal, NamedTuple, TypeAlias

ExclusionKind: TypeAlias = Literal["maintenance", "customer", "force_majeure"]
Decision: TypeAlias = Literal["proposed", "accepted", "rejected"]


class State(IntEnum):
    """State of a circuit, numbered as in `circuit_state.state`; `unknown` is neither of the others."""

    up = 1
    down = 2
    unknown = 3


class IntervalRow(NamedTuple):
    """Probes sent and lost in the grid interval that starts at `starts_at`; `sent = 0` is unknown."""

    circuit: str
    starts_at: datetime
    sent: int
    lost: int


class ProbeRow(NamedTuple):
    """One probe; `round_trip_nanoseconds` None = lost. Whole nanoseconds, so that verdicts compare exactly."""

    circuit: str
    sent_at: datetime
    round_trip_nanoseconds: int | None


class StateRow(NamedTuple):
    """From `changed_at` on the circuit is in `state`."""

    circuit: str
    changed_at: datetime
    state: State


class OccupancyRow(NamedTuple):
    """`people` counted in `zone` at `measured_at`; a count, never an identity."""

    zone: str
    measured_at: datetime
    people: int


class SensorRow(NamedTuple):
    """A device of the inventory: what its source calls it, where it hangs, and the zone it counts for, if any."""

    sensor: str
    facility: str
    zone: str | None
    feed: str
    device: str
    is_demo: bool


class SensorReadingRow(NamedTuple):
    """One reading of a part of a sensor: an exact `counted`, a physical `value`, or the `reason` there is neither.

    `modulus` and `span_seconds` tell series apart: where a total wraps, and what time a count of a period covers.
    `is_historical`: the device had stored it and sent it late, so that it is not what is there now.
    """

    sensor: str
    channel: str
    quantity: str
    measured_at: datetime
    counted: int | None
    value: float | None
    reason: str = ""
    modulus: int | None = None
    span_seconds: Decimal | None = None
    is_historical: bool = False


class QuarantineRow(NamedTuple):
    """Input that could not become a reading. `source` is the collector, `origin` a topic or file and line,
    `reason` a short fixed word for counting, `detail` the sentence for people. `retained`: it came as a retained
    message, state of some time before."""

    source: str
    origin: str
    reason: str
    detail: str
    payload: bytes
    received_at: datetime
    retained: bool = False


class TransitionRow(NamedTuple):
    """A change the engine noticed: a circuit's state or an objective's verdict.

    `changed_at` is when it happened (back-dated as the contract says), `noticed_at` when the engine saw it.
    """

    subject: str
    agreement: str
    objective: str
    circuit: str
    is_demo: bool
    from_state: str
    to_state: str
    changed_at: datetime
    noticed_at: datetime
    reason: str


class CircuitRow(NamedTuple):
    """A circuit of the inventory as the store knows it; what is None is unknown."""

    circuit: str
    facility: str
    tenant: str | None
    is_demo: bool
    label: str | None = None
    carrier: str | None = None
    a_end: str | None = None
    z_end: str | None = None
    cir_bps: int | None = None
    leg: str | None = None
    carrier_name: str | None = None


class ZoneRow(NamedTuple):
    """A zone of the inventory as the store knows it; capacity None is unknown."""

    zone: str
    facility: str
    tenant: str | None
    capacity_people: int | None
    is_demo: bool
    label: str | None = None


class ParkRow(NamedTuple):
    """A platform of the inventory, with or without anything to measure; what is None is unknown."""

    facility: str
    name: str
    facility_type: str
    status: str
    city: str
    region: str | None
    time_zone: str
    manager: str | None
    latitude: float | None
    longitude: float | None
    is_demo: bool


class TenantRow(NamedTuple):
    """A company that agreements are with."""

    tenant: str
    name: str
    is_demo: bool


class AgreementRow(NamedTuple):
    """An agreement as dashboards name it; verdicts are computed from the file, never from here."""

    agreement: str
    tenant: str
    facility: str
    time_zone: str
    starts_on: date
    ends_on: date | None
    monthly_fee: Decimal
    currency: str
    is_demo: bool


class ObjectiveRow(NamedTuple):
    """An objective of an agreement and its target; the numbers it does not have are None."""

    agreement: str
    objective: str
    circuit: str
    indicator: str
    target_ratio: Decimal | None
    at_most_ratio: Decimal | None
    at_most_seconds: Decimal | None
    percentile_ratio: Decimal | None
    interval_seconds: int | None
    min_coverage_ratio: Decimal | None = None


class PeriodRow(NamedTuple):
    """A civil month (`2026-09`) of a zone, as facilities.calendar cuts it."""

    time_zone: str
    month: str
    starts_at: datetime
    ends_at: datetime


class TicketRow(NamedTuple):
    """A fault report on one circuit; `restored_at` None = still open."""

    ticket: str
    circuit: str
    opened_at: datetime
    restored_at: datetime | None


class FreezeRow(NamedTuple):
    """A span in which a ticket's clock stands still, on all its circuits."""

    ticket: str
    starts_at: datetime
    ends_at: datetime
    reason: str


class ExclusionRow(NamedTuple):
    """A span that is not held against the service, once accepted; `announced_at` None fails any notice."""

    exclusion: str
    circuit: str
    kind: ExclusionKind
    starts_at: datetime
    ends_at: datetime
    announced_at: datetime | None
    decision: Decision


class Touched(NamedTuple):
    """A circuit with new facts, and the span in which they lie (both instants inclusive)."""

    circuit: str
    first_at: datetime
    last_at: datetime
