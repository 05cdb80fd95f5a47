"""Where the intervals of a circuit may start. Pure."""

from typing import NamedTuple


class Grid(NamedTuple):
    """Where intervals may start: `phase_seconds` modulo `length_seconds`, in seconds since 1970."""

    length_seconds: int
    phase_seconds: int
