"""Checks every reading must pass whatever brought it: instants a clock can have shown, counts that add up. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from collectors.grid import Grid
from collectors.native_topic import KindWord
from collectors.reasons import Reason, Refusal

Column = npt.NDArray[np.int64]

FUTURE_SECONDS = 300
"""A source's clock may run ahead this far (collectors.md §0.6); beyond, the instant is not believed."""
CLOCK_NOT_SET_BEFORE = 1_262_304_000_000_000  # 2010-01-01 in µs: before the parks; clocks start in 1970 or 2000
WHOLE_SECONDS = frozenset({"intervals", "states"})
"""Kinds whose instants have no fraction of a second (score.md, Command: only `sent_at` may have one)."""
LARGEST_COUNT = 2**31 - 1
LARGEST_PEOPLE = 100_000
"""Far more than a zone holds: an absurd count, stored first, would keep the real one of its instant out."""
LARGEST_NANOSECONDS = 86_400 * 10**9  # a day: no packet is out longer, and every sum stays far inside 64 bits


def refusals(
    kind: KindWord,
    columns: Sequence[Column],
    received_at_microseconds: int,
    grids: Mapping[int, frozenset[Grid]],
) -> dict[int, Refusal]:
    """The rows that cannot be, by position. `columns` are series numbers, instants in µs since 1970, then the values.

    The first objection found stands: an instant not believed, then a fraction of a second, then a start that lies on
    no grid the circuit's agreements count on (`grids`, by series number; scoring would have to refuse the month for
    it), then counts.
    """
    found: dict[int, Refusal] = {}

    def object_to(mask: npt.NDArray[np.bool_], reason: Reason, detail: str) -> None:
        for position in np.flatnonzero(mask).tolist():
            found.setdefault(position, Refusal(reason, detail))

    series, instants, *values = columns
    object_to(
        instants > received_at_microseconds + FUTURE_SECONDS * 1_000_000,
        Reason.FUTURE,
        f"dated more than {FUTURE_SECONDS // 60} minutes after it was received",
    )
    object_to(instants < CLOCK_NOT_SET_BEFORE, Reason.CLOCK_NOT_SET, "dated before the year 2010: a clock never set")
    if kind in WHOLE_SECONDS:
        object_to(instants % 1_000_000 != 0, Reason.TOO_PRECISE, "the instant has a fraction of a second")
    if kind == "intervals":
        for number in np.unique(series).tolist():
            if on := grids.get(number):
                starts = instants // 1_000_000
                off = np.logical_and.reduce([(starts - grid.phase_seconds) % grid.length_seconds != 0 for grid in on])
                lengths = " or ".join(f"{grid.length_seconds} s" for grid in sorted(on))
                object_to((series == number) & off, Reason.OFF_GRID, f"starts off the circuit's grid of {lengths}")
        object_to(values[1] > values[0], Reason.LOST_EXCEEDS_SENT, "more lost than sent")
    if kind == "occupancy":
        object_to(values[0] > LARGEST_PEOPLE, Reason.OUT_OF_RANGE, f"more than {LARGEST_PEOPLE} people in one zone")
    return found


def is_plausible(
    kind: KindWord, rows: Sequence[tuple[int, ...]], received_at_microseconds: int, grids: frozenset[Grid]
) -> bool:
    """Whether `refusals` would object to none of the rows of one series: the same rules, quicker for a few rows."""
    latest = received_at_microseconds + FUTURE_SECONDS * 1_000_000
    if not all(CLOCK_NOT_SET_BEFORE <= row[1] <= latest for row in rows):
        return False
    if kind in WHOLE_SECONDS and any(row[1] % 1_000_000 for row in rows):
        return False
    if kind == "intervals":
        if grids and not all(any(_is_on(grid, row[1] // 1_000_000) for grid in grids) for row in rows):
            return False
        return all(row[3] <= row[2] for row in rows)
    return kind != "occupancy" or all(row[2] <= LARGEST_PEOPLE for row in rows)


def _is_on(grid: Grid, start: int) -> bool:
    return (start - grid.phase_seconds) % grid.length_seconds == 0
