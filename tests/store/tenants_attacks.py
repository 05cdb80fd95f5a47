"""What a login is found to reach that it must not: each function returns findings as sentences, none when all is well.

Relations, functions and columns are enumerated from the catalogue, so that what is new is attacked without being named.
"""

import difflib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from store.connection import Connection
from store.login_plan import Key
from store.public_rights import NEEDED_FUNCTIONS
from tests.store.tenants_world import FORBIDDEN, World, quoted

SYSTEM = ("pg_catalog", "information_schema")

RELATIONS = """
SELECT n.nspname, c.relname, c.relkind = 'S' FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p', 'S') AND n.nspname !~ '^pg_toast' ORDER BY 1, 2
"""
CALLABLE = """
SELECT p.oid, n.nspname, p.proname, p.proargtypes::regtype[]::text[], p.provolatile::text, p.prokind::text
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(n.oid, 'USAGE') ORDER BY 2, 3
"""
HARMLESS_VOLATILE = re.compile(
    r"random(_normal)?|setseed|array_(sample|shuffle)|(gen_random_)?uuid(v4|v7)?|gen_random_uuid|clock_timestamp|timeofday"
    r"|bernoulli|system|currtid2|currval|lastval|nextval|setval|current_query|set_config|txid_current\w*|pg_current_xact_id\w*"
    r"|cursor_to_xml\w*|query_to_xml\w*|ts_(rewrite|stat)|(RI_FKey|tsvector_update|suppress_redundant|unique_key)_?\w*"
    r"|\w*handler|\w+validate|amvalidate|plpgsql_\w+|dsnowball_\w+|pg_extension_config_dump|pg_(database_)?collation_actual_version"
    r"|pg_is_in_recovery|pg_last_xact_replay_timestamp|pg_is_wal_replay_paused|pg_jit_available|pg_partition_(ancestors|tree)|pg_stop_making_pinned_objects"
    r"|pg_stat_(clear_snapshot|force_next_flush)|pg_get_multixact_members|pg_isolation_test_session_is_blocked|pg_get_wait_events"
    r"|pg_snapshot\w*|pg_show_replication_origin_status|pg_replication_origin_\w+|pg_trigger_depth"
)
"""Volatile functions of the catalogue, looked at one by one: chance, clocks, internals, and what checks rights."""

ARITHMETIC = {("reporting", name) for name in ("availability_standing", "says_nothing_of_people", "standing")}
"""How an objective stands, what a quantity is of: arithmetic on what the asker gives it."""

PROBES = {
    "oid": ("'p2i.zone'::regclass::oid", "0"),
    "regclass": ("'p2i.circuit'::regclass",),
    "text": ("'p2i.circuit'", "'SELECT label FROM p2i.circuit'"),
    "name": ("'circuit'",),
    "integer": ("1",),
    "bigint": ("1",),
    "smallint": ("1",),
    "boolean": ("true",),
}


def relation_findings(world: World, key: Key, dsn: str | None = None) -> list[str]:
    """What a login reads that is not its own: in any relation of any schema."""
    found = []
    with world.login(key, dsn) as login:
        for schema, name, is_sequence in world.owner.execute(RELATIONS).fetchall():
            relation = f"{quoted(schema)}.{quoted(name)}"
            what = "last_value" if is_sequence else "seen"
            try:
                rows = login.execute(f"SELECT {what}::text FROM {relation} AS seen".encode()).fetchall()
            except psycopg.errors.InsufficientPrivilege:
                continue
            except psycopg.Error as error:
                rows = [(str(error),)]
            found.extend(marks_in(key, f"{schema}.{name}", rows))
            if schema not in (*SYSTEM, "reporting"):
                found.append(f"{schema}.{name} can be read")
            if schema == "reporting" and key[0] == "tenant":
                found.extend(_other_tenants(login, relation, key))
    return found


def marks_in(key: Key, where: str, rows: list[tuple[Any, ...]]) -> list[str]:
    """Findings about texts that bear the mark of what the login must not see."""
    text = "\n".join(map(str, rows))
    return [f"{where} shows {mark}" for mark in FORBIDDEN.get(key, ()) if mark in text]


def _other_tenants(login: Connection, relation: str, key: Key) -> Iterator[str]:
    columns = [column.name for column in login.execute(f"SELECT * FROM {relation} LIMIT 0".encode()).description or ()]
    if "tenant" in columns:
        seen = login.execute(f"SELECT DISTINCT tenant FROM {relation}".encode()).fetchall()
        yield from (f"{relation} shows rows of {tenant}" for (tenant,) in seen if tenant != key[1])


def function_findings(world: World, key: Key, dsn: str | None = None, *, call: bool = False) -> list[str]:
    """Functions a login may call that nobody has looked at; with `call`, what each of few arguments says as well."""
    found = []
    needed = re.compile("|".join(NEEDED_FUNCTIONS))
    with world.login(key, dsn) as login:
        login.execute("SET statement_timeout = '2s'")
        for _, schema, name, types, volatility, kind in login.execute(CALLABLE).fetchall():
            if schema == "pg_catalog":
                if volatility == "v" and not HARMLESS_VOLATILE.fullmatch(name):
                    found.append(f"{schema}.{name} may be called")
            elif schema != "information_schema" and not needed.fullmatch(name) and (schema, name) not in ARITHMETIC:
                found.append(f"{schema}.{name} may be called")
            if call and kind == "f" and len(types) <= 2 and all(word in PROBES for word in types):
                found.extend(_said(login, key, f"{quoted(schema)}.{quoted(name)}", types))
    return found


