"""What we know of our session at the broker, over restarts of ours: its loss is a gap, and its end is on purpose."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime

from collectors.batch_store import SOURCE
from collectors.patient_writer import PatientWriter
from store.connection import Connection
from store.gap_rows import SESSION_LOST, GapRow, StreamHead
from store.gaps import forget_session, read_session, read_streams, remember_session, write_gaps

RENEW_EVERY_SECONDS = 60.0


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
        self.stale_topics: list[str] = []
        """What the session may still be subscribed to and we no longer want."""

    def recall(self, stop: threading.Event) -> dict[str, StreamHead] | None:
        """Reads what an earlier process of our client id left; returns the last numbers it saw of each stream.

        None when asked to stop before the database was there.
        """

        def read(connection: Connection) -> dict[str, StreamHead]:
            remembered = read_session(connection, self._client_id)
            if remembered is not None:
                self._is_expected, self._last_had_at = True, remembered.seen_at
                self.stale_topics = [topic for topic in remembered.topics if topic not in self._topics]
            return read_streams(connection, self._client_id)

        return self._writer.run(read, stop)

    def connected(self, now: datetime, *, session_present: bool) -> bool:
        """Takes the broker's word on connecting; returns whether it has lost the session, which leaves a gap to store.

        The gap begins with the last message we had (of an earlier process: when its session was last seen) and ends
        now, when the new session begins: what was published between them was for us, if anything was.
        """
        is_lost = self._is_expected and not session_present
        if is_lost:
            self._gaps.append(GapRow(SOURCE, self._client_id, self._last_had_at, now, None, SESSION_LOST, now))
        if not session_present:
            self._last_had_at = now
        self._is_expected = True
        return is_lost

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
        """Notes lost sessions, and once a minute (or `at_once`) that ours `is_there`."""
        gaps = self.unwritten()
        is_due = is_there and (at_once or time.monotonic() >= self._renew_at)
        if not gaps and not is_due:
            return

        def write(connection: Connection) -> bool:
            write_gaps(connection, gaps)
            if is_due:
                remember_session(connection, self._client_id, self._topics, now)
            return True

        if self._writer.run(write, stop):
            self.written(len(gaps))
            if is_due:
                self._renew_at = time.monotonic() + RENEW_EVERY_SECONDS

    def forget(self, stop: threading.Event) -> bool:
        """Forgets the session on purpose: its absence is no gap. False when asked to stop before it could."""

        def forget(connection: Connection) -> bool:
            forget_session(connection, self._client_id)
            return True

        return bool(self._writer.run(forget, stop))
