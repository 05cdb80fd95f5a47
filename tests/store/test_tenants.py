"""What each login reaches, attacked relation by relation, function by function and statement by statement."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from store.connection import Connection, connect
from store.login_plan import Key
from store.logins import apply_logins
from store.public_rights import open_rights, strangers
from tests.store.tenants_attacks import function_findings, relation_findings, right_findings
from tests.store.tenants_world import FORBIDDEN, MARKS, WANTED, World, new_world, world

KEYS = [login.key for login in WANTED]
TENANT: Key = ("tenant", "aamark")
NOT_BY_TENANT = {
    *("delay_class", "engine_pass", "park", "period", "retention", "rollup", "scope", "zone_rules"),
    *("arrival", "gap", "heartbeat", "notice", "notice_step", "park_occupancy_1h", "park_verdicts", "quarantine"),
    "statement_dispatch",
}
"""Views that say nothing of one tenant, or that no tenant has a row in."""


@pytest.fixture(scope="module")
def known(server_dsn: str, template_database: str) -> Iterator[World]:
    with new_world(server_dsn, template_database) as made:
        yield made


def views(owner: Connection) -> list[str]:
    return [
        name
        for (name,) in owner.execute(
            "SELECT viewname FROM pg_views WHERE schemaname = 'reporting' ORDER BY 1"
        ).fetchall()
    ]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_no_relation_shows_what_is_not_its_own(known: World, key: Key) -> None:
    assert relation_findings(known, key) == []


def test_every_view_has_rows_to_hide_and_to_show(known: World) -> None:
    """Otherwise the test above would say nothing of a view that is new: add rows to tenants_world.py."""
    with known.login(TENANT) as login:
        for view in set(views(known.owner)) - NOT_BY_TENANT:
            text = str(known.owner.execute(f"SELECT seen::text FROM reporting.{view} AS seen".encode()).fetchall())
            assert all(f"{mark}mark" in text for mark in MARKS), f"not every tenant has a row in reporting.{view}"
            assert login.execute(f"SELECT FROM reporting.{view} LIMIT 1".encode()).fetchone() is not None, view


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_no_right_beside_reading_reporting(known: World, key: Key) -> None:
    assert right_findings(known, key) == []


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_no_function_that_nobody_has_looked_at(known: World, key: Key) -> None:
    assert function_findings(known, key, call=key in (TENANT, ("authority", "ministry"))) == []


def test_who_sees_which_park(known: World) -> None:
    def parks(key: Key) -> set[str]:
        with known.login(key) as login:
            return {row[0] for row in login.execute("SELECT facility FROM reporting.circuit").fetchall()}

    assert parks(("organisation", "ewane")) == {"casa"}
    assert parks(("organisation", "tanger-med-zones")) == {"tetouan"}
    assert parks(("authority", "ministry")) == set()
    assert parks(("auditor", None)) == parks(("operator", None)) == {"casa", "tetouan"}


BROKEN = {
    "shows everybody's": "SELECT circuit, tenant FROM circuit",
    "shows one other": "SELECT circuit, tenant FROM circuit WHERE tenant IN ('aamark', 'zzmark')",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_view_is_found(connection: Connection, dsn: str, text: str) -> None:
    with world(connection, dsn) as made:
        connection.execute(f"CREATE VIEW reporting.broken WITH (security_barrier) AS {text}".encode())
        connection.commit()
        assert any("reporting.broken" in finding for finding in relation_findings(made, TENANT))
        connection.execute("DROP VIEW reporting.broken")
        connection.execute("CREATE TABLE public.open_to_all (x text)")
        connection.execute("GRANT SELECT ON public.open_to_all TO PUBLIC")
        connection.execute("CREATE FUNCTION public.leak() RETURNS text SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'")
        connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
        connection.commit()
        assert relation_findings(made, TENANT) == ["public.open_to_all can be read"]
        assert function_findings(made, TENANT) == ["public.leak may be called"]
        assert [finding.partition(" has ")[2] for finding in right_findings(made, TENANT)] == ["creating: public"]
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def test_views_ask_for_the_login_and_nothing_that_a_session_can_set(connection: Connection) -> None:
    rows = connection.execute(
        "SELECT relname, coalesce(reloptions, '{}'), pg_get_viewdef(oid) FROM pg_class"
        " WHERE relnamespace = 'reporting'::regnamespace"
    ).fetchall()
    assert rows
    for name, options, text in rows:
        assert options == ["security_barrier=true"], name
        assert not forbidden_words(text), name
    assert forbidden_words("WHERE role_name = CURRENT_USER")
    assert forbidden_words("WHERE tenant = current_setting('app.tenant')")


def forbidden_words(text: str) -> list[str]:
    """What a session can set or be given: SET ROLE changes current_user, SET any setting."""
    return re.findall(
        r"\b(current_user|current_role|\buser\b|current_setting|set_config|current_catalog|inet_client_\w+|pg_settings)\b",
        text,
        re.IGNORECASE,
    )


SESSION_TRICKS = (
    "SET search_path = pg_temp, public, p2i, reporting",
    "SET ROLE NONE",
    "SET SESSION AUTHORIZATION DEFAULT",
    "SET row_security = off",
    "SET app.tenant = 'zzmark'",
    "SET reporting.tenant = 'zzmark'",
    "SET application_name = 'p2i engine'",
    "SET default_transaction_read_only = off",
    "SET debug_parallel_query = on",
    "SET plan_cache_mode = force_generic_plan",
    "SET constraint_exclusion = on",
)


@pytest.mark.parametrize("trick", SESSION_TRICKS)
def test_no_setting_changes_what_is_seen(known: World, trick: str) -> None:
    with known.login(TENANT) as login:
        try:
            login.execute(trick.encode())
        except psycopg.errors.UndefinedObject:  # a setting of newer servers
            pytest.skip("this server has no such setting")
        for view in views(known.owner):
            text = str(login.execute(f"SELECT seen::text FROM reporting.{view} AS seen".encode()).fetchall())
            assert not [mark for mark in FORBIDDEN[TENANT] if mark in text], view


DENIED = (
    "SET ROLE {other}", "SET SESSION AUTHORIZATION {other}", "SET session_replication_role = replica",
    "SET temp_file_limit = -1", "SET log_statement = 'none'", "SET log_min_messages = debug5",
    "SET log_min_error_statement = error", "ALTER ROLE {self} RESET log_min_messages", "ALTER SYSTEM SET jit = on",
    "CREATE TEMP TABLE x (y int)", "CREATE TABLE reporting.x (y int)", "CREATE TABLE public.x (y int)",
    "CREATE SCHEMA x", "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION pg_temp.f(text) RETURNS bool LANGUAGE sql COST 0.0001 AS 'SELECT true'",
    "CREATE VIEW reporting.x AS SELECT 1", "CREATE MATERIALIZED VIEW reporting.x AS SELECT 1",
    "CREATE EXTENSION dblink", "CREATE EXTENSION file_fdw", "CREATE ROLE x", "CREATE DATABASE x",
    "CREATE PUBLICATION x FOR ALL TABLES", "CREATE EVENT TRIGGER x ON ddl_command_start EXECUTE FUNCTION f()",
    "SELECT * INTO TEMP x FROM reporting.circuit", "DO 'BEGIN END'", "DO LANGUAGE plpgsql 'BEGIN END'",
    "COPY p2i.circuit TO STDOUT", "COPY reporting.circuit FROM STDIN", "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/p2i-attack'", "SELECT pg_read_file('/etc/passwd')", "SELECT pg_ls_dir('.')",
    "SELECT lo_create(0)", "SELECT lo_from_bytea(0, 'x')", "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/x')",
    "SELECT lo_put(1, 0, 'x')", "SELECT lo_get(1)", "SELECT pg_sleep(1)", "SELECT pg_sleep_for('1 s')",
    "SELECT pg_notify('p2i', 'x')", "SELECT pg_advisory_lock(1)", "SELECT pg_try_advisory_xact_lock(1)",
    "SELECT pg_terminate_backend(1)", "SELECT pg_cancel_backend(1)", "SELECT pg_logical_emit_message(false, 'a', 'b')",
    "SELECT pg_relation_size('pg_class')", "SELECT pg_database_size(current_database())",
    "SELECT pg_stat_get_live_tuples(1)", "SELECT * FROM pg_stat_activity", "SELECT * FROM pg_stat_user_tables",
    "SELECT * FROM pg_stat_all_indexes", "SELECT * FROM pg_locks", "SELECT * FROM pg_stat_database",
    "SELECT * FROM pg_stat_replication", "SELECT * FROM pg_prepared_xacts", "SELECT * FROM pg_authid",
    "SELECT * FROM pg_statistic", "SELECT * FROM pg_hba_file_rules", "SELECT * FROM pg_stat_progress_vacuum",
    "SELECT * FROM pg_user_mapping", "SELECT query_to_xml('SELECT * FROM p2i.circuit', true, true, '')",
    "SELECT table_to_xml('p2i.circuit', true, true, '')",
    "SELECT * FROM ts_stat('SELECT label::tsvector FROM p2i.circuit')",
    "SELECT nextval('p2i.circuit_circuit_id_seq')", "SELECT currval('p2i.circuit_circuit_id_seq')",
    "SELECT last_value FROM p2i.circuit_circuit_id_seq", "SELECT * FROM p2i.reader", "SELECT * FROM p2i.login",
    "EXPLAIN SELECT * FROM p2i.circuit", "EXPLAIN (GENERIC_PLAN) SELECT * FROM p2i.circuit WHERE tenant = $1",
    "PREPARE x AS SELECT * FROM p2i.circuit", "DECLARE x CURSOR WITH HOLD FOR SELECT * FROM p2i.circuit",
    "LOCK TABLE p2i.circuit IN ACCESS SHARE MODE", "LOCK TABLE reporting.circuit IN ACCESS EXCLUSIVE MODE",
    "UPDATE reporting.tenant SET name = 'x'", "DELETE FROM reporting.park",
    "INSERT INTO reporting.period VALUES ('x', 'y')",
    "TRUNCATE reporting.park", "ALTER VIEW reporting.circuit SET (security_barrier = false)",
    "DROP VIEW reporting.circuit",
    "COMMENT ON VIEW reporting.circuit IS 'x'", "GRANT {other} TO {self}",
    "ALTER ROLE {self} SUPERUSER", "ALTER ROLE {self} CONNECTION LIMIT 1000",
    "ALTER ROLE {self} VALID UNTIL 'infinity'",
    "ALTER ROLE {other} PASSWORD 'x'", "ALTER ROLE {other} SET statement_timeout = 1", "ALTER ROLE {self} RENAME TO x",
    "ALTER DATABASE {database} SET jit = on",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {other} GRANT SELECT ON TABLES TO {self}",
    "REASSIGN OWNED BY {other} TO {self}", "DROP OWNED BY {other}", "CHECKPOINT", "LOAD 'auto_explain'",
    "CREATE STATISTICS x ON circuit, tenant FROM reporting.circuit", "SECURITY LABEL ON ROLE {self} IS 'x'",
    "SELECT set_config('log_statement', 'none', false)", "SET SESSION SESSION AUTHORIZATION postgres",
)  # fmt: skip


@pytest.mark.parametrize("statement", DENIED)
def test_every_attack_is_refused_without_telling_anything(known: World, statement: str) -> None:
    names = {
        "self": known.role(TENANT),
        "other": known.role(("tenant", "zzmark")),
        "database": known.owner.info.dbname,
    }
    with known.login(TENANT) as login:
        login.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.Error) as refused:
            login.execute(statement.format(**names).encode())
        assert str(refused.value.sqlstate)[:2] not in ("08", "57"), refused.value  # refused, not merely interrupted
        assert not [mark for mark in FORBIDDEN[TENANT] if mark in str(refused.value)]
        if refused.value.sqlstate == "42601":
            assert statement.startswith("SET SESSION SESSION") or "GENERIC_PLAN" in statement, "not even SQL"


@pytest.mark.parametrize("key", list(FORBIDDEN), ids=str)
def test_an_error_tells_of_own_rows_only(known: World, key: Key) -> None:
    """Every column of every view made to fail on every row: division by zero and casts are the classic leaks."""
    found = []
    with known.login(key) as login:
        for view in views(known.owner):
            columns = login.execute(f"SELECT * FROM reporting.{view} LIMIT 0".encode()).description or ()
            for column in (one.name for one in columns):
                for asked in (
                    f'("{column}"::text)::point IS NULL',
                    f'1 / (length("{column}"::text) - length("{column}"::text)) = 1',
                    f"('x' || \"{column}\"::text)::jsonb IS NULL",
                ):
                    try:
                        login.execute(f"SELECT count(*) FROM reporting.{view} WHERE {asked}".encode())
                    except psycopg.Error as error:
                        found += [f"{view}.{column}: {mark}" for mark in FORBIDDEN[key] if mark in str(error)]
    assert found == []


def test_statistics_of_values_are_not_readable(known: World) -> None:
    known.owner.execute("ANALYZE")
    known.owner.commit()
    assert known.owner.execute("SELECT FROM pg_stats WHERE schemaname = 'p2i'").fetchall()
    with known.login(TENANT) as login:
        for view in ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"):
            of_ours = f"SELECT * FROM {view} WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            assert login.execute(of_ours.encode()).fetchall() == []


# What PostgreSQL gives every login and nobody can take away, on a primary. docs/tenants.md says what follows from it.
ALLOWED = (
    "LISTEN p2i", "NOTIFY p2i, 'x'", "SET statement_timeout = 0", "SET work_mem = '1GB'",
    "BEGIN; LOCK TABLE reporting.circuit IN ACCESS SHARE MODE; COMMIT",
    "ALTER ROLE {self} SET statement_timeout = 0", "ALTER ROLE {self} PASSWORD 'mine now'",
    "SELECT rolname FROM pg_roles", "SELECT relname, reltuples FROM pg_class", "SELECT * FROM pg_database",
    "EXPLAIN ANALYZE SELECT * FROM reporting.circuit", "SELECT count(*) FROM generate_series(1, 1000)",
)  # fmt: skip


def test_what_a_login_can_do_to_itself_is_put_right_by_the_next_apply(connection: Connection, dsn: str) -> None:
    with world(connection, dsn) as made, made.login(TENANT) as login:
        role = made.role(TENANT)
        login.execute("SET default_transaction_read_only = off")
        for statement in ALLOWED:
            login.execute(statement.format(self=role).encode())
        known_logins = {one.key: one for one in made.applied.handed}
        again = apply_logins(connection, WANTED, known_logins)
        assert [(one.subject, one.done) for one in again.changes] == [
            ("tenant aamark", f"password of {role} set right"),
            ("tenant aamark", f"settings of {role} set right"),
        ]
        connection.commit()
        assert apply_logins(connection, WANTED, known_logins).changes == []


def test_a_login_holds_few_connections_and_long_statements_end(known: World) -> None:
    with known.login(TENANT) as login:
        shown = [login.execute(f"SHOW {name}".encode()).fetchone() for name in ("statement_timeout", "temp_file_limit")]
        assert shown == [("30s",), ("256MB",)]
        login.execute("SET statement_timeout = '50ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            login.execute("SELECT count(*) FROM generate_series(1, 1000000000)")
    row = known.owner.execute("SELECT rolconnlimit FROM pg_roles WHERE rolname = %s", (known.role(TENANT),)).fetchone()
    assert row == (8,)


def test_other_databases_of_the_server_are_closed(known: World, server_dsn: str) -> None:
    one = next(handed for handed in known.applied.handed if handed.key == TENANT)
    named = psycopg.conninfo.make_conninfo(server_dsn, user=one.role, password=one.password)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"), psycopg.connect(named):
        pass


def test_what_becomes_public_again_is_told(connection: Connection, dsn: str) -> None:
    with world(connection, dsn):
        assert open_rights(connection) == []
        connection.execute("GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC")
        connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
        assert [right.what for right in open_rights(connection)] == [
            "functions of pg_catalog (1)",
            "schema public: CREATE",
        ]
        connection.rollback()


def test_what_others_put_into_reporting_is_told(connection: Connection, dsn: str) -> None:
    """Default privileges of the schema let every login read it at once."""
    with world(connection, dsn) as made:
        assert strangers(connection) == []
        connection.execute("CREATE VIEW reporting.own AS SELECT tenant FROM circuit")
        connection.execute(
            "CREATE FUNCTION reporting.told(point) RETURNS SETOF text LANGUAGE sql SECURITY DEFINER"
            " AS 'SELECT tenant FROM p2i.circuit'"
        )
        connection.commit()
        assert strangers(connection) == ["function reporting.told(point)", "view reporting.own"]
        assert function_findings(made, TENANT) == ["reporting.told may be called"]
        with made.login(TENANT) as login:
            assert len(login.execute("SELECT tenant FROM reporting.own").fetchall()) == len(MARKS)
        connection.execute("DROP VIEW reporting.own")


def test_a_prepared_statement_and_a_cursor_are_of_their_login(known: World) -> None:
    with known.login(TENANT) as login, connect(known.dsn, "tests"):
        login.execute("PREPARE mine AS SELECT tenant FROM reporting.circuit")
        login.execute("SET search_path = p2i, pg_temp")
        assert login.execute("EXECUTE mine").fetchall() == [("aamark",)]
        with login.transaction():
            login.execute("DECLARE mine SCROLL CURSOR FOR SELECT tenant FROM reporting.zone")
            assert login.execute("FETCH ALL FROM mine").fetchall() == [("aamark",)]
