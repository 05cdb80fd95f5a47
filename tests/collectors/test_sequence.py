from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from collectors.sequence import FORGET_ABOVE, Counted, SequenceWatch, Skipped
from store.gap_rows import LateNumber, StreamHead

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def skipped(
    watch: SequenceWatch, numbers: Iterable[int], modulus: int | None = None, stream: str = "casa/a"
) -> list[int]:
    """How many each number shows to be missing, each in a batch of its own."""
    found = []
    for number in numbers:
        one = watch.seen([Counted(stream, number, modulus)], NOON).skipped.get(stream)
        found.append(one.messages if one else 0)
    return found


def test_gaps_are_counted_redeliveries_are_not() -> None:
    assert skipped(SequenceWatch(), (5, 6, 9, 7, 9, 10, 0, 1, 3)) == [0, 0, 2, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        ((254, 255, 0, 1), [0, 0, 0, 0]),
        ((254, 1, 2), [0, 2, 0]),
        ((10, 12, 11, 12, 13), [0, 1, 0, 0, 0]),
        ((2, 254, 3), [0, 0, 0]),  # redelivered across the wrap
        ((200, 0, 1, 2), [0, 0, 0, 0]),  # a birth: the node counts from the beginning
        ((10, 0, 1, 3), [0, 0, 0, 1]),
    ],
)
def test_numbers_that_wrap_around(numbers: tuple[int, ...], missing: list[int]) -> None:
    assert skipped(SequenceWatch(), numbers, 256) == missing


@pytest.mark.parametrize(
    ("before", "redelivered", "next_number", "missing"),
    [
        ((5, 8), (5, 8), 9, 0),
        ((9998, 0, 1, 5), (9998, 0, 1, 5), 6, 0),  # its sender was started anew in between
        ((9998, 0, 1, 5), (0, 1, 5), 8, 2),
        ((9998, 0), (9998, 0), 1, 0),
        ((40, 41), (), 44, 2),
    ],
)
def test_what_a_killed_collector_had_stored_is_not_missing_when_it_comes_again(
    before: tuple[int, ...], redelivered: tuple[int, ...], next_number: int, missing: int
) -> None:
    first = SequenceWatch()
    heads: dict[str, StreamHead] = {}
    for number in before:
        heads |= first.seen([Counted("casa/a", number, None)], NOON).heads
    assert skipped(SequenceWatch(heads), redelivered) == [0] * len(redelivered)
    assert skipped(SequenceWatch(heads), (*redelivered, next_number))[-1] == missing


def test_gaps_of_one_batch_are_one_and_begin_with_the_last_message_before_them() -> None:
    watch = SequenceWatch()
    watch.seen([Counted("a", 1, None)], NOON)
    later = NOON + timedelta(seconds=10)
    progress = watch.seen([Counted("a", number, None) for number in (2, 4, 5, 9)], later)
    assert progress.skipped == {"a": Skipped(4, later, ((3, 3), (6, 8)))}  # 2 came in the same batch
    assert watch.seen([Counted("a", 12, None)], later).skipped == {"a": Skipped(2, later, ((10, 11),))}
    watch = SequenceWatch({"a": progress.heads["a"]._replace(received_at=NOON)})
    assert watch.seen([Counted("a", 11, None)], later).skipped == {"a": Skipped(1, NOON, ((10, 10),))}


def test_a_batch_that_changes_nothing_leaves_nothing_to_write() -> None:
    watch = SequenceWatch()
    assert set(watch.seen([Counted("a", 7, None)], NOON).heads) == {"a"}
    assert watch.seen([Counted("a", 7, None), Counted("a", 6, None)], NOON).heads == {}


def test_collectors_count_apart() -> None:
    watch = SequenceWatch()
    assert [skipped(watch, (1,), stream=name) for name in ("a", "b")] == [[0], [0]]
    assert skipped(watch, (3,), stream="a") == [1]
    assert skipped(watch, (2,), stream="b") == [0]


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    watch = SequenceWatch()
    full = 0
    for number in range(2 * FORGET_ABOVE + 1):
        full += watch.seen([Counted(f"invented-{number}", 1, None)], NOON).is_full
    assert full == 2
    assert len(watch._heads) <= FORGET_ABOVE