def _said(login: Connection, key: Key, function: str, types: list[str]) -> Iterator[str]:
    for choice in (0, -1):
        arguments = ", ".join(PROBES[word][choice] for word in types)
        try:
            rows = login.execute(f"SELECT said::text FROM {function}({arguments}) AS said".encode()).fetchall()
        except psycopg.Error as error:
            rows = [(str(error),)]
        yield from marks_in(key, f"{function}({arguments})", rows)


RIGHTS = {
    "a schema": "SELECT nspname || ' USAGE' FROM pg_namespace WHERE has_schema_privilege(oid, 'USAGE')"
    " AND nspname <> ALL (ARRAY['pg_catalog', 'information_schema', 'reporting', 'public'])"
    " AND nspname !~ '^_timescaledb_'",  # without which the extension answers nobody anything
    "creating": "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE')",
    "a database": "SELECT datname FROM pg_database WHERE datallowconn AND (has_database_privilege(oid, 'CREATE')"
    " OR has_database_privilege(oid, 'TEMPORARY')"
    " OR has_database_privilege(oid, 'CONNECT') AND datname <> current_database())",
    "a role": "SELECT rolname FROM pg_roles WHERE pg_has_role(oid, 'MEMBER') AND rolname <> session_user",
    "a language": "SELECT lanname FROM pg_language WHERE lanpltrusted AND lanname <> 'sql'"
    " AND has_language_privilege(oid, 'USAGE')",
    "a tablespace": "SELECT spcname FROM pg_tablespace WHERE has_tablespace_privilege(oid, 'CREATE')"
    " AND spcname <> 'pg_default'",
    "writing": "SELECT c.oid::regclass::text FROM pg_class AS c WHERE relkind IN ('r', 'v', 'm', 'f', 'p')"
    " AND has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
    " AND oid <> 'pg_settings'::regclass",  # what UPDATE pg_settings does is SET
    "writing a column": "SELECT c.oid::regclass::text FROM pg_class AS c WHERE relkind IN ('r', 'v', 'm', 'f', 'p')"
    " AND has_any_column_privilege(oid, 'INSERT, UPDATE, REFERENCES') AND oid <> 'pg_settings'::regclass",
    "a sequence": "SELECT c.oid::regclass::text FROM pg_class AS c WHERE CASE WHEN relkind = 'S'"
    " THEN has_sequence_privilege(oid, 'USAGE, UPDATE') AND has_schema_privilege(relnamespace, 'USAGE') END",
    "a foreign server": "SELECT srvname FROM pg_foreign_server WHERE has_server_privilege(oid, 'USAGE')",
    "a large object": "SELECT oid::text FROM pg_largeobject_metadata",
    "a setting of superusers": "SELECT parname FROM pg_parameter_acl",
    "ownership": "SELECT oid::regclass::text FROM pg_class WHERE relowner = session_user::regrole",
    "a special attribute": "SELECT rolname FROM pg_roles WHERE rolname = session_user AND (rolsuper OR rolcreaterole"
    " OR rolcreatedb OR rolreplication OR rolbypassrls OR rolconnlimit NOT BETWEEN 1 AND 20)",
}


def right_findings(world: World, key: Key, dsn: str | None = None) -> list[str]:
    """Rights a login has beside reading `reporting`, as the server itself tells them."""
    with world.login(key, dsn) as login:
        return [
            f"{key} has {right}: {name}"
            for right, question in RIGHTS.items()
            for (name,) in login.execute(question.encode()).fetchall()
        ]


class Guess(NamedTuple):
    """A value that somebody else's row has in a column of a view, one that no row has, and where that row is."""

    view: str
    column: str
    right: str
    wrong: str
    type: str
    pins: str
    loose: str
    """Pins without the number of the series, so that own rows of the same instant keep the scan going."""


PLANNERS = (
    (),
    ("enable_nestloop = off", "enable_hashjoin = off"),
    ("enable_indexscan = off", "enable_bitmapscan = off", "enable_indexonlyscan = off", "enable_nestloop = off"),
)
ASKED = re.compile(
    r"^(\s*(?:One-Time |Join |Recheck |Index |Hash |Merge |TID |Vectorized |Sort |Presorted |Cache |Group )?"
    r"(?:Filter|Cond|Key)): .*$",
    re.MULTILINE,
)
KEYS = {"circuit_id", "zone_id", "series_id", "starts_at", "sent_at", "changed_at", "bucket_at", "measured_at"}
"""By these the readings are found: how many rows there are at an instant is all that a plan tells of others."""
SAID_BY_THE_VIEW = {("freshness", "subject")}
"""Words that stand in the text of a view: the planner knows them without looking at a row."""
LET_IN = {
    (view, column)
    for view in ("score", "verdict", "outage")
    for column in ("agreement", "month", "period_starts_at", "period_ends_at")
}
"""Conditions on these are let in, up to the rows a login may see: estimates are of everybody's months."""
READINGS = re.compile(
    r"circuit_interval|probe|circuit_5m|circuit_1h|delay_5m|delay_1h|occupancy\w*|sensor_reading|park_occupancy_1h"
)


