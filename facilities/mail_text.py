"""A mail as it is written: text and HTML, an identity that stays, a thread, and a machine for its author. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.header import Header
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, quote
from typing import cast

from facilities.mailbox import Mailbox

IDENTITIES = ("message-id", "in-reply-to", "references")
LONGEST_WORD = 60
"""Header words up to this length fit on a line as they are."""


class _Policy(EmailPolicy):
    """That of SMTP, but what is not plain is folded as a whole: Python's own folding loses spaces between encoded
    words, and leaves words that are longer than a line."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header field with its line ends."""
        if name.lower() in IDENTITIES:  # told apart byte for byte: never encoded, and folded between them only
            folded = f"{self.linesep} ".join(str(value).split())
        elif not _is_plain(value) and name.lower() == "subject":
            folded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        elif not _is_plain(value) and name.lower() in ("from", "to"):
            written = [_address(box, self.linesep) for box in cast(AddressHeader, value).addresses]
            folded = f",{self.linesep} ".join(written)
        else:
            return super().fold_binary(name, value)
        return f"{name}: {folded}{self.linesep}".encode("ascii")


SMTP = _Policy(linesep="\r\n")


def written_mail(
    *,
    come_from: Mailbox,
    to: str | Sequence[Mailbox],
    subject: str,
    text: str,
    html: str,
    message_id: str,
    thread: Sequence[str] = (),
    written_at: datetime,
) -> EmailMessage:
    """The mail, all in ASCII once written to bytes. `message_id` is with its angle brackets: sent again it is the same,
    so that a reader's program shows the mail once. `thread` are the mails it follows, the one it answers last.

    Auto-Submitted (RFC 3834) and its Microsoft equivalent keep absence notes from answering.
    """
    one = EmailMessage(policy=SMTP)
    one["From"] = come_from
    one["To"] = to
    one["Subject"] = subject
    one["Date"] = format_datetime(written_at)
    one["Message-ID"] = message_id
    if thread:
        one["In-Reply-To"] = thread[-1]
        one["References"] = " ".join(thread)
    one["Auto-Submitted"] = "auto-generated"
    one["X-Auto-Response-Suppress"] = "All"
    one.set_content(text, cte="quoted-printable")
    one.add_alternative(html, subtype="html", cte="quoted-printable")
    return one


def as_bytes(mail: EmailMessage) -> bytes:
    """The mail as it goes to a server, lines ended by CRLF; the same bytes each time it is written: its parts are told
    apart by its identity, not by chance."""
    for number, part in enumerate(_several(mail)):
        # In quoted-printable a "=" is never followed by "_", and base64 has no "_": no part holds such a line.
        part.set_boundary(f"=_{number}.{''.join(sign for sign in mail['Message-ID'] if sign.isalnum())[:50]}")
    return mail.as_bytes()


def _several(mail: EmailMessage) -> Iterator[EmailMessage]:
    return (part for part in mail.walk() if isinstance(part, EmailMessage) and part.is_multipart())


def _is_plain(value: str) -> bool:
    return value.isascii() and all(len(word) <= LONGEST_WORD for word in value.split())


def _address(box: Mailbox, line_end: str) -> str:
    """One address in ASCII: a user of other letters cannot be written there, only told by name (RFC 6857 §3.1.8)."""
    if not box.username.isascii():
        return f"{_encoded(f'{box.display_name} {box.addr_spec}'.strip(), line_end)} :;"
    if not box.display_name:
        return box.addr_spec
    name = f'"{quote(box.display_name)}"' if _is_plain(box.display_name) else _encoded(box.display_name, line_end)
    return f"{name}{line_end} <{box.addr_spec}>"


def _encoded(text: str, line_end: str) -> str:
    return Header(text, "utf-8", maxlinelen=72, header_name="To").encode(linesep=line_end)
