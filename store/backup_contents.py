"""What a database holds, as a backup's manifest lists it: rows of every relation, and hashes of what was said."""

from __future__ import annotations

from psycopg import sql

from store.backup_manifest import Contents
from store.connection import Connection
from store.timescale import extension_version

TABLES = """
SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('r', 'p') AND relpersistence = 'p' AND NOT relispartition
    AND nspname <> 'information_schema' AND nspname !~ '^(pg_|_timescaledb_|timescaledb_)'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e') ORDER BY 1, 2
"""

# Texts whose bytes a dispute may turn on: the relation, the key of a row as text, and what is hashed of it.
DOCUMENTS = (
    (
        "p2i.score",
        "format('score %s %s %s', agreement, extract(epoch FROM period_starts_at)::bigint,"
        " extract(epoch FROM period_ends_at)::bigint)",
        "document",
    ),
    ("p2i.verdict_entry", "format('verdict entry %s %s', agreement, entry)", "body || coalesce(document, '')"),
    ("p2i.statement", "format('statement %s', number)", "document"),
    ("p2i.statement_files", "format('manifest %s', number)", "manifest"),
    ("p2i.agreement_text", "format('agreement text %s', sha256)", "text"),
    ("p2i.calendar_text", "format('calendar text %s %s', calendar, version)", "text"),
)


def contents(connection: Connection) -> Contents:
    """What the database holds, as the connection's snapshot sees it."""
    relations = {f"{schema}.{name}": (schema, name) for schema, name in connection.execute(TABLES).fetchall()}
    if extension_version(connection) is not None:
        # The view itself would also sum up what is not kept yet.
        kept = connection.execute(
            "SELECT view_schema || '.' || view_name, materialization_hypertable_schema,"
            " materialization_hypertable_name FROM timescaledb_information.continuous_aggregates ORDER BY 1"
        ).fetchall()
        relations |= {name: (schema, table) for name, schema, table in kept}
    rows = {}
    for name, (schema, table) in relations.items():
        counted = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table)))
        rows[name] = next(counted)[0]
    documents: dict[str, str] = {}
    for name, key, text in DOCUMENTS:
        if name in relations:  # a backup may be of an older schema
            hashes = (
                f"SELECT {key}, encode(sha256(convert_to({text}, 'UTF8')), 'hex') FROM {name} WHERE {text} IS NOT NULL"
            )
            documents |= dict(connection.execute(f"{hashes} ORDER BY 1".encode()).fetchall())
    return Contents(rows, documents)
