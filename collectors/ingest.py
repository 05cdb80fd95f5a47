"""The flow of `p2i collect`: broker, queue, one transaction per batch, acknowledgement after its commit."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast

import paho.mqtt.client as mqtt
from paho.mqtt.reasoncodes import ReasonCode

from collectors.backlog import Backlog, Message
from collectors.batch import Arrival, Batch, decoded_batch
from collectors.known import Known
from collectors.metrics import (
    COMMIT_SECONDS,
    DATABASE_UP,
    MESSAGES,
    QUARANTINED,
    READINGS,
    SESSIONS_LOST,
    SKIPPED_MESSAGES,
)
from collectors.mqtt_address import BrokerAddress
from collectors.mqtt_connection import Identity, LinkEvents
from collectors.mqtt_link import MqttLink
from collectors.native_topic import SUBSCRIPTION
from collectors.readings_writer import ReadingsWriter, Tally
from collectors.sequence import SequenceWatch
from store.errors import InputError, StoreUnavailable

logger = logging.getLogger(__name__)

BATCH_BYTES = 4 * 1024 * 1024
PATIENCE_SECONDS = 0.2
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.25, 5.0
LAST_WRITE_SECONDS = 5.0


@dataclass(frozen=True)
class IngestSettings:
    """Options of `p2i collect`: see its --help."""

    client_id: str = "p2i-collect"
    receive_maximum: int = 2000
    batch_messages: int = 500
    flush_seconds: float = 0.1
    limit_bytes: int = 256 * 1024
    queue_bytes: int = 64 * 1024 * 1024


class Ingest:
    """Takes messages from one broker to one database until stopped."""

    def __init__(
        self,
        address: BrokerAddress,
        dsn: str,
        known: Known,
        settings: IngestSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._known = known
        self._topics = [SUBSCRIPTION, *known.feeds.topics]
        self._clock = clock
        self._backlog = Backlog(settings.queue_bytes)
        self._writer = ReadingsWriter(dsn)
        self._sequence = SequenceWatch()
        self.subscribed = threading.Event()
        """Set once the broker holds our subscription: what is published from then on reaches us."""
        self._stopping = False
        self._had_session = False
        identity = Identity(settings.client_id, keep_session=True, receive_maximum=settings.receive_maximum)
        events = LinkEvents(up=self._up, message=self._arrived, subscribed=self._subscribed, may_read=self._may_read)
        self._link = MqttLink(address, identity, events)
        self._away_since: float | None = None

    def run(self, stop: threading.Event) -> None:
        """Runs until `stop` is set, then writes what has arrived and leaves; what is not written stays unacknowledged.

        Raises P2IError when the broker refuses us for good.
        """
        self._link.start()
        enough = min(self._settings.batch_messages, self._settings.receive_maximum)
        try:
            while not stop.is_set():
                self._link.raise_failure()
                messages = self._backlog.take(enough, self._settings.flush_seconds, PATIENCE_SECONDS, BATCH_BYTES)
                if messages:
                    self._commit(messages, stop)
            self._stopping = True
            until = time.monotonic() + LAST_WRITE_SECONDS
            while time.monotonic() < until and (messages := self._backlog.take(1, 0.0, 0.0, BATCH_BYTES)):
                if not self._commit(messages, stop):
                    break
        finally:
            self._link.stop()
            self._writer.close()

    # In the link's thread:

    def _up(self, client: mqtt.Client, session_present: bool) -> None:
        if not session_present and self._had_session:
            SESSIONS_LOST.inc()
            logger.warning("the broker has lost our session: messages it held for us are gone; readings may be missing")
        elif not session_present:
            logger.info("the broker opened a new session; what was published before is not in it")
        self._had_session = True
        client.subscribe([(topic, 1) for topic in self._topics])

    def _subscribed(self, reasons: list[ReasonCode]) -> None:
        for topic, reason in zip(self._topics, reasons, strict=True):
            if reason.is_failure:
                raise InputError(f"broker: the subscription to {topic} is refused: {reason}")
        logger.info("subscribed to %s", ", ".join(self._topics))
        self.subscribed.set()

    def _may_read(self) -> bool:
        return not self._stopping and self._backlog.has_room()

    def _arrived(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        # A retained message is taken like any other: native readings carry their own instants (docs/native-payload.md).
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "(not UTF-8)"
        self._backlog.put(
            Message(client, message.mid, message.qos, topic, bytes(message.payload), self._clock(), message.retain)
        )

    def _acknowledge(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.qos and self._link.is_current(message.connection):
                cast("mqtt.Client", message.connection).ack(message.mid, message.qos)

    # In the main thread:

    def _commit(self, messages: Sequence[Message], stop: threading.Event) -> bool:
        """Stores the messages and has them acknowledged; False when asked to stop while the database was away."""
        arrivals = (
            Arrival(message.topic, message.payload, message.received_at, message.retained) for message in messages
        )
        batch = decoded_batch(arrivals, self._known, self._settings.limit_bytes)
        started = time.perf_counter()
        tally = self._write(batch, stop)
        if tally is None:
            return False
        COMMIT_SECONDS.observe(time.perf_counter() - started)
        self._link.call_soon(partial(self._acknowledge, messages))
        self._count(batch, tally)
        return True

    def _write(self, batch: Batch, stop: threading.Event) -> Tally | None:
        """Writes the batch, however long the database is away; None when asked to stop before it could."""
        wait_seconds = FIRST_WAIT_SECONDS
        while True:
            try:
                tally = self._writer.write(batch)
            except StoreUnavailable as error:
                self._database_away(error)
                if stop.wait(wait_seconds):
                    return None
                wait_seconds = min(wait_seconds * 2, LONGEST_WAIT_SECONDS)
                continue
            self._database_back()
            return tally

    def _database_away(self, error: StoreUnavailable) -> None:
        DATABASE_UP.set(0)
        if self._away_since is None:
            self._away_since = time.monotonic()
            logger.warning("database away; messages are kept and nothing is acknowledged until it is back: %s", error)

    def _database_back(self) -> None:
        DATABASE_UP.set(1)
        if self._away_since is not None:
            logger.info("database back after %.0f s; going on where it stopped", time.monotonic() - self._away_since)
            self._away_since = None

    def _count(self, batch: Batch, tally: Tally) -> None:
        for word, number in batch.messages.items():
            MESSAGES.labels(word).inc(number)
        for (kind, outcome), number in tally.readings.items():
            READINGS.labels(kind, outcome).inc(number)
        for reason, number in tally.quarantined.items():
            QUARANTINED.labels(reason).inc(number)
        for collector, seq, modulus in batch.sequence:
            if skipped := self._sequence.skipped(collector, seq, modulus):
                SKIPPED_MESSAGES.labels(collector.partition("/")[0]).inc(skipped)
