import threading
import time
from datetime import UTC, datetime

from collectors.backlog import MESSAGE_BYTES, Backlog, Message


def message(number: int, size: int = MESSAGE_BYTES + 10) -> Message:
    """A message that takes `size` bytes of the queue."""
    return Message(None, number, 1, "", bytes(size - MESSAGE_BYTES), datetime(2026, 9, 1, tzinfo=UTC))


def numbers(messages: list[Message]) -> list[int]:
    return [one.mid for one in messages]


def test_messages_come_out_in_order_and_all_that_are_there() -> None:
    backlog = Backlog(limit_bytes=1_000_000)
    for number in range(5):
        backlog.put(message(number))
    assert numbers(backlog.take(2, 10.0, 10.0, 10_000)) == [0, 1, 2, 3, 4]
    assert backlog.take(2, 0.0, 0.0, 1000) == []


def test_a_batch_that_does_not_fill_waits_no_longer_than_the_linger() -> None:
    backlog = Backlog(limit_bytes=1_000_000)
    backlog.put(message(0))
    started = time.monotonic()
    assert numbers(backlog.take(500, 0.05, 10.0, 1000)) == [0]
    assert 0.04 < time.monotonic() - started < 5


def test_a_full_batch_does_not_wait() -> None:
    backlog = Backlog(limit_bytes=1_000_000)

    def arrive() -> None:
        for number in range(3):
            backlog.put(message(number))

    arriving = threading.Thread(target=arrive)
    arriving.start()
    assert len(backlog.take(3, 60.0, 60.0, 10_000)) == 3
    arriving.join()


def test_a_batch_is_bounded_by_bytes_and_holds_one_message_at_least() -> None:
    backlog = Backlog(limit_bytes=1_000_000)
    for number, size in enumerate((6000, 3000, 2000, 50_000)):
        backlog.put(message(number, size))
    assert [numbers(backlog.take(1, 0.0, 0.0, 10_000)) for _ in range(3)] == [[0, 1], [2], [3]]


def test_it_is_full_by_bytes_and_has_room_again_when_something_is_taken() -> None:
    backlog = Backlog(limit_bytes=1000)
    backlog.put(message(0, 600))
    assert backlog.has_room()
    backlog.put(message(1, 600))
    assert not backlog.has_room()
    backlog.take(1, 0.0, 0.0, 600)
    assert backlog.has_room()
