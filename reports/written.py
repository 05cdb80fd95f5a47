"""A signed document as it is written: its bytes, its hash, its kind. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reports.json_difference import first_byte
from reports.signing import content
from reports.statement_text import document_text
from store.canonical import canonical_sha256
from store.errors import InputError
from store.finding import Finding

Json = dict[str, Any]


def document_of(text: bytes, path: str) -> Json:
    """The document in a file; InputError, which names `path` and place, for what is no JSON object with a kind."""
    try:
        made = json.loads(text.decode())
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start + 1} is no UTF-8") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: line {error.lineno}, column {error.colno}: no JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: no JSON that we write: {error}") from None
    if not isinstance(made, dict) or not isinstance(made.get("kind"), str):
        raise InputError(f"{path}: says of no kind of document to be one")
    return made


def integrity(text: bytes, made: Json) -> Iterator[Finding]:
    """Whether the bytes are those that this document is written as, and whether its content has the hash it names.

    Every byte counts: blanks, the order of keys and the spelling of signs are no part of the hashed content, but a file
    in which they differ is not the file that was written.
    """
    try:
        expected = document_text(made).encode()
        found = canonical_sha256(content(made))
    except (ValueError, TypeError, RecursionError) as error:
        yield Finding("error", "hash", f"cannot be computed, as it was for no document of ours: {error}")
        return
    if expected == text:
        yield Finding("ok", "form", "every byte is where we write it")
    else:
        yield Finding("error", "form", f"{first_byte(text, expected)}: is not as we write it")
    if found == made.get("sha256"):
        yield Finding("ok", "hash", f"SHA-256 {found}")
    else:
        yield Finding("error", "hash", f"content has SHA-256 {found}, sha256 says {made.get('sha256')}")
