"""A real SMTP server on the loopback that keeps what it takes."""

import asyncio
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


class MailBox:
    """An SMTP server on the loopback that keeps what it takes, and refuses what it is told to."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.contents: list[bytes] = []
        self.recipients: list[str] = []
        self.refuse: dict[str, str] = {}
        self._arrived = threading.Condition()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def handle_RCPT(  # noqa: N802 - its name in aiosmtpd
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        with self._arrived:
            self.mails.append(message_from_bytes(content, EmailMessage, policy=policy.default))
            self.contents.append(content)
            self.recipients += envelope.rcpt_tos
            self._arrived.notify_all()
        return "250 OK"

    def wait_for(self, count: int, seconds: float = 60) -> None:
        """Waits until so many mails have come since the last take."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.mails) >= count, seconds), f"{len(self.mails)} mails"

    def start(self) -> "MailBox":
        """Listens: on a free port, after a stop on the same one."""

        async def listen() -> asyncio.Server:
            return await self._loop.create_server(
                lambda: SMTP(self, hostname="mail.example", loop=self._loop), "127.0.0.1", self.port
            )

        self._server = asyncio.run_coroutine_threadsafe(listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def stop(self) -> None:
        """Listens no more."""

        async def close() -> None:
            assert self._server is not None
            self._server.close()
            await self._server.wait_closed()

        if self._server is not None:
            asyncio.run_coroutine_threadsafe(close(), self._loop).result(10)
            self._server = None

    def end(self) -> None:
        """Ends the thread, too."""
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def take(self) -> list[tuple[str, str]]:
        """(to whom, subject) of what came since the last take, in its order."""
        taken = [(str(mail["To"]).partition("@")[0], str(mail["Subject"])) for mail in self.mails]
        self.mails.clear()
        return taken

    def names(self) -> list[str]:
        """To whom what came since the last take."""
        return [name for name, _ in self.take()]
