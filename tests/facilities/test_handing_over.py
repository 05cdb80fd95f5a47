"""Mails handed over to a real SMTP server: with and without delivery notices, refusals, breaks, and odd addresses."""

import asyncio
import socket
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from facilities.handing_over import Envelope as Item
from facilities.handing_over import Handed, hand_over, reach, xtext
from facilities.mail_server import MailServer, Security, mail_server
from store.errors import InputError, P2IError

MESSAGE = b"From: a@p2i.example\r\nSubject: one\r\n\r\nfirst\r\n.second\r\n..third\r\n"


class Spoken(SMTP):
    """An SMTP server that keeps the options of RFC 3461, which aiosmtpd does not know."""

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - its name in aiosmtpd
        await super().smtp_MAIL(self._kept(arg))

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        await super().smtp_RCPT(self._kept(arg))

    def _kept(self, arg: str | None) -> str | None:
        assert isinstance(self.event_handler, Taker)
        assert arg is not None
        self.event_handler.said.append(arg)
        known = ("RET=", "ENVID=", "NOTIFY=", "ORCPT=") if self.event_handler.has_dsn else ()
        return " ".join(word for word in arg.split(" ") if not word.startswith(known or ("\0",)))


class Taker:
    """A running server: what it took, what was said to it, and what it refuses, by recipient."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.said: list[str] = []
        self.connections = 0
        self.has_dsn = False
        self.has_utf8 = True
        self.refuse_sender = ""
        self.refuse: dict[str, str] = {}
        self.refuse_content: dict[str, str] = {}
        self.breaks: set[str] = set()
        self.hangs: set[str] = set()
        self._loop = asyncio.new_event_loop()
        self._may_end = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(
            self._loop.create_server(
                lambda: Spoken(
                    self, hostname="mail.example", loop=self._loop, enable_SMTPUTF8=self.has_utf8, data_size_limit=9999
                ),
                "127.0.0.1",
                0,
            )
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def _run(self, coroutine: Coroutine[Any, Any, asyncio.Server]) -> asyncio.Server:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]] if self.has_dsn else responses

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        (to,) = envelope.rcpt_tos
        if to in self.breaks:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        if to in self.hangs:
            await self._may_end.wait()
        if to in self.refuse_content:
            return self.refuse_content[to]
        assert isinstance(envelope.original_content, bytes)
        self.taken.append((to, envelope.original_content))
        return "250 2.0.0 queued as 4F1"

    def environment(self) -> dict[str, str]:
        return {
            "P2I_SMTP_HOST": "127.0.0.1",
            "P2I_SMTP_PORT": str(self.port),
            "P2I_SMTP_SECURITY": "none",
            "P2I_SMTP_FROM": "P2I <p2i@p2i.example>",
            "P2I_SMTP_BOUNCES": "bounces+p2i@p2i.example",
        }

    def server(self) -> MailServer:
        found = mail_server(self.environment())
        assert found is not None
        return found

    def hand_over(self, *recipients: str, message: bytes = MESSAGE, seconds: float = 10) -> list[Handed]:
        """What became of one mail each, in this order; numbers are told rightly."""
        items = [Item(10 + place, to, f"d{place}", message) for place, to in enumerate(recipients)]
        found = list(hand_over(self.server(), items, data_seconds=seconds))
        assert [number for number, _ in found] == [one.number for one in items[: len(found)]]
        return [one for _, one in found]

    def end(self) -> None:
        async def close() -> None:
            self._may_end.set()
            self._server.close()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture
def taker() -> Iterator[Taker]:
    one = Taker()
    yield one
    one.end()


def plain_server(port: int) -> MailServer:
    """The settings for a server on a port of this machine."""
    found = mail_server(
        {
            "P2I_SMTP_HOST": "127.0.0.1",
            "P2I_SMTP_PORT": str(port),
            "P2I_SMTP_SECURITY": "none",
            "P2I_SMTP_FROM": "p2i@p2i.example",
        }
    )
    assert found is not None
    return found


def test_the_bytes_arrive_as_they_are_over_one_connection_and_the_servers_words_are_the_proof(taker: Taker) -> None:
    place = f"127.0.0.1:{taker.port}"
    found = taker.hand_over("a@acme.example", "b@acme.example")
    assert found == [Handed(True, False, 250, "2.0.0 queued as 4F1", place)] * 2
    assert taker.taken == [("a@acme.example", MESSAGE), ("b@acme.example", MESSAGE)]
    assert taker.connections == 1
    assert taker.said[0] == f"FROM:<bounces+p2i@p2i.example> SIZE={len(MESSAGE)}"
    assert taker.said[1] == "TO:<a@acme.example>"


def test_a_server_that_knows_delivery_notices_is_asked_for_them(taker: Taker) -> None:
    taker.has_dsn = True
    (found,) = taker.hand_over("a+b@acme.example")
    assert (found.is_sent, found.asked_dsn) == (True, True)
    assert taker.said[0].endswith(" RET=HDRS ENVID=d0")
    assert taker.said[1].endswith("NOTIFY=SUCCESS,DELAY,FAILURE ORCPT=rfc822;a+2Bb@acme.example")
    assert xtext("a =+é"[:4]) == "a+20+3D+2B"


@pytest.mark.parametrize(
    ("words", "is_permanent"),
    [
        ("550 5.1.1 <a@acme.example>: no such user", True),
        ("551 gone", True),
        ("450 4.2.1 greylisted", False),
        ("554 5.7.1 <a@acme.example>: Relay access denied", False),
        ("530 5.7.0 log in first", False),
    ],
)
def test_a_refusal_of_one_recipient_ends_nothing_for_the_others(taker: Taker, words: str, is_permanent: bool) -> None:
    taker.refuse["a@acme.example"] = words
    first, second = taker.hand_over("a@acme.example", "b@acme.example")
    assert (first.is_sent, first.is_permanent) == (False, is_permanent)
    assert f"{first.code} {first.reply}" == words
    assert second.is_sent
    assert taker.connections == 1


def test_a_mail_that_is_refused_for_what_it_is_or_for_its_size(taker: Taker) -> None:
    taker.refuse_content = {"a@acme.example": "554 5.6.0 no", "b@acme.example": "452 4.3.1 disk full"}
    first, second, third = taker.hand_over("a@acme.example", "b@acme.example", "c@acme.example")
    assert [one.is_permanent for one in (first, second, third)] == [True, False, False]
    assert [one.is_sent for one in (first, second, third)] == [False, False, True]
    (large,) = taker.hand_over("c@acme.example", message=MESSAGE + b"x" * 9999)
    assert (large.code, large.is_permanent) == (552, True)


def test_a_sender_that_is_refused_is_our_mistake_and_not_the_recipients(taker: Taker) -> None:
    taker.refuse_sender = "553 5.7.1 not your address"
    (found,) = taker.hand_over("a@acme.example")
    assert (found.is_permanent, found.code) == (False, 553)


def test_a_connection_that_breaks_after_the_whole_mail_may_have_sent_it(taker: Taker) -> None:
    taker.breaks.add("a@acme.example")
    first, second = taker.hand_over("a@acme.example", "b@acme.example")
    assert (first.is_sent, first.is_permanent, first.is_uncertain, first.code) == (False, False, True, 0)
    assert first.reply.startswith("SMTPServerDisconnected")
    assert second.is_sent
    assert taker.connections == 2


def test_a_server_that_ends_the_connection_gets_a_new_one_for_the_next(taker: Taker) -> None:
    taker.refuse["a@acme.example"] = "421 4.3.2 going down"
    first, second = taker.hand_over("a@acme.example", "b@acme.example")
    assert (first.code, first.is_permanent, first.is_uncertain) == (421, False, False)
    assert second.is_sent


def test_a_server_that_does_not_answer_ends_it_and_the_rest_is_not_taken(taker: Taker) -> None:
    taker.hangs.add("a@acme.example")
    asked: list[int] = []

    def items() -> Iterator[Item]:
        for number in (1, 2, 3):
            asked.append(number)
            yield Item(number, "a@acme.example", "d", MESSAGE)

    ((number, found),) = hand_over(taker.server(), items(), data_seconds=0.2)
    assert (number, found.is_uncertain, found.is_permanent) == (1, True, False)
    assert asked == [1]


@contextmanager
def dripping(*said: bytes, drip: bytes) -> Iterator[tuple[int, threading.Event]]:
    """A server that says so much as it should, a line for each of ours, and then answers in drips without an end: its
    port, and an event that it has begun to drip."""
    may_end, drips = threading.Event(), threading.Event()

    def speak(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            for words in said:
                connection.sendall(words)
                connection.recv(100_000)
            drips.set()
            while not may_end.wait(0.02):
                connection.sendall(drip)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=speak, args=(listening,), daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1], drips
        finally:
            may_end.set()
            thread.join(10)


UNTIL_MAIL = (b"220 slow.example\r\n", b"250 slow.example\r\n")
UNTIL_ACCEPTED = (*UNTIL_MAIL, b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n")
PLACES = pytest.mark.parametrize(
    ("said", "drip", "is_uncertain"),
    [
        ((), b"220-hi\r\n", False),
        ((b"220 slow.example\r\n",), b"250-HI\r\n", False),
        (UNTIL_MAIL, b"2", False),
        (UNTIL_ACCEPTED, b"250-hi\r\n", True),
    ],
    ids=["greeting", "EHLO", "MAIL", "content"],
)


def two() -> Iterator[Item]:
    return iter([Item(1, "a@b.example", "1", MESSAGE), Item(2, "c@b.example", "2", MESSAGE)])


@PLACES
def test_a_server_that_answers_a_sign_at_a_time_holds_nobody_for_ever(
    said: tuple[bytes, ...], drip: bytes, is_uncertain: bool
) -> None:
    asked = two()
    with dripping(*said, drip=drip) as (port, _):
        ((number, handed),) = hand_over(plain_server(port), asked, mail_seconds=0.4, connecting_seconds=0.4)
    assert (number, handed.is_sent, handed.is_permanent, handed.code) == (1, False, False, 0)
    assert handed.is_uncertain == is_uncertain
    assert handed.reply == "TimeoutError: not done within 0.4 s"
    assert [one.number for one in asked] == [2], "the rest was not taken"


@PLACES
def test_who_is_to_stop_waits_for_no_server(said: tuple[bytes, ...], drip: bytes, is_uncertain: bool) -> None:
    asked = two()
    with dripping(*said, drip=drip) as (port, drips):
        ((number, handed),) = hand_over(plain_server(port), asked, is_stopping=drips.is_set)
    assert (number, handed.is_sent, handed.is_permanent, handed.is_uncertain) == (1, False, False, is_uncertain)
    assert handed.reply == "StoppedError: stopped before the server answered"
    assert [one.number for one in asked] == [2], "the rest was not taken"


SERVER_HELLO = b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb\x03\x03"
"""The start of one that is long in coming."""


@pytest.mark.parametrize(
    ("security", "said", "drip"),
    [
        ("tls", (), SERVER_HELLO),
        ("starttls", (UNTIL_MAIL[0], b"250-slow.example\r\n250 STARTTLS\r\n"), b"220-go\r\n"),
    ],
)
def test_going_over_to_tls_is_ended_as_well(security: Security, said: tuple[bytes, ...], drip: bytes) -> None:
    with dripping(*said, drip=drip) as (port, _):
        began = time.monotonic()
        with pytest.raises(TimeoutError, match=r"not done within 0\.4 s"):
            replace(plain_server(port), security=security).connected(seconds=0.4)
        assert time.monotonic() - began < 5, "a single wait is longer"


@pytest.mark.parametrize("is_stopping", [True, False])
def test_a_server_that_takes_no_connection_is_waited_for_no_longer(is_stopping: bool) -> None:
    """Its queue is full: it neither takes nor refuses, as behind a firewall that drops."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening, ExitStack() as queue:
        for _ in range(4):
            one = queue.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        began = time.monotonic()
        found = hand_over(
            plain_server(listening.getsockname()[1]), two(), connecting_seconds=0.4, is_stopping=lambda: is_stopping
        )
        ((_, handed),) = found
        assert time.monotonic() - began < 5, "a single wait is longer"
    assert handed.reply.startswith("StoppedError" if is_stopping else "TimeoutError: not done within 0.4 s")


