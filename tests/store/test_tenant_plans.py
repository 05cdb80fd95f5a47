"""EXPLAIN ANALYZE counts the rows of every step: the same for a right guess about others as for a wrong one."""

from collections.abc import Iterator

import pytest

from store.connection import Connection
from store.login_plan import Key
from tests.store.tenants_attacks import plan_findings
from tests.store.tenants_world import World, new_world, world

TENANT: Key = ("tenant", "aamark")


@pytest.fixture(scope="module")
def known(server_dsn: str, template_database: str) -> Iterator[World]:
    with new_world(server_dsn, template_database) as made:
        made.owner.execute("ANALYZE")
        made.owner.commit()
        yield made


@pytest.mark.parametrize("key", [TENANT, ("organisation", "ewane"), ("authority", "ministry")], ids=str)
def test_no_plan_confirms_a_guess(known: World, key: Key) -> None:
    assert plan_findings(known, key) == []


MINE = "circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit))"
BROKEN = {
    "a join": "SELECT circuit, tenant, ticket FROM ticket JOIN reporting.circuit USING (circuit_id)",
    "no fence": f"SELECT ticket, opened_at FROM ticket WHERE {MINE}",
    "a correlated EXISTS": "SELECT circuit, label FROM circuit WHERE EXISTS (SELECT FROM reader"
    " WHERE role_name = session_user AND (sees_everything OR reader.tenant = circuit.tenant))",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_view_whose_plan_tells_is_found(connection: Connection, dsn: str, text: str) -> None:
    """The forms that look right, return own rows only, and that EXPLAIN ANALYZE reads through."""
    with world(connection, dsn) as made:
        for (name,) in connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'reporting'").fetchall():
            if name not in ("scope", "circuit"):
                connection.execute(f"DROP VIEW IF EXISTS reporting.{name} CASCADE".encode())
        connection.execute(f"CREATE VIEW reporting.broken WITH (security_barrier) AS {text}".encode())
        connection.commit()
        findings = plan_findings(made, TENANT)
        assert findings
        assert all(finding.startswith("broken.") for finding in findings)
