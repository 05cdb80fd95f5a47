"""Restoring a backup into an empty database: nothing may write to it before what came is what was saved."""

import time
from collections.abc import Iterable
from pathlib import Path

from psycopg import conninfo, errors, sql

from store.backup_contents import contents
from store.backup_manifest import Manifest, read_manifest
from store.connection import Connection, connect
from store.errors import InputError, P2IError
from store.postgres_tools import Tool, find_tool, run_tool, with_options
from store.restore_refusals import missing_roles, refuse_what_cannot_work
from store.timescale import extension_version

WRITABLE = "-c default_transaction_read_only=off"
# pg_restore whose machine is gone must not go on: its server looks every two seconds whether somebody is there.
WATCHED = "-c client_connection_check_interval=2s"
PATIENCE_SECONDS = 15
"""How long a restore waits for another one in the same database to be gone: it may have been killed a moment ago."""

NUMBERED = ("ingest", "ticket", "ticket_freeze", "ticket_event", "exclusion", "exclusion_event")
WATERMARKS = ("engine_watermark", "rollup_progress")
FORGOTTEN = ("score",)  # how far each had looked is told by a number of the old server alone
# The rollups' watermark of 0 is one that nobody keeps (with the extension); no engine's: it never passed, all is new.
SEEN_BY_ENGINE = "coalesce((SELECT input_xid FROM engine_watermark), '0')"
SEEN_BY_ROLLUPS = "(SELECT nullif(input_xid, '0') FROM rollup_progress)"

ANOTHER = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'p2i restore'
    AND (coalesce(backend_start, '-infinity'), pid)
        < (SELECT backend_start, pid FROM pg_stat_activity WHERE pid = pg_backend_pid())
