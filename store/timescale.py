"""What depends on the TimescaleDB extension; everything outside the store reads the same names either way."""

import psycopg

from store.connection import Connection

# Chunk spans in SQL interval syntax: a chunk of each should fit a quarter of a small server's memory.
HYPERTABLES = {
    "circuit_interval": ("starts_at", "7 days"),
    "probe": ("sent_at", "7 days"),
    "circuit_state": ("changed_at", "90 days"),
    "occupancy": ("measured_at", "30 days"),
}


def extension_version(connection: Connection) -> str | None:
    """The version of TimescaleDB in this database, None on plain PostgreSQL."""
    row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'").fetchone()
    return None if row is None else str(row[0])


def is_offered(connection: Connection) -> bool:
    """Whether this server has the extension to offer, created in this database or not."""
    row = connection.execute("SELECT FROM pg_available_extensions WHERE name = 'timescaledb'").fetchone()
    return row is not None


def prepare_time_series(connection: Connection) -> None:
    """Makes hypertables of the reading tables where the extension is there; safe to run again.

    An extension that the server offers is added to this database first, if this role may do that. On plain
    PostgreSQL the same tables stay ordinary ones.
    """
    if not is_offered(connection):
        return
    if extension_version(connection) is None:
        try:
            with connection.transaction():
                connection.execute("CREATE EXTENSION timescaledb SCHEMA public")
        except psycopg.Error:
            return  # not preloaded, or not this role's to add: `p2i doctor` says so and what to do
    for table, (column, span) in HYPERTABLES.items():
        connection.execute(
            "SELECT create_hypertable(%s::regclass, %s::name, chunk_time_interval => %s::interval,"
            " if_not_exists => true, migrate_data => true, create_default_indexes => false)",
            (table, column, span),
        )
