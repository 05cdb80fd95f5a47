from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from collectors.feed_rows import Numbered
from collectors.sequence import FORGET_ABOVE, SequenceWatch, Skipped
from store.gap_rows import StreamHead

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def skipped(
    watch: SequenceWatch, numbers: Iterable[int], modulus: int | None = None, stream: str = "casa/a"
) -> list[int]:
    """How many each number shows to be missing, each in a batch of its own."""
    found = []
    for number in numbers:
        one = watch.seen([Numbered(stream, number, modulus)], NOON).skipped.get(stream)
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
        heads |= first.seen([Numbered("casa/a", number, None)], NOON).heads
    assert skipped(SequenceWatch(heads), redelivered) == [0] * len(redelivered)
    assert skipped(SequenceWatch(heads), (*redelivered, next_number))[-1] == missing


def test_gaps_of_one_batch_are_one_and_begin_with_the_last_message_before_them() -> None:
    watch = SequenceWatch()
    watch.seen([Numbered("a", 1, None)], NOON)
    later = NOON + timedelta(seconds=10)
    progress = watch.seen([Numbered("a", number, None) for number in (2, 4, 5, 9)], later)
    assert progress.skipped == {"a": Skipped(4, later)}  # 2 came in the same batch
    assert watch.seen([Numbered("a", 12, None)], later).skipped == {"a": Skipped(2, later)}
    watch = SequenceWatch({"a": progress.heads["a"]._replace(received_at=NOON)})
    assert watch.seen([Numbered("a", 11, None)], later).skipped == {"a": Skipped(1, NOON)}


def test_a_batch_that_changes_nothing_leaves_nothing_to_write() -> None:
    watch = SequenceWatch()
    assert set(watch.seen([Numbered("a", 7, None)], NOON).heads) == {"a"}
    assert watch.seen([Numbered("a", 7, None), Numbered("a", 6, None)], NOON).heads == {}


def test_collectors_count_apart() -> None:
    watch = SequenceWatch()
    assert [skipped(watch, (1,), stream=name) for name in ("a", "b")] == [[0], [0]]
    assert skipped(watch, (3,), stream="a") == [1]
    assert skipped(watch, (2,), stream="b") == [0]


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    watch = SequenceWatch()
    full = 0
    for number in range(2 * FORGET_ABOVE + 1):
        full += watch.seen([Numbered(f"invented-{number}", 1, None)], NOON).is_full
    assert full == 2
    assert len(watch._heads) <= FORGET_ABOVE
