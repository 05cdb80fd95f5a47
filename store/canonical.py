"""The one written form of a JSON value, and its hash, that anybody can compute again. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """The JSON value in its canonical form: keys sorted, no white space, UTF-8.

    For the values that statements and ledger entries hold (objects with ASCII keys, lists, text, integers, booleans,
    null) this is exactly RFC 8785; a float is refused, for its canonical form is another matter and no figure of ours
    is one.
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def canonical_sha256(value: Any) -> str:
    """The SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def text_sha256(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_floats(item)
