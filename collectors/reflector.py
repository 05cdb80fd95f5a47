"""The far end of a measured circuit: answers STAMP packets, one at a time, remembering nothing."""

import select
import socket
import threading
import time

from collectors.receipt import ask_for_receipts, receive
from collectors.stamp import answer, ntp
from store.errors import InputError

POLL_SECONDS = 0.2


def open_reflector(host: str, port: int) -> socket.socket:
    """A UDP socket bound to the address; InputError in one line when it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE
        )[0]
        opened = socket.socket(family, kind, protocol)
    except OSError as error:
        raise InputError(f"--host: {host}: {error.strerror}") from error
    try:
        opened.bind(address)
        opened.setblocking(False)
        ask_for_receipts(opened)
        if family == socket.AF_INET:
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
    except OSError as error:
        opened.close()
        raise InputError(f"--port: {host}:{port}: {error.strerror}") from error
    return opened


def reflect(opened: socket.socket, stop: threading.Event) -> int:
    """Answers packets until `stop` is set, and returns how many it answered. What is malformed gets no answer."""
    answered = 0
    while not stop.is_set():
        ready, _, _ = select.select([opened], [], [], POLL_SECONDS)
        if not ready:
            continue
        try:
            packet, sender, received, ttl = receive(opened)
            back = answer(packet, ntp(received), ntp(time.time_ns()), ttl)
            if back is not None:
                opened.sendto(back, sender)
                answered += 1
        except OSError:
            continue  # the sender went away, or claims an address nobody can answer
    return answered
