"""Where two JSON values differ: the first field by name, or the first byte of a text. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

SHOWN_LENGTH = 60


def differences(before: Any, after: Any, where: str = "") -> Iterator[str]:
    """One text per field that is not the same in both, in the order of the first: its path, and both values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            path = f"{where}.{key}" if where else str(key)
            if key not in after or key not in before:
                yield f"{path}: {'is missing' if key not in after else 'was added'}"
            else:
                yield from differences(before[key], after[key], path)
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield f"{where}: {len(before)} and {len(after)} entries"
        for number, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from differences(one, other, f"{where}[{number}]")
    elif type(before) is not type(after) or before != after:
        yield f"{where}: {_shown(before)} and {_shown(after)}"


def first_byte(before: bytes, after: bytes) -> str:
    """Where two texts differ first: the byte's number and line, both from 1."""
    at = next(
        (place for place, (one, other) in enumerate(zip(before, after, strict=False)) if one != other),
        min(len(before), len(after)),
    )
    return f"byte {at + 1}, line {before.count(10, 0, at) + 1}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 1]}…"
