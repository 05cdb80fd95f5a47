"""The queue between the network thread and the writer: bounded by bytes, never blocking the network thread."""

import threading
from collections import deque
from datetime import datetime
from typing import NamedTuple

from collectors.metrics import QUEUE_BYTES, QUEUE_MESSAGES

MESSAGE_BYTES = 400
"""What a message takes in memory beside topic and payload: with small payloads most of it."""


class Message(NamedTuple):
    """One message as it arrived; `connection` and `mid` are what an acknowledgement needs.

    `is_redelivered`: the broker says that it has sent it to us before (DUP).
    """

    connection: object
    mid: int
    qos: int
    topic: str
    payload: bytes
    received_at: datetime
    retained: bool = False
    is_redelivered: bool = False

    @property
    def size_bytes(self) -> int:
        """Its share of the queue, about."""
        return len(self.payload) + len(self.topic) + MESSAGE_BYTES


class Backlog:
    """Messages in order of arrival, waiting for the writer.

    When it is full the network thread stops reading (`has_room`), so that TCP and the broker hold what comes next;
    nothing is dropped here.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._messages: deque[Message] = deque()
        self._bytes = 0
        self._arrived = threading.Condition()
        self._wanted = 1

    def has_room(self) -> bool:
        """Whether another message may be put."""
        has_room = self._bytes < self._limit_bytes
        if not has_room:
            self._count(0)
        return has_room

    def put(self, message: Message) -> None:
        """Adds one message; never waits."""
        with self._arrived:
            self._messages.append(message)
            self._bytes += message.size_bytes
            if len(self._messages) >= self._wanted:  # waking the writer for each one costs more than the message
                self._arrived.notify()

    def take(self, enough: int, linger_seconds: float, patience_seconds: float, at_most_bytes: int) -> list[Message]:
        """The next messages in order, [] when none comes within `patience_seconds`.

        Once there is one, waits for others until `enough` are there or `linger_seconds` have passed, whichever is
        first; returns all that are there, up to about `at_most_bytes`. A broker that hands out fewer than `enough`
        at a time (its in-flight window) so costs `linger_seconds` and never a stall.
        """
        with self._arrived:
            self._wanted = 1
            if not self._arrived.wait_for(lambda: self._messages, patience_seconds):
                return []
            self._wanted = enough
            self._arrived.wait_for(lambda: len(self._messages) >= enough, linger_seconds)
            taken: list[Message] = []
            size = 0
            while self._messages and (not taken or size + self._messages[0].size_bytes <= at_most_bytes):
                taken.append(self._messages.popleft())
                size += taken[-1].size_bytes
            self._count(-size)
            return taken

    def _count(self, added_bytes: int) -> None:
        self._bytes += added_bytes
        QUEUE_MESSAGES.set(len(self._messages))
        QUEUE_BYTES.set(self._bytes)
