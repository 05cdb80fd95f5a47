"""A message as an e-mail: its words, its identity, its thread, and how urgent it is."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

from alerting.escalation.told_text import Said
from facilities.mail_text import written_mail
from facilities.mailbox import Mailbox


def mail(said: Said, come_from: Mailbox, to: str, written_at: datetime) -> EmailMessage:
    """The mail. Sent again it has the same Message-ID, so that a reader's program shows it once."""
    one = written_mail(
        come_from=come_from,
        to=to,
        subject=said.words.subject,
        text=said.words.text,
        html=said.words.html,
        message_id=f"<{said.identity}@{come_from.domain}>",
        thread=[] if said.thread is None else [f"<{said.thread}@{come_from.domain}>"],
        written_at=written_at,
    )
    if said.is_urgent:
        one["Importance"] = "high"
        one["X-Priority"] = "1"
    return one
