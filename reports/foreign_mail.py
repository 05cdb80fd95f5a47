"""Reads foreign mails: their parts, and the fields of these, in signs that can be shown. Pure."""

from __future__ import annotations

import re
from binascii import a2b_base64, a2b_qp
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import Message

LONGEST_FIELD = 4000
MOST_PARTS = 1000


def parts_of(mail: Message) -> list[Message]:
    """The mail and its parts, from without to within, not those of the mail that came back."""
    found: list[Message] = []
    waiting = [mail]
    while waiting and len(found) < MOST_PARTS:
        part = waiting.pop(0)
        found.append(part)
        if part.get_content_maintype() == "multipart":
            waiting = [*children(part), *waiting]
    return found


def children(part: Message) -> list[Message]:
    """The parts right within a part; of a returned mail that is the mail."""
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def kind(part: Message) -> str:
    """Its media type, in small letters."""
    return part.get_content_type().lower()


def text_of(part: Message) -> str:
    """Its text, decoded; "" for a part of parts."""
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def value(part: Message, name: str) -> str:
    """A field in one line, in signs that can be shown; "" without it."""
    return one_line(str(part.get(name, "")))


def one_line(text: str) -> str:
    """The text in one line; what cannot be shown is a blank, and what is longer than a field is cut."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[:LONGEST_FIELD]).split())


def field_groups(status: Message) -> list[Message]:
    """The groups of fields, cut at blank lines: parsers leave them in several forms, and some servers encode them."""
    lines = "\n\n".join(_written(one) for one in children(status)) or str(status.get_payload())
    encoding = value(status, "Content-Transfer-Encoding").lower()
    if encoding in ("base64", "quoted-printable"):
        decode = a2b_base64 if encoding == "base64" else a2b_qp
        with suppress(ValueError):
            lines = decode(lines.encode("utf-8", "replace")).decode("utf-8", "replace")
    blocks = re.split(r"\n[ \t]*\n", lines.replace("\r\n", "\n").strip())[: MOST_PARTS + 1]
    return [message_from_bytes(block.strip().encode("utf-8", "replace"), policy=policy.compat32) for block in blocks]


def _written(part: Message) -> str:
    payload = part.get_payload()
    fields = "\n".join(f"{name}: {said}" for name, said in part.items())
    return f"{fields}\n\n{payload}" if isinstance(payload, str) else fields
