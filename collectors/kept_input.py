"""What quarantine keeps of refused native input: what the schema knows and nothing of a person. Pure.

A payload that carries a name, a badge or a MAC address is refused because of it, so the very thing must not be
stored by way of quarantine (law 09-08; a hash of an identity identifies, too, so none is made of it).
"""

import re
from typing import Any

import msgspec

from collectors.native_topic import CIRCUIT_KINDS

MASKED_BYTES = 1024
DEEPEST = 8  # a payload needs 4; what somebody nests a thousand deep must not exhaust our stack
_MASK = bytes(
    ord("x")
    if chr(byte).isalpha() and byte < 128
    else ord("9")
    if 48 <= byte < 58
    else byte
    if byte < 128
    else ord("?")
    for byte in range(256)
)

_INSTANT = re.compile(r"[0-9TtZz:+. -]{1,40}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)
_MAC_ADDRESS = re.compile(r"([0-9A-Fa-f]{2}[:._-]?){5}[0-9A-Fa-f]{2}")
_NUMBER = re.compile(r"[0-9eE.+-]{1,40}")
_SHAPES = {
    "starts_at": _INSTANT, "sent_at": _INSTANT, "changed_at": _INSTANT, "measured_at": _INSTANT,
    "circuit": _CODE, "zone": _CODE, "state": re.compile(r"[a-z_]{1,12}"), "round_trip_ms": _NUMBER,
    "sent": _NUMBER, "lost": _NUMBER, "people": _NUMBER, "seq": _NUMBER, "readings": re.compile(r"(?!)"),
}  # fmt: skip
"""The keys of the schema and what a text under each may look like; text of any other shape is masked."""

KEY_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
"""Shape of a key that may be named to people: a field name, not a name of somebody or an address."""


def code_text(code: str) -> str:
    """A circuit or zone code for a sentence; anything that is not a code, or could be a MAC address, is masked."""
    return f'"{code}"' if _CODE.fullmatch(code) and not _MAC_ADDRESS.fullmatch(code) else "(text that is no code)"


def masked(payload: bytes) -> bytes:
    """The first KiB with letters as x and digits as 9: enough to see the form, nothing of the content."""
    return payload[:MASKED_BYTES].translate(_MASK)


def kept_of_unread(kind: str | None, payload: bytes) -> bytes:
    """What is kept of input that was not, or could not be, read as JSON.

    On a topic of circuits all of it, for nothing there is about a person; elsewhere only its form.
    """
    return payload if kind in CIRCUIT_KINDS else masked(payload)


def kept_of(kind: str | None, payload: bytes) -> bytes:
    """What is kept of a refused payload: the bytes as they came when the schema knows all of them.

    Otherwise the JSON again without the keys the schema does not know (their number stands under `removed_keys`)
    and with text of an unexpected shape masked.
    """
    try:
        value = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return kept_of_unread(kind, payload)
    known = _known_part(value, "", 0)
    return payload if known == value else msgspec.json.encode(known)


def _known_part(value: Any, key: str, depth: int) -> Any:
    if depth > DEEPEST:
        return "(nested)"
    if isinstance(value, dict):
        known = {name: _known_part(inner, name, depth + 1) for name, inner in value.items() if name in _SHAPES}
        removed = len(value) - len(known)
        return known | {"removed_keys": removed} if removed else known
    if isinstance(value, list):
        return [_known_part(inner, key, depth + 1) for inner in value]
    if isinstance(value, str):
        shape = _SHAPES.get(key)
        fits = shape is not None and shape.fullmatch(value) and not (shape is _CODE and _MAC_ADDRESS.fullmatch(value))
        return value if fits else f"(text of {len(value)} characters)"
    return value
