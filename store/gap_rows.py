"""The rows of gaps, and of what a collector remembers in order to notice them. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

SESSION_LOST, SEQUENCE, RESTART = "session_lost", "sequence", "restart"


class GapRow(NamedTuple):
    """Messages that were sent, or may have been, between two receptions, and never came.

    `series` is a session's client id or a sender's stream; `starts_at` None and `messages` None are unknown. `missing`
    are the numbers, as pairs of the first and the last of each run; None where a number does not name a message.
    """

    source: str
    series: str
    starts_at: datetime | None
    ends_at: datetime
    messages: int | None
    reason: str
    noticed_at: datetime
    missing: Sequence[tuple[int, int]] | None = None


class LateNumber(NamedTuple):
    """A number below one that came before it, and when its message was measured (None: not said)."""

    number: int
    measured_at: datetime | None


class StreamHead(NamedTuple):
    """The last number of a sender, and the newest instant in its messages since it began to count.

    `number_before` is its last one before it began again (None: it did not, or long ago); `measured_at` is None where
    its messages have no instants.
    """

    number: int
    received_at: datetime
    number_before: int | None = None
    measured_at: datetime | None = None


class RememberedSession(NamedTuple):
    """A session that the broker should still hold: what it is subscribed to, and when it was last known to be there."""

    topics: Sequence[str]
    seen_at: datetime
