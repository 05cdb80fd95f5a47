"""Text that somebody else wrote (names, tickets, reasons) made harmless before it is said. Pure."""

from __future__ import annotations

import unicodedata

_ISOLATE, _POP = "\u2068", "\u2069"
_CUT = "…"


def clean(text: str, most: int = 120) -> str:
    """One line of at most `most` characters: no control characters, no marks that turn the direction of what follows.

    A line break in a name would else begin a header of a mail or a line of its own in the text.
    """
    if len(text) <= most and text.isprintable() and "  " not in text:  # nearly every one, and there are thousands
        return text.strip()
    kept = "".join(" " if _is_space(sign) else sign for sign in text if not _is_invisible(sign))
    line = " ".join(kept.split(" ")).strip()
    while "  " in line:
        line = line.replace("  ", " ")
    return line if len(line) <= most else line[: most - 1].rstrip() + _CUT


def isolated(text: str) -> str:
    """The text such that its direction ends with it: an Arabic name does not turn round the figures behind it."""
    if any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in text):
        return f"{_ISOLATE}{text}{_POP}"
    return text


def _is_space(sign: str) -> bool:
    return sign in "\t\n\r\v\f" or unicodedata.category(sign) in ("Zl", "Zp")


def _is_invisible(sign: str) -> bool:
    """Control and format characters (directions, joiners, byte order marks) and halves of surrogate pairs."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co") and not _is_space(sign)