ORDER BY backend_start LIMIT 1
"""


def restore(dsn: str, dump: Path, *, makes_roles: bool = False) -> Manifest:
    """Restores the dump into the empty database that `dsn` names and returns its manifest once everything was found.

    All in one transaction of pg_restore. Until the rows of every relation and every score document are what the
    manifest says, the database is read-only for all other sessions. Raises InputError before anything was changed,
    P2IError when the restore failed (the database is empty as before) or what came differs (it stays read-only).
    `makes_roles`: roles it grants to are made where they are missing, without the right to log in and without a
    password, which no dump holds. They belong to the server and stay, also when the restore fails.
    Killed, it leaves the database read-only, and empty unless pg_restore was through: a restore into an empty one
    begins anew, whatever the one before left.
    """
    manifest = read_manifest(dump)
    # A killed restore left the database read-only: also for us, unless we say otherwise. This session stays until the
    # end: others see by it that somebody is at work.
    with connect(with_options(dsn, WRITABLE), "restore") as connection:
        tool = find_tool("pg_restore", connection.info.server_version // 10000)
        _wait_for_another(connection)
        refuse_what_cannot_work(connection, manifest, tool.major, makes_roles=makes_roles)
        if makes_roles:
            _make_roles(connection, missing_roles(connection, manifest))
        _close(connection, manifest)
        _run_tool(tool, dsn, dump, manifest)
        with _own_session(dsn, manifest) as verifying:
            if differences := manifest.contents.differences(contents(verifying)):
                counted = "1 difference" if len(differences) == 1 else f"{len(differences)} differences, first"
                raise P2IError(
                    f"restore: {counted}: {differences[0]};"
                    " the database stays read-only: drop it and restore another backup"
                )
            restart_transaction_numbers(verifying)
            _open(verifying, manifest)
            verifying.autocommit = True
            verifying.execute("ANALYZE")
    return manifest


def _make_roles(connection: Connection, names: Iterable[str]) -> None:
    for name in names:
        try:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
        except errors.InsufficientPrivilege:
            connection.rollback()
            raise InputError(f"database: this login may not make the role {name}: it needs CREATEROLE") from None
    connection.commit()


def restart_transaction_numbers(connection: Connection) -> None:
    """Translates the transaction numbers kept in rows into this server's; the caller commits.

    The engine and the rollups find their work by transaction number (store/changes.py). Those of the old server mean
    nothing here: mostly they lie in this server's future, and then new readings would count as seen long ago. What
    engine and rollups had not both seen becomes new here, and one of them sees it twice, which changes nothing.
    All else becomes 0: older than anything. What a score says of it becomes unknown; the ledger of verdicts is no row
    to change, and keeps the old server's numbers.
    """
    there = {
        name
        for (name,) in connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'p2i'"
        ).fetchall()
    }
    seen = f"least({SEEN_BY_ENGINE}, {SEEN_BY_ROLLUPS})" if "rollup_progress" in there else SEEN_BY_ENGINE
    row = connection.execute(f"SELECT ({seen})::text".encode()).fetchone()
    assert row is not None
    for table in NUMBERED:
        if table not in there:  # a backup may be of an older schema
            continue
        connection.execute(
            sql.SQL("UPDATE {} SET xid = CASE WHEN xid >= %s::xid8 THEN pg_current_xact_id() ELSE '0' END").format(
                sql.Identifier(table)
            ),
            row,
        )
    for table in WATERMARKS:
        if table in there:
            connection.execute(
                sql.SQL("UPDATE {} SET input_xid = pg_current_xact_id() WHERE input_xid <> '0'").format(
                    sql.Identifier(table)
                )
            )

    for (table,) in connection.execute(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'p2i'"
        " AND table_name = ANY (%s) AND column_name = 'input_xid'",
        (list(FORGOTTEN),),
    ).fetchall():
        connection.execute(
            sql.SQL("UPDATE {} SET input_xid = NULL WHERE input_xid IS NOT NULL").format(sql.Identifier(table))
        )


def _run_tool(tool: Tool, dsn: str, dump: Path, manifest: Manifest) -> None:
    """Runs pg_restore; when it fails, or we are interrupted, the database is opened again, as empty as before."""
    named = conninfo.make_conninfo(dsn, application_name="p2i restore")
    try:
        run_tool(tool, ["--single-transaction", "--no-owner", str(dump)], named, f"{WRITABLE} {WATCHED}")
    except BaseException as error:
        with _own_session(dsn, manifest) as connection:
            _open(connection, manifest)
        if isinstance(error, P2IError):
            raise P2IError(f"{error}; nothing was restored") from error
        raise


def _wait_for_another(connection: Connection) -> None:
    """Returns when no earlier restore is at work in the database, not even what a killed one left in the server.

    Only one may be: what the second undoes when it fails, the first still needs.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        row = connection.execute(ANOTHER).fetchone()
        connection.commit()
        if row is None:
            return
        if time.monotonic() > until:
            raise P2IError(
                f"database: another p2i restore is at work in it (process {row[0]} of the server); wait for it, or end"
                f" it with SELECT pg_terminate_backend({row[0]}), and run this again"
            )
        time.sleep(0.25)


def _close(connection: Connection, manifest: Manifest) -> None:
    """Makes the database read-only for every new session, and the extension ready to be restored."""
    connection.execute(_alter_database(connection, "SET default_transaction_read_only = on"))
    if manifest.timescaledb is not None:
        if extension_version(connection) is None:
            version = sql.Literal(manifest.timescaledb)
            connection.execute(sql.SQL("CREATE EXTENSION timescaledb SCHEMA public VERSION {}").format(version))
        connection.execute("SELECT timescaledb_pre_restore()")
    connection.commit()


def _open(connection: Connection, manifest: Manifest) -> None:
    if manifest.timescaledb is not None:
        connection.execute("SELECT timescaledb_post_restore()")
    connection.execute(_alter_database(connection, "RESET default_transaction_read_only"))
    connection.commit()


def _own_session(dsn: str, manifest: Manifest) -> Connection:
    """A session that may write, and in which the extension works before its jobs do."""
    connection = connect(with_options(dsn, WRITABLE), "restore")
    if manifest.timescaledb is not None:
        connection.execute("SET timescaledb.restoring = off")
        connection.commit()
    return connection


def _alter_database(connection: Connection, what: str) -> sql.Composed:
    return sql.SQL("ALTER DATABASE {} {}").format(sql.Identifier(connection.info.dbname), sql.SQL(what))
