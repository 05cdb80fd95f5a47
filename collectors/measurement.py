"""What one result of an active test said about a path, whatever tool made it. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

NOTHING: Mapping[int, int] = MappingProxyType({})


class Measurement(NamedTuple):
    """Packets sent and lost from `starts_at_us` (µs since 1970; None = the result names no instant) for `span_us`.

    `round_trips` are those of the packets in the order of sending, in ns, None for a lost one; the whole field is None
    where the tool tells only counts. `spacing_us` lies between two of them. `one_way` is a histogram of one-way delays,
    ns to packets: it says nothing about a round trip and is not stored as one. `source` is the tool's own name of the
    path, for the mapping to translate.
    """

    source: str
    starts_at_us: int | None
    span_us: int | None
    sent: int
    lost: int
    round_trips: tuple[int | None, ...] | None = None
    spacing_us: int | None = None
    one_way: Mapping[int, int] = NOTHING
