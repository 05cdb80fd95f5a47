"""A tenant's viewer sends any SQL it likes through a real Grafana, whose data source is a hot standby."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dashboards.provisioning.wanted import DATA_SOURCE_TYPE, SOURCE_UID
from store.connection import connect
from store.embedded import EmbeddedServer
from store.migrations import migrate
from tests.dashboards.provisioning.real_grafana import RealGrafana
from tests.drills.hot_standby import on_standby, standby, wait_for
from tests.store.tenants_attacks import RELATIONS, marks_in
from tests.store.tenants_world import FORBIDDEN, World, quoted, world

KEY = ("tenant", "aamark")
REFUSED = (
    "SELECT * FROM p2i.circuit",
    "SET search_path = p2i; SELECT * FROM circuit",
    "SET ROLE p2i",
    "SET SESSION AUTHORIZATION p2i",
    "SET default_transaction_read_only = off; ALTER ROLE {self} PASSWORD 'mine'",
    "ALTER ROLE {self} SET statement_timeout = 0",
    "UPDATE p2i.reader SET sees_everything = true",
    "INSERT INTO p2i.reader (role_name, sees_everything) VALUES (session_user, true)",
    "CREATE TEMP TABLE x (y int)",
    "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$BEGIN RAISE '%', $1; END$$",
    "DO $$BEGIN PERFORM 1; END$$",
    "SELECT pg_sleep(1)",
    "SELECT pg_advisory_lock(1)",
    "SELECT lo_create(0)",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT * FROM pg_stat_activity; SELECT pg_terminate_backend(1)",
    "NOTIFY p2i",
)


class Viewer:
    """A viewer of one tenant's organisation, and the store behind its data source."""

    def __init__(self, there: RealGrafana, made: World, within: int, login: tuple[str, str]) -> None:
        self.there, self.made, self.within, self.login = there, made, within, login

    def send(self, sql: str) -> tuple[list[dict[str, Any]], str]:
        """Rows, or the error, of any SQL."""
        return self.there.query(sql, within=self.within, login=self.login)


@pytest.fixture(scope="module")
def viewer() -> Iterator[Viewer]:
    named = os.environ.get("P2I_TEST_GRAFANA")
    if not named:
        pytest.skip("no Grafana to try it on (P2I_TEST_GRAFANA=http://USER:PASSWORD@HOST:PORT)")
    if os.environ.get("P2I_TEST_DSN"):
        pytest.skip("a standby is made of the embedded server; P2I_TEST_DSN names another")
    there, mark = RealGrafana(named), f"attack-{uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory(prefix="p2i-test-") as folder:
        Path(folder).chmod(0o755)
        primary = EmbeddedServer(Path(folder) / "a")
        with primary.running() as dsn, connect(dsn, "tests") as owner:
            migrate(owner)
            with world(owner, dsn) as made, standby(primary, Path(folder) / "b") as following:
                wait_for(owner, on_standby(made, following))
                owner.commit()
                try:
                    within = there.ask("POST", "/orgs", {"name": f"aamark [{mark}:tenant aamark]"}).body["orgId"]
                    source = _source(made, str(following.sockets))
                    there.ask("POST", "/datasources", source, within=within)
                    yield Viewer(there, made, within, there.make_viewer(mark, within))
                finally:
                    there.remove_all(mark)


def _source(made: World, sockets: str) -> dict[str, Any]:
    login = next(one for one in made.applied.handed if one.key == KEY)
    return {
        "name": "P2I", "uid": SOURCE_UID, "type": DATA_SOURCE_TYPE, "access": "proxy", "url": sockets,
        "user": login.role, "secureJsonData": {"password": login.password},
        "jsonData": {"database": made.owner.info.dbname, "sslmode": "disable", "postgresVersion": 1500},
    }  # fmt: skip


def test_it_reads_its_own_rows_there(viewer: Viewer) -> None:
    assert viewer.send("SELECT tenant FROM reporting.circuit") == ([{"tenant": "aamark"}], "")
    (where,), _ = viewer.send("SELECT pg_is_in_recovery()::text AS is_standby")
    assert where == {"is_standby": "true"}


@pytest.mark.parametrize("attack", REFUSED)
def test_what_it_may_not_do_is_refused(viewer: Viewer, attack: str) -> None:
    rows, error = viewer.send(attack.format(self=viewer.made.role(KEY)))
    assert error, rows
    assert marks_in(KEY, attack, [(error, str(rows))]) == []


def test_no_relation_shows_another_tenant(viewer: Viewer) -> None:
    found, asked = [], 0
    for schema, name, is_sequence in viewer.made.owner.execute(RELATIONS).fetchall():
        if schema == "reporting" and not is_sequence:
            rows, error = viewer.send(f"SELECT seen::text AS row FROM reporting.{quoted(name)} AS seen")
            found += marks_in(KEY, name, [(error, str(rows))])
            asked += 1
    viewer.made.owner.rollback()
    assert asked > 20
    assert found == []


def test_a_plan_and_an_error_confirm_no_guess(viewer: Viewer) -> None:
    def plan(tenant: str) -> str:
        rows, error = viewer.send(
            "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF)"
            f" SELECT * FROM reporting.circuit WHERE tenant = '{tenant}'"
        )
        assert not error
        return str(rows).replace(tenant, "?")

    assert plan(FORBIDDEN[KEY][0]) == plan("nobody")
    _, error = viewer.send("SELECT 1 / (count(*) - count(*)) FROM reporting.circuit WHERE label::int > 0")
    assert not [mark for mark in FORBIDDEN[KEY] if mark in error]


def test_what_it_sets_ends_with_its_organisation(viewer: Viewer) -> None:
    """A setting stays in the pooled connection: whose rows are read does not depend on it."""
    viewer.send("SET search_path = pg_catalog; SELECT 1 AS one")
    viewer.send("SET p2i.tenant = 'zzmark'; SELECT 1 AS one")
    assert viewer.send("SELECT tenant FROM reporting.circuit") == ([{"tenant": "aamark"}], "")


def test_a_tenant_that_is_removed_reads_nothing_more(viewer: Viewer) -> None:
    """`p2i tenants apply` without it takes the login's rows away at once; the organisation is still there."""
    owner = viewer.made.owner
    owner.execute("DELETE FROM reader WHERE role_name = %s", (viewer.made.role(KEY),))
    owner.commit()
    try:
        wait_for(owner, on_standby_of(viewer))
        owner.commit()
        assert viewer.send("SELECT tenant FROM reporting.circuit") == ([], "")
        text, error = viewer.send("SELECT count(*)::text AS rows FROM reporting.verdict")
        assert (text, error) == ([{"rows": "0"}], "")
    finally:
        owner.execute("INSERT INTO reader (role_name, tenant) VALUES (%s, %s)", (viewer.made.role(KEY), KEY[1]))
        owner.commit()


def on_standby_of(viewer: Viewer) -> str:
    """The DSN of the standby, from the data source that the viewer uses."""
    source = viewer.there.ask("GET", f"/datasources/uid/{SOURCE_UID}", within=viewer.within).body
    return re.sub(r"host=\S+", f"host={source['url']}", viewer.made.dsn)
