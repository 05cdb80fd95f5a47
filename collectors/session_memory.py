"""What we know of our session at the broker, over restarts of ours: its loss is a gap, and its end is on purpose."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from collectors.backlog import Message
from collectors.batch_store import MQTT
from collectors.first_receipts import as_first_received, redelivered
from collectors.patient_writer import PatientWriter
from store.connection import Connection
from store.deliveries import Delivery, forget_deliveries, read_deliveries
from store.errors import InputError
from store.gap_rows import SESSION_LOST, GapRow, StreamHead
from store.gaps import (
    forget_session,
    read_session,
    read_session_names,
    read_streams,
    remember_session,
    write_gaps,
)

RENEW_EVERY_SECONDS = 60.0
SETTLED_SECONDS = 600.0
"""How long a connection is up until what the broker had to deliver again has come for sure."""
DELIVERIES_KEPT = timedelta(hours=1)
"""How long what was stored is known again: longer than what a killed broker forgets (its autosave_interval)."""


class SessionMemory:
    """Told by the connection's thread (`connected`, `had`), asked by the writer's."""

    def __init__(self, writer: PatientWriter, client_id: str, topics: Sequence[str]) -> None:
        self._writer = writer
        self._client_id = client_id
        self._topics = topics
        self._is_expected = False
        self._last_had_at: datetime | None = None
        self._gaps: deque[GapRow] = deque()
        self._renew_at = 0.0
        self._up_since = 0.0
        self._began_at: datetime | None = None
        self.stale_topics: list[str] = []
        """What the session may still be subscribed to and we no longer want."""

    def recall(self, stop: threading.Event, *, must_be_known: bool = False) -> dict[str, StreamHead] | None:
        """Reads what an earlier process of our client id left; returns the last numbers it saw of each stream.

        None when asked to stop before the database was there. Raises InputError when the session `must_be_known` and
        no collector of that name ever had one: the name is misspelt.
        """

        def read(connection: Connection) -> dict[str, StreamHead]:
            remembered = read_session(connection, self._client_id)
            if remembered is not None:
                self._is_expected, self._last_had_at = bool(remembered.topics), remembered.seen_at
                self.stale_topics = [topic for topic in remembered.topics if topic not in self._topics]
            elif must_be_known:
                names = ", ".join(read_session_names(connection)) or "none at all"
                raise InputError(f'--leave: no collector "{self._client_id}" has a session; known are: {names}')
            return read_streams(connection, self._client_id)

        return self._writer.run(read, stop)

    def connected(self, now: datetime, *, session_present: bool) -> bool:
        """Takes the broker's word on connecting; returns whether it has lost the session, which leaves a gap to store.

        The gap begins with the last message we had (of an earlier process: when its session was last seen) and ends
        now, when the new session begins: what was published between them was for us, if anything was. In a new session
        packet identifiers mean new messages.
        """
        is_lost = self._is_expected and not session_present
        if is_lost:
            self._gaps.append(GapRow(MQTT, self._client_id, self._last_had_at, now, None, SESSION_LOST, now))
        if not session_present:
            self._last_had_at = self._began_at = now
        self._is_expected = True
        self._up_since = time.monotonic()
        return is_lost

    def as_first_received(self, messages: Sequence[Message], stop: threading.Event) -> Sequence[Message] | None:
        """The messages, those that the broker delivers again as of when they came first, where that is known.

        None when asked to stop before the database said.
        """
        again = redelivered(messages)
        if not again:
            return messages

        def read(connection: Connection) -> dict[int, Delivery]:
            return read_deliveries(connection, self._client_id, again)

        stored = self._writer.run(read, stop)
        return None if stored is None else as_first_received(messages, stored)

    def had(self, received_at: datetime) -> None:
        """Takes that a message came."""
        self._last_had_at = received_at

    def unwritten(self) -> list[GapRow]:
        """The gaps that are not in the store yet."""
        return list(self._gaps)

    def written(self, count: int) -> None:
        """Takes that so many of the oldest are in the store."""
        for _ in range(count):
            self._gaps.popleft()

    def renew(self, now: datetime, stop: threading.Event, *, is_there: bool, at_once: bool = False) -> None:
        """Notes lost sessions, and once a minute (or `at_once`) that ours `is_there`; forgets old deliveries then."""
        gaps = self.unwritten()
        is_due = is_there and (at_once or time.monotonic() >= self._renew_at)
        if not gaps and not is_due:
            return
        forgotten_before = self._forgotten_before(now) if is_due else None

        def write(connection: Connection) -> bool:
            write_gaps(connection, gaps)
            if is_due:
                remember_session(connection, self._client_id, self._topics, now)
            if forgotten_before is not None:
                forget_deliveries(connection, self._client_id, forgotten_before)
            return True

        if self._writer.run(write, stop):
            self.written(len(gaps))
            if is_due:
                self._renew_at = time.monotonic() + RENEW_EVERY_SECONDS

    def _forgotten_before(self, now: datetime) -> datetime | None:
        """Before when nothing that was stored can be delivered again; None where that is not known."""
        if time.monotonic() - self._up_since >= SETTLED_SECONDS:
            return now - DELIVERIES_KEPT
        return self._began_at

    def unsubscribed(self, now: datetime, stop: threading.Event) -> bool:
        """Notes that the session is drained and nothing more comes to it: should the rest fail, its loss is no gap."""

        def write(connection: Connection) -> bool:
            remember_session(connection, self._client_id, [], now)
            return True

        return bool(self._writer.run(write, stop))

    def forget(self, stop: threading.Event) -> bool:
        """Forgets the session on purpose: its absence is no gap. False when asked to stop before it could."""

        def forget(connection: Connection) -> bool:
            forget_session(connection, self._client_id)
            forget_deliveries(connection, self._client_id)
            return True

        return bool(self._writer.run(forget, stop))
