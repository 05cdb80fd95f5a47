"""Tenants' logins on a TimescaleDB whose readings are in columns and whose sums are continuous aggregates."""

from collections.abc import Iterator

import pytest

from store.connection import Connection
from store.login_plan import Key
from tests.store.tenants_attacks import function_findings, plan_findings, relation_findings, right_findings
from tests.store.tenants_world import FORBIDDEN, NOW, World, world

TENANT: Key = ("tenant", "aamark")


@pytest.fixture
def made(is_native: bool, timescale: Connection, timescale_dsn: str) -> Iterator[World]:
    if not is_native:
        pytest.skip("logins need a server of several sessions: a TimescaleDB named by P2I_TEST_DSN")
    with world(timescale, timescale_dsn) as one:
        for table in ("circuit_interval", "probe", "occupancy"):
            timescale.execute(
                "SELECT compress_chunk(chunk) FROM show_chunks(%s, older_than => %s) AS chunk", (table, NOW)
            )
        timescale.execute("ANALYZE")
        yield one


def test_every_login_reads_its_own_out_of_columns_and_nothing_else(made: World) -> None:
    for key in FORBIDDEN:
        assert relation_findings(made, key) == []
        assert right_findings(made, key) == []
        assert function_findings(made, key, call=key == TENANT) == []


def test_no_plan_over_columns_confirms_a_guess(made: World) -> None:
    assert plan_findings(made, TENANT) == []


def test_a_login_may_cut_buckets_and_change_no_job(made: World) -> None:
    with made.login(TENANT) as login:
        rows = login.execute(
            "SELECT time_bucket('15 minutes', bucket_at), sum(sent) FROM reporting.circuit_5m GROUP BY 1"
        ).fetchall()
        assert len(rows) == 12
        for attack in (
            "SELECT add_job('p2i.text_stays', '1h')",
            "SELECT delete_job(1000)",
            "CALL run_job(1000)",
            "SELECT drop_chunks('p2i.circuit_interval', now())",
            "SELECT show_chunks('p2i.circuit_interval')",
            "SELECT * FROM hypertable_size('p2i.circuit_interval')",
            "SELECT approximate_row_count('p2i.circuit_interval')",
            "SELECT * FROM timescaledb_information.chunks",
            "SELECT * FROM _timescaledb_catalog.chunk",
            "SELECT _timescaledb_functions.stop_background_workers()",
        ):
            with pytest.raises(Exception, match="permission denied"):
                login.execute(attack.encode())