def guesses(world: World, key: Key) -> list[Guess]:
    """One per column of every view that has rows which this login must not see."""
    found = []
    views = [name for schema, name, _ in world.owner.execute(RELATIONS).fetchall() if schema == "reporting"]
    for view in views:
        row, types = _foreign_row(world.owner, view, key)
        if row is None:
            continue
        pinned = [name for name in row if name in KEYS and row[name] is not None] if READINGS.fullmatch(view) else []
        for column, value in row.items():
            wrong = None if value is None else _wrong(value)
            if wrong is None or column in pinned or (view, column) in SAID_BY_THE_VIEW | LET_IN:
                continue
            pins = {pin: f" AND seen.{quoted(pin)} = {_literal(row[pin])}::{types[pin]}" for pin in pinned}
            loose = "".join(text for pin, text in pins.items() if not pin.endswith("_id"))
            found.append(Guess(view, column, _text(value), _text(wrong), types[column], "".join(pins.values()), loose))
    return found


def _foreign_row(owner: Connection, view: str, key: Key) -> tuple[dict[str, Any] | None, dict[str, str]]:
    cursor = owner.execute(
        sql.SQL("SELECT * FROM reporting.{} AS seen WHERE seen::text ~ %s LIMIT 1").format(sql.Identifier(view)),
        ("|".join(FORBIDDEN[key]),),
    )
    row = cursor.fetchone()
    if row is None:
        return None, {}
    described = owner.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0",
        (f"reporting.{quoted(view)}",),
    ).fetchall()
    return dict(zip((column.name for column in cursor.description or ()), row, strict=True)), dict(described)


def _wrong(value: Any) -> Any:
    """A value of the same kind that no row has; None where there is no such value."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return f"{value}~"
    if isinstance(value, datetime):
        return value.replace(microsecond=987_654)
    if isinstance(value, dict):
        return value | {"note": "~"}
    try:
        return value + 977
    except TypeError:
        return None


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value)


def _literal(value: Any) -> str:
    return sql.Literal(_text(value)).as_string(None)


def plan_findings(world: World, key: Key, dsn: str | None = None) -> list[str]:
    """Guesses that EXPLAIN ANALYZE would confirm: its plan is another for the right value than for a wrong one."""
    found = []
    with world.login(key, dsn) as login:
        # What a plan counts of the login's own rows is its own.
        guessed = [guess for guess in guesses(world, key) if not _is_own(login, guess)]
        assert guessed, f"nothing to guess for {key}"
        for planner in PLANNERS:
            login.execute("RESET ALL")
            for setting in planner:
                login.execute(f"SET {setting}".encode())
            for guess in guessed:
                for ask in (_compare, _loosely, _join) if guess.pins else (_compare, _join):
                    right, wrong = (_plan(login, ask(guess, value)) for value in (guess.right, guess.wrong))
                    if right != wrong:
                        lines = difflib.unified_diff(right.splitlines(), wrong.splitlines(), lineterm="", n=0)
                        found.append("\n".join([f"{guess.view}.{guess.column} {planner} {ask.__name__}", *lines]))
    return found


def _is_own(login: Connection, guess: Guess) -> bool:
    values = f"{_literal(guess.right)}::{guess.type}, {_literal(guess.wrong)}::{guess.type}"
    return login.execute(
        f"SELECT EXISTS (SELECT FROM reporting.{quoted(guess.view)}"
        f" WHERE {quoted(guess.column)} IN ({values}))".encode()
    ).fetchone() == (True,)


def _compare(guess: Guess, value: str) -> str:
    return (
        f"SELECT * FROM reporting.{quoted(guess.view)} AS seen"
        f" WHERE seen.{quoted(guess.column)} = {_literal(value)}::{guess.type}{guess.pins}"
    )


def _loosely(guess: Guess, value: str) -> str:
    return _compare(guess._replace(pins=guess.loose), value)


def _join(guess: Guess, value: str) -> str:
    return (
        f"SELECT seen.* FROM (SELECT {_literal(value)}::{guess.type} AS value OFFSET 0) AS guess"
        f" JOIN reporting.{quoted(guess.view)} AS seen ON seen.{quoted(guess.column)} = guess.value{guess.pins}"
    )


def _plan(login: Connection, statement: str) -> str:
    options = "ANALYZE, COSTS ON, TIMING OFF, SUMMARY OFF, BUFFERS OFF"
    rows = login.execute(f"EXPLAIN ({options}) {statement}".encode()).fetchall()
    text = "\n".join(line for (line,) in rows)
    # What was asked stands in the plan; what was found must not.
    return ASKED.sub(r"\1", text)
