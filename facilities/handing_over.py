"""Hands prepared mails over to the mail server, one by one, and tells what it said to each: the proof of dispatch."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from facilities.mail_answer import Answer, answer, answer_of
from facilities.mail_server import ANSWER_SECONDS, CONNECTING_SECONDS, FAILURES, MailServer, end
from facilities.mail_watch import StoppedError, Watch, never
from facilities.mailbox import mailbox
from store.errors import P2IError

NO_UTF8 = "the mail server takes no address of other signs than ASCII before the @ (SMTPUTF8)"
ENDS_CONNECTION = 421


class Envelope(NamedTuple):
    """A mail to one recipient. `message` is sent as it is: ASCII, lines of at most 998 bytes ended by CRLF.

    `envelope_id` comes back with what other servers say of the delivery (ENVID): printable ASCII, at most 100 signs.
    """

    number: int
    recipient: str
    envelope_id: str
    message: bytes


class Handed(NamedTuple):
    """What became of one try. `is_permanent`: it would be refused again. `code` and `reply` are the server's (code 0:
    it did not answer, and `reply` says what happened), `server` is HOST:PORT.

    `asked_dsn`: servers are to tell when it is delivered, late or returned (RFC 3461). `is_uncertain`: the whole mail
    was sent and no answer came, so that it may be on its way; sent again, it is the same mail with the same Message-ID.
    """

    is_sent: bool
    is_permanent: bool
    code: int
    reply: str
    server: str
    asked_dsn: bool = False
    is_uncertain: bool = False


def hand_over(
    server: MailServer,
    items: Iterable[Envelope],
    *,
    data_seconds: float = 600,
    mail_seconds: float = 900,
    connecting_seconds: float = CONNECTING_SECONDS,
    is_stopping: Callable[[], bool] = never,
) -> Iterator[tuple[int, Handed]]:
    """Hands mails in, by number, and yields what became of each before the next is taken from `items`.

    Who takes note of a try when `items` is asked for it never notes one that was not made. A server that cannot be
    reached, refuses us or does not answer in time ends the iteration: what was not taken was not tried. A refusal of
    one mail ends nothing for the others. The server has `data_seconds` to say whether it takes a whole mail (RFC 5321
    §4.5.3.2.6): less would send mails twice that it took slowly. A mail takes `mail_seconds` at most, and connecting
    with TLS and login `connecting_seconds`: a server that answers a sign at a time never lets a single wait run out.
    Soon after `is_stopping` says so a wait is given up, and that ends it, too.
    """
    place = f"{server.host}:{server.port}"
    connection: smtplib.SMTP | None = None
    try:
        for one in items:
            if connection is None:
                try:
                    connection = server.connected(seconds=connecting_seconds, is_stopping=is_stopping)
                except FAILURES as error:
                    said = answer_of(error)
                    yield one.number, Handed(False, False, said.code, said.words, place)
                    return
            dialogue = _Dialogue(connection, server, one, data_seconds)
            try:
                with Watch(mail_seconds, is_stopping) as watch:
                    if connection.sock is not None:
                        watch.over(connection.sock)
                    found = dialogue.handed(place)
            except FAILURES as error:
                connection.close()
                connection = None
                said = answer_of(error)
                broken = Handed(False, False, 0, said.words, place, dialogue.asked_dsn, dialogue.is_uncertain)
                yield one.number, broken
                if isinstance(error, StoppedError) or _is_timeout(error):
                    return
                continue
            if dialogue.is_over:
                connection.close()
                connection = None
            yield one.number, found
    finally:
        if connection is not None:
            end(connection, is_stopping)


def reach(server: MailServer) -> str:
    """Connects and logs in, hands nothing over, and says in one line where and what the server offers.

    P2IError in one line when it cannot be reached, is not to be trusted, or refuses us.
    """
    try:
        connection = server.connected()
    except FAILURES as error:
        said = answer_of(error)
        code = f"{said.code} " if said.code else ""
        raise P2IError(f"mail server {server.host}:{server.port}: {code}{said.words}") from error
    offers = [f"{server.host}:{server.port}", {"starttls": "STARTTLS", "tls": "TLS", "none": "no TLS"}[server.security]]
    offers += ["logged in"] if server.user is not None else ["no login"]
    offers += [name.upper() for name in ("dsn", "smtputf8") if connection.has_extn(name)]
    size = connection.esmtp_features.get("size", "")
    offers += [f"at most {size} bytes a message"] if size.isdigit() and int(size) else []
    end(connection)
    return ", ".join(offers)


def _is_timeout(error: BaseException) -> bool:
    """Whether the server did not answer in time, which smtplib tells as a connection that was closed."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


