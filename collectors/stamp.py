"""STAMP test packets (RFC 8762 §4.2.1 and §4.3.1, unauthenticated, 44 octets), written and read. Pure.

Timestamps are NTP's 64 bits (Z = 0). We claim no synchronised clock (S = 0): round trips are right without one,
one-way delays are not, so none is derived here.
"""

import struct
from typing import NamedTuple

SIZE = 44
_REQUEST = struct.Struct("!I Q H 30x")
_REPLY = struct.Struct("!I Q H 2x Q I Q H 2x B 3x")
_UNSYNCHRONISED = 0x3FFF  # S and Z 0, the largest scale and multiplier: an error nobody may rely on
_SECONDS_1900_TO_1970 = 2_208_988_800
_ERA = 1 << 64


class Reply(NamedTuple):
    """What a reflector sent back: our sequence number and timestamp, and how long it kept the packet."""

    sequence: int
    sent_ntp: int
    residence_nanoseconds: int


def ntp(unix_nanoseconds: int) -> int:
    """NTP's 64-bit timestamp (seconds since 1900 and a binary fraction) of nanoseconds since 1970; wraps in 2036."""
    seconds, nanoseconds = divmod(unix_nanoseconds, 1_000_000_000)
    return ((seconds + _SECONDS_1900_TO_1970) << 32 | (nanoseconds << 32) // 1_000_000_000) % _ERA


def request(sequence: int, sent_ntp: int) -> bytes:
    """The packet a session sender sends; the zeros make it as long as the answer, so that paths load alike."""
    return _REQUEST.pack(sequence % 2**32, sent_ntp, _UNSYNCHRONISED)


def answer(packet: bytes, received_ntp: int, replied_ntp: int, ttl: int) -> bytes | None:
    """A stateless reflector's answer (the sender's sequence number is echoed, §4.3.1), None for what gets none.

    Too short is malformed. Octets 16 to 43 of a request are zero; a packet where they are not may be an answer of
    another reflector under a forged address, and answering answers would let two reflectors talk for ever.
    What follows the 44 octets comes back as it is: an answer is exactly as long as its request.
    """
    if len(packet) < SIZE or any(packet[16:SIZE]):
        return None
    sequence, sent_ntp, error_estimate = _REQUEST.unpack_from(packet)
    head = _REPLY.pack(
        sequence, replied_ntp, _UNSYNCHRONISED, received_ntp, sequence, sent_ntp, error_estimate, min(ttl, 255)
    )
    return head + packet[SIZE:]


def reply(packet: bytes) -> Reply | None:
    """An answer read; None for a packet that is none.

    The residence T3 - T2 is the reflector's own clock twice; where that went backwards it is 0.
    """
    if len(packet) < SIZE:
        return None
    _, replied_ntp, _, received_ntp, sequence, sent_ntp, _, _ = _REPLY.unpack_from(packet)
    residence = (replied_ntp - received_ntp) % _ERA
    if residence >= _ERA // 2:
        residence = 0
    return Reply(sequence, sent_ntp, residence * 1_000_000_000 >> 32)
