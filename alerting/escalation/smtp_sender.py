"""Sends mails: one connection for what was claimed together, and an end before the claim runs out."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage

from alerting.escalation.outcome import NO_TIME_LEFT, SENT, Outcome, never, not_now
from facilities.mail_answer import answer_of
from facilities.mail_server import FAILURES, MailServer, end


def send_mails(
    server: MailServer, mails: Sequence[tuple[int, EmailMessage]], has_time: Callable[[], bool]
) -> Iterator[tuple[int, Outcome]]:
    """Hands mails in, by number, and yields what became of each as soon as it is known.

    When the server cannot be reached none is tried further; what has no time left before its claim runs out is not
    begun. After an answer of the server that ends the connection a new one is made for the rest.
    """
    connection: smtplib.SMTP | None = None
    failed: Outcome | None = None
    try:
        for number, one in mails:
            if failed is not None:
                yield number, failed._replace(was_tried=True)
                continue
            if not has_time():
                yield number, NO_TIME_LEFT
                continue
            if connection is None:
                try:
                    connection = server.connected()
                except FAILURES as error:
                    failed = outcome(error, refused_before_mail=True)
                    yield number, failed
                    continue
            try:
                connection.send_message(one)
            except FAILURES as error:
                end(connection)
                connection = None
                yield number, outcome(error)
            else:
                yield number, SENT
    finally:
        if connection is not None:
            end(connection)


def outcome(error: Exception, *, refused_before_mail: bool = False) -> Outcome:
    """What an error means: a 5xx about this mail is for good, everything else may pass.

    What fails before a mail is named (greeting, TLS, login) is about the server or our password, which somebody will
    mend. The text has numbers only: the words of a server repeat addresses.
    """
    said = answer_of(error)
    if not said.code:
        return not_now(f"mail server: {type(error).__name__}")
    why = f"mail server: {said.code}{f' {said.enhanced}' if said.enhanced else ''}"
    is_about_us = refused_before_mail or isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPHeloError)
    return never(why) if said.is_refusal and not is_about_us else not_now(why)