def test_a_farewell_that_drips_is_cut_short() -> None:
    with dripping(*UNTIL_ACCEPTED, b"250 queued\r\n", drip=b"221-bye\r\n") as (port, drips):
        ((_, handed),) = hand_over(plain_server(port), [next(two())], is_stopping=drips.is_set)
    assert handed.is_sent, "what it took before is taken"


def test_a_server_that_is_away_ends_it_after_the_first() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    server = plain_server(port)
    assert server.bounces_to == "p2i@p2i.example", "of bounces the sender gets word when nobody else is named"
    found = list(hand_over(server, [Item(1, "a@b.example", "d", MESSAGE), Item(2, "a@b.example", "d", MESSAGE)]))
    assert [(number, one.code, one.is_permanent, one.is_uncertain) for number, one in found] == [(1, 0, False, False)]
    assert "refused" in found[0][1].reply


def test_an_item_is_taken_only_after_the_outcome_of_the_one_before_was_told(taker: Taker) -> None:
    events: list[str] = []

    def items() -> Iterator[Item]:
        for number in (1, 2):
            events.append(f"attempt {number}")
            yield Item(number, "a@acme.example", "d", MESSAGE)

    for number, _ in hand_over(taker.server(), items()):
        events.append(f"outcome {number}")
    assert events == ["attempt 1", "outcome 1", "attempt 2", "outcome 2"]


