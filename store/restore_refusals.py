"""What is known not to work between a backup and a database, said in one line before anything is touched."""

from store.backup_manifest import Manifest
from store.connection import Connection
from store.errors import InputError
from store.timescale import extension_version

IS_CLOSED = """
SELECT EXISTS (SELECT FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
WHERE datname = current_database() AND setrole = 0 AND 'default_transaction_read_only=on' = ANY (setconfig))
"""
SOMETHING = """
SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname <> 'information_schema' AND nspname !~ '^(pg_|_timescaledb_|timescaledb_)'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e') LIMIT 1
"""


def refuse_what_cannot_work(
    connection: Connection, manifest: Manifest, tool_major: int, *, makes_roles: bool = False
) -> None:
    """Raises InputError, in one line, for everything that is known to fail, before anything is touched.

    `makes_roles`: roles that are missing are no failure, for they will be made.
    """
    if (found := connection.execute(SOMETHING).fetchone()) is not None:
        unfinished = ""
        if connection.execute(IS_CLOSED).fetchone() == (True,):
            unfinished = ", and read-only: a restore into it was cut short or came out different; drop it"
        raise InputError(
            f"database: not empty ({found[0]} is there){unfinished}; a backup is restored into a new database only"
        )
    server_major = connection.info.server_version // 10000
    if int(manifest.postgresql.partition(".")[0]) > server_major:
        raise InputError(
            f"database: PostgreSQL {server_major}, the backup is of {manifest.postgresql}: too old a server"
        )
    if int(manifest.pg_dump.partition(".")[0]) > tool_major:
        raise InputError(f"pg_restore: {tool_major} cannot read what pg_dump {manifest.pg_dump} wrote; P2I_PG_BIN")
    if not makes_roles and (missing := missing_roles(connection, manifest)):
        raise InputError(
            f"database: roles that the backup grants rights to are missing: {', '.join(missing)}; --create-roles makes"
            " them, without the right to log in"
        )
    _refuse_another_extension(connection, manifest.timescaledb)


def missing_roles(connection: Connection, manifest: Manifest) -> list[str]:
    """The roles that the backup grants rights to and this server does not have."""
    present = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    return [role for role in manifest.roles if role not in present]


def _refuse_another_extension(connection: Connection, wanted: str | None) -> None:
    there = extension_version(connection)
    if wanted is None and there is not None:
        raise InputError(
            f"database: TimescaleDB {there} is in it, the backup is of plain PostgreSQL; DROP EXTENSION timescaledb,"
            " restore, then p2i migrate adds it again"
        )
    if wanted is None or wanted == there:
        return
    offered = [
        version
        for (version,) in connection.execute(
            "SELECT version FROM pg_available_extension_versions WHERE name = 'timescaledb' ORDER BY version"
        ).fetchall()
    ]
    if there is not None or wanted not in offered:
        have = f"has {there}" if there is not None else f"offers {', '.join(offered) or 'none'}"
        raise InputError(
            f"database: the backup needs TimescaleDB {wanted}, this one {have}; install {wanted}, restore, upgrade then"
        )
