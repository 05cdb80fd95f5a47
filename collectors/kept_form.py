"""Whether what quarantine kept is what came, or what masking (collectors/kept_input.py) made of it. Pure."""

import re
from typing import Any

import msgspec

from collectors.kept_input import DEEPEST, MASKED_BYTES

_REPLACED = re.compile(r"\(text of \d+ characters\)|\(nested\)")
_MASKED = re.compile(rb"[^0-8A-Za-wyz\x80-\xff]*[x9][^0-8A-Za-wyz\x80-\xff]*")


def why_incomplete(payload: bytes, payload_bytes: int) -> str | None:
    """Why the kept bytes cannot be decoded to what was sent; None when they are what was sent.

    What only looks masked (a payload of nothing but x and 9) counts as masked: to leave it to the sender costs little,
    to store what nobody sent would be a lie.
    """
    if not payload:
        return "nothing of it was kept"
    if payload_bytes > len(payload):
        return f"only its first {len(payload)} of {payload_bytes} bytes were kept"
    if len(payload) <= MASKED_BYTES and _MASKED.fullmatch(payload):
        return "only its form was kept, letters as x and digits as 9"
    try:
        value = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return "parts of it were removed or replaced by their length before it was kept" if _is_masked(value, 0) else None


def _is_masked(value: Any, depth: int) -> bool:
    if depth > DEEPEST + 1:
        return False
    if isinstance(value, dict):
        return "removed_keys" in value or any(_is_masked(inner, depth + 1) for inner in value.values())
    if isinstance(value, list):
        return any(_is_masked(inner, depth + 1) for inner in value)
    return isinstance(value, str) and _REPLACED.fullmatch(value) is not None
