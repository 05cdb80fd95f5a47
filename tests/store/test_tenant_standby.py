"""The hot standby that tenants' data sources point at: nothing can be changed there, and nothing more be seen."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.connection import connect
from store.embedded import EmbeddedServer
from store.migrations import migrate
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
