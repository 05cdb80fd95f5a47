"""The HTTP server under an application: uvicorn, with the bounds it does not have by itself."""

import asyncio
import os
import socket
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from store.errors import InputError

HEAD_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 15
GRACE_SECONDS = 10
HEAD_BYTES = 16 * 1024
CONNECTIONS = 256


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 of a sender that has `HEAD_SECONDS` for the head of each request.

    uvicorn waits for a head without end, before the first request as after another: with a byte a minute one sender
    could hold every connection. The body's time is the application's to bound.
    """

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))  # of TCP it is never less
        if len(self.connections) > CONNECTIONS:
            self.transport.abort()
            return
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._head_is_here()
        elif self._head_timer is None:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _head_is_here(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def listening(address: str, port: int) -> socket.socket:
    """A socket that listens on the address. Raises InputError when it cannot."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=CONNECTIONS)
    except OSError as error:  # create_server adds the address to its text, a name that nobody knows has no number
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise InputError(f"--address, --port: {address}:{port}: {why}") from error


def http_server(application: ASGIApp) -> uvicorn.Server:
    """The server, not yet running. TLS, and whom the world may reach it through, is the reverse proxy's."""
    options: dict[str, Any] = {
        "http": BoundedProtocol,
        "ws": "none",
        "lifespan": "off",
        "log_config": None,
        "log_level": "error",  # a stranger's bad requests are counted, not logged one by one
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": GRACE_SECONDS,
        "h11_max_incomplete_event_size": HEAD_BYTES,
    }
    return uvicorn.Server(uvicorn.Config(application, **options))
