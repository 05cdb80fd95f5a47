"""What other mail servers say of a mail that was sent: delivery notices (RFC 3464), and the texts some send instead.

Pure; every sign of it is foreign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from typing import Literal, NamedTuple

from reports.foreign_mail import children, field_groups, kind, one_line, parts_of, text_of, value
from store.errors import InputError

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
ACTIONS: tuple[Action, ...] = ("failed", "delayed", "delivered", "relayed", "expanded")
OF_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}
"""By the first digit of the status, where a server forgets to say what it did."""
RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
"""The parts in which a mail comes back, or its head."""
MOST_BYTES = 32 << 20
MOST_RECIPIENTS = 1000
LONGEST = 500
_IDENTITY = re.compile(r"<[^<>\s]{1,250}>")
_IN_TEXT = re.compile(r"^[ \t>]*Message-ID:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b", re.ASCII)
_ADDRESS = re.compile(r"[^\s<>,;:\"()]{1,64}@[^\s<>,;:\"()@]{1,255}")


class BouncedRecipient(NamedTuple):
    """What became of one recipient. `status` as RFC 3463 writes it, `diagnostic` in the words of the last server."""

    address: str
    action: Action
    status: str
    diagnostic: str


class Bounce(NamedTuple):
    """Of which mail it tells, by its Message-ID and by the ENVID it was handed over with, where the bounce says it."""

    message_id: str | None
    envelope_id: str | None
    recipients: tuple[BouncedRecipient, ...]


def bounce_of(raw: bytes) -> Bounce:
    """What a mail to the address of bounces says; InputError in one line when it is no word of a delivery.

    An address is the one that was written to (Original-Recipient), where the notice has it: it may have been forwarded.
    """
    if len(raw) > MOST_BYTES:
        raise InputError(f"is larger than {MOST_BYTES} bytes")
    try:
        mail: Message = message_from_bytes(raw, policy=policy.compat32)
    except RecursionError:
        raise InputError("is a mail of too many parts within parts") from None
    parts = parts_of(mail)
    status = next((part for part in parts if kind(part).endswith("delivery-status")), None)
    if status is not None:
        found = _of_status(status, parts)
    elif value(mail, "X-Failed-Recipients"):
        found = _of_exim(mail, parts)
    else:
        raise InputError(_what_else(mail, raw))
    if not found.recipients:
        raise InputError("is a delivery notice that names no recipient")
    return found


def _of_status(status: Message, parts: list[Message]) -> Bounce:
    """The machine-readable part: a group of fields for the mail, then one for each recipient."""
    groups = field_groups(status)[: MOST_RECIPIENTS + 1]
    envelope = next((value(group, "Original-Envelope-Id") for group in groups if "Original-Envelope-Id" in group), "")
    told = [one for group in groups for one in _recipient(group)]
    text = _for_people(parts)
    recipients = tuple(one if one.diagnostic else one._replace(diagnostic=_said_of(one.address, text)) for one in told)
    of_gmail = next(filter(None, (_identity(value(group, "X-Original-Message-ID")) for group in groups)), None)
    return Bounce(_message_id(parts) or of_gmail, envelope or None, recipients)


def _recipient(group: Message) -> Iterator[BouncedRecipient]:
    """The recipient of a group; none where it is that of the mail."""
    final = _address(value(group, "Final-Recipient"))
    original = _address(value(group, "Original-Recipient"))
    if _unquoted(original).casefold() == final.casefold():  # some leave the quoting of the option (RFC 3461 §4)
        original = final
    status = _STATUS.search(value(group, "Status"))
    code = status[1] if status else ""
    word = value(group, "Action").partition("(")[0].strip().lower() or OF_CLASS.get(code[:1], "")
    action = next((one for one in ACTIONS if one == word), None)
    if (original or final) and action is not None:
        diagnostic = re.sub(r"^[A-Za-z0-9.-]+;\s*", "", value(group, "Diagnostic-Code"))
        yield BouncedRecipient(original or final, action, code, diagnostic[:LONGEST])


def _of_exim(mail: Message, parts: list[Message]) -> Bounce:
    """Exim's text for people: its header names who was not reached, its text what the server said."""
    text = _for_people(parts)
    found = []
    for address in value(mail, "X-Failed-Recipients").split(",")[:MOST_RECIPIENTS]:
        plain = _address(address)
        if plain:
            diagnostic = _said_of(plain, text)
            code = _STATUS.search(diagnostic)
            found.append(BouncedRecipient(plain, "failed", code[1] if code else "", diagnostic))
    return Bounce(_message_id(parts) or _in_text(text), None, tuple(found))


def _for_people(parts: list[Message]) -> str:
    return "\n".join(text_of(part) for part in parts if kind(part) == "text/plain")


def _said_of(address: str, text: str) -> str:
    """The lines after an address that are indented more than it."""
    lines = text.splitlines()
    start = next((place for place, line in enumerate(lines) if address.casefold() in line.casefold()), len(lines))
    said = []
    for line in lines[start + 1 : start + 20]:
        if not line.strip() or _indent(line) <= _indent(lines[start]):
            break
        said.append(line.strip())
    return one_line(" ".join(said))[:LONGEST]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _message_id(parts: list[Message]) -> str | None:
    """That of the mail that came back: of its head, or of what is left of it; never that of the notice itself."""
    for part in parts[1:]:
        if kind(part) in RETURNED:
            inner = (_identity(value(one, "Message-ID")) for one in children(part))
            found = next(inner, None) or _in_text(text_of(part))
            if found is not None:
                return found
    return None


def _in_text(text: str) -> str | None:
    found = _IN_TEXT.search(text)
    return found[1] if found is not None else None


def _identity(text: str) -> str | None:
    found = _IDENTITY.search(text)
    return found[0] if found is not None else None


def _what_else(mail: Message, raw: bytes) -> str:
    """What it is that is no word of a delivery, so that whoever reads the line need not look."""
    if not raw.strip():
        return "is empty"
    if not mail.keys():
        return "is no mail: it has no header"
    if "disposition-notification" in str(mail.get("Content-Type", "")).lower():
        return "is a receipt for reading, no word of a delivery"
    is_by_a_machine = value(mail, "Auto-Submitted").lower() not in ("", "no")
    if is_by_a_machine or any(name in mail for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")):
        return "is an automatic answer (an absence note, say), no word of a delivery"
    return "is a mail, but no word of a delivery (RFC 3464)"


def _address(text: str) -> str:
    """The address in a field such as `rfc822; user@example.org` or `<user@example.org>`; "" without any."""
    plain = re.sub(r"\\x\{([0-9A-Fa-f]{2,5})\}", lambda found: chr(int(found[1], 16)), text.rpartition(";")[2])
    found = _ADDRESS.search(plain)
    return found[0] if found is not None and found[0].isprintable() else ""


def _unquoted(address: str) -> str:
    """What `+2B` and the like stand for."""
    return re.sub(r"\+([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), address)
