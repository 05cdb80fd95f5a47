"""The JSON attached to a PDF of ours, found without a PDF library: its stream is written plainly. Pure."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_EMBEDDED = re.compile(
    rb"\d+ 0 obj\s*<<(?P<dictionary>(?:(?!endobj|stream\r?\n).)*?/Type\s*/EmbeddedFile(?:(?!endobj).)*?)>>"
    rb"\s*stream\r?\n",
    re.DOTALL,
)
_LENGTH = re.compile(rb"/Length\s+(\d+)(?!\s+\d+\s+R)")
MOST_BYTES = 256 << 20


def attachments(pdf: bytes) -> Iterator[bytes]:
    """The files embedded in a PDF, in the order of its bytes; what cannot be unpacked is left out.

    Written for what Typst makes: the length stands in the stream's own dictionary, and deflate is the one filter.
    """
    for found in _EMBEDDED.finditer(pdf):
        length = _LENGTH.search(found["dictionary"])
        if length is None:
            continue
        packed = pdf[found.end() : found.end() + int(length[1])]
        if b"/FlateDecode" not in found["dictionary"]:
            yield packed
            continue
        unpacker = zlib.decompressobj()
        try:
            content = unpacker.decompress(packed, MOST_BYTES)
        except zlib.error:
            continue
        if unpacker.eof:
            yield content
