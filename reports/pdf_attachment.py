"""The JSON attached to a PDF of ours, found without a PDF library: its stream is written plainly. Pure."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from reports.bounded import MOST_BYTES

_EMBEDDED = re.compile(rb"/Type\s*/EmbeddedFile\b")
_DICTIONARY = re.compile(rb"\d 0 obj\s*<<(?P<before>(?:(?!endobj|stream).)*)\Z", re.DOTALL)
_REST = re.compile(rb"(?P<after>(?:(?!endobj|stream).)*)>>\s*stream\r?\n", re.DOTALL)
_LENGTH = re.compile(rb"/Length\s+(\d{1,9})(?!\s+\d+\s+R)")
_NEAR = 1024
"""Bytes of a stream's dictionary on either side of its type: so a hostile PDF cannot make the search long."""
_MOST = 16


def attachments(pdf: bytes) -> Iterator[bytes]:
    """The files embedded in a PDF, in the order of its bytes, sixteen at most; what cannot be unpacked is left out.

    Written for what Typst makes: the length stands in the stream's own dictionary, and deflate is the one filter. None
    is longer than a file of ours is, nor are they all together.
    """
    left = MOST_BYTES
    for number, found in enumerate(_EMBEDDED.finditer(pdf)):
        if number >= _MOST:
            return
        before = pdf[max(0, found.start() - _NEAR) : found.start()]
        head = _DICTIONARY.search(before, max(0, before.rfind(b" 0 obj") - 1))
        rest = _REST.match(pdf, found.end(), found.end() + _NEAR)
        content = (
            None if head is None or rest is None else _stream(pdf, head["before"] + rest["after"], rest.end(), left)
        )
        if content is not None:
            left -= len(content)
            yield content


def _stream(pdf: bytes, dictionary: bytes, starts_at: int, longest: int) -> bytes | None:
    length = _LENGTH.search(dictionary)
    if length is None:
        return None
    packed = pdf[starts_at : starts_at + int(length[1])]
    if b"/FlateDecode" not in dictionary:
        return packed if len(packed) <= longest else None
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, longest + 1)
    except zlib.error:
        return None
    return content if unpacker.eof and len(content) <= longest else None
