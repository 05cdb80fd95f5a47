"""What readings may be about: the circuits and zones of the inventory, with their numbers in the store. Pure."""

from collections.abc import Mapping
from typing import NamedTuple


class Grid(NamedTuple):
    """Where intervals may start: `phase_seconds` modulo `length_seconds`, in seconds since 1970."""

    length_seconds: int
    phase_seconds: int


class Series(NamedTuple):
    """A circuit or zone as the store knows it: its number, the park it belongs to, and the grids its agreements
    count intervals on (none: nothing is promised, any start will do)."""

    number: int
    facility: str
    grids: frozenset[Grid] = frozenset()


class Known(NamedTuple):
    """The circuits and zones readings may be about, by code."""

    circuits: Mapping[str, Series]
    zones: Mapping[str, Series]


def grids_of(series: Mapping[str, Series]) -> dict[int, frozenset[Grid]]:
    """The grids of the series that have any, by their number."""
    return {one.number: one.grids for one in series.values() if one.grids}
