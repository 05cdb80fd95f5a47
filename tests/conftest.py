"""A real PostgreSQL for every test: the embedded server (or the one `P2I_TEST_DSN` names), a fresh database each."""

import os
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo, sql

from store.connection import Connection, connect
from store.embedded import EmbeddedServer
from store.exclusions import write_exclusions
from store.migrations import migrate
from store.operators import grant_operator
from store.registry import circuit_numbers
from store.rows import ExclusionRow

LogIn = Callable[[str], Connection]
WriteExclusions = Callable[[Iterable[ExclusionRow]], None]


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


@pytest.fixture
def log_in(dsn: str) -> Iterator[LogIn]:
    """Connects as a person with an operator's rights, whose LOGIN role is made for this test: `log_in("amina")`."""
    roles: list[str] = []
    with ExitStack() as stack:

        def logged_in(person: str) -> Connection:
            role, password = f"{person}_{uuid4().hex[:12]}", uuid4().hex
            with connect(dsn, "tests") as owner:
                owner.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
                )
                grant_operator(owner, role)
            roles.append(role)
            return stack.enter_context(connect(conninfo.make_conninfo(dsn, user=role, password=password), "tests"))

        yield logged_in
    with connect(dsn, "tests") as owner:
        for role in roles:
            owner.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
            owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@pytest.fixture
def decide_by_two(connection: Connection, log_in: LogIn) -> WriteExclusions:
    """Brings exclusions with their decisions into the store as two logins do; commits what `connection` has open."""

    def written(rows: Iterable[ExclusionRow]) -> None:
        write_exclusions(connection, log_in("approver"), rows, circuit_numbers(connection))

    return written


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real measurements and payloads; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("P2I_SAMPLES", Path(__file__).parents[2] / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"real measurements not found at {folder} (P2I_SAMPLES)")
    return folder
