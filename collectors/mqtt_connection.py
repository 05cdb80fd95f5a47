"""One connection to a broker, from CONNECT to its end: every paho call happens in the thread that runs it."""

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, cast

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collectors.buffered_client import BufferedClient
from collectors.mailbox import Mailbox
from collectors.mqtt_address import BrokerAddress

SESSION_SECONDS = 7 * 86_400
"""How long the broker keeps messages for us while we are away (collectors.md §c.3: a short expiry loses them)."""
KEEPALIVE_SECONDS = 30
CONNACK_SECONDS = 3.0
POLL_SECONDS = 0.2


class Identity(NamedTuple):
    """Who connects: the name the session hangs on, whether it is kept, and how many messages may be unacknowledged."""

    client_id: str
    keep_session: bool
    receive_maximum: int


@dataclass(frozen=True)
class LinkEvents:
    """What the owner is told, always in the connection's thread, where nothing may block.

    `up` gets the connection and whether the broker still had our session. While `may_read` is False nothing is read
    and no connection begun: TCP and the broker hold what comes.
    """

    up: Callable[[mqtt.Client, bool], None]
    message: Callable[[mqtt.Client, mqtt.MQTTMessage], None] = lambda _client, _message: None
    published: Callable[[mqtt.Client, int], None] = lambda _client, _mid: None
    subscribed: Callable[[list[ReasonCode]], None] = lambda _reasons: None
    unsubscribed: Callable[[], None] = lambda: None
    may_read: Callable[[], bool] = lambda: True


class Ending(NamedTuple):
    """How a connection ended: accepted or not, and then the broker's word of refusal, or that it stayed silent."""

    why: str
    accepted: bool = False
    refused: str | None = None
    silent: bool = False


class Connection:
    """One attempt and, if the broker accepts it, one connection."""

    def __init__(
        self,
        address: BrokerAddress,
        identity: Identity,
        protocol: MQTTProtocolVersion,
        events: LinkEvents,
        mailbox: Mailbox,
    ) -> None:
        self.accepted = False
        self.protocol = protocol
        self.client = _new_client(address, identity, protocol)
        self.client.may_read = lambda: not self.accepted or events.may_read()
        self._address = address
        self._identity = identity
        self._events = events
        self._mailbox = mailbox
        self._refused: str | None = None
        self._ended_by_broker: str | None = None
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect
        self.client.on_message = lambda of, _data, message: events.message(of, message)
        self.client.on_publish = lambda of, _data, mid, _reason, _properties: events.published(of, mid)
        self.client.on_subscribe = lambda _of, _data, _mid, reasons, _properties: events.subscribed(reasons)
        self.client.on_unsubscribe = lambda *_: events.unsubscribed()

    def run(self, stopping: threading.Event) -> Ending:
        """Connects and moves packets until the connection ends or `stopping` is set."""
        try:
            try:
                self._connect()
            except (OSError, ValueError) as error:
                return Ending(_words(error))
            why = self._serve(stopping)
        except OSError as error:
            why = _words(error)
        finally:
            if (left := self.client.socket()) is not None:
                left.close()
        if self.accepted:
            return Ending(self._ended_by_broker or why, accepted=True)
        return Ending(self._refused or why, refused=self._refused, silent=self._refused is None)

    def _connect(self) -> None:
        host, port = self._address.host, self._address.port
        if self.protocol != MQTTProtocolVersion.MQTTv5:
            self.client.connect(host, port, KEEPALIVE_SECONDS)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = self._identity.receive_maximum
        if self._identity.keep_session:
            properties.SessionExpiryInterval = SESSION_SECONDS
        self.client.connect(
            host, port, KEEPALIVE_SECONDS, clean_start=not self._identity.keep_session, properties=properties
        )

    def _serve(self, stopping: threading.Event) -> str:
        client, mailbox = self.client, self._mailbox
        connack_until = time.monotonic() + CONNACK_SECONDS
        while (connection := cast("socket.socket | None", client.socket())) is not None:
            if stopping.is_set():
                self._disconnect()
                return "stopped"
            if not self.accepted and time.monotonic() > connack_until:
                return f"no answer to CONNECT within {CONNACK_SECONDS:g} s"
            decrypted = client.has_unread or (isinstance(connection, ssl.SSLSocket) and connection.pending() > 0)
            may_read = not self.accepted or self._events.may_read()
            readable, writable, _ = select.select(
                [mailbox.wakes, connection] if may_read else [mailbox.wakes],
                [connection] if client.want_write() else [],
                [],
                0 if decrypted and may_read else POLL_SECONDS,
            )
            if mailbox.wakes in readable:
                mailbox.wakes.recv(4096)
            mailbox.run_all()
            for ready, step in (
                (connection in readable or (decrypted and may_read), client.loop_read),
                (connection in writable or client.want_write(), client.loop_write),
                (True, client.loop_misc),
            ):
                if ready and (code := step()) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                    return mqtt.error_string(code).rstrip(".")
        return "connection closed"

    def _disconnect(self) -> None:
        """Sends what is queued, acknowledgements above all, and a polite DISCONNECT: the session stays."""
        self._mailbox.run_all()
        self.client.disconnect()
        until = time.monotonic() + 1.0
        while self.client.want_write() and time.monotonic() < until:
            connection = cast("socket.socket | None", self.client.socket())
            if connection is None:
                return
            select.select([], [connection], [], POLL_SECONDS)
            if self.client.loop_write() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return

    def _on_connect(
        self, client: mqtt.Client, _data: object, flags: mqtt.ConnectFlags, reason: ReasonCode, _more: object
    ) -> None:
        if reason.is_failure:
            self._refused = str(reason)
            return
        self.accepted = True
        self._events.up(client, flags.session_present)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, flags: mqtt.DisconnectFlags, reason: ReasonCode, _more: object
    ) -> None:
        if flags.is_disconnect_packet_from_server:
            self._ended_by_broker = str(reason)


def _new_client(address: BrokerAddress, identity: Identity, protocol: MQTTProtocolVersion) -> BufferedClient:
    client = BufferedClient(
        CallbackAPIVersion.VERSION2,
        client_id=identity.client_id,
        clean_session=None if protocol == MQTTProtocolVersion.MQTTv5 else not identity.keep_session,
        protocol=protocol,
        manual_ack=True,
        reconnect_on_failure=False,
    )
    if address.user is not None:
        client.username_pw_set(address.user, address.password)
    if address.tls:
        client.tls_set_context(ssl.create_default_context(cafile=address.ca_file))
    # With this callback set paho leaves all writing to our loop.
    client.on_socket_register_write = lambda *_: None
    return client


def _words(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
