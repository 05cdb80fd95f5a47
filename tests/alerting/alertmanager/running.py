"""A real Alertmanager as a process, what receives its webhooks and mails, and alerts to tell it of."""

import json
import signal
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from alerting.alertmanager.address import Address, AlertmanagerAway
from store.alert_rows import AlertRow, Severity, Trouble


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Returns when the condition is true; fails when it does not come true in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not true within {seconds} s"
        time.sleep(0.05)


def alert(
    alert_id: int,
    rule: str,
    subject: str,
    opened_at: datetime,
    *,
    severity: Severity = "page",
    closed_at: datetime | None = None,
    cause_id: int | None = None,
    muted_by: str | None = None,
    **trouble: Any,
) -> AlertRow:
    """One row of table alert; a subject circuit:C also names the circuit."""
    if subject.startswith("circuit:"):
        trouble.setdefault("circuit", subject.removeprefix("circuit:"))
    found = Trouble(rule, subject, severity, trouble.pop("since_at", opened_at), rule, True, **trouble)
    return AlertRow(alert_id, found, opened_at, opened_at, closed_at, cause_id, muted_by)


class Told(NamedTuple):
    """One alert of one webhook body."""

    path: str
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]

    @property
    def alert(self) -> tuple[str, str]:
        """Which one, and whether it fires."""
        return self.labels.get("alert", self.labels["alertname"]), self.status


class Hooks:
    """An HTTP server that records what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        hooks = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hooks.bodies.append((self.path, body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def told(self, word: str = "on_call") -> list[Told]:
        """Every alert that was sent to this hook, in order; a body with five counts five times."""
        return [
            Told(path, one["status"], one["labels"], one["annotations"])
            for path, body in list(self.bodies)
            for one in body["alerts"]
            if path.endswith(f"/hooks/alertmanager/{word}")
        ]

    def alerts(self, word: str = "on_call") -> list[tuple[str, str]]:
        """Of the same, (alert, status)."""
        return [one.alert for one in self.told(word)]


class Mails:
    """An SMTP server that records what it is handed."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        mails = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 20

            def handle(self) -> None:
                self.say("220 test")
                while line := self.rfile.readline():
                    word = line[:4].upper()
                    if word == b"DATA":
                        self.say("354 go")
                        text = b""
                        while not text.endswith(b"\r\n.\r\n"):
                            text += self.rfile.readline()
                        mails.texts.append(text.decode())
                    self.say("221 bye" if word == b"QUIT" else "250 ok")
                    if word == b"QUIT":
                        return

            def say(self, line: str) -> None:
                self.wfile.write(line.encode() + b"\r\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """Runs a server in a thread of its own."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextmanager
def answering(status: int, body: bytes, seen: list[tuple[str, str, str | None]], **headers: str) -> Iterator[str]:
    """The address of a server that answers every POST so, and writes down what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append((self.path, sent.decode(), self.headers.get("Authorization")))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


class RunningAlertmanager:
    """One Alertmanager on a port of its own that can be stopped, killed and started again.

    With a file web.yml in its folder it is guarded as that says; `address` is then the caller's to set.
    """

    def __init__(self, program: str, folder: Path) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.address = Address(f"http://127.0.0.1:{self.port}")

    def start(self) -> None:
        """Returns when it is ready."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._program,
                    f"--config.file={self._folder / 'alertmanager.yml'}",
                    f"--storage.path={self._folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                    "--cluster.listen-address=",
                    *([f"--web.config.file={web}"] if (web := self._folder / "web.yml").exists() else []),
                ],
                stdout=log,
                stderr=log,
            )
        wait_for(self._is_ready)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends it, by default in its own time, and waits until it has."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(20)
            self._process = None

    def get(self, path: str) -> Any:
        """What its API answers."""
        return self.address.exchange("GET", path)

    def resident_bytes(self) -> int:
        """The memory it holds."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()
        try:
            return bool(self.get("/api/v2/status"))
        except AlertmanagerAway:
            return False
