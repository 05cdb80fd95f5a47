"""What webhooks sent, on disk from before their answer until after the database has it: one SQLite file."""

import contextlib
import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from collectors.hooks_queue_file import opened_queue
from store.errors import InputError, P2IError
from store.instants import instant_of, microseconds

ROW_BYTES = 128  # what a row costs besides its texts, so that a flood of empty bodies is bounded, too
CORRECTED_US = 60_000_000
"""A clock that goes back this far was put right: going on from where it was would date everything wrongly."""
_TOTALS = "SELECT count(*), coalesce(sum(length(topic) + length(body) + ?), 0) FROM hook"


class QueueFull(P2IError):
    """The queue has no room, or its disk has none: the sender has to keep the body and send it again."""

    permanent = False


class Queued(NamedTuple):
    """One body as it came."""

    number: int
    topic: str
    body: bytes
    received_at: datetime


class HookQueue:
    """Bodies in order of arrival. Every method may be called from any thread; one process has the file."""

    def __init__(self, path: Path, limit_bytes: int) -> None:
        """Opens the file, made when it is not there and closed to others.

        A file that SQLite finds damaged is set aside under another name, with an error in the log: what comes now is
        taken. Raises InputError when it cannot be opened or another process has it.
        """
        self._path = path
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._held = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise InputError(f"P2I_HOOKS_QUEUE: {path}: {error.strerror}") from error
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._connection = opened_queue(path)
            self._count, self._bytes = self._connection.execute(_TOTALS, (ROW_BYTES,)).fetchone()
            self._last_us = self._connection.execute("SELECT coalesce(max(received_at_us), 0) FROM hook").fetchone()[0]
        except BlockingIOError as error:
            os.close(self._held)
            raise InputError(f"P2I_HOOKS_QUEUE: {path}: another p2i hooks is using it") from error
        except (OSError, sqlite3.Error) as error:
            os.close(self._held)
            raise InputError(f"P2I_HOOKS_QUEUE: {path}: {error}") from error
        self._is_closed = False
        self._was_refused = False

    @property
    def count(self) -> int:
        """How many bodies wait."""
        return int(self._count)

    @property
    def size_bytes(self) -> int:
        """About how much room they take."""
        return int(self._bytes)

    @property
    def has_room(self) -> bool:
        """Whether the queue is below its limit."""
        return self.size_bytes < self._limit_bytes

    def can_take(self) -> bool:
        """Whether another body would be taken now; after a write that failed, found out by writing to the disk."""
        with self._lock:
            if not self.has_room or self._is_closed:
                return False
            if self._was_refused:
                try:
                    with self._transaction():
                        tried = self._connection.execute(
                            "INSERT INTO hook (topic, body, received_at_us) VALUES ('', '', 0)"
                        )
                        self._connection.execute("DELETE FROM hook WHERE number = ?", (tried.lastrowid,))
                except sqlite3.Error:
                    return False
                self._was_refused = False
            return True

    def put(self, topic: str, body: bytes, received_at: datetime) -> None:
        """Adds a body; once this returns it survives the end of the process and of the machine's power.

        No two bodies share an instant: a reading without one of its own is told apart by it. A clock that went ahead
        and was put right is believed again. Raises QueueFull when there is no room.
        """
        with self._lock:
            if not self.has_room:
                raise QueueFull(f"the queue holds {self._bytes} bytes, its limit")
            at_us = _apart(microseconds(received_at), self._last_us)
            try:
                with self._transaction():
                    self._connection.execute(
                        "INSERT INTO hook (topic, body, received_at_us) VALUES (?, ?, ?)", (topic, body, at_us)
                    )
            except sqlite3.Error as error:  # a full or broken disk
                self._was_refused = True
                raise QueueFull(f"{self._path}: {error}") from error
            self._was_refused = False
            self._last_us = at_us
            self._count += 1
            self._bytes += _size(topic, body)
            self._changed.notify()

    def oldest(self, most: int, most_bytes: int, patience_seconds: float) -> list[Queued]:
        """The oldest bodies, in order of arrival, at least one if there is any; [] when none comes in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._count, patience_seconds)
            rows = self._connection.execute(
                "SELECT number, topic, body, received_at_us FROM hook ORDER BY number LIMIT ?", (most,)
            )
            taken: list[Queued] = []
            size = 0
            for number, topic, body, at_us in rows:
                size += len(body)
                if taken and size > most_bytes:
                    break
                taken.append(Queued(number, topic, body, instant_of(at_us)))
            rows.close()
            return taken

    def remove(self, first: int, last: int) -> None:
        """Forgets the bodies from number `first` to `last`, which are committed elsewhere."""
        between = "WHERE number BETWEEN ? AND ?"
        with self._lock:
            with self._transaction():
                count, size = self._connection.execute(f"{_TOTALS} {between}", (ROW_BYTES, first, last)).fetchone()
                self._connection.execute(f"DELETE FROM hook {between}", (first, last))
            self._count -= count
            self._bytes -= size

    @property
    def oldest_at(self) -> datetime | None:
        """When the oldest body was received; None when there is none, and once the queue is closed."""
        with self._lock:
            if self._is_closed:
                return None
            row = self._connection.execute("SELECT received_at_us FROM hook ORDER BY number LIMIT 1").fetchone()
        return None if row is None else instant_of(row[0])

    def wake(self) -> None:
        """Ends the wait of `oldest`."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Closes the file; what is in it stays."""
        with self._lock:
            self._is_closed = True
            self._connection.close()
            os.close(self._held)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            with contextlib.suppress(sqlite3.Error):  # the error that ended the transaction is the one to tell
                self._connection.execute("ROLLBACK")
            raise


def _apart(at_us: int, last_us: int) -> int:
    return at_us if at_us > last_us or at_us < last_us - CORRECTED_US else last_us + 1


def _size(topic: str, body: bytes) -> int:
    return len(topic) + len(body) + ROW_BYTES
