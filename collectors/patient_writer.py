"""Writes batches however long the database is away, and finds the message to blame when one cannot be stored."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from collectors.backlog import Message
from collectors.batch import Arrival, Batch, RefusedPart, decoded_batch
from collectors.kept_input import kept_of_unread
from collectors.known import Known
from collectors.metrics import COMMIT_SECONDS, DATABASE_UP, IGNORED, MESSAGES, QUARANTINED, READINGS
from collectors.readings_writer import Notes, ReadingsWriter, Tally
from collectors.reasons import Reason, Refusal, Rejected
from store.connection import Connection
from store.errors import InputError, StoreUnavailable

logger = logging.getLogger(__name__)

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.25, 5.0

Answer = TypeVar("Answer")


class PatientWriter:
    """One database, tried again for as long as that can help: away, full, a right missing, all with one line of log."""

    def __init__(
        self, dsn: str, known: Known, limit_bytes: int, opened: Callable[[Connection], None] = lambda _: None
    ) -> None:
        """`opened` gets every connection, when it is new."""
        self._writer = ReadingsWriter(dsn, opened)
        self._known = known
        self._limit_bytes = limit_bytes
        self._away_since: float | None = None

    def close(self) -> None:
        """Closes the connection."""
        self._writer.close()

    def decoded(self, messages: Sequence[Message]) -> Batch:
        """What the messages hold."""
        arrivals = (
            Arrival(one.topic, one.payload, one.received_at, one.retained, one.is_redelivered) for one in messages
        )
        return decoded_batch(arrivals, self._known, self._limit_bytes)

    def store(
        self,
        messages: Sequence[Message],
        batch: Batch,
        notes: Notes | None,
        stop: threading.Event,
        committed: Callable[[Sequence[Message]], None],
    ) -> bool:
        """Stores the batch of these messages and calls `committed` with them; False when asked to stop before it could.

        What cannot be stored as a whole is stored by halves, in order, each committed by itself, down to the one
        message to blame: that goes to quarantine, of its content only the form. So nothing holds up what comes after.
        """
        started = time.perf_counter()
        try:
            tally = self.do(lambda: self._writer.write(batch, notes), stop)
        except InputError:
            raise
        except Exception as error:
            if len(messages) > 1:
                middle = len(messages) // 2
                first, second = messages[:middle], messages[middle:]
                return self.store(first, self.decoded(first), notes, stop, committed) and self.store(
                    second, self.decoded(second), None, stop, committed
                )
            logger.exception("the store failed on one message; it is in quarantine as undecodable")
            aside = _set_aside(messages[0], batch, error)
            tally = self.do(lambda: self._writer.write(aside, notes), stop)
        if tally is None:
            return False
        COMMIT_SECONDS.observe(time.perf_counter() - started)
        committed(messages)
        _count(batch, tally)
        return True

    def run(self, action: Callable[[Connection], Answer], stop: threading.Event) -> Answer | None:
        """Does `action` in a transaction of its own; None when asked to stop before it could."""
        return self.do(lambda: self._writer.run(action), stop)

    def do(self, attempt: Callable[[], Answer], stop: threading.Event) -> Answer | None:
        """The answer of the first attempt that finds the database there; None when asked to stop before that."""
        wait_seconds = FIRST_WAIT_SECONDS
        while True:
            try:
                answer = attempt()
            except StoreUnavailable as error:
                self._away(error)
                if stop.wait(wait_seconds):
                    return None
                wait_seconds = min(wait_seconds * 2, LONGEST_WAIT_SECONDS)
                continue
            self._back()
            return answer

    def _away(self, error: StoreUnavailable) -> None:
        DATABASE_UP.set(0)
        if self._away_since is None:
            self._away_since = time.monotonic()
            logger.warning("database away; messages are kept and nothing is acknowledged until it is back: %s", error)

    def _back(self) -> None:
        DATABASE_UP.set(1)
        if self._away_since is not None:
            logger.info("database back after %.0f s; going on where it stopped", time.monotonic() - self._away_since)
            self._away_since = None


def _set_aside(message: Message, batch: Batch, error: Exception) -> Batch:
    why = Refusal(Reason.UNDECODABLE, f"the store failed on it, a defect of ours: {type(error).__name__}")
    rejected = Rejected(why, kept_of_unread(None, message.payload))
    return Batch(batch.received_at, batch.messages, {}, [RefusedPart(message.topic, rejected, message.retained)], [])


def _count(batch: Batch, tally: Tally) -> None:
    for word, number in batch.messages.items():
        MESSAGES.labels(word).inc(number)
    for (kind, outcome), number in tally.readings.items():
        READINGS.labels(kind, outcome).inc(number)
    for reason, number in tally.quarantined.items():
        QUARANTINED.labels(reason).inc(number)
    for feed, what in batch.ignored:
        IGNORED.labels(feed, what).inc()
