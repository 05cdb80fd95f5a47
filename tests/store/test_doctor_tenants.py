"""The one line of `p2i doctor` about the wall between tenants: quiet while it stands, and loud where it was opened."""

import pytest
from psycopg import conninfo, sql

from store.connection import Connection, connect
from store.doctor import findings
from store.doctor_tenants import tenants_findings
from store.finding import Finding
from store.login_plan import Key
from tests.store.tenants_world import WANTED, world

TENANT: Key = ("tenant", "aamark")
OPENED = {
    "GRANT SELECT ON p2i.circuit TO {}": ("error", "{} has rights on table circuit"),
    "GRANT pg_read_all_data TO {}": ("error", "{} is a member of pg_read_all_data"),
    "ALTER ROLE {} CREATEROLE": ("error", "{} has other attributes"),
    "ALTER ROLE {} CONNECTION LIMIT 100": ("error", "{} has other attributes"),
    "GRANT EXECUTE ON FUNCTION pg_sleep(float8) TO PUBLIC": ("error", "public may use functions of pg_catalog (1)"),
    "CREATE VIEW reporting.own AS SELECT 1": ("error", "every login may read what is not ours: view reporting.own"),
    "ALTER ROLE {} SET statement_timeout = 0": ("warning", "{} has other settings"),
    "REVOKE SELECT ON reporting.park FROM {}": ("warning", "{} may not read everything in reporting"),
}


def test_before_there_are_logins(connection: Connection) -> None:
    said = Finding("ok", "tenants", "no logins yet (p2i tenants apply makes them)")
    assert tenants_findings(connection) == [said]
    assert said in findings(connection)
    connection.execute("DROP SCHEMA reporting CASCADE")
    assert tenants_findings(connection) == []


@pytest.mark.parametrize("statement", OPENED)
def test_the_wall_and_each_hole_in_it(connection: Connection, dsn: str, statement: str) -> None:
    with world(connection, dsn) as made:
        stands = f"{len(WANTED)} logins, at most 8 sessions each, with the rights they should have and no others"
        assert tenants_findings(connection) == [Finding("ok", "tenants", stands)]
        role = made.role(TENANT)
        connection.execute(statement.format(role).encode())
        level, said = OPENED[statement]
        (found,) = tenants_findings(connection)
        assert (found.level, found.text) == (level, f"{said.format(role)}; p2i tenants check")
        connection.rollback()


def test_many_holes_are_one_line(connection: Connection, dsn: str) -> None:
    with world(connection, dsn) as made:
        for one in made.applied.handed:
            connection.execute(sql.SQL("GRANT SELECT ON reader TO {}").format(sql.Identifier(one.role)))
        (found,) = tenants_findings(connection)
        assert found.text.endswith(f" and {len(WANTED) - 3} more; p2i tenants check")
        connection.rollback()


def test_who_may_not_end_long_reads_is_told(connection: Connection, dsn: str) -> None:
    with world(connection, dsn) as made:
        user = f"plain_{made.role(TENANT)}"
        name = sql.Identifier(user)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        connection.execute(
            sql.SQL("GRANT USAGE ON SCHEMA p2i TO {}; GRANT SELECT ON ALL TABLES IN SCHEMA p2i TO {}").format(
                name, name
            )
        )
        connection.commit()
        try:
            with connect(conninfo.make_conninfo(dsn, user=user), "tests") as plain:
                (found,) = tenants_findings(plain)
                assert found.level == "warning"
                assert found.text.startswith(f"{len(WANTED)} logins as they should be, but this role may not end")
        finally:
            connection.execute(sql.SQL("DROP OWNED BY {}; DROP ROLE {}").format(name, name))
            connection.commit()
