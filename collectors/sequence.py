"""Gaps in senders' message numbers: what a broker or a sender dropped before it reached us. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from store.gap_rows import LateNumber, StreamHead

FORGET_ABOVE = 10_000  # senders; a flood of invented names must not fill the memory, nor the table
REDELIVERED_AT_MOST = 65_535  # the most that may be unacknowledged (MQTT 5 §3.1.2.11.3) and so come again
NAMES_A_MESSAGE = 1 << 16  # a smaller modulus comes round so soon that a number does not say which message is meant


class Counted(NamedTuple):
    """The number of one message in its sender's stream.

    `measured_at` is the newest instant in it (None: it has none of its own); `is_redelivered` is the broker's word that
    it was sent to us before.
    """

    stream: str
    number: int
    modulus: int | None
    measured_at: datetime | None = None
    is_redelivered: bool = False


class Skipped(NamedTuple):
    """Numbers that never came: how many, when the last message before them was received, and the first and last of
    each run of them (None where a number does not name a message)."""

    messages: int
    last_at: datetime
    missing: tuple[tuple[int, int], ...] | None


class Progress(NamedTuple):
    """What a batch showed, by stream: what was skipped, the last numbers that changed, when the last message before a
    sender's restart was received, and numbers below the last one.

    `is_full`: too many streams; all that was remembered before these heads is forgotten.
    """

    skipped: Mapping[str, Skipped]
    heads: Mapping[str, StreamHead]
    is_full: bool
    restarts: Mapping[str, datetime]
    late: Mapping[str, list[LateNumber]]


class SequenceWatch:
    """Remembers the last number of every stream; `heads` are those stored with the last batch."""

    def __init__(self, heads: Mapping[str, StreamHead] | None = None) -> None:
        self._heads = dict(heads or {})

    def seen(self, numbers: Iterable[Counted], received_at: datetime) -> Progress:
        """Takes the numbers of a batch, in order of arrival.

        Several gaps of one stream in one batch count as one: all its messages have the same instant.
        """
        skipped: dict[str, Skipped] = {}
        changed: dict[str, StreamHead] = {}
        restarts: dict[str, datetime] = {}
        late: dict[str, list[LateNumber]] = {}
        is_full = False
        for one in numbers:
            head = self._heads.get(one.stream)
            if head is None:
                if len(self._heads) >= FORGET_ABOVE:
                    self._heads.clear()
                    changed.clear()
                    is_full = True
                self._heads[one.stream] = changed[one.stream] = StreamHead(
                    one.number, received_at, None, one.measured_at
                )
                continue
            step = _step(head, one)
            if step.missing:
                skipped[one.stream] = _with(skipped.get(one.stream), step.missing, one.modulus, head.received_at)
            if step.restarts and not (step.is_guessed and one.is_redelivered):
                restarts.setdefault(one.stream, head.received_at)
            if step.is_late:
                late.setdefault(one.stream, []).append(LateNumber(one.number, one.measured_at))
            if (step.number, step.before) != (head.number, head.number_before):
                at = one.measured_at if step.restarts else _newer(head.measured_at, one.measured_at)
                self._heads[one.stream] = changed[one.stream] = StreamHead(step.number, received_at, step.before, at)
        return Progress(skipped, changed, is_full, restarts, late)


class _Step(NamedTuple):
    """The last number after this one, the last one before a restart, the runs skipped, and what else the number says;
    `is_guessed`: a restart by the number alone, which a redelivered first message looks like, too."""

    number: int
    before: int | None
    missing: tuple[tuple[int, int], ...] = ()
    restarts: bool = False
    is_guessed: bool = False
    is_late: bool = False


def _step(head: StreamHead, one: Counted) -> _Step:
    """Where a number leads.

    A number that is not above the last came late or again, unless its sender has begun to count anew: its message is
    then newer than all before it. Where messages have no instants a first number (0, 1) says so, or one further back
    than anything unacknowledged can be; a 0 in a count that wraps around soon is a birth (Sparkplug) and no loss.
    """
    if one.modulus is not None:
        return _wrapping_step(head, one, one.modulus)
    if one.number <= head.number:
        return _step_back(head, one)
    return _step_ahead(head, one)


def _wrapping_step(head: StreamHead, one: Counted, modulus: int) -> _Step:
    """Behind is what lies in the half of the circle behind the last number."""
    last, number = head.number, one.number
    names_a_message = modulus >= NAMES_A_MESSAGE
    if number == 0 and last != 0 and not names_a_message:
        return _Step(0, None)
    ahead = (number - last) % modulus
    if 0 < ahead <= modulus // 2:
        runs = ((last + 1, number - 1),) if number > last else ((last + 1, modulus - 1), (0, number - 1))
        return _Step(number, None, tuple(run for run in runs if run[0] <= run[1]))
    if not names_a_message or number > last:
        return _Step(last, None)
    return _step_back(head, one)


def _step_back(head: StreamHead, one: Counted) -> _Step:
    last, number = head.number, one.number
    if number == last:
        return _Step(last, head.number_before)
    if one.measured_at is not None and head.measured_at is not None:
        restarts, is_guessed = one.measured_at > head.measured_at, False
    else:
        restarts, is_guessed = number <= 1 or last - number > REDELIVERED_AT_MOST, True
    if restarts:
        return _Step(number, last, restarts=True, is_guessed=is_guessed)
    return _Step(last, head.number_before, is_late=True)


def _step_ahead(head: StreamHead, one: Counted) -> _Step:
    """After a restart, messages from before it may be redelivered: a number nearer to where the sender was then belongs
    there."""
    last, before, number = head.number, head.number_before, one.number
    if one.is_redelivered and number - last > REDELIVERED_AT_MOST:
        return _Step(last, before)  # it was under way with what we had, so it is from before a restart
    if number == last + 1 or before is None:
        return _Step(number, before if number <= REDELIVERED_AT_MOST else None, _run(last, number))
    if number > before:  # the restart was none: redelivered first numbers of a sender that had long gone on
        return _Step(number, None, _run(max(before, last), number))
    if before - number < number - last:
        return _Step(last, before)
    return _Step(number, before, _run(last, number))


def _run(last: int, number: int) -> tuple[tuple[int, int], ...]:
    return ((last + 1, number - 1),) if number > last + 1 else ()


def _with(
    earlier: Skipped | None, runs: tuple[tuple[int, int], ...], modulus: int | None, last_at: datetime
) -> Skipped:
    messages = sum(last - first + 1 for first, last in runs)
    missing = runs if modulus is None or modulus >= NAMES_A_MESSAGE else None
    if earlier is None:
        return Skipped(messages, last_at, missing)
    both = None if missing is None or earlier.missing is None else earlier.missing + missing
    return Skipped(earlier.messages + messages, earlier.last_at, both)


def _newer(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one is not None and other is not None else one or other
