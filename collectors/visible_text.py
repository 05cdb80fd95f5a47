"""Text and bytes of strangers as a terminal may show them: no character of theirs can drive it. Pure."""

from contextlib import suppress

import msgspec

_LINE_BYTES = 16
DEEPEST = 32


def visible(text: str) -> str:
    """The text on one line, with every character that does not print written out: `\\x1b`, `\\n`, `\\u202e`."""
    return "".join(one if one.isprintable() else _written_out(one) for one in text)


def visible_payload(payload: bytes) -> str:
    """JSON indented, its numbers and escapes as they came; other text line by line; a hex dump of everything else."""
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        return hex_dump(payload)
    if "\0" in text:
        return hex_dump(payload)
    with suppress(msgspec.DecodeError, RecursionError):
        if _depth(payload) <= DEEPEST:  # indenting what somebody nests a thousand deep makes a gigabyte of blanks
            text = msgspec.json.format(payload, indent=2).decode("utf-8")
    return "\n".join(visible(line) for line in text.split("\n"))


def hex_dump(payload: bytes) -> str:
    """Sixteen bytes a line: their place, their values, and those of them that are printable ASCII."""
    lines = []
    for at in range(0, len(payload), _LINE_BYTES):
        part = payload[at : at + _LINE_BYTES]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{at:08x}  {part.hex(' '):<{3 * _LINE_BYTES - 1}}  |{shown}|")
    return "\n".join(lines)


def shortened(text: str, length: int) -> str:
    """At most `length` characters; what is left out of the middle is one `…`, for both ends of a topic or path tell."""
    if len(text) <= length:
        return text
    head = (length - 1) // 2
    return f"{text[:head]}…{text[len(text) - (length - 1 - head) :]}"


def _depth(payload: bytes) -> int:
    depth = deepest = 0
    for byte in payload:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _written_out(character: str) -> str:
    number = ord(character)
    if character in "\t\r\n":
        return {"\t": "\\t", "\r": "\\r", "\n": "\\n"}[character]
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
