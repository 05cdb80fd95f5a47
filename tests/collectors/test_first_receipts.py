"""Messages delivered again count as received when they came first, and only those."""

from datetime import UTC, datetime, timedelta

from collectors.backlog import Message
from collectors.first_receipts import as_first_received, digest_of, noted, redelivered
from store.deliveries import Delivery

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


def message(mid: int, body: bytes = b"{}", at: datetime = LATER, *, again: bool = False, qos: int = 1) -> Message:
    return Message(None, mid, qos, "z2m/door", body, at, is_redelivered=again)


def stored(mid: int, body: bytes = b"{}") -> dict[int, Delivery]:
    return {mid: Delivery(digest_of(message(mid, body)), NOON, NOON)}


def instants(messages: list[Message], known: dict[int, Delivery]) -> list[datetime]:
    return [one.received_at for one in as_first_received(messages, known)]


def test_what_is_delivered_again_came_when_it_came_first() -> None:
    assert redelivered([message(5, again=True), message(6)]) == [5]
    assert instants([message(5, again=True)], stored(5)) == [NOON]


def test_without_the_mark_an_equal_message_under_the_same_identifier_is_a_new_one() -> None:
    assert instants([message(5)], stored(5)) == [LATER]


def test_the_mark_alone_says_nothing_of_a_message_that_was_never_stored() -> None:
    assert instants([message(5, again=True)], {}) == [LATER]
    assert instants([message(5, b"other", again=True)], stored(5)) == [LATER]
    assert instants([message(6, again=True)], stored(5)) == [LATER]


def test_two_equal_messages_under_way_are_told_apart() -> None:
    known = {5: stored(5)[5], 6: stored(6)[6]._replace(received_at=NOON + timedelta(seconds=7))}
    assert instants([message(5, again=True), message(6, again=True)], known) == [NOON, NOON + timedelta(seconds=7)]


def test_a_message_that_waits_here_twice_because_the_connection_broke_is_one() -> None:
    both = [message(5, at=NOON), message(5, at=LATER, again=True)]
    assert instants(both, {}) == [NOON, NOON]
    used_again = [message(5, at=NOON), message(5, b"other", LATER, again=True)]
    assert instants(used_again, stored(5)) == [NOON, LATER]


def test_qos_0_has_no_identifier_and_never_comes_again() -> None:
    assert redelivered([message(0, qos=0, again=True)]) == []
    assert instants([message(0, qos=0, again=True)], stored(0)) == [LATER]
    assert noted([message(0, qos=0)], [0], LATER) == {}


def test_only_messages_without_instants_are_remembered() -> None:
    messages = [message(5), message(6, at=NOON), message(7)]
    assert noted(messages, [1], LATER) == {6: Delivery(digest_of(messages[1]), NOON, LATER)}
