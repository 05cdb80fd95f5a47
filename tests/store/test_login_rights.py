"""Whatever a login was given beside reading is found by what it is, and taken away by the next apply."""

import pytest
from psycopg import sql

from store.connection import Connection
from store.login_plan import Key
from store.login_rights import extra_rights, lacks_rights
from store.logins import apply_logins
from tests.store.tenants_world import WANTED, World, world

TENANT: Key = ("tenant", "aamark")
GIVEN = {
    "GRANT SELECT ON p2i.reader TO {}": "has rights on table reader",
    "GRANT SELECT (label) ON p2i.circuit TO {}": "has rights on column label of table circuit",
    "GRANT USAGE ON SCHEMA p2i TO {}": "has rights on schema p2i",
    "GRANT INSERT ON reporting.park TO {}": "may INSERT on view reporting.park",
    "GRANT SELECT ON reporting.park TO {} WITH GRANT OPTION": "may SELECT and grant on view reporting.park",
    "GRANT TEMPORARY ON DATABASE {database} TO {}": "may TEMPORARY on database {database}",
    "GRANT EXECUTE ON FUNCTION pg_sleep(float8) TO {}": "has rights on function pg_sleep(double precision)",
    "GRANT pg_read_all_data TO {}": "is a member of pg_read_all_data",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA p2i GRANT SELECT ON TABLES TO {}": "has rights on default privileges",
    "GRANT SELECT ON LARGE OBJECT 4711 TO {}": "has rights on large object 4711",
}


def apply_again(made: World) -> list[str]:
    known = {one.key: one for one in made.applied.handed}
    changes = apply_logins(made.owner, WANTED, known).changes
    made.owner.commit()
    return [change.done for change in changes]


@pytest.mark.parametrize("statement", GIVEN)
def test_what_is_given_too_much_is_named_and_taken_away(connection: Connection, dsn: str, statement: str) -> None:
    with world(connection, dsn) as made:
        role = made.role(TENANT)
        assert extra_rights(connection, role) == []
        database = connection.info.dbname
        if "LARGE OBJECT" in statement:
            connection.execute("SELECT lo_create(4711)")
        connection.execute(statement.format(role, database=database).encode())
        connection.commit()
        (found,) = extra_rights(connection, role)
        assert found.startswith(GIVEN[statement].format(database=database))
        assert apply_again(made) == [f"rights of {role} set right"]
        assert extra_rights(connection, role) == []
        assert not lacks_rights(connection, role)
        assert apply_again(made) == []
        with made.login(TENANT) as login:
            assert login.execute("SELECT tenant FROM reporting.circuit").fetchall() == [("aamark",)]


def test_what_a_login_owns_is_told_and_never_dropped(connection: Connection, dsn: str) -> None:
    with world(connection, dsn) as made:
        role = made.role(TENANT)
        connection.execute("CREATE TABLE public.precious (x int)")
        connection.execute(sql.SQL("ALTER TABLE public.precious OWNER TO {}").format(sql.Identifier(role)))
        connection.execute(sql.SQL("GRANT SELECT ON reader TO {}").format(sql.Identifier(role)))
        connection.commit()
        apply_again(made)
        assert extra_rights(connection, role) == ["has rights on table reader", "owns table precious"]
        assert connection.execute("SELECT count(*) FROM public.precious").fetchone() == (0,)
        connection.execute("DROP TABLE public.precious")
        assert apply_again(made) == [f"rights of {role} set right"]
        assert extra_rights(connection, role) == []
