"""How a session is ended on purpose: nobody else may use it, all that it held is stored, then it is no more."""

import logging
import threading
import time
from datetime import datetime

from collectors.mqtt_address import BrokerAddress
from collectors.mqtt_link import end_session
from collectors.session_memory import SessionMemory
from store.connection import Connection
from store.errors import InputError, P2IError
from store.session_hold import hold_session

logger = logging.getLogger(__name__)

QUIET_SECONDS = 3.0
"""How long nothing may come after unsubscribing until the session counts as drained."""
END_SECONDS = 20.0
CONNECTIONS = 3
"""As often as our connection may begin: whoever ends it again and again uses the session, too."""


class Leaving:
    """Where a collector that leaves is; of one that stays it knows only whether another one uses its client id."""

    def __init__(self, client_id: str, is_wanted: bool) -> None:
        self.is_wanted = is_wanted
        self._client_id = client_id
        self._used_by: str | None = None
        self._connections = 0
        self._quiet_since: float | None = None

    def hold(self, connection: Connection) -> None:
        """Takes our client id for as long as this connection to the database lasts, or learns who has it."""
        self._used_by = hold_session(connection, self._client_id)
        if self._used_by is not None and not self.is_wanted:
            words = "the client id %s is in use (%s): two processes under one throw each other out"
            logger.warning(words, self._client_id, self._used_by)

    def refuse_used(self) -> None:
        """Raises InputError when another process uses the session that is to end."""
        if self.is_wanted and self._used_by is not None:
            raise InputError(f"--leave: {self._client_id} is still in use ({self._used_by}); stop it first")

    def connected(self) -> None:
        """Takes that a connection began; raises InputError when others were ended too often."""
        self._quiet_since = None
        self._connections += 1
        if self._connections >= CONNECTIONS:
            self._used_by = self._used_by or "a process that ends our connection again and again"
            self.refuse_used()

    def unsubscribed(self) -> None:
        """Takes that nothing new comes; what the broker holds does."""
        if self.is_wanted:
            logger.info("unsubscribed; taking what the broker still holds for us")
            self._quiet_since = time.monotonic()

    def stored(self) -> None:
        """Takes that something came."""
        if self._quiet_since is not None:
            self._quiet_since = time.monotonic()

    def is_drained(self) -> bool:
        """Whether the broker holds nothing more for us, as far as can be known."""
        return self._quiet_since is not None and time.monotonic() - self._quiet_since >= QUIET_SECONDS

    def end(self, address: BrokerAddress, session: SessionMemory, now: datetime, stop: threading.Event) -> bool:
        """Ends the session at the broker, then here; False when stopped before.

        What is interrupted can be done again, and is no gap meanwhile: the session is noted as drained first.
        """
        if not session.unsubscribed(now, stop):
            return False
        if not end_session(address, self._client_id, END_SECONDS):
            raise P2IError(f"broker {address}: away before the session {self._client_id} was ended; run --leave again")
        if not session.forget(stop):
            return False
        logger.info("the session %s is ended; everything the broker held for it is stored", self._client_id)
        return True
