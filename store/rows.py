"""The rows in which stages meet. Pure: no I/O, so that arithmetic may use them."""

from datetime import datetime
from enum import IntEnum
from typing import NamedTuple


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


class QuarantineRow(NamedTuple):
    """Input that could not become a reading. `source` is the collector, `origin` a topic or file and line,
    `reason` a short fixed word for counting, `detail` the sentence for people."""

    source: str
    origin: str
    reason: str
    detail: str
    payload: bytes
    received_at: datetime


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
