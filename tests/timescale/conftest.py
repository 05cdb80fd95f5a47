"""A real TimescaleDB for these tests: compiled to WebAssembly and run by Node, a fresh database for each test."""

import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.connection import Connection, connect
from store.migrations import migrate

WASM = Path(__file__).parent / "wasm"
PATIENCE_SECONDS = 60


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
        """Remembers the database as it is now."""
        self._obey(f"keep {name}")

    def make_fresh(self, name: str = "migrated") -> None:
        """Puts what was kept in the place of the database: nothing is left of its data, roles, jobs or session.

        A name under which nothing was kept gives a new database, to which the server offers the extension.
        """
        self._obey(f"fresh {name}")

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
def wasm_server() -> Iterator[WasmServer]:
    """The running server with a migrated database kept."""
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


@pytest.fixture
def timescale_dsn(wasm_server: WasmServer) -> str:
    """The DSN of a migrated, empty TimescaleDB of this test's own; it takes one connection at a time."""
    wasm_server.make_fresh()
    return wasm_server.dsn


@pytest.fixture
def timescale(timescale_dsn: str) -> Iterator[Connection]:
    """A connection to this test's TimescaleDB, committing each statement: policies refuse to run in a transaction."""
    with connect(timescale_dsn, "tests") as opened:
        opened.autocommit = True
        yield opened
