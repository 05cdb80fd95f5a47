"""The forms of a statement, and the name of its files. Pure."""

from __future__ import annotations

import unicodedata
from typing import Any

Json = dict[str, Any]

FORMS = ("json", "html", "pdf", "ar.pdf", "csv", "xlsx")
"""Every form, by the end of its file's name; the JSON is always written, for the others are made of it."""


def stem(made: Json) -> str:
    """The name of a statement's files without its end: its number in ASCII, so that any mail and disk takes it.

    It begins with a letter or a digit: no command takes such a file for an option.
    """
    return stem_of_number(made["number"])


def stem_of_number(number: str) -> str:
    """The name of the files of the statement with this number, without its end."""
    plain = unicodedata.normalize("NFKD", number).encode("ascii", "ignore").decode()
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in plain).lstrip("-.")