def came(watch: SequenceWatch, number: int, minute: int | None, *, again: bool = False) -> tuple[bool, list[int], int]:
    """Whether a number shows a restart, which numbers came late by it, and how many it shows to be missing."""
    at = None if minute is None else NOON + timedelta(minutes=minute)
    progress = watch.seen([Counted("a", number, None, at, again)], NOON)
    late = [each.number for each in progress.late.get("a", [])]
    skips = progress.skipped.get("a")
    return "a" in progress.restarts, late, skips.messages if skips else 0


NOTHING: tuple[bool, list[int], int] = (False, [], 0)
RESTART: tuple[bool, list[int], int] = (True, [], 0)


@pytest.mark.parametrize("first", [0, 1, 3])
def test_a_number_that_goes_back_while_time_goes_on_is_a_restart(first: int) -> None:
    watch = SequenceWatch()
    assert came(watch, 900, 1) == NOTHING
    assert came(watch, first, 2) == RESTART
    assert came(watch, first + 1, 3) == NOTHING
    assert came(watch, first + 4, 4) == (False, [], 2)
    assert came(watch, 900, 1) == NOTHING  # from before the restart, once more
    assert came(watch, first + 5, 5) == NOTHING


def test_a_number_that_goes_back_with_its_instant_came_late_or_again() -> None:
    watch = SequenceWatch()
    for number, minute in ((1, 1), (2, 2), (6, 6)):
        came(watch, number, minute)
    assert came(watch, 4, 4) == (False, [4], 0)
    assert came(watch, 1, 1) == (False, [1], 0)  # the sender publishes its whole buffer: no restart
    assert came(watch, 7, 7) == NOTHING


def test_messages_of_one_instant_are_no_restart_when_they_come_again() -> None:
    watch = SequenceWatch()
    for number in (8, 9, 10):
        came(watch, number, 5)
    assert came(watch, 8, 5) == (False, [8], 0)


@pytest.mark.parametrize(
    ("last", "number", "restarts"),
    [(900, 1, True), (900, 0, True), (900, 2, False), (2_000_000, 1_900_000, True), (2_000_000, 1_999_000, False)],
)
def test_without_instants_a_first_number_or_a_large_step_back_is_a_restart(
    last: int, number: int, restarts: bool
) -> None:
    watch = SequenceWatch()
    came(watch, last, None)
    assert came(watch, number, None)[0] is restarts


def test_without_instants_the_brokers_mark_tells_a_redelivered_first_number_from_a_restart() -> None:
    watch = SequenceWatch()
    for number in (0, 1, 2):
        came(watch, number, None)
    assert [came(watch, number, None, again=True)[0] for number in (0, 1, 2)] == [False] * 3
    assert came(watch, 3, None) == NOTHING


def test_what_is_redelivered_from_before_a_large_step_back_is_no_gap() -> None:
    watch = SequenceWatch()
    for number, minute in ((2_000_000_000, 1), (500_000, 2), (500_001, 3)):
        came(watch, number, minute)
    assert came(watch, 2_000_000_000, 1, again=True) == NOTHING
    assert came(watch, 500_002, 4) == NOTHING


def test_a_frame_counter_names_its_messages_and_a_count_of_256_does_not() -> None:
    watch = SequenceWatch()
    for stream, modulus in (("lora", 2**32), ("plc", 256)):
        watch.seen([Counted(stream, 10, modulus, NOON)], NOON)
        progress = watch.seen([Counted(stream, 13, modulus, NOON + timedelta(minutes=3))], NOON)
        assert progress.skipped[stream] == Skipped(2, NOON, ((11, 12),) if stream == "lora" else None)
        late = watch.seen([Counted(stream, 12, modulus, NOON + timedelta(minutes=2))], NOON).late
        assert late == ({"lora": [LateNumber(12, NOON + timedelta(minutes=2))]} if stream == "lora" else {})
    wrapped = watch.seen([Counted("lora", 2, 2**32, NOON + timedelta(minutes=9))], NOON)  # reset, same session
    assert set(wrapped.restarts) == {"lora"}
