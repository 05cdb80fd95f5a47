"""What readings may be about: the circuits and zones of the inventory, with their numbers in the store. Pure."""

from collections.abc import Mapping
from typing import NamedTuple


class Series(NamedTuple):
    """A circuit or zone as the store knows it: its number, and the park it belongs to."""

    number: int
    facility: str


class Known(NamedTuple):
    """The circuits and zones readings may be about, by code."""

    circuits: Mapping[str, Series]
    zones: Mapping[str, Series]
