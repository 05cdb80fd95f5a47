"""A real PostgreSQL for every test: the embedded server (or the one `P2I_TEST_DSN` names), a fresh database each."""

import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo, sql

from store.connection import Connection, connect
from store.embedded import EmbeddedServer
from store.migrations import migrate


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips for want of what `P2I_TESTS_DEMAND` demands has failed: CI may not be green without it."""
    report = yield
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    demanded = [word for word in os.environ.get("P2I_TESTS_DEMAND", "").split(",") if word]
    if report.skipped and any(word.lower() in reason.lower() for word in demanded):
        report.outcome = "failed"
        report.longrepr = f"P2I_TESTS_DEMAND: {reason}"
    return report


@pytest.fixture(scope="session")
def server_dsn() -> Iterator[str]:
    """A server on which databases may be created and dropped."""
    if named := os.environ.get("P2I_TEST_DSN"):
        yield named
        return
    # Not pytest's tmp_path: as root the server runs under its own user, who may not enter that directory.
    with tempfile.TemporaryDirectory(prefix="p2i-test-") as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer(Path(folder)).running() as dsn:
            yield dsn


@pytest.fixture(scope="session")
def template_database(server_dsn: str) -> Iterator[str]:
    """A migrated database that each test clones, which is faster than migrating anew."""
    name = f"p2i_template_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with connect(conninfo.make_conninfo(server_dsn, dbname=name), "tests") as template:
        migrate(template)
    with psycopg.connect(server_dsn, autocommit=True) as server:
        # A background worker of TimescaleDB in the template would make cloning it fail.
        server.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
    yield name
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def dsn(server_dsn: str, template_database: str) -> Iterator[str]:
    """The DSN of a migrated, empty database of this test's own."""
    name = f"p2i_test_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template_database))
        )
    yield conninfo.make_conninfo(server_dsn, dbname=name)
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def connection(dsn: str) -> Iterator[Connection]:
    """A connection to this test's database."""
    with connect(dsn, "tests") as opened:
        yield opened


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real measurements and payloads; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("P2I_SAMPLES", Path(__file__).parents[2] / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"real measurements not found at {folder} (P2I_SAMPLES)")
    return folder
