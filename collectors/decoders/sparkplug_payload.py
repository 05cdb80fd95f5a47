"""Bytes of a Sparkplug B message opened: protobuf, compressed or not, and never larger than is bearable. Pure."""

import zlib

from google.protobuf.message import DecodeError

from collectors.decoders.json_body import LIMIT_BYTES
from collectors.decoders.sparkplug_b_pb2 import Payload
from collectors.reasons import Reason, Refused

COMPRESSED = "SPBV1.0_COMPRESSED"
"""The `uuid` of a payload whose `body` is another one, compressed (Sparkplug B 3.0, "Payload compression")."""
INFLATED_LIMIT_BYTES = 1024 * 1024
"""What a compressed payload may grow to: births are compressed because they are large."""
_FORMS = {"DEFLATE": (zlib.MAX_WBITS, -zlib.MAX_WBITS), "GZIP": (zlib.MAX_WBITS | 16,)}
"""zlib's words for the algorithms; DEFLATE is sent with zlib's header by most and without by some."""


def opened(payload: bytes) -> Payload:
    """The payload that the bytes are, or hold compressed; `timestamp` and `seq` may stand on either of the two.

    Raises Refused: oversized (as it came, or inflated), malformed, undecodable (compressed in a way that is unknown).
    """
    if len(payload) > LIMIT_BYTES:
        raise Refused(Reason.OVERSIZED, f"{len(payload)} bytes; at most {LIMIT_BYTES} are taken")
    outer = _parsed(payload, "not a Sparkplug B payload")
    if outer.uuid != COMPRESSED:
        return outer
    algorithms = [metric.string_value for metric in outer.metrics if metric.name == "algorithm"]
    inner = _parsed(_inflated(outer.body, algorithms[0] if algorithms else "DEFLATE"), "compressed is no payload")
    if inner.uuid == COMPRESSED:
        raise Refused(Reason.UNDECODABLE, "a compressed payload in a compressed payload")
    if outer.HasField("timestamp") and not inner.HasField("timestamp"):
        inner.timestamp = outer.timestamp
    if outer.HasField("seq") and not inner.HasField("seq"):
        inner.seq = outer.seq
    return inner


def _parsed(payload: bytes, otherwise: str) -> Payload:
    try:
        return Payload.FromString(payload)
    except DecodeError:
        raise Refused(Reason.MALFORMED, otherwise) from None


def _inflated(body: bytes, algorithm: str) -> bytes:
    forms = _FORMS.get(algorithm.upper())
    if forms is None:
        raise Refused(Reason.UNDECODABLE, "compressed neither with DEFLATE nor with GZIP")
    for form in forms:
        inflater = zlib.decompressobj(form)
        try:
            inflated = inflater.decompress(body, INFLATED_LIMIT_BYTES)
        except zlib.error:
            continue
        if inflater.unconsumed_tail:
            raise Refused(Reason.OVERSIZED, f"inflates to more than {INFLATED_LIMIT_BYTES} bytes")
        if inflater.eof:
            return inflated
    raise Refused(Reason.MALFORMED, f"a body that is not {algorithm.upper()}")
