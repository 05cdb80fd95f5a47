"""What readings may be about: circuits and zones with their numbers in the store, and feeds of devices. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from collectors.feeds import NO_FEEDS, Feeds
from collectors.grid import Grid


class Series(NamedTuple):
    """A circuit or zone as the store knows it: its number, the park it belongs to, and the grids its agreements
    count intervals on (none: nothing is promised, any start will do)."""

    number: int
    facility: str
    grids: frozenset[Grid] = frozenset()


class Known(NamedTuple):
    """The circuits and zones readings may be about, by code, and the feeds of devices of other makers."""

    circuits: Mapping[str, Series]
    zones: Mapping[str, Series]
    feeds: Feeds = NO_FEEDS


def grids_of(series: Mapping[str, Series]) -> dict[int, frozenset[Grid]]:
    """The grids of the series that have any, by their number."""
    return {one.number: one.grids for one in series.values() if one.grids}
