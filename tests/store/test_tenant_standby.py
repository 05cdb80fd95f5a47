"""The hot standby that tenants' data sources point at: nothing can be changed there, and nothing more be seen."""

import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from store.connection import connect
from store.embedded import EmbeddedServer
from store.migrations import migrate
from store.reader_sessions import end_long_reads
from tests.drills.hot_standby import on_standby, said, standby, wait_for
from tests.store.tenants_attacks import function_findings, plan_findings, relation_findings, right_findings
from tests.store.tenants_world import FORBIDDEN, World, world

TENANT = ("tenant", "aamark")
REFUSED = (
    "ALTER ROLE {self} PASSWORD 'mine now'",
    "ALTER ROLE {self} SET statement_timeout = 0",
    "SELECT lo_create(0)",
    "CREATE TEMP TABLE x (y int)",
    "NOTIFY p2i",
    "LISTEN p2i",
    "SET default_transaction_read_only = off; SET transaction_read_only = off",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_sleep(1)",
    "BEGIN; LOCK TABLE reporting.circuit IN ROW SHARE MODE",
)


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[World, str]]:
    if os.environ.get("P2I_TEST_DSN"):
        pytest.skip("a standby is made of the embedded server; P2I_TEST_DSN names another")
    with tempfile.TemporaryDirectory(prefix="p2i-test-") as folder:
        Path(folder).chmod(0o755)
        primary = EmbeddedServer(Path(folder) / "a")
        with primary.running() as dsn, connect(dsn, "tests") as owner:
            migrate(owner)
            with world(owner, dsn) as made, standby(primary, Path(folder) / "b") as following:
                named = on_standby(made, following)
                wait_for(owner, named)
                owner.commit()
                yield made, named


@pytest.mark.parametrize("attack", REFUSED)
def test_a_standby_lets_nobody_change_anything(pair: tuple[World, str], attack: str) -> None:
    answer = said(*pair, attack)
    assert any(word in answer for word in ("read-only", "during recovery", "permission denied", "read-write mode")), (
        answer
    )


@pytest.mark.parametrize("key", list(FORBIDDEN), ids=str)
def test_a_standby_shows_nothing_more(pair: tuple[World, str], key: tuple[str, str | None]) -> None:
    made, named = pair
    assert relation_findings(made, key, named) == []
    assert function_findings(made, key, named) == []
    assert right_findings(made, key, named) == []


def test_no_plan_on_a_standby_confirms_a_guess(pair: tuple[World, str]) -> None:
    made, named = pair
    assert plan_findings(made, TENANT, named) == []


def test_what_a_tenant_may_see_it_sees_there(pair: tuple[World, str]) -> None:
    assert said(*pair, "SELECT tenant FROM reporting.circuit") == "('aamark',)"
    assert said(*pair, "SELECT count(*) FROM p2i.circuit").startswith("permission denied for schema")


def test_what_runs_too_long_on_a_standby_is_ended_there(pair: tuple[World, str]) -> None:
    made, named = pair
    with connect(named, "tests") as owner, made.login(TENANT, named) as login:
        login.execute("SET idle_in_transaction_session_timeout = 0")
        login.execute("BEGIN; LOCK TABLE reporting.circuit IN ACCESS SHARE MODE")
        (ended,) = end_long_reads(owner, timedelta(0))
        assert (ended.role, ended.state) == (made.role(TENANT), "idle in transaction")
        with pytest.raises(psycopg.OperationalError):
            login.execute("SELECT 1")


@pytest.mark.parametrize("place", ["primary", "standby"])
def test_the_log_cannot_be_filled_by_what_a_login_sends(pair: tuple[World, str], place: str) -> None:
    made, named = pair
    dsn, word = made.dsn if place == "primary" else named, uuid4().hex
    with made.login(TENANT, dsn) as login:
        for setting in ("debug_print_parse", "debug_print_rewritten", "debug_print_plan", "trace_sort"):
            login.execute(f"SET {setting} = on".encode())
        login.execute("SET client_min_messages = debug5")
        login.execute(f"SELECT '{word}' AS x ORDER BY 1".encode())
        for attack in (f"SELECT '{word}'::int", f"SELECT nonsense {word}", f'SELECT 1/0 AS "{word}"'):
            with pytest.raises(psycopg.Error):
                login.execute(attack.encode())
    with connect(dsn, "tests") as owner:
        row = owner.execute("SHOW data_directory").fetchone()
        with pytest.raises(psycopg.Error):
            owner.execute(b"SELECT 'what we send is in the log'::int")
    assert row is not None
    log = (Path(str(row[0])) / "server.log").read_text(encoding="utf-8", errors="replace")
    assert "what we send is in the log" in log
    assert word not in log
