"""The mail server that mails are handed in to: its settings, and a connection to it."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast

from facilities.mail_watch import Watch, never
from facilities.mailbox import Mailbox, mailbox
from store.connection import secret_of_environment
from store.errors import InputError

Security = Literal["starttls", "tls", "none"]
PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
ANSWER_SECONDS = 10.0
CONNECTING_SECONDS = 60.0
FAILURES = (OSError, smtplib.SMTPException)
"""What a server that is away, refuses or breaks off raises."""
GREETING = 220
Address: TypeAlias = tuple[int, int, int, str, Any]


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in. `bounces_to` is the address that gets word of what could not be delivered. The
    password is not shown."""

    host: str
    port: int
    security: Security
    come_from: Mailbox
    bounces_to: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None

    def connected(
        self, *, seconds: float = CONNECTING_SECONDS, is_stopping: Callable[[], bool] = never
    ) -> smtplib.SMTP:
        """A connection with TLS and login as set, greeted; FAILURES when it cannot be had.

        All of that takes `seconds` at most, after the host's addresses are known, and ends soon after `is_stopping`.
        """
        addresses = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        connection = _Connection(self.host)
        try:
            with Watch(seconds, is_stopping) as watch:
                self._greet(connection, _reached(addresses, watch))
        except FAILURES:
            connection.close()
            raise
        return connection

    def _greet(self, connection: smtplib.SMTP, reached: socket.socket) -> None:
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.security == "tls":
            reached = context.wrap_socket(reached, server_hostname=self.host)
        connection.sock = reached
        code, words = connection.getreply()
        if code != GREETING:
            raise smtplib.SMTPConnectError(code, words)
        if self.security == "starttls":
            connection.starttls(context=context)
        if self.user is not None and self.password is not None:
            connection.login(self.user, self.password)
        connection.ehlo_or_helo_if_needed()


class _Connection(smtplib.SMTP):
    """A connection that is given its socket, so that waiting for the greeting can be ended."""

    def __init__(self, host: str) -> None:
        super().__init__(timeout=ANSWER_SECONDS)
        self._host = host  # smtplib keeps the name that STARTTLS checks here, where it connects itself


def _reached(addresses: Sequence[Address], watch: Watch) -> socket.socket:
    """A connection to the first address that takes one; what the last one said when none does."""
    for place, (family, kind, protocol, _, address) in enumerate(addresses, 1):
        found = socket.socket(family, kind, protocol)
        found.settimeout(ANSWER_SECONDS)
        watch.over(found)
        try:
            found.connect(address)
        except OSError:
            found.close()
            if place == len(addresses) or watch.is_over:
                raise
        else:
            return found
    raise OSError("no address")  # pragma: no cover - a name that is known has one


def end(connection: smtplib.SMTP, is_stopping: Callable[[], bool] = never) -> None:
    """Takes leave of a server, which may be gone already, or drag it out."""
    with suppress(*FAILURES), Watch(ANSWER_SECONDS, is_stopping) as watch:
        if connection.sock is not None:
            watch.over(connection.sock)
        connection.quit()


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
    come_from = _own(environment, "P2I_SMTP_FROM")
    bounces = _own(environment, "P2I_SMTP_BOUNCES") if environment.get("P2I_SMTP_BOUNCES") else come_from
    user, password = environment.get("P2I_SMTP_USER") or None, secret_of_environment("P2I_SMTP_PASSWORD")
    if (user is None) != (password is None):
        raise InputError("P2I_SMTP_USER, P2I_SMTP_PASSWORD: set both or neither")
    if user is not None and chosen == "none":
        raise InputError("P2I_SMTP_SECURITY: none would send the password in the clear; starttls or tls")
    ca_file = environment.get("P2I_SMTP_CA") or None
    return MailServer(host, int(port), chosen, come_from, bounces.addr_spec, user, password, ca_file)


def _own(environment: Mapping[str, str], name: str) -> Mailbox:
    """An address of ours, which every mail server has to take: in ASCII."""
    try:
        found = mailbox(environment[name])
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None
    if not found.username.isascii():
        raise InputError(f"{name}: the user before the @ has other signs than ASCII, which not every mail server takes")
    return found
