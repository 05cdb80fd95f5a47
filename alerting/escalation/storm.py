"""How much goes out over one channel, and when the rest becomes one digest. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from store.notice_rows import Waiting


@dataclass(frozen=True, slots=True)
class Limits:
    """At most `alone` messages go one by one over a channel within `window`; beyond, one digest tells the rest.

    One in `reserve` of what a channel may carry in an hour is kept for pages.
    """

    alone: int = 5
    window: timedelta = timedelta(seconds=120)
    reserve: int = 5


class Flow(NamedTuple):
    """What to do with what waits: send `alone` by themselves, and make a digest of the rest, or leave it waiting."""

    alone: int
    digest: bool


def flow(waiting: Waiting, limits: Limits, per_hour: int, now: datetime) -> Flow:
    """How a channel's messages go out now.

    What fits goes alone. What does not is a storm: the one that matters first still goes alone if none went within the
    window, and everything else becomes a digest; as long as one was written within the window, what is left over waits
    for its end. So a channel never carries more than `alone` messages and one digest in a window, and `per_hour` of
    both in an hour, however many there are. The last part of those is for pages alone: whatever else has used up the
    rest, the next page goes out.
    """
    left = max(0, per_hour - waiting.within_hour)
    left = max(left - per_hour // limits.reserve, min(left, waiting.urgent))
    room = min(max(0, limits.alone - waiting.alone), left)
    if waiting.due <= room:
        return Flow(waiting.due, False)
    if waiting.digest_at is not None and waiting.digest_at > now - limits.window:
        return Flow(room, False)
    if left < 2:  # the one that matters first, or nothing: a digest would be one message more
        return Flow(left, False)
    return Flow(0 if waiting.alone else 1, True)
