"""A connection to the broker kept up for good: version negotiation, reconnects with back-off, one log line each way."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTProtocolVersion
from prometheus_client import Gauge

from collectors.mailbox import Mailbox
from collectors.mqtt_address import BrokerAddress
from collectors.mqtt_connection import POLL_SECONDS, Connection, Identity, LinkEvents
from store.errors import InputError, P2IError

logger = logging.getLogger(__name__)

CONNECTED = Gauge("collectors_connected", "1 while connected to the broker.")

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.25, 15.0
BRIEF_SECONDS, BRIEF_IN_A_ROW = 5.0, 5  # connections that end so soon, so often, have a reason
FIVE, THREE = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311

NO_MQTT_5 = "Unsupported protocol version"
TAKEN_OVER = "Session taken over"
OURS_TO_PUT_RIGHT = {"Bad user name or password", "Not authorized", "Client identifier not valid", "Banned"}


class MqttLink:
    """Connects, and connects again whenever the connection ends, until stopped.

    Each connection is a client object of its own: an acknowledgement meant for an older one finds it gone, and
    cannot reach the broker, where the same message id may by now belong to another message.
    """

    def __init__(self, address: BrokerAddress, identity: Identity, events: LinkEvents) -> None:
        self.failure: P2IError | None = None
        self._address = address
        self._identity = identity
        self._events = replace(events, up=self._up)
        self._owner_up = events.up
        self._mailbox = Mailbox()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"mqtt {identity.client_id}", daemon=True)
        self._connection: Connection | None = None
        self._brief_in_a_row = 0
        self._ever_up = self._said_away = self._said_older = False

    def start(self) -> None:
        """Starts connecting; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Sends what is queued, disconnects (the broker keeps our session) and waits for the thread."""
        self._stopping.set()
        self._mailbox.wake()
        if self._thread.ident is not None:
            self._thread.join()
        self._mailbox.close()

    def call_soon(self, action: Callable[[], None]) -> None:
        """Runs `action` in the link's thread; from any thread."""
        self._mailbox.post(action)

    @property
    def is_up(self) -> bool:
        """Whether a connection is up just now; from any thread."""
        connection = self._connection
        return connection is not None and connection.accepted

    def is_current(self, client: object) -> bool:
        """Whether `client` is the connection that is up; for actions in the link's thread."""
        return self._connection is not None and self._connection.accepted and client is self._connection.client

    def raise_failure(self) -> None:
        """Raises what ended the link for good (a wrong password at the start), if anything did."""
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            self._keep_connected()
        except P2IError as error:
            self.failure = error
        except Exception as error:
            logger.exception("the thread of broker %s failed", self._address)
            self.failure = P2IError(f"broker {self._address}: {type(error).__name__}: {error}")
        finally:
            CONNECTED.set(0)

    def _keep_connected(self) -> None:
        wait_seconds = FIRST_WAIT_SECONDS
        protocol, speaks_five = FIVE, True
        while not self._stopping.is_set():
            if not self._events.may_read():
                self._stopping.wait(POLL_SECONDS)
                continue
            self._connection = Connection(self._address, self._identity, protocol, self._events, self._mailbox)
            began = time.monotonic()
            ending = self._connection.run(self._stopping)
            self._count_brief(ending.accepted and time.monotonic() - began < BRIEF_SECONDS)
            self._connection = None
            CONNECTED.set(0)
            if self._stopping.is_set():
                return
            if ending.accepted and ending.why == TAKEN_OVER:
                # Connecting again would throw the other one out in turn, for ever, and both would see everything twice.
                raise InputError(
                    f"broker {self._address}: another process took over the session {self._identity.client_id};"
                    " every process needs a client id of its own"
                )
            if protocol == FIVE and (ending.silent or ending.refused == NO_MQTT_5):
                # An older broker refuses MQTT 5, or takes its CONNECT for an unfinished one and waits for the rest.
                protocol, speaks_five = THREE, ending.silent
                continue
            if ending.accepted:
                wait_seconds = FIRST_WAIT_SECONDS
            elif ending.refused in OURS_TO_PUT_RIGHT and not self._ever_up:
                raise InputError(f"broker {self._address}: {ending.refused}")
            if not self._said_away:
                logger.warning("broker %s away (%s); trying again", self._address, ending.why)
                self._said_away = True
            protocol = FIVE if speaks_five else THREE
            self._stopping.wait(wait_seconds)
            wait_seconds = min(wait_seconds * 2, LONGEST_WAIT_SECONDS)

    def _count_brief(self, was_brief: bool) -> None:
        """Not every broker says that somebody else took the session over (Mosquitto 2.0.11 does not)."""
        self._brief_in_a_row = self._brief_in_a_row + 1 if was_brief else 0
        if self._brief_in_a_row == BRIEF_IN_A_ROW:
            logger.warning(
                "broker %s ends our connection again and again; does another process use the client id %s?",
                self._address,
                self._identity.client_id,
            )

    def _up(self, client: mqtt.Client, session_present: bool) -> None:
        self._ever_up, self._said_away = True, False
        CONNECTED.set(1)
        older = client.protocol != FIVE
        logger.info("connected to broker %s, MQTT %s", self._address, "3.1.1" if older else "5")
        if older and not self._said_older:
            self._said_older = True
            logger.warning(
                "broker %s took MQTT 3.1.1 and not 5: how long it keeps messages while we are away, and how many it"
                " sends before it waits for an acknowledgement, is up to it, and it gives no reason for a refusal",
                self._address,
            )
        self._owner_up(client, session_present)


def end_session(address: BrokerAddress, client_id: str, patience_seconds: float) -> bool:
    """Has the broker forget the session of that name, by beginning a clean one and leaving it (every version of MQTT).

    False when it cannot be reached within `patience_seconds`.
    """
    reached = threading.Event()
    events = LinkEvents(up=lambda _client, _present: reached.set())
    link = MqttLink(address, Identity(client_id, keep_session=False, receive_maximum=1), events)
    link.start()
    try:
        return reached.wait(patience_seconds)
    finally:
        link.stop()
