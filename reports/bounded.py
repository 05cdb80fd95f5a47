"""Reads a file that somebody else wrote: never more of it than any file of ours is long. Pure."""

from __future__ import annotations

from pathlib import Path

from store.errors import InputError

MOST_BYTES = 64 << 20
"""A statement of ten circuits is some hundred kilobytes, its PDF less than a megabyte."""


def read_bounded(path: Path) -> bytes:
    """The bytes of the file; InputError where it cannot be read or is longer than any statement, manifest or PDF."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL sign in it
        raise InputError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > MOST_BYTES:
        raise InputError(f"{path}: is longer than {MOST_BYTES} bytes, which no file of ours is")
    return content
