"""Texts of users as they are shown: signs that nobody can see, or that turn a line around, as their number. Pure."""

from __future__ import annotations

import re
from typing import Any

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def shown(value: Any) -> Any:
    """The JSON value with every text in it as `shown_text` gives it; keys stay."""
    if isinstance(value, str):
        return shown_text(value)
    if isinstance(value, list):
        return [shown(one) for one in value]
    if isinstance(value, dict):
        return {key: shown(one) for key, one in value.items()}
    return value


def shown_text(text: str) -> str:
    """The text with controls, zero-width and direction signs written as `[U+202E]`; a line end or tab is a blank."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", re.sub(r"\r\n|[\r\n\t]", " ", text))
