"""What should arrive, and what did: rows of what alerting reads every few seconds. Pure."""

from datetime import datetime
from typing import Literal, NamedTuple


class Promised(NamedTuple):
    """An objective of a listed agreement: the Δt of its circuit where it counts intervals; None = it does not."""

    agreement: str
    objective: str
    circuit: str
    indicator: str
    interval_seconds: int | None


class Arrival(NamedTuple):
    """One of the newest batches of a series: the newest instant in it by its source, and when it reached us.

    `kind` is that of the readings: interval, probe, state, occupancy, sensor.
    """

    subject: Literal["circuit", "zone", "sensor"]
    code: str
    kind: str
    last_at: datetime
    received_at: datetime
