"""What a batch shows to be missing, as rows: numbers that senders skipped, senders that began to count anew. Pure."""

from datetime import datetime
from typing import NamedTuple

from collectors.feeds import Feeds
from collectors.sequence import Progress
from store.gap_rows import RESTART, SEQUENCE, GapRow


class Shown(NamedTuple):
    """The gaps, and how many messages were skipped by park."""

    gaps: list[GapRow]
    skipped: dict[str, int]


def shown(source: str, progress: Progress, at: datetime, feeds: Feeds) -> Shown:
    """The gaps of a batch received `at`.

    A restart is a gap of unknown size: what its sender had sent between the last message and the restart, if anything.
    """
    gaps = [GapRow(source, stream, last_at, at, None, RESTART, at) for stream, last_at in progress.restarts.items()]
    skipped: dict[str, int] = {}
    for stream, one in progress.skipped.items():
        gaps.append(GapRow(source, stream, one.last_at, at, one.messages, SEQUENCE, at, one.missing))
        facility = facility_of(stream, feeds)
        skipped[facility] = skipped.get(facility, 0) + one.messages
    return Shown(gaps, skipped)


def facility_of(stream: str, feeds: Feeds) -> str:
    """The park a stream belongs to: `FACILITY/COLLECTOR` says it, and of `FEED/…` the inventory does."""
    name = stream.partition("/")[0]
    opened = feeds.by_code.get(name)
    return name if opened is None else opened.feed.facility
