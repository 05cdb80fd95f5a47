"""A logical backup: one consistent dump of the database, taken while everything goes on writing, and its manifest."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import psycopg

from store.backup_contents import contents
from store.backup_manifest import Manifest, file_sha256, manifest_path, write_manifest
from store.connection import Connection, connect
from store.errors import InputError, P2IError
from store.postgres_tools import find_tool, run_tool
from store.timescale import extension_version

HELD_BACK_HOURS = 12
"""How long columnstore and retention jobs stay away when a backup is killed before it lets them go on."""
JOB_PATIENCE_SECONDS = 600

# ACL entries and default privileges, all of this database: roles belong to the server and are not in a dump.
ROLES = """
SELECT DISTINCT rolname FROM pg_shdepend JOIN pg_roles ON pg_roles.oid = refobjid
WHERE refclassid = 'pg_authid'::regclass AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (deptype = 'a' OR classid = 'pg_default_acl'::regclass) ORDER BY rolname
"""


def backup(dsn: str, dump: Path) -> Manifest:
    """Writes the dump (pg_dump's custom format) and, last, its manifest; returns the manifest.

    Both show the state of one instant: pg_dump reads in the snapshot in which the rows are counted. Nothing of the
    collectors' or the engine's work waits for it. Raises InputError when a file of that name is there, or its
    directory is not.
    """
    if dump.is_dir():
        raise InputError(f"{dump}: a directory; name the file to write in it")
    if not dump.parent.is_dir():
        raise InputError(f"{dump.parent}: no such directory")
    unfinished = dump.with_name(f"{dump.name}.unfinished")
    for path in (dump, manifest_path(dump)):
        if path.exists():
            raise InputError(f"{path}: there already; a backup never replaces another")
    with connect(dsn, "backup") as connection:
        _require_schema(connection)
        tool = find_tool("pg_dump", connection.info.server_version // 10000)
        try:
            _make_private(unfinished)
            with _jobs_held_back(connection), _snapshot(connection) as (snapshot, taken_at):
                run_tool(
                    tool,
                    ["--format=custom", f"--snapshot={snapshot}", "--lock-wait-timeout=60s", f"--file={unfinished}"],
                    dsn,
                )
                manifest = Manifest(
                    taken_at.isoformat().replace("+00:00", "Z"),
                    unfinished.stat().st_size,
                    file_sha256(unfinished),
                    _version_text(connection),
                    tool.version,
                    extension_version(connection),
                    _newest_migration(connection),
                    [name for (name,) in connection.execute(ROLES).fetchall()],
                    contents(connection),
                )
            unfinished.rename(dump)
            write_manifest(dump, manifest)
        except OSError as error:
            raise InputError(f"{error.filename}: {error.strerror}") from error
        finally:
            unfinished.unlink(missing_ok=True)
    return manifest


def _make_private(file: Path) -> None:
    """An empty file that only its owner may read: who may read the dump may read every tenant's data."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    except OSError as error:
        raise InputError(f"{file.parent}: nothing can be written there: {error.strerror}") from error


@contextmanager
def _snapshot(connection: Connection) -> Iterator[tuple[str, datetime]]:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    try:
        row = connection.execute("SELECT pg_export_snapshot(), now()").fetchone()
        assert row is not None
        yield row[0], row[1]
    finally:
        connection.rollback()
        connection.isolation_level = connection.read_only = None


@contextmanager
def _jobs_held_back(connection: Connection) -> Iterator[None]:
    """Keeps the columnstore and retention jobs away while the dump holds its locks, then lets them go on.

    Such a job would wait for the dump with its chunk locked, and a late row for that chunk, its whole batch with it,
    would wait for the job (tried: as long as the dump takes). Only their next start is moved: a killed backup leaves
    nothing to repair.
    """
    if extension_version(connection) is None:
        connection.rollback()
        yield
        return
    jobs = connection.execute(
        "SELECT job_id, CASE WHEN isfinite(next_start) THEN next_start END, application_name"  # none while it runs
        " FROM timescaledb_information.jobs"
        " WHERE proc_name IN ('policy_compression', 'policy_retention') AND scheduled"
    ).fetchall()
    for job, _, _ in jobs:
        connection.execute("SELECT alter_job(%s, next_start => now() + %s)", (job, timedelta(hours=HELD_BACK_HOURS)))
    connection.commit()
    try:
        _wait_for_jobs(connection, [name for _, _, name in jobs])
        yield
    finally:
        for job, next_start, _ in jobs:
            connection.execute("SELECT alter_job(%s, next_start => coalesce(%s, now()))", (job, next_start))
        connection.commit()


def _wait_for_jobs(connection: Connection, names: list[str]) -> None:
    until = time.monotonic() + JOB_PATIENCE_SECONDS
    while True:
        row = connection.execute(
            "SELECT min(application_name) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = ANY (%s)",
            (names,),
        ).fetchone()
        connection.commit()
        if row == (None,):
            return
        if time.monotonic() > until:
            raise P2IError(f"backup: {row and row[0]} has been running for {JOB_PATIENCE_SECONDS} s; try again later")
        time.sleep(0.25)


def _require_schema(connection: Connection) -> None:
    """An older schema is welcome: before an upgrade is when backups matter most."""
    if connection.execute("SELECT to_regclass('p2i.score')").fetchone() == (None,):
        raise InputError("database: there is no schema p2i in it; nothing to back up")
    connection.commit()


def _version_text(connection: Connection) -> str:
    number = connection.info.server_version
    return f"{number // 10000}.{number % 10000}"


def _newest_migration(connection: Connection) -> int:
    row = connection.execute("SELECT max(number) FROM p2i.migration").fetchone()
    assert row is not None
    return int(row[0])
