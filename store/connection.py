"""Where the database is, and connections to it: `P2I_DSN` names a server, without it the embedded default runs."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from store.embedded import EmbeddedServer, default_home, listening_port
from store.errors import InputError, StoreUnavailable

SCHEMA = "p2i"

Connection = psycopg.Connection[tuple[Any, ...]]


def secret_of_environment(name: str) -> str | None:
    """The value of `NAME`, or the content of the file that `NAME_FILE` names; None when neither is set.

    Raises InputError when both are set (which one is meant?), when the file cannot be read, and when what is set is
    blank: a truncated secret must never mean "another database".
    """
    value, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value and file:
        raise InputError(f"{name}: set both directly and by {name}_FILE; keep one")
    if file:
        try:
            text = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise InputError(f"{name}_FILE: {file}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{name}_FILE: {file}: not UTF-8 at byte {error.start}") from error
        if not text:
            raise InputError(f"{name}_FILE: {file}: the file is empty")
        return text
    if value and not value.strip():
        raise InputError(f"{name}: holds nothing but blanks")
    return value or None


@contextmanager
def server() -> Iterator[str]:
    """Yields the DSN to use: `P2I_DSN` (or its file) when set, else the embedded server, run while in use."""
    if named := secret_of_environment("P2I_DSN"):
        yield named
        return
    embedded = EmbeddedServer(default_home(), listening_port())
    if not embedded.exists():
        print(
            f"p2i: making a new embedded database in {embedded.home} (P2I_DSN or P2I_HOME name another)",
            file=sys.stderr,
        )
    with embedded.running() as dsn:
        yield dsn


def connect(dsn: str, process: str) -> Connection:
    """One connection in the schema `p2i`, in UTC, named after the process for pg_stat_activity.

    Raises InputError when the DSN itself is wrong, StoreUnavailable when the server does not answer.
    """
    try:
        # Overrides of ours come as keywords: a DSN's own `options` (for example a role) stay in force.
        connection = psycopg.connect(dsn, application_name=f"p2i {process}", connect_timeout=10)
        connection.execute(f"SET search_path = {SCHEMA}, reporting, public")
        connection.execute("SET timezone = 'UTC'")
        connection.execute("SET jit = off")  # see store.reporting.spare_compiling; a database may not be ours to set
        # Late rows may meet chunks in columns: without a bound, or a backfill would be refused half-way. Batches are
        # bounded by whoever writes them. Without the extension this is a word nobody reads.
        connection.execute("SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0")
        connection.commit()
    except psycopg.ProgrammingError as error:
        raise InputError(f"P2I_DSN: {str(error).strip().splitlines()[0]}") from error
    except psycopg.OperationalError as error:
        raise StoreUnavailable(f"database: {' '.join(str(error).split())}") from error
    return connection
