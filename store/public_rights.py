"""What every login may do by default (rights of PUBLIC) and no reader needs: found, told and taken away."""

from collections.abc import Sequence
from typing import NamedTuple

from psycopg import sql

from store.connection import SCHEMA, Connection
from store.login_plan import ROLE_NAME

CATALOGUE_FUNCTIONS = (
    "lo_.*|lo(read|write)",  # large objects fill the disk, and take no right
    "pg_(try_)?advisory_.*",  # p2i migrate waits for one
    "pg_sleep.*",
    "pg_notify|pg_notification_queue_usage|pg_logical_emit_message",
    "pg_(cancel|terminate)_backend|pg_blocking_pids|pg_safe_snapshot_blocking_pids|pg_lock_status|pg_prepared_xact",
    "pg_(relation|table|total_relation|indexes|database|tablespace)_size",  # how much others send
    "pg_stat_get_.*|pg_sequence_last_value|pg_get_sequence_data",
    "pg_export_snapshot|pg_last_committed_xact|pg_xact_commit_timestamp.*|pg_xact_status|txid_status",
    "pg_(create|copy|drop)_.*replication_slot|pg_(logical|replication)_slot_.*|pg_(get|sync)_replication_slots",
    "pg_(current|last)_wal_.*|pg_wal_.*|pg_available_wal_summaries|pg_get_wal_.*|pg_control_.*",
    "binary_upgrade_.*|brin_(de)?summarize_.*|gin_clean_pending_list|pg_(clear|restore)_.*_stats|pg_import_system_collations|pg_nextoid",
    "pg_ls_.*|pg_read_.*|pg_stat_file|pg_current_logfile|pg_rotate_logfile.*|pg_get_loaded_modules|pg_postmaster_start_time|pg_conf_load_time",
)
"""Names in pg_catalog that no login of ours may call, those among them that PUBLIC may not call anyway."""

OUR_FUNCTIONS = ("availability_standing", "says_nothing_of_people", "standing", "time_bucket")
"""Names in `reporting`: arithmetic on their arguments, which read nothing."""

NEEDED_FUNCTIONS = (
    "time_bucket|time_bucket_gapfill|first|last|histogram|interpolate|locf",
    # What TimescaleDB puts into the plans of our views, and the server then checks as if the reader had written it.
    "cagg_watermark|cagg_watermark_materialized|to_timestamp|to_timestamp_without_timezone|to_date|to_interval",
    "time_to_internal|to_unix_microseconds|interval_to_usec|get_internal_time_(min|max)|subtract_integer_from_now",
    "get_partition_(hash|for_key)|bloom1.*|partialize_agg|finalize_agg.*|(first|last|bookend|hist)_.*func",
)
"""Names outside pg_catalog that stay open: arithmetic, and how far a sum has come."""

FUNCTIONS = """
SELECT p.oid::regprocedure::text, n.nspname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE (n.nspname = 'pg_catalog' AND p.proname ~ %(closed)s
       OR n.nspname <> ALL (ARRAY['pg_catalog', 'information_schema', 'reporting', %(schema)s])
          AND n.nspname !~ '^pg_' AND p.proname !~ %(needed)s)
  AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) WHERE grantee = 0)
ORDER BY 1
"""
# The extension looks its own schemas up by name, with the rights of whoever asks anything: so USAGE of them stays.
SCHEMAS = """
SELECT nspname, privilege_type FROM pg_namespace, aclexplode(nspacl)
WHERE grantee = 0 AND (privilege_type = 'CREATE'
    OR nspname <> ALL (ARRAY['pg_catalog', 'information_schema', 'reporting', 'public'])
       AND nspname !~ '^_timescaledb_')
ORDER BY 1, 2
"""
RELATIONS = """
SELECT relnamespace::regnamespace::text, rights, array_agg(relation ORDER BY relation) FROM (
    SELECT c.relnamespace, c.oid::regclass::text AS relation,
        string_agg(privilege_type, ', ' ORDER BY privilege_type) AS rights
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, aclexplode(c.relacl)
    WHERE grantee = 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND c.relkind IN ('r', 'v', 'm', 'f', 'p', 'S')
    GROUP BY c.oid
) AS opened GROUP BY 1, 2 ORDER BY 1, 2
"""
LANGUAGES = """
SELECT lanname FROM pg_language WHERE lanpltrusted AND lanname <> 'sql'
  AND EXISTS (SELECT FROM aclexplode(coalesce(lanacl, acldefault('l', lanowner))) WHERE grantee = 0) ORDER BY 1
"""
DATABASES = """
SELECT datname, array_agg(privilege_type ORDER BY privilege_type)
FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
WHERE grantee = 0 AND datallowconn AND NOT (datname = current_database() AND privilege_type = 'CONNECT')
GROUP BY datname ORDER BY datname
"""
STRANGERS = """
SELECT CASE relkind WHEN 'v' THEN 'view ' ELSE 'table ' END || format('reporting.%%I', relname) FROM pg_class AS c
WHERE relnamespace = 'reporting'::regnamespace AND relkind IN ('r', 'v', 'm', 'f', 'p')
  AND 'reporting.' || relname NOT IN (SELECT name FROM generated)
UNION ALL
SELECT format('function reporting.%%I(%%s)', proname, pg_get_function_identity_arguments(oid)) FROM pg_proc
WHERE pronamespace = 'reporting'::regnamespace AND proname <> ALL (%s)
ORDER BY 1
"""
OTHERS = """
SELECT rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND rolname !~ %s ORDER BY 1
"""


