"""A bad day in a database of this session's own, and logins that see all of it, one tenant of it, or nothing."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo, sql

from facilities.inventory import DEMO_INVENTORY, REAL_INVENTORY, read_inventory
from store.connection import Connection, connect
from store.login_plan import Scope
from store.operators import grant_operator
from tests.dashboards.grafana.filled_alerts import fill_alerts
from tests.dashboards.grafana.filled_day import NOW, fill
from tests.dashboards.grafana.filled_statements import fill_statements


@contextmanager
def _login(dsn: str, *scopes: Scope, is_approver: bool = False) -> Iterator[Connection]:
    """A connection as a LOGIN role made for it: an operator who decides, or one who reads what `scopes` allow."""
    role, password = f"t_{uuid4().hex[:12]}", uuid4().hex
    name = sql.Identifier(role)
    with connect(dsn, "tests") as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(password)))
        if is_approver:
            grant_operator(owner, role)
        if scopes:
            owner.execute(sql.SQL("GRANT USAGE ON SCHEMA reporting TO {}").format(name))
            owner.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO {}").format(name))
        for scope in scopes:
            owner.execute(
                "INSERT INTO reader (role_name, tenant, facility, sees_everything, sees_aggregates)"
                " VALUES (%s, %s, %s, %s, %s)",
                (role, *scope),
            )
    try:
        login = conninfo.make_conninfo(dsn, user=role, password=password)
        # A viewer's session is as Grafana opens it: nothing set, no search path of ours.
        with connect(login, "tests") if is_approver else psycopg.connect(login) as connection:
            yield connection
    finally:
        with connect(dsn, "tests") as owner:
            owner.execute(sql.SQL("DROP OWNED BY {}").format(name))
            owner.execute(sql.SQL("DROP ROLE {}").format(name))


@pytest.fixture(scope="session")
def filled_dsn(server_dsn: str, template_database: str) -> Iterator[str]:
    """The DSN, as the owner, of a database that holds the bad day; tests only read it."""
    name = f"p2i_grafana_{uuid4().hex[:12]}"
    names = sql.Identifier(name), sql.Identifier(template_database)
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    dsn = conninfo.make_conninfo(server_dsn, dbname=name)
    try:
        with connect(dsn, "tests") as owner, _login(dsn, is_approver=True) as approver:
            fill(owner, approver, read_inventory(DEMO_INVENTORY), read_inventory(REAL_INVENTORY))
            fill_alerts(owner, NOW)
            fill_statements(owner, NOW)
        yield dsn
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def viewers(filled_dsn: str) -> Iterator[dict[str, Connection]]:
    """Open connections by who looks: `operator`, `tenant` (locataire-a), `stranger` (a tenant of nothing), `ewane` and
    `tanger` (managers of parks), `authority` (sums only)."""
    parks = ("casanearshore", "technopolis", "fes-shore", "oujda-shore")
    seen = {
        "operator": (Scope(sees_everything=True),),
        "tenant": (Scope(tenant="locataire-a"),),
        "stranger": (Scope(tenant="nobody"),),
        "ewane": tuple(Scope(facility=park) for park in parks),
        "tanger": (Scope(facility="tetouan-shore"),),
        "authority": (Scope(sees_aggregates=True),),
    }
    with ExitStack() as stack:
        yield {who: stack.enter_context(_login(filled_dsn, *scopes)) for who, scopes in seen.items()}
