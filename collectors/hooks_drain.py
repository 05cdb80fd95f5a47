"""From the queue of webhooks to the database: in order of arrival, removed once committed."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from collectors.backlog import Message
from collectors.batch_notes import BatchNotes
from collectors.batch_store import WEBHOOK
from collectors.hooks_queue import HookQueue, Queued
from collectors.known import Known
from collectors.metrics import DATABASE_UP
from collectors.patient_writer import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, PatientWriter
from collectors.registration import registered
from facilities.inventory import Inventory
from store.connection import connect
from store.errors import StoreUnavailable
from store.gaps import read_streams
from store.migrations import require_current_schema

logger = logging.getLogger(__name__)

CLIENT_ID = "p2i-hooks"
"""Under this name the last message number of every sender is kept, as `p2i collect` keeps those under its client id."""
BATCH_BODIES = 200
BATCH_BYTES = 4 * 1024 * 1024
PATIENCE_SECONDS = 0.5
LAST_WRITE_SECONDS = 5.0


class HookDrain:
    """Empties a queue into a database until stopped; runs in a thread of its own."""

    def __init__(
        self, queue: HookQueue, dsn: str, inventory: Inventory, limit_bytes: int, clock: Callable[[], datetime]
    ) -> None:
        self._queue = queue
        self._dsn = dsn
        self._inventory = inventory
        self._limit_bytes = limit_bytes
        self._clock = clock

    def run(self, stop: threading.Event) -> None:
        """Drains until `stop` is set, and then for a few seconds what is left; the rest stays in the queue.

        A reading without an instant of its own counts as measured when its body was received, which the queue knows:
        however often a body is decoded, its readings have the same keys. Raises P2IError for what no waiting helps:
        an older schema, a DSN that is none.
        """
        try:
            known = self._registered(stop)
            if known is not None:
                self._drain(known, PatientWriter(self._dsn, known, self._limit_bytes), stop)
        finally:
            if self._queue.count:
                logger.info("stopped with %d bodies in the queue; the next start goes on with them", self._queue.count)

    def _drain(self, known: Known, writer: PatientWriter, stop: threading.Event) -> None:
        try:
            heads = writer.run(partial(read_streams, client_id=CLIENT_ID), stop)
            notes = BatchNotes(WEBHOOK, CLIENT_ID, known.feeds, heads or {})
            while not stop.is_set():
                self._store(writer, notes, stop, PATIENCE_SECONDS)
            until = time.monotonic() + LAST_WRITE_SECONDS
            while self._queue.count and time.monotonic() < until:
                if not self._store(writer, notes, stop, 0.0):
                    break
        finally:
            writer.close()

    def _store(
        self,
        writer: PatientWriter,
        notes: BatchNotes,
        stop: threading.Event,
        patience_seconds: float,
    ) -> bool:
        """Commits the oldest bodies and removes them; False where that cannot be done now."""
        try:
            taken = self._queue.oldest(BATCH_BODIES, BATCH_BYTES, patience_seconds)
            if not taken:
                return True
            messages = [_message(one) for one in taken]
            batch = writer.decoded(messages)
            return writer.store(messages, batch, notes.of(batch), stop, self._remove)
        except sqlite3.Error as error:  # committed bodies that stay are decoded again, and nothing is stored twice
            logger.warning("the queue cannot be read or emptied; trying again: %s", error)
            stop.wait(LONGEST_WAIT_SECONDS)
            return False

    def _remove(self, messages: Sequence[Message]) -> None:
        self._queue.remove(messages[0].mid, messages[-1].mid)

    def _registered(self, stop: threading.Event) -> Known | None:
        """What the inventory names, registered; waits for a database that is away. None when asked to stop before."""
        wait_seconds = FIRST_WAIT_SECONDS
        is_said = False
        while not stop.is_set():
            try:
                with connect(self._dsn, "hooks") as connection:
                    require_current_schema(connection)
                    known = registered(connection, self._inventory)
                DATABASE_UP.set(1)
                return known
            except StoreUnavailable as error:
                DATABASE_UP.set(0)
                if not is_said:
                    logger.warning("database away; bodies are taken and wait in the queue until it is there: %s", error)
                    is_said = True
                stop.wait(wait_seconds)
                wait_seconds = min(wait_seconds * 2, LONGEST_WAIT_SECONDS)
        return None


def _message(one: Queued) -> Message:
    return Message(None, one.number, 1, one.topic, one.body, one.received_at)
