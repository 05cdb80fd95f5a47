"""Texts of users as they are shown: signs that nobody can see, or that turn a line around, as their number. Pure."""

from __future__ import annotations

import re
from typing import Any

# Controls, signs of direction, blanks without width, letters that are drawn as a blank, and what is no character.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
# What stands on a letter beside four signs is drawn over the lines above: no language needs so many.
_PILED = re.compile(
    "(?<=[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
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
    """The text with controls, signs of direction, blanks nobody sees and a letter's fifth accent written as `[U+202E]`;
    a line end or tab is a blank."""
    if text.isascii() and text.isprintable():
        return text
    text = re.sub(r"\r\n|[\r\n\t]", " ", text)
    for pattern in (_PILED, _UNSEEN):
        text = pattern.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
    return text