def test_addresses_of_other_letters(taker: Taker) -> None:
    taker.has_dsn = True
    domain, user = taker.hand_over("a@dömäin.example", "samïra@acme.example")
    assert domain.is_sent
    assert user.is_sent
    assert "TO:<a@xn--dmin-moa0i.example>" in taker.said[1]
    assert taker.said[2].endswith(" SMTPUTF8")
    assert taker.said[3].startswith("TO:<samïra@acme.example>")
    assert taker.said[3].endswith(r"ORCPT=utf-8;sam\x{EF}ra@acme.example")
    taker.has_utf8 = False
    refused, plain = taker.hand_over("samïra@acme.example", "a@acme.example")
    assert (refused.is_permanent, "SMTPUTF8" in refused.reply, plain.is_sent) == (True, True, True)


@pytest.mark.parametrize("written", ["a@acme.example\r\nRCPT TO:<x@y>", "a", "a@", "<>", "a b@acme.example", "a@b..c"])
def test_what_is_no_address_is_never_said_to_a_server(taker: Taker, written: str) -> None:
    found, other = taker.hand_over(written, "b@acme.example")
    assert (found.is_permanent, found.is_sent, found.code) == (True, False, 0)
    assert [to for to, _ in taker.taken] == ["b@acme.example"]
    assert other.is_sent


