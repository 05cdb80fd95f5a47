"""From classified time to seconds: what a period holds of up, down, unknown, excluded and outside time. Pure, exact."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from facilities.agreement import AvailabilityObjective
from sla_engine.facts import Flags
from sla_engine.spans import Axis, Numbers, Spans
from store.intervals import Interval

_OUTAGES = "outages"


@dataclass(frozen=True, slots=True)
class Tally:
    """The counted time of a span, in seconds, and what happened in it.

    `up + down + unknown + excluded + outside_service_hours` is exactly the span (anchors I1).
    `measured_up` and `measured_down` are the parts of up and down that were measured, not filled in by
    the contract's policy for unknown time. `high_loss_intervals` and `consecutive_high_loss` are counts.
    """

    up: int = 0
    down: int = 0
    unknown: int = 0
    excluded: int = 0
    outside_service_hours: int = 0
    measured_up: int = 0
    measured_down: int = 0
    provisional: int = 0
    high_loss_intervals: int = 0
    consecutive_high_loss: int = 0
    outages: tuple[Interval[int], ...] = ()

    def followed_by(self, later: Tally) -> Tally:
        """The tally of both spans, when `later` starts where this one ends; an outage across the cut is one.

        Exact when the cut is a `Counted.settled_at` and `later` was started there with its state.
        """
        outages = list(self.outages)
        for outage in later.outages:
            if outages and outages[-1].ends_at == outage.starts_at:
                outages[-1] = Interval(outages[-1].starts_at, outage.ends_at)
            else:
                outages.append(outage)
        names = [name for name in Tally.__slots__ if name != _OUTAGES]
        sums = {name: getattr(self, name) + getattr(later, name) for name in names}
        return replace(self, outages=tuple(outages), **sums)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The scored period in cells between which nothing changes, and what is known of each.

    `edges` number the cells' boundaries on an axis. `measured`: something was measured. `measured_bad`:
    and it was bad. `classed`: the state says whether it is up or down, after the contract's policy for
    unknown time. `down`: the state, where `classed`. `undecided`: what comes later can still change it.
    """

    edges: Numbers
    measured: Flags
    measured_bad: Flags
    classed: Flags
    down: Flags
    undecided: Flags
    excluded: Flags
    in_service: Flags


def tally(objective: AvailabilityObjective, axis: Axis, cells: Cells) -> tuple[Tally, Spans]:
    """The tally of the period, and the cells of it that feed loss and round trip (counted, available, not excluded).

    Outside service hours wins over excluded, excluded over unknown. With `maintenance = "up"` excluded time is
    up where it was measured, and unknown where it was not, whatever the policy for unknown time says.
    """
    lengths = np.diff(cells.edges)

    def seconds(flags: Flags) -> int:
        return int(lengths[flags].sum()) * axis.step_seconds

    forgiven = cells.in_service & cells.excluded
    ordinary = cells.in_service & ~cells.excluded
    feeding = ordinary & cells.classed & ~cells.down
    down = ordinary & cells.classed & cells.down
    if objective.maintenance == "up":
        up, excluded = feeding | (forgiven & cells.measured), np.zeros_like(forgiven)
    else:
        up, excluded = feeding, forgiven
    runs = Spans.where(cells.edges, feeding & cells.measured_bad)
    long_runs = _long_runs(objective, runs)
    outages = Spans.where(cells.edges, cells.classed & cells.down)
    return Tally(
        up=seconds(up),
        down=seconds(down),
        unknown=seconds(cells.in_service & ~up & ~down & ~excluded),
        excluded=seconds(excluded),
        outside_service_hours=seconds(~cells.in_service),
        measured_up=seconds(up & cells.measured),
        measured_down=seconds(down & cells.measured),
        provisional=seconds(cells.undecided & (up | down)),
        high_loss_intervals=runs.total(),
        consecutive_high_loss=len(long_runs) if objective.high_loss_counting == "runs" else int(long_runs.sum()),
        outages=tuple(
            Interval(axis.seconds(start), axis.seconds(end))
            for start, end in zip(outages.starts.tolist(), outages.ends.tolist(), strict=True)
        ),
    ), Spans.where(cells.edges, feeding)


def _long_runs(objective: AvailabilityObjective, runs: Spans) -> npt.NDArray[np.int64]:
    """The lengths of the runs of at least p high-loss intervals; with n = 1 there is no p and no run."""
    lengths = runs.ends - runs.starts
    if objective.consecutive_high_loss is None:
        return lengths[:0]
    return lengths[lengths >= objective.consecutive_high_loss]
