"""Messages on their way out: kept in memory until a broker has acknowledged them, the oldest dropped when too many."""

import logging
import threading
import time
from collections import deque
from functools import partial

import paho.mqtt.client as mqtt

from collectors.mqtt_address import BrokerAddress
from collectors.mqtt_connection import Identity, LinkEvents
from collectors.mqtt_link import MqttLink
from collectors.probe_metrics import SPOOL_DROPPED, SPOOL_MESSAGES

logger = logging.getLogger(__name__)

IN_FLIGHT = 20  # unacknowledged at a time: paho's own limit and Mosquitto's default
LIMIT_BYTES = 32 * 1024 * 1024


class Spool:
    """Publishes with QoS 1, in order, as long as there is a broker.

    What it holds does not survive this process: a prober that is killed loses what no broker had taken.
    """

    def __init__(self, address: BrokerAddress, client_id: str, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._bytes = 0
        self._dropped = 0
        self._pump_is_due = False
        self._lock = threading.Lock()
        self._in_flight: dict[int, tuple[str, bytes]] = {}  # only in the link's thread
        self._client: mqtt.Client | None = None  # likewise
        identity = Identity(client_id, keep_session=False, receive_maximum=IN_FLIGHT)
        self._link = MqttLink(address, identity, LinkEvents(up=self._up, published=self._published))

    def start(self) -> None:
        """Starts connecting; returns at once."""
        self._link.start()

    def raise_failure(self) -> None:
        """Raises what keeps us from the broker for good."""
        self._link.raise_failure()

    def put(self, topic: str, payload: bytes) -> None:
        """Queues one message, from any thread; drops the oldest ones, counted and logged, when there are too many."""
        with self._lock:
            self._waiting.append((topic, payload))
            self._bytes += len(payload)
            dropped = 0
            while self._bytes > self._limit_bytes and len(self._waiting) > 1:
                self._bytes -= len(self._waiting.popleft()[1])
                dropped += 1
            first = dropped > 0 and self._dropped == 0
            self._dropped += dropped
            SPOOL_MESSAGES.set(len(self._waiting))
        if dropped:
            SPOOL_DROPPED.inc(dropped)
        if first:
            logger.warning("spool full (%d bytes): dropping the oldest messages until the broker is back", self._bytes)
        self._pump_soon()

    def stop(self, patience_seconds: float) -> None:
        """Waits up to `patience_seconds` for what is queued to be acknowledged, then leaves; says what was left."""
        until = time.monotonic() + patience_seconds
        while self._left() and time.monotonic() < until:
            time.sleep(0.02)
        left = self._left()
        self._link.stop()
        if left:
            SPOOL_DROPPED.inc(left)
            logger.warning("stopped with %d messages that no broker has taken; they are lost", left)

    def _left(self) -> int:
        with self._lock:
            return len(self._waiting) + len(self._in_flight)

    def _pump_soon(self) -> None:
        with self._lock:
            if self._pump_is_due:
                return
            self._pump_is_due = True
        self._link.call_soon(self._pump)

    # In the link's thread:

    def _up(self, client: mqtt.Client, _session_present: bool) -> None:
        with self._lock:
            self._client = client
            again = list(self._in_flight.values())
            self._in_flight.clear()
            self._waiting.extendleft(reversed(again))
            self._bytes += sum(len(payload) for _, payload in again)
            dropped, self._dropped = self._dropped, 0
        if dropped:
            logger.warning("%d messages were dropped while the broker was away", dropped)
        self._pump_soon()

    def _pump(self) -> None:
        with self._lock:
            self._pump_is_due = False
            client = self._client
            if client is None or not self._link.is_current(client):
                return
            while self._waiting and len(self._in_flight) < IN_FLIGHT:
                topic, payload = self._waiting.popleft()
                self._bytes -= len(payload)
                self._in_flight[client.publish(topic, payload, qos=1).mid] = (topic, payload)
            SPOOL_MESSAGES.set(len(self._waiting) + len(self._in_flight))

    def _published(self, client: mqtt.Client, mid: int) -> None:
        self._link.call_soon(partial(self._acknowledged, client, mid))

    def _acknowledged(self, client: mqtt.Client, mid: int) -> None:
        with self._lock:
            if client is self._client:
                self._in_flight.pop(mid, None)
        self._pump_soon()
