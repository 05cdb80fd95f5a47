"""A real TimescaleDB for these tests, a fresh database for each: on the server `P2I_TEST_DSN` names where that has
the extension, else compiled to WebAssembly and run by Node.
"""

import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo, sql

from store.connection import Connection, connect
from store.migrations import migrate
from store.timescale import extension_version

WASM = Path(__file__).parent / "wasm"
PATIENCE_SECONDS = 60
LOADED = """
SELECT current_setting('timescaledb.disable_load', true) IS NOT NULL
   AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')
"""


class Server(Protocol):
    """Where fresh databases come from, one at a time."""

    dsn: str
    """The current database; every `make_fresh` may change it."""

    def keep(self, name: str) -> None:
        """Remembers the database as it is now; nobody may connect to it any more before the next `make_fresh`."""

    def make_fresh(self, name: str = "migrated") -> None:
        """Puts what was kept in the place of the database: nothing is left of its data, jobs or session.

        A name under which nothing was kept gives a new database, to which the server offers the extension.
        """

    def stop_workers(self, connection: Connection) -> None:
        """Ends background workers and lets none in any more, where a test itself added the extension."""


class NativeServer:
    """Databases on the server that `P2I_TEST_DSN` names; its background workers stay out of them."""

    def __init__(self, server_dsn: str) -> None:
        self.dsn = server_dsn
        self._server_dsn = server_dsn
        self._current: str | None = None
        self._kept: dict[str, str] = {}
        self._made: list[str] = []

    def keep(self, name: str) -> None:
        assert self._current is not None
        self._kept[name], self._current = self._current, None
        with psycopg.connect(self._server_dsn, autocommit=True) as server:
            # To clone a database starts its workers anew, and while they are in it the next clone is refused.
            kept = self._kept[name]
            server.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(sql.Identifier(kept)))
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (kept,))

    def make_fresh(self, name: str = "migrated") -> None:
        if self._current is not None:
            gone, self._current = self._current, None
            self._drop(gone)
        self._current = self._create(self._kept.get(name, "template0"))
        self.dsn = conninfo.make_conninfo(self._server_dsn, dbname=self._current)

    def stop_workers(self, connection: Connection) -> None:
        # Tests run policies by hand. Stopped is stopped for this database, whatever is migrated later; and its jobs
        # stay as they were made, which alter_job would change.
        assert connection.execute("SELECT _timescaledb_functions.stop_background_workers()").fetchone() == (True,)

    def stop(self) -> None:
        """Drops what was made here."""
        for name in list(self._made):
            self._drop(name)

    def _create(self, template: str) -> str:
        name = f"p2i_timescale_{uuid4().hex[:12]}"
        names = sql.Identifier(name), sql.Identifier(template)
        with psycopg.connect(self._server_dsn, autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        self._made.append(name)
        with psycopg.connect(conninfo.make_conninfo(self._server_dsn, dbname=name), autocommit=True) as created:
            if extension_version(created) is not None:
                self.stop_workers(created)  # before the launcher looks for new databases, as it does once a minute
        return name

    def _drop(self, name: str) -> None:
        with psycopg.connect(self._server_dsn, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        self._made.remove(name)


class WasmServer:
    """`wasm/server.mjs` as a child: it serves one connection at a time on a Unix socket in `folder`."""

    def __init__(self, folder: Path) -> None:
        # The socket's name is what libpq makes of host and port. Any password is right, none is not.
        command = ["node", str(WASM / "server.mjs"), str(folder / ".s.PGSQL.5432")]
        self.dsn = f"host={folder} port=5432 user=postgres password=any dbname=template1 sslmode=disable"
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        try:
            self._expect("ready")
        except BaseException:
            self.stop()
            raise

    def keep(self, name: str) -> None:
        self._obey(f"keep {name}")

    def make_fresh(self, name: str = "migrated") -> None:
        self._obey(f"fresh {name}")  # roles go, too: a fresh database is a fresh server here

    def stop_workers(self, connection: Connection) -> None:
        pass  # WebAssembly has one process and no workers

    def stop(self) -> None:
        """Ends the process: it lives as long as its standard input."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_SECONDS)
        finally:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()

    def _obey(self, words: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{words}\n".encode())
        self._expect(words)

    def _expect(self, words: str) -> None:
        assert self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], PATIENCE_SECONDS)
        said = self._process.stdout.readline().decode().strip() if readable else "nothing"
        assert said == words, (
            f"TimescaleDB in WebAssembly should say {words!r}, it said {said or 'nothing and ended'!r}"
        )


@pytest.fixture(scope="session")
def is_native(request: pytest.FixtureRequest) -> bool:
    """Whether `P2I_TEST_DSN` names a server that has loaded the extension."""
    if os.environ.get("P2I_TEST_DSN") is None:
        return False
    with psycopg.connect(request.getfixturevalue("server_dsn")) as server:
        return server.execute(LOADED).fetchone() == (True,)


@pytest.fixture(scope="session")
def wasm_server(is_native: bool) -> Iterator[WasmServer]:
    """The running server with a migrated database kept."""
    if is_native:
        pytest.skip("P2I_TEST_DSN names a server with the extension: WebAssembly has no part in this run")
    if shutil.which("node") is None:
        pytest.skip("TimescaleDB in WebAssembly needs node, which is not installed here")
    if not (WASM / "node_modules" / ".package-lock.json").exists():
        pytest.skip("TimescaleDB in WebAssembly is not installed here: make test does it where npm is")
    with tempfile.TemporaryDirectory(prefix="p2i-timescale-") as folder:
        server = WasmServer(Path(folder))
        try:
            with connect(server.dsn, "tests") as template:
                migrate(template)
            server.keep("migrated")
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def timescale_server(request: pytest.FixtureRequest, is_native: bool) -> Iterator[Server]:
    """The server that has the extension, natively or in WebAssembly."""
    if not is_native:
        yield request.getfixturevalue("wasm_server")
        return
    server = NativeServer(request.getfixturevalue("server_dsn"))
    try:
        server.make_fresh("empty")
        with connect(server.dsn, "tests") as template:
            # The extension comes first, and alone: its workers start with it, and would run policies as they are made.
            template.execute("CREATE EXTENSION IF NOT EXISTS timescaledb SCHEMA public")
            template.commit()
            server.stop_workers(template)
            migrate(template)
        server.keep("migrated")
        yield server
    finally:
        server.stop()


@pytest.fixture
def timescale_dsn(timescale_server: Server) -> str:
    """The DSN of a migrated, empty TimescaleDB of this test's own; it may take one connection at a time only."""
    timescale_server.make_fresh()
    return timescale_server.dsn


@pytest.fixture
def timescale(timescale_dsn: str) -> Iterator[Connection]:
    """A connection to this test's TimescaleDB, committing each statement: policies refuse to run in a transaction."""
    with connect(timescale_dsn, "tests") as opened:
        opened.autocommit = True
        yield opened
