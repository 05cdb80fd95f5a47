"""The socket of one prober: sends so that a failure of ours is told from a loss, receives with the kernel's time."""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import NamedTuple

from collectors.receipt import ask_for_receipts, receive
from collectors.stamp import Reply, ntp, reply, request

RESOLVE_AGAIN_SECONDS = 5.0
LONGEST_LAG_NANOSECONDS = 1_000_000_000


class Departure(NamedTuple):
    """When a packet left: wall clock in ns since 1970, monotonic clock in ns, and the NTP timestamp in the packet."""

    unix: int
    monotonic: int
    ntp: int


class ProbeSocket:
    """A connected UDP socket, opened when needed and again after a failure.

    `answered` gets every answer and the monotonic time it arrived at; `refused` is called when the far end reports
    that nobody listens there, `malformed` for a packet that is no answer. All of them in the event loop.
    """

    def __init__(
        self,
        host: str,
        port: int,
        answered: Callable[[Reply, int], None],
        refused: Callable[[], None],
        malformed: Callable[[], None],
        wall_clock: Callable[[], int],
    ) -> None:
        self._host, self._port = host, port
        self._answered, self._refused, self._malformed = answered, refused, malformed
        self._wall_clock = wall_clock
        self._socket: socket.socket | None = None
        self._open_again_at = 0.0
        self.fault: str | None = None

    async def send(self, sequence: int) -> Departure | None:
        """Sends one packet and says when; None, with `fault` set, when it could not leave this machine.

        A failing send can be the report about an earlier packet that the socket still held (ICMP: port
        unreachable); the packet then has not left, and a second try sends it. Failing twice is our own side.
        """
        if self._socket is None and not await self._open():
            return None
        assert self._socket is not None
        for _ in range(2):
            unix, monotonic = self._wall_clock(), time.monotonic_ns()
            departure = Departure(unix, monotonic, ntp(unix))
            try:
                self._socket.send(request(sequence, departure.ntp))
            except OSError as error:
                self.fault = error.strerror or type(error).__name__
                continue
            self.fault = None
            return departure
        self.close()
        return None

    def close(self) -> None:
        """Closes the socket; the next `send` opens another."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    async def _open(self) -> bool:
        if time.monotonic() < self._open_again_at:
            return False
        loop = asyncio.get_running_loop()
        opened: socket.socket | None = None
        try:
            found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)
            family, kind, protocol, _, address = found[0]
            opened = socket.socket(family, kind, protocol)
            opened.setblocking(False)
            ask_for_receipts(opened)
            if family == socket.AF_INET:
                opened.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
            opened.connect(address)
        except (OSError, UnicodeError) as error:  # UnicodeError: a name no resolver would take
            if opened is not None:
                opened.close()
            self.fault = getattr(error, "strerror", None) or "not a host name"
            self._open_again_at = time.monotonic() + RESOLVE_AGAIN_SECONDS
            return False
        self._socket = opened
        loop.add_reader(opened, self._readable)
        return True

    def _readable(self) -> None:
        while self._socket is not None:
            try:
                received = receive(self._socket)
            except BlockingIOError:
                return
            except OSError:
                self._refused()  # the packet it is about stays unanswered and is lost in its time
                continue
            monotonic = time.monotonic_ns()
            lag = time.time_ns() - received.unix_nanoseconds  # how long it lay here before we looked
            if 0 <= lag < LONGEST_LAG_NANOSECONDS:
                monotonic -= lag
            if (found := reply(received.packet)) is None:
                self._malformed()
            else:
                self._answered(found, monotonic)
