"""When a datagram reached this machine, as the kernel saw it: the wait for a free processor is not the circuit's."""

import socket
import struct
import sys
import time
from typing import Any, NamedTuple

# Linux's numbers; Python has no names for them, and elsewhere they mean something else.
_SO_TIMESTAMPNS, _IP_RECVTTL = 35, 12
_TIMESPEC = struct.Struct("@qq")
_BUFFER_BYTES = socket.CMSG_SPACE(_TIMESPEC.size) + socket.CMSG_SPACE(4)
LARGEST_PACKET = 2048
TTL_UNKNOWN = 255


class Received(NamedTuple):
    """One datagram, its sender, the wall-clock time of its arrival in ns since 1970, and its TTL (255: not known)."""

    packet: bytes
    sender: tuple[Any, ...]
    unix_nanoseconds: int
    ttl: int


def ask_for_receipts(opened: socket.socket) -> None:
    """Asks the kernel to tell arrival time and TTL of every datagram; where it cannot, `receive` reads the clock."""
    if sys.platform != "linux":
        return
    opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    if opened.family == socket.AF_INET:
        opened.setsockopt(socket.IPPROTO_IP, _IP_RECVTTL, 1)


def receive(opened: socket.socket) -> Received:
    """The next datagram; OSError as `recvmsg` raises it."""
    packet, ancillary, _, sender = opened.recvmsg(LARGEST_PACKET, _BUFFER_BYTES)
    unix_nanoseconds, ttl = time.time_ns(), TTL_UNKNOWN
    for level, kind, data in ancillary:
        if (level, kind, len(data)) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS, _TIMESPEC.size):
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            unix_nanoseconds = int(seconds) * 1_000_000_000 + int(nanoseconds)
        elif (level, kind, len(data)) == (socket.IPPROTO_IP, socket.IP_TTL, 4):
            ttl = int.from_bytes(data, sys.byteorder)
    return Received(packet, sender, unix_nanoseconds, ttl)