class OpenRight(NamedTuple):
    """A right of PUBLIC that readers could misuse; `close` takes it away and leaves it to those who need it."""

    what: str
    close: tuple[sql.Composed, ...]


def open_rights(connection: Connection) -> list[OpenRight]:
    """The rights of PUBLIC, in this database and on the others of this server, that are still open."""
    names = {
        "closed": _any_of(CATALOGUE_FUNCTIONS),
        "needed": _any_of(NEEDED_FUNCTIONS),
        "schema": SCHEMA,
    }
    # The owner of our tables and roles that are not ours keep what they had through PUBLIC.
    rows = connection.execute(OTHERS, (f"^{ROLE_NAME.pattern}$",)).fetchall()
    others: list[sql.Composable] = [sql.Identifier(name) for (name,) in rows]
    staff: list[sql.Composable] = [_owner(connection), *others]
    found = []
    functions: dict[str, list[str]] = {}
    for function, schema in connection.execute(FUNCTIONS, names).fetchall():
        functions.setdefault(schema, []).append(function)
    for schema, listed in functions.items():
        all_of = sql.SQL("ROUTINE ") + sql.SQL(", ").join(map(sql.SQL, listed))
        kept = [*staff, sql.Identifier("pg_monitor")] if schema == "pg_catalog" else staff
        found.append(OpenRight(f"functions of {schema} ({len(listed)})", _moved("EXECUTE", all_of, kept)))
    for schema, right in connection.execute(SCHEMAS).fetchall():
        found.append(OpenRight(f"schema {schema}: {right}", _moved(right, _named("SCHEMA", schema), staff)))
    for schema, rights, relations in connection.execute(RELATIONS).fetchall():
        all_of = sql.SQL("TABLE ") + sql.SQL(", ").join(map(sql.SQL, relations))
        what = f"table {relations[0]}" if len(relations) == 1 else f"tables of {schema} ({len(relations)})"
        found.append(OpenRight(f"{what}: {rights}", _moved(rights, all_of, staff)))
    for (language,) in connection.execute(LANGUAGES).fetchall():
        found.append(OpenRight(f"language {language}", _moved("USAGE", _named("LANGUAGE", language), staff)))
    for database, rights in connection.execute(DATABASES).fetchall():
        found.append(
            OpenRight(
                f"database {database}: {', '.join(rights)}",
                _moved(", ".join(rights), _named("DATABASE", database), others),
            )
        )
    return found


def close_rights(connection: Connection) -> list[OpenRight]:
    """Takes away what is open and returns it; what the role of `connection` may not take away stays open."""
    found = open_rights(connection)
    for right in found:
        for statement in right.close:
            connection.execute(statement)
    return found


def strangers(connection: Connection) -> list[str]:
    """What stands in the schema `reporting` and is not of this release: every login may read it, whoever it is about.

    It is somebody's own and stays, but it is not keyed on the login unless whoever made it saw to that.
    """
    return [what for (what,) in connection.execute(STRANGERS, (list(OUR_FUNCTIONS),)).fetchall()]


def _moved(rights: str, what: sql.Composable, to: Sequence[sql.Composable]) -> tuple[sql.Composed, ...]:
    """The statements that give rights to those who need them, then take them from everybody else."""
    grant = sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), what, sql.SQL(", ").join(to))
    revoke = sql.SQL("REVOKE {} ON {} FROM PUBLIC").format(sql.SQL(rights), what)
    return (grant, revoke) if to else (revoke,)


def _named(kind: str, name: str) -> sql.Composable:
    return sql.SQL(kind + " ") + sql.Identifier(name)


def _any_of(names: tuple[str, ...]) -> str:
    return f"^({'|'.join(names)})$"


def _owner(connection: Connection) -> sql.Composable:
    row = connection.execute(
        "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = %s", (SCHEMA,)
    ).fetchone()
    assert row is not None
    return sql.Identifier(row[0])
