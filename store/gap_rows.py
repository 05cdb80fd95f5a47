"""The rows of gaps, and of what a collector remembers in order to notice them. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

SESSION_LOST, SEQUENCE = "session_lost", "sequence"


class GapRow(NamedTuple):
    """Messages that were sent, or may have been, between two receptions, and never came.

    `series` is a session's client id or a sender's stream; `starts_at` None and `messages` None are unknown.
    """

    source: str
    series: str
    starts_at: datetime | None
    ends_at: datetime
    messages: int | None
    reason: str
    noticed_at: datetime


class StreamHead(NamedTuple):
    """The last number of a sender; `number_before` is its last one before it began again at 0 (None = it did not)."""

    number: int
    received_at: datetime
    number_before: int | None = None


class RememberedSession(NamedTuple):
    """A session that the broker should still hold: what it is subscribed to, and when it was last known to be there."""

    topics: Sequence[str]
    seen_at: datetime