class _Dialogue:
    """One mail's part of a connection."""

    def __init__(self, connection: smtplib.SMTP, server: MailServer, one: Envelope, data_seconds: float) -> None:
        self._connection = connection
        self._server = server
        self._one = one
        self._data_seconds = data_seconds
        self.asked_dsn = connection.has_extn("dsn")
        self.is_uncertain = False
        self.is_over = False

    def handed(self, place: str) -> Handed:
        """What the server said of it, in the end; FAILURES when the connection breaks."""
        try:
            address = mailbox(f"<{self._one.recipient}>").addr_spec
        except ValueError as error:
            return Handed(False, True, 0, f"the address {error}", place)
        if not address.isascii() and not self._connection.has_extn("smtputf8"):
            return Handed(False, True, 0, NO_UTF8, place)
        said, is_permanent = self._dialogue(address)
        if not said.is_yes:
            self._start_anew(said)
        return Handed(said.is_yes, is_permanent, said.code, said.words, place, self.asked_dsn)

    def _start_anew(self, said: Answer) -> None:
        """After a refusal the connection is for the next mail, unless the server ends it."""
        try:
            self.is_over = said.code == ENDS_CONNECTION or self._connection.rset()[0] != 250
        except FAILURES:
            self.is_over = True

    def _dialogue(self, address: str) -> tuple[Answer, bool]:
        """The last answer, and whether it is a refusal of this mail for good: of us, or of our settings, it is not."""
        said = answer(*self._connection.mail(self._server.bounces_to, self._of_mail(address)))
        if not said.is_yes:
            return said, said.code == 552  # larger than the server takes
        said = answer(*self._connection.rcpt(address, self._of_recipient(address)))
        if not said.is_yes:
            # 530 and 5.7.x before the content: we may not relay, which somebody will mend.
            return said, said.is_refusal and said.code != 530 and not said.enhanced.startswith("5.7.")
        said = answer(*self._connection.docmd("DATA"))
        if said.code == 354:
            said = self._content()
        return said, said.is_refusal

    def _content(self) -> Answer:
        self._set_timeout(self._data_seconds)
        # A line that is a dot ends a mail: one of the mail's own gets a second dot (RFC 5321 §4.5.2).
        whole = re.sub(rb"(?m)^\.", b"..", self._one.message)
        self._connection.send(whole if whole.endswith(b"\r\n") else whole + b"\r\n")
        self._connection.send(b".\r\n")
        self.is_uncertain = True
        said = answer(*self._connection.getreply())
        self.is_uncertain = False
        self._set_timeout(ANSWER_SECONDS)
        return said

    def _set_timeout(self, seconds: float) -> None:
        if self._connection.sock is not None:
            self._connection.sock.settimeout(seconds)

    def _of_mail(self, address: str) -> list[str]:
        options = [f"SIZE={len(self._one.message)}"] if self._connection.has_extn("size") else []
        if self.asked_dsn:
            options += ["RET=HDRS", f"ENVID={xtext(self._one.envelope_id)}"]
        return options if address.isascii() else [*options, "SMTPUTF8"]

    def _of_recipient(self, address: str) -> list[str]:
        if not self.asked_dsn:
            return []
        original = f"rfc822;{xtext(address)}" if address.isascii() else f"utf-8;{_utf8_xtext(address)}"
        return ["NOTIFY=SUCCESS,DELAY,FAILURE", f"ORCPT={original}"]


def xtext(text: str) -> str:
    """Printable ASCII as the options of SMTP write it (RFC 3461 §4)."""
    return "".join(sign if "!" <= sign <= "~" and sign not in "+=" else f"+{ord(sign):02X}" for sign in text)


def _utf8_xtext(text: str) -> str:
    r"""An address of any signs in ASCII (RFC 6533 §3): `\x{E9}` for é."""
    return "".join(
        sign if "!" <= sign <= "~" and sign not in "+=\\" else f"\\x{{{ord(sign):02X}}}" for sign in text
    )  # fmt: skip
