"""The broker of the demo and of the tests: Mosquitto where it is installed, otherwise amqtt in a process of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from store.errors import InputError, P2IError

Software = Literal["mosquitto", "amqtt"]

HOST = "127.0.0.1"
START_SECONDS, STOP_SECONDS = 20.0, 10.0
# Debian keeps it where an ordinary user's PATH does not look.
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
ACCOUNTS = ("mosquitto", "nobody")


@dataclass(frozen=True)
class RunningBroker:
    """A broker that takes connections on this machine only."""

    software: Software
    port: int
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its address, as `--broker` takes it."""
        return f"mqtt://{HOST}:{self.port}"


def installed_mosquitto() -> str | None:
    """The path of Mosquitto, None where it is not installed."""
    return shutil.which("mosquitto", path=PLACES)


@contextmanager
def start_broker(folder: Path, port: int, software: Software | None = None) -> Iterator[RunningBroker]:
    """Runs a broker on `port` of 127.0.0.1 with its files in `folder`, and stops it at the end.

    Mosquitto keeps sessions and queued messages over a restart in the same folder; as root it runs under an
    unprivileged account, to which the folder is given. amqtt keeps nothing on disk and delivers less surely
    (docs/settings.md says how). `software` chooses; by default Mosquitto where installed. The broker ends with this
    process, even when that is killed. Raises InputError when it cannot be run here, P2IError when it does not start.
    """
    mosquitto = installed_mosquitto()
    chosen: Software = software or ("mosquitto" if mosquitto else "amqtt")
    _require_free(port)
    folder.mkdir(parents=True, exist_ok=True)
    if chosen == "amqtt":
        words: list[str] = [sys.executable, "-m", "p2i.amqtt_broker", str(port)]
        account = None
    elif mosquitto is None:
        raise InputError("mosquitto is not installed here")
    else:
        account = _account(folder)
        words = [mosquitto, "-c", str(_configuration(folder, port, account))]
    log = folder / "broker.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            _ending_with_us(words, account),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal must reach us, not the broker behind our back
        )
    try:
        _wait_until_it_answers(process, port, log)
        yield RunningBroker(chosen, port, log, process)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _require_free(port: int) -> None:
    """Another program's answer on the port would be taken for our broker's."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise P2IError(f"broker: {HOST}:{port}: {error.strerror}") from error


def _configuration(folder: Path, port: int, account: pwd.struct_passwd | None) -> Path:
    """Settings as collectors.md §c.2 asks: what is accepted is kept, and nothing is dropped silently after 1000."""
    file = folder / "mosquitto.conf"
    file.write_text(
        "\n".join(
            [
                f"listener {port} {HOST}",
                "allow_anonymous true",
                "persistence true",
                f"persistence_location {folder.resolve()}/",
                "autosave_interval 30",
                "max_queued_messages 200000",
                "log_dest stderr",
                "log_type error",
                "log_type warning",
                "",
            ]
        ),
        encoding="utf-8",
    )
    if account is not None:
        for path in (folder, *folder.iterdir()):
            os.chown(path, account.pw_uid, account.pw_gid)
    return file


def _account(folder: Path) -> pwd.struct_passwd | None:
    """As root, the account to run under; None for an ordinary user, who runs it as himself."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        for parent in folder.resolve().parents:
            if not parent.stat().st_mode & 0o001:
                raise InputError(f"broker: its account {name} may not enter {parent}; name another folder")
        return account
    raise InputError(f"broker: as root it needs one of the accounts {', '.join(ACCOUNTS)} to run under")


def _ending_with_us(words: Sequence[str], account: pwd.struct_passwd | None) -> list[str]:
    setpriv = shutil.which("setpriv", path=PLACES)
    if setpriv is None:
        if account is not None:
            raise InputError("broker: as root it needs the program setpriv (util-linux)")
        return list(words)
    change = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"] if account else []
    return [setpriv, *change, "--pdeathsig=TERM", *words]


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise P2IError(f"broker: it did not start: {lines[-1] if lines else 'it printed nothing'}")
        try:
            with socket.create_connection((HOST, port), timeout=1.0):
                return
        except OSError:
            time.sleep(0.02)
    raise P2IError(f"broker: no answer on {HOST}:{port} within {START_SECONDS:g} s")
