"""Gaps in senders' message numbers: what a broker or a sender dropped before it reached us. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from collectors.feed_rows import Numbered
from store.gap_rows import StreamHead

FORGET_ABOVE = 10_000  # senders; a flood of invented names must not fill the memory, nor the table
REDELIVERED_AT_MOST = 65_535  # the most that may be unacknowledged (MQTT 5 §3.1.2.11.3) and so come again


class Skipped(NamedTuple):
    """Numbers that never came: how many, and when the last message before them was received."""

    messages: int
    last_at: datetime


class Progress(NamedTuple):
    """What a batch showed, by stream: what was skipped, and the last numbers that changed.

    `is_full`: too many streams; all that was remembered before these heads is forgotten.
    """

    skipped: Mapping[str, Skipped]
    heads: Mapping[str, StreamHead]
    is_full: bool = False


class SequenceWatch:
    """Remembers the last number of every stream; `heads` are those stored with the last batch."""

    def __init__(self, heads: Mapping[str, StreamHead] | None = None) -> None:
        self._heads = dict(heads or {})

    def seen(self, numbers: Iterable[Numbered], received_at: datetime) -> Progress:
        """Takes the numbers of a batch, in order of arrival.

        Several gaps of one stream in one batch count as one: all its messages have the same instant.
        """
        skipped: dict[str, Skipped] = {}
        changed: dict[str, StreamHead] = {}
        is_full = False
        for one in numbers:
            head = self._heads.get(one.stream)
            if head is None and len(self._heads) >= FORGET_ABOVE:
                self._heads.clear()
                changed.clear()
                is_full = True
            number, before, missing = _step(head, one.number, one.modulus)
            if missing and head is not None:
                earlier = skipped.get(one.stream, Skipped(0, head.received_at))
                skipped[one.stream] = earlier._replace(messages=earlier.messages + missing)
            if head is None or (number, before) != (head.number, head.number_before):
                self._heads[one.stream] = changed[one.stream] = StreamHead(number, received_at, before)
        return Progress(skipped, changed, is_full)


def _step(head: StreamHead | None, number: int, modulus: int | None) -> tuple[int, int | None, int]:
    """The last number after this one, the last one before the sender's restart, and how many were skipped.

    0 says that the sender counts from the beginning (a Sparkplug birth, a prober started anew) unless it is the next
    after the largest. Any other number not above the last is a redelivery; where numbers wrap around (`modulus`), one
    in the half of the circle behind it. After a restart, messages from before it may be redelivered: a number nearer
    to where the sender was then belongs there.
    """
    if head is None:
        return number, None, 0
    last, before = head.number, head.number_before
    if number == 0 and last != 0:
        return 0, (last if modulus is None else None), 0
    if modulus is not None:
        ahead = (number - last) % modulus
        return (last, None, 0) if ahead == 0 or ahead > modulus // 2 else (number, None, ahead - 1)
    if number <= last:
        return last, before, 0
    if number == last + 1 or before is None:
        return number, (before if number <= REDELIVERED_AT_MOST else None), number - last - 1
    if number > before:  # the 0 was a redelivered one: the sender had long gone on
        return number, None, number - max(before, last) - 1
    if before - number < number - last:
        return last, before, 0
    return number, before, number - last - 1
