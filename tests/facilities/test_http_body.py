"""Bodies of requests: whole, too large, too slow, broken off."""

import asyncio
import tracemalloc
from collections.abc import Iterable, MutableMapping
from typing import Any

import pytest

from facilities.http_body import DISCARDED_TIMES, Read, Receive, read_body

LIMIT = 1 << 20


def sent(pieces: Iterable[bytes], *, ends: bool = True) -> Receive:
    """What a server hands on of a sender: its pieces, and then the end, or the loss of the connection."""
    messages = iter(pieces)

    async def receive() -> MutableMapping[str, Any]:
        piece = next(messages, None)
        if piece is not None:
            return {"type": "http.request", "body": piece, "more_body": True}
        return {"type": "http.request"} if ends else {"type": "http.disconnect"}

    return receive


@pytest.mark.parametrize(
    ("receive", "keep", "expected"),
    [
        (sent([]), True, Read(b"")),
        (sent([b"ab", b"", b"c"]), True, Read(b"abc")),
        (sent([b"ab", b"c"]), False, Read(b"")),
        (sent([bytes(LIMIT)]), True, Read(bytes(LIMIT))),
        (sent([bytes(LIMIT), b"x"]), True, Read(None, 413)),
        (sent([bytes(LIMIT), b"x"]), False, Read(None, 413)),
        (sent([b"ab"], ends=False), True, Read(None, 400)),
    ],
)
def test_a_body_as_it_comes(receive: Receive, keep: bool, expected: Read) -> None:
    assert asyncio.run(read_body(receive, LIMIT, 10.0, keep=keep)) == expected


def test_a_large_body_is_thrown_away_as_it_comes_and_one_without_end_is_cut_off() -> None:
    read = []

    def pieces() -> Iterable[bytes]:
        while True:
            read.append(1)
            yield bytes(LIMIT // 8)

    tracemalloc.start()
    try:
        assert asyncio.run(read_body(sent(pieces()), LIMIT, 10.0, keep=True)) == Read(None, 413)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1.5 * LIMIT
    assert len(read) == 8 * DISCARDED_TIMES + 1


def test_a_body_that_does_not_come_in_time_is_408() -> None:
    async def receive() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    assert asyncio.run(read_body(receive, LIMIT, 0.05, keep=True)) == Read(None, 408)