def test_the_words_of_a_server_are_one_line_that_can_be_shown(taker: Taker) -> None:
    taker.refuse["a@acme.example"] = "550-first\x1b[31m line\r\n550 " + "x" * 400 + "‮" + "y" * 400
    (found,) = taker.hand_over("a@acme.example")
    assert found.reply.startswith("first [31m line xxx")
    assert found.reply.isprintable()
    assert len(found.reply) == 500


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("P2I_SMTP_BOUNCES", "nobody", "P2I_SMTP_BOUNCES: is not NAME <USER@DOMAIN>"),
        ("P2I_SMTP_FROM", "a@b, c@d", "P2I_SMTP_FROM: is not NAME <USER@DOMAIN>"),
        ("P2I_SMTP_FROM", "x\r\nBcc: y@z <a@b.example>", "P2I_SMTP_FROM: "),
        ("P2I_SMTP_FROM", "é@b.example", "P2I_SMTP_FROM: the user before the @ has other signs than ASCII"),
        ("P2I_SMTP_FROM", "P\u202e <a@b.example>", "cannot be seen (U+202E)"),
    ],
)
def test_settings_that_are_no_address(taker: Taker, name: str, value: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        mail_server(taker.environment() | {name: value})
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_reaching_a_server_says_what_it_offers_and_hands_nothing_over(taker: Taker) -> None:
    taker.has_dsn = True
    assert reach(taker.server()) == (
        f"127.0.0.1:{taker.port}, no TLS, no login, DSN, SMTPUTF8, at most 9999 bytes a message"
    )
    assert taker.said == []
    with pytest.raises(P2IError) as caught:
        reach(replace(taker.server(), security="starttls"))
    assert str(caught.value).startswith(f"mail server 127.0.0.1:{taker.port}: SMTPNotSupportedError: ")
