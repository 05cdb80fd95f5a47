"""Forward-only SQL migrations: numbered files, applied once each, in order, their text remembered by hash."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from store.connection import SCHEMA, Connection
from store.errors import P2IError
from store.plain import is_plain, make_plain, remove_plain
from store.reporting import drop_reporting, make_reporting, spare_compiling
from store.timescale import add_extension, make_continuous_aggregates, make_hypertables, set_policies

FOLDER = Path(__file__).parent / "migrations"
PATIENCE = timedelta(seconds=5)
LOCK_KEY = 0x70326901  # any fixed number: two migrating processes take turns on it


@dataclass(frozen=True)
class Migration:
    """One SQL file: `number` from its name, `sha256` of its text."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known_migrations() -> list[Migration]:
    """The migrations this release ships, by number."""
    files = sorted(FOLDER.glob("[0-9]*.sql"))
    return [Migration(int(file.name[:4]), file.stem, file.read_text(encoding="utf-8")) for file in files]


def migrate(connection: Connection, patience: timedelta = PATIENCE) -> list[str]:
    """Brings the schema up to this release and returns the names applied; running it again applies nothing.

    Everything happens in one transaction under a lock: a crash half-way leaves the old schema, and two
    processes that start together do not collide. A table that somebody holds for longer than `patience` ends it with
    psycopg's LockNotAvailable, and nothing is changed. Raises P2IError when an applied file has since been edited
    (its text is history) or the database is newer than this release.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK_KEY,))
        # Behind a migration that waits for a table every writer waits, too: better to give up and be run again.
        connection.execute(
            "SELECT set_config('lock_timeout', %s, true)", (f"{patience / timedelta(milliseconds=1):.0f}ms",)
        )
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (number integer PRIMARY KEY, name text NOT NULL,"
            " sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        applied: dict[int, str] = dict(connection.execute("SELECT number, sha256 FROM migration").fetchall())
        known = known_migrations()
        if newer := sorted(set(applied) - {migration.number for migration in known}):
            raise P2IError(f"database: migration {newer[-1]} is from a newer release than this one")
        done: list[str] = []
        for migration in known:
            if migration.number in applied:
                if applied[migration.number] != migration.sha256:
                    raise P2IError(f"database: {migration.name} was applied with another text than this release ships")
                continue
            if not done:
                drop_reporting(connection)
            connection.execute(migration.sql.encode())
            connection.execute(
                "INSERT INTO migration (number, name, sha256) VALUES (%s, %s, %s)",
                (migration.number, migration.name, migration.sha256),
            )
            done.append(migration.name)
        if add_extension(connection):
            if is_plain(connection):
                drop_reporting(connection)
                remove_plain(connection)
            make_hypertables(connection)
            make_continuous_aggregates(connection)
            set_policies(connection)
        else:
            make_plain(connection)
        make_reporting(connection)
        spare_compiling(connection)
    return done


def require_current_schema(connection: Connection) -> None:
    """Raises P2IError unless every migration of this release is applied: a stage never writes to an older schema."""
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{SCHEMA}.migration",)).fetchone()
    applied = set()
    if row == (True,):
        applied = {number for (number,) in connection.execute("SELECT number FROM migration").fetchall()}
    connection.commit()
    if missing := [migration.name for migration in known_migrations() if migration.number not in applied]:
        raise P2IError(f"database: the schema lacks {missing[0]}; run: p2i migrate")
