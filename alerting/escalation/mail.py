"""A message as an e-mail: text and HTML, an identity that stays, a thread, and marked as written by a machine."""

from __future__ import annotations

from datetime import datetime
from email.header import Header
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr

from alerting.escalation.told_text import Said
from store.errors import InputError


class _Policy(EmailPolicy):
    """That of SMTP, but a subject is folded as a whole: Python's own folding loses spaces between encoded words."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header field with its line end."""
        if name.lower() != "subject" or value.isascii():
            return super().fold_binary(name, value)
        folded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {folded}{self.linesep}".encode("ascii")


SMTP = _Policy(linesep="\r\n")


def sender(written: str) -> Mailbox:
    """The address mails come from, `NAME <USER@DOMAIN>` or `USER@DOMAIN`; InputError for anything else."""
    name, address = parseaddr(written)
    user, at, domain = address.rpartition("@")
    if not (user and at and domain) or "\n" in written or "\r" in written:
        raise InputError("P2I_SMTP_FROM: is not NAME <USER@DOMAIN>")
    return Mailbox(display_name=name, username=user, domain=domain)


def mail(said: Said, come_from: Mailbox, to: str, written_at: datetime) -> EmailMessage:
    """The mail. Sent again it has the same Message-ID, so that a reader's program shows it once.

    Auto-Submitted (RFC 3834) and its Microsoft equivalent keep absence notes from answering.
    """
    one = EmailMessage(policy=SMTP)
    one["From"] = come_from
    one["To"] = to
    one["Subject"] = said.words.subject
    one["Date"] = format_datetime(written_at)
    one["Message-ID"] = f"<{said.identity}@{come_from.domain}>"
    if said.thread is not None:
        one["In-Reply-To"] = one["References"] = f"<{said.thread}@{come_from.domain}>"
    one["Auto-Submitted"] = "auto-generated"
    one["X-Auto-Response-Suppress"] = "All"
    if said.is_urgent:
        one["Importance"] = "high"
        one["X-Priority"] = "1"
    one.set_content(said.words.text, cte="quoted-printable")
    one.add_alternative(said.words.html, subtype="html", cte="quoted-printable")
    return one
