"""Reads a request's body with a bound on its size and on its time, keeping no more than the bound."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

DISCARDED_TIMES = 8  # a body up to so many limits is read to its end, so that its sender gets to see the answer


class Read(NamedTuple):
    """The body; None with the HTTP status to answer where it was too large (413), too slow (408) or broken off."""

    body: bytes | None
    status: int = 200


Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


async def read_body(receive: Receive, limit_bytes: int, seconds: float, *, keep: bool) -> Read:
    """The body of a request, b"" where it is not to be kept.

    A body above the limit is thrown away as it comes. The clock runs for the whole body, so one byte at a time does
    not keep a place for ever.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, limit_bytes, keep=keep)
    except TimeoutError:
        return Read(None, 408)


async def _read(receive: Receive, limit_bytes: int, *, keep: bool) -> Read:
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":  # the sender is gone: nobody will read an answer
            return Read(None, 400)
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit_bytes:
            pieces.clear()
        elif keep:
            pieces.append(piece)
        if size > limit_bytes * DISCARDED_TIMES:
            return Read(None, 413)
        if not message.get("more_body", False):
            return Read(None, 413) if size > limit_bytes else Read(b"".join(pieces))
