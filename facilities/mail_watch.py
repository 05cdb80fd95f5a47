"""Ends a connection whose dialogue lasts too long, or is no longer wanted: a server that answers a sign at a time never
lets a single wait run out."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType

POLL_SECONDS = 0.25


class StoppedError(OSError):
    """We are to stop, and did not wait for the server's answer."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


class Watch:
    """While it is entered, the connections it is `over` last `seconds` in all, and until `is_stopping`.

    Whoever reads from one that was ended hears that it is closed; on leaving, TimeoutError or StoppedError says why.
    """

    def __init__(self, seconds: float, is_stopping: Callable[[], bool] = never) -> None:
        self._seconds = seconds
        self._is_stopping = is_stopping
        self._why: OSError | None = None
        self._watched: socket.socket | None = None
        self._lock = Lock()
        self._is_left = Event()
        self._thread = Thread(target=self._look, daemon=True)

    @property
    def is_over(self) -> bool:
        """Whether it has ended what it watches."""
        return self._why is not None

    def over(self, connection: socket.socket) -> None:
        """Watches this connection from now on; not the one before, which nobody reads from any more."""
        # A descriptor of our own: TLS takes over the socket's, and a closed one's number may be another file's by then.
        own = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._forget()
            self._watched = own
            if self._why is not None:
                self._shut()

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._is_left.set()
        self._thread.join()
        with self._lock:
            self._forget()
        if self._why is not None and isinstance(error, Exception):
            raise self._why from error

    def _look(self) -> None:
        ends_at = time.monotonic() + self._seconds
        while not self._is_left.wait(min(POLL_SECONDS, max(0, ends_at - time.monotonic()))):
            if self._is_stopping():
                self._end(StoppedError("stopped before the server answered"))
                return
            if time.monotonic() >= ends_at:
                self._end(TimeoutError(f"not done within {self._seconds:g} s"))
                return

    def _end(self, why: OSError) -> None:
        with self._lock:
            self._why = why
            self._shut()

    def _shut(self) -> None:
        if self._watched is not None:
            with suppress(OSError):
                self._watched.shutdown(socket.SHUT_RDWR)

    def _forget(self) -> None:
        if self._watched is not None:
            self._watched.close()
        self._watched = None
