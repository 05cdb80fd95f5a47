"""Why input was refused: the fixed words that quarantine and metrics count by. Pure."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import NamedTuple

from collectors.observation import SequenceNumber


class Reason(StrEnum):
    """One word per kind of bad input; docs/native-payload.md and docs/import.md explain each."""

    MALFORMED = "malformed"
    OVERSIZED = "oversized"
    TOPIC = "topic"
    UNKNOWN_KEY = "unknown_key"
    OFF_TYPE = "off_type"
    NAIVE_INSTANT = "naive_instant"
    AMBIGUOUS_INSTANT = "ambiguous_instant"
    NONEXISTENT_INSTANT = "nonexistent_instant"
    FUTURE = "future"
    CLOCK_NOT_SET = "clock_not_set"
    NEGATIVE = "negative"
    OUT_OF_RANGE = "out_of_range"
    LOST_EXCEEDS_SENT = "lost_exceeds_sent"
    TOO_PRECISE = "too_precise"
    OFF_GRID = "off_grid"
    UNKNOWN_CIRCUIT = "unknown_circuit"
    UNKNOWN_ZONE = "unknown_zone"
    UNKNOWN_DEVICE = "unknown_device"
    FACILITY_MISMATCH = "facility_mismatch"
    NOT_MEASURED = "not_measured"
    OUT_OF_SCOPE = "out_of_scope"
    CONFLICT = "conflict"
    DATABASE_REFUSED = "database_refused"
    UNDECODABLE = "undecodable"
    IDENTITY = "identity"
    REBIRTH_NEEDED = "rebirth_needed"


class Refusal(NamedTuple):
    """A reason and the sentence for people; the sentence never repeats text of the sender."""

    reason: Reason
    detail: str


class Rejected(NamedTuple):
    """Input that will not become a reading: why, and the bytes that quarantine keeps of it."""

    refusal: Refusal
    kept: bytes


class Refused(Exception):
    """Raised inside a decoder for one value; never leaves it.

    `sequence` is the number of the message where the decoder had read it: refused or not, the message came.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.refusal = Refusal(reason, detail)
        self.sequence: SequenceNumber | None = None


@contextmanager
def numbered(sequence: SequenceNumber | None) -> Iterator[None]:
    """What is refused within had this number."""
    try:
        yield
    except Refused as refused:
        refused.sequence = sequence
        raise
