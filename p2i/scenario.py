"""The demo's month: what happens to each simulated circuit, hour by hour, and to the zones. Data only, DÉMO."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True)
class Event:
    """Something that happens `at_hours` after the month's start and lasts `minutes`.

    outage: every probe is lost. burst: likewise, but too short to be an outage. gap: nothing is measured.
    loss: two probes in ten are lost, which no rule here calls bad.
    """

    kind: Literal["outage", "burst", "gap", "loss"]
    at_hours: float
    minutes: float


@dataclass(frozen=True)
class Works:
    """Maintenance announced `notice_hours` before its start; with less notice than agreed it does not count."""

    at_hours: float
    minutes: float
    notice_hours: float


@dataclass(frozen=True)
class Fault:
    """A ticket, open from `at_hours` for `minutes`, its clock frozen for a span inside (0 minutes: never)."""

    at_hours: float
    minutes: float
    frozen_after_minutes: float = 0
    frozen_minutes: float = 0


@dataclass(frozen=True)
class Script:
    """One circuit's month. Events lie at least half an hour apart, so that each is judged by itself."""

    base_round_trip_seconds: float
    events: tuple[Event, ...] = ()
    works: tuple[Works, ...] = ()
    faults: tuple[Fault, ...] = field(default=())


# Hours are counted from local midnight of the first. Every size is a whole number of the circuit's Δt.
SCRIPTS = {
    # Δt 10 s. An outage that maintenance covers in its middle (like vector AV-7), bursts of nine Δt, a frozen ticket.
    "casa-a1": Script(
        0.018,
        (Event("outage", 97.5, 120), Event("burst", 200, 1.5), Event("burst", 300, 1.5), Event("loss", 400, 30),
         Event("outage", 463, 40), Event("gap", 500, 12)),
        (Works(98, 60, 240), Works(600, 120, 100)),
        (Fault(97.6, 115, 30, 60), Fault(463.1, 50)),
    ),
    # Compliant at 99.9 %: one outage of 20 minutes.
    "casa-b1": Script(0.021, (Event("outage", 210, 20), Event("loss", 350, 120), Event("burst", 420, 4))),
    # Y.1540, Δt 300 s: one block is enough.
    "tech-a1": Script(0.016, (Event("outage", 55, 5), Event("loss", 250, 60), Event("outage", 640, 30))),
    # Service hours: the first outage lies at night and costs nothing, the second on a Tuesday morning.
    "tech-b1": Script(0.017, (Event("outage", 26, 180), Event("outage", 178, 45)), (), (Fault(177.9, 300, 60, 30),)),
    "fes-a1": Script(0.027, (Event("outage", 130, 90), Event("burst", 131.9 + 1, 4), Event("gap", 380, 30))),
    # The backup leg is cut while the primary is healthy.
    "fes-b1": Script(0.029, (Event("outage", 300, 240),), (Works(500, 240, 130),)),
    # Hardly measured for two days: the verdict must say so.
    "ouj-a1": Script(0.033, (Event("gap", 400, 2880), Event("outage", 100, 30)), (), (Fault(100.1, 500),)),
    "ouj-b1": Script(0.035, (Event("outage", 620, 15),), (), (Fault(620, 30),)),
    # Maintenance counts as up; late notice does not count at all.
    "tet-a1": Script(
        0.024, (Event("outage", 151, 45), Event("outage", 330, 20)),
        (Works(150.5, 120, 150), Works(329.5, 60, 24)),
    ),
    "tet-b1": Script(0.026),
}  # fmt: skip

# The shortest month has 672 hours: a script beyond it would fall off the end of February.
SHORTEST_MONTH_HOURS = 672


def span(at_hours: float, minutes: float) -> tuple[timedelta, timedelta]:
    """The start and end of something, counted from the month's start, to the second."""
    start = timedelta(seconds=round(at_hours * 3600))
    return start, start + timedelta(seconds=round(minutes * 60))
