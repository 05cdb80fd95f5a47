"""The flow of `p2i collect`: broker, queue, one transaction per batch, acknowledgement after its commit."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from collectors.backlog import Backlog, Message
from collectors.batch_notes import BatchNotes
from collectors.batch_store import MQTT
from collectors.first_receipts import noted
from collectors.known import Known
from collectors.leaving import Leaving
from collectors.metrics import SESSIONS_LOST
from collectors.mqtt_address import BrokerAddress
from collectors.mqtt_connection import Identity, LinkEvents
from collectors.mqtt_link import MqttLink
from collectors.patient_writer import PatientWriter
from collectors.rebirth import RebirthRequests
from collectors.session_memory import SessionMemory
from collectors.subscriptions import subscriptions
from store.errors import InputError
from store.gap_rows import StreamHead
from store.instants import microseconds

logger = logging.getLogger(__name__)

BATCH_BYTES = 4 * 1024 * 1024
PATIENCE_SECONDS = 0.2
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
    share: str | None = None
    takes_sparkplug: bool = False
    leaves: bool = False


class Ingest:
    """Takes messages from one broker to one database until stopped or, when it `leaves`, until none is left for it."""

    def __init__(
        self,
        address: BrokerAddress,
        dsn: str,
        known: Known,
        settings: IngestSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._address = address
        self._settings = settings
        self._known = known
        self._wanted = subscriptions(known.feeds, settings.share, takes_sparkplug=settings.takes_sparkplug)
        for code in self._wanted.left_out:
            logger.info('feed "%s" is left to the worker of the group with --sparkplug', code)
        self._clock = clock
        self._backlog = Backlog(settings.queue_bytes)
        self._leaving = Leaving(settings.client_id, settings.leaves)
        self._writer = PatientWriter(dsn, known, settings.limit_bytes, self._leaving.hold)
        self._session = SessionMemory(self._writer, settings.client_id, self._wanted.topics)
        self._notes = self._noting({})
        self._rebirths = RebirthRequests()
        self.subscribed = threading.Event()
        """Set once the broker holds our subscription: what is published from then on reaches us."""
        self._stopping = False
        self._client: mqtt.Client | None = None
        identity = Identity(settings.client_id, keep_session=True, receive_maximum=settings.receive_maximum)
        events = LinkEvents(
            up=self._up,
            message=self._arrived,
            subscribed=self._subscribed,
            unsubscribed=self._leaving.unsubscribed,
            may_read=self._may_read,
        )
        self._link = MqttLink(address, identity, events)

    def run(self, stop: threading.Event) -> bool:
        """Runs until `stop` is set, then writes what has arrived and leaves; what is not written stays unacknowledged.

        One that `leaves` ends by itself once the broker has nothing more for it, and then the session is no more;
        returns False when it was stopped before that. Raises P2IError when the broker refuses us for good, and
        InputError when we are to leave a session that is not there or that another process uses.
        """
        enough = min(self._settings.batch_messages, self._settings.receive_maximum)
        try:
            heads = self._session.recall(stop, must_be_known=self._settings.leaves)
            if heads is None:
                return not self._settings.leaves
            self._leaving.refuse_used()
            self._notes = self._noting(heads)
            self._link.start()
            while not stop.is_set() and not self._is_drained():
                self._link.raise_failure()
                messages = self._backlog.take(enough, self._settings.flush_seconds, PATIENCE_SECONDS, BATCH_BYTES)
                if messages:
                    self._commit(messages, stop)
                self._session.renew(self._clock(), stop, is_there=self.subscribed.is_set() and self._link.is_up)
            is_drained = self._is_drained()
            self._stopping = True
            until = time.monotonic() + LAST_WRITE_SECONDS
            while time.monotonic() < until and (messages := self._backlog.take(1, 0.0, 0.0, BATCH_BYTES)):
                if not self._commit(messages, stop):
                    break
            else:
                is_there = self.subscribed.is_set() and self._link.is_up
                self._session.renew(self._clock(), stop, is_there=is_there, at_once=True)
            self._link.stop()
            if is_drained:
                return self._leaving.end(self._address, self._session, self._clock(), stop)
            return not self._settings.leaves
        finally:
            self._link.stop()
            self._writer.close()

    # In the link's thread:

    def _up(self, client: mqtt.Client, session_present: bool) -> None:
        self._client = client
        if self._session.connected(self._clock(), session_present=session_present):
            SESSIONS_LOST.inc()
            logger.warning("the broker has lost our session: messages it held for us are gone; readings may be missing")
        elif not session_present:
            logger.info("the broker opened a new session; what was published before is not in it")
        if self._settings.share is not None and client.protocol != MQTTProtocolVersion.MQTTv5:
            raise InputError(
                "--share: the broker does not speak MQTT 5, and may take $share for a topic like any other"
            )
        if self._leaving.is_wanted:
            self._leaving.connected()
            client.unsubscribe([*self._wanted.topics, *self._session.stale_topics])
            return
        if session_present and self._session.stale_topics:
            client.unsubscribe(self._session.stale_topics)
        client.subscribe([(topic, 1) for topic in self._wanted.topics])

    def _subscribed(self, reasons: list[ReasonCode]) -> None:
        for topic, reason in zip(self._wanted.topics, reasons, strict=True):
            if reason.is_failure:
                raise InputError(f"broker: the subscription to {topic} is refused: {reason}")
        logger.info("subscribed to %s", ", ".join(self._wanted.topics))
        self.subscribed.set()

    def _may_read(self) -> bool:
        return not self._stopping and self._backlog.has_room()

    def _arrived(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        # A retained message is taken like any other: native readings carry their own instants (docs/native-payload.md).
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "(not UTF-8)"
        now = self._clock()
        self._session.had(now)
        payload = bytes(message.payload)
        self._backlog.put(Message(client, message.mid, message.qos, topic, payload, now, message.retain, message.dup))

    def _acknowledge(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.qos and self._link.is_current(message.connection):
                cast("mqtt.Client", message.connection).ack(message.mid, message.qos)

    def _publish(self, topic: str, payload: bytes) -> None:
        if self._client is not None and self._link.is_current(self._client):
            self._client.publish(topic, payload)

    # In the main thread:

    def _commit(self, messages: Sequence[Message], stop: threading.Event) -> bool:
        """Stores the messages and has them acknowledged; False when asked to stop while the database was away."""
        known = self._session.as_first_received(messages, stop)
        if known is None:
            return False
        batch = self._writer.decoded(known)
        lost_sessions = self._session.unwritten()
        notes = self._notes.of(batch, lost_sessions, noted(known, batch.undated, self._clock()))
        done = self._writer.store(known, batch, notes, stop, self._acknowledge_soon)
        if done:
            self._session.written(len(lost_sessions))
            sent_at_ms = microseconds(self._clock()) // 1000
            for topic, payload in self._rebirths.due(self._known.feeds, time.monotonic(), sent_at_ms):
                logger.info("messages of a Sparkplug node are missing; asking for its births: %s", topic)
                self._link.call_soon(partial(self._publish, topic, payload))
        self._leaving.stored()
        return done

    def _noting(self, heads: Mapping[str, StreamHead]) -> BatchNotes:
        """Goes on with the numbers that an earlier process of our client id saw."""
        client_id, feeds = self._settings.client_id, self._known.feeds
        return BatchNotes(MQTT, client_id, feeds, heads, self._wanted.sees_all_of)

    def _is_drained(self) -> bool:
        return self._leaving.is_drained() and self._link.is_up

    def _acknowledge_soon(self, messages: Sequence[Message]) -> None:
        self._link.call_soon(partial(self._acknowledge, messages))
