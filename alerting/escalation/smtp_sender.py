"""Sends mails: one connection for what was claimed together, and an end before the claim runs out."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from typing import Literal, cast

from alerting.escalation.mail import sender
from alerting.escalation.outcome import NO_TIME_LEFT, SENT, Outcome, never, not_now
from store.connection import secret_of_environment
from store.errors import InputError

Security = Literal["starttls", "tls", "none"]
PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
ANSWER_SECONDS = 10.0
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in. The password is not shown."""

    host: str
    port: int
    security: Security
    come_from: Mailbox
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None


def mail_server(environment: Mapping[str, str]) -> MailServer | None:
    """The mail server that P2I_SMTP_… names; None without P2I_SMTP_HOST. InputError in one line for a mistake."""
    host = environment.get("P2I_SMTP_HOST")
    if not host:
        return None
    security = environment.get("P2I_SMTP_SECURITY", "starttls")
    if security not in PORTS:
        raise InputError(f'P2I_SMTP_SECURITY: "{security}" is none of {", ".join(PORTS)}')
    chosen = cast(Security, security)
    port = environment.get("P2I_SMTP_PORT") or str(PORTS[chosen])
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise InputError(f'P2I_SMTP_PORT: "{port}" is not a port')
    if not environment.get("P2I_SMTP_FROM"):
        raise InputError("P2I_SMTP_FROM: is required with P2I_SMTP_HOST, as NAME <USER@DOMAIN>")
    user, password = environment.get("P2I_SMTP_USER") or None, secret_of_environment("P2I_SMTP_PASSWORD")
    if (user is None) != (password is None):
        raise InputError("P2I_SMTP_USER, P2I_SMTP_PASSWORD: set both or neither")
    if user is not None and chosen == "none":
        raise InputError("P2I_SMTP_SECURITY: none would send the password in the clear; starttls or tls")
    come_from = sender(environment["P2I_SMTP_FROM"])
    return MailServer(host, int(port), chosen, come_from, user, password, environment.get("P2I_SMTP_CA") or None)


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
                    connection = _connected(server)
                except (OSError, smtplib.SMTPException) as error:
                    failed = outcome(error, refused_before_mail=True)
                    yield number, failed
                    continue
            try:
                connection.send_message(one)
            except (OSError, smtplib.SMTPException) as error:
                _end(connection)
                connection = None
                yield number, outcome(error)
            else:
                yield number, SENT
    finally:
        if connection is not None:
            _end(connection)


def _connected(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=server.ca_file)
    connection: smtplib.SMTP
    if server.security == "tls":
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=ANSWER_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=ANSWER_SECONDS)
    try:
        if server.security == "starttls":
            connection.starttls(context=context)
        if server.user is not None and server.password is not None:
            connection.login(server.user, server.password)
    except (OSError, smtplib.SMTPException):
        connection.close()
        raise
    return connection


def _end(connection: smtplib.SMTP) -> None:
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()


def outcome(error: Exception, *, refused_before_mail: bool = False) -> Outcome:
    """What an error means: a 5xx about this mail is for good, everything else may pass.

    What fails before a mail is named (greeting, TLS, login) is about the server or our password, which somebody will
    mend. The text has numbers only: the words of a server repeat addresses.
    """
    code, words = 0, b""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()), (0, b""))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
    if code <= 0:
        return not_now(f"mail server: {type(error).__name__}")
    enhanced = _ENHANCED.search(words.decode("ascii", "replace"))
    why = f"mail server: {code}{f' {enhanced[0]}' if enhanced else ''}"
    is_about_us = refused_before_mail or isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPHeloError)
    return never(why) if 500 <= code < 600 and not is_about_us else not_now(why)
