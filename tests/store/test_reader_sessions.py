"""A login that switched off its own limits: what it runs or holds for too long is ended, and nothing else is."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from psycopg import conninfo, sql

from store.connection import Connection, connect
from store.login_plan import Key
from store.reader_sessions import LONGEST, Ended, end_long_reads
from tests.store.tenants_world import World, world

TENANT: Key = ("tenant", "aamark")
AT_ONCE = timedelta(0)
FOR_EVER = "SELECT count(*) FROM pg_class AS a, pg_class AS b, pg_class AS c, pg_class AS d"


@pytest.fixture
def made(connection: Connection, dsn: str) -> Iterator[World]:
    with world(connection, dsn) as one:
        yield one


def wait_until_it_runs(owner: Connection, role: str) -> None:
    until = time.monotonic() + 30
    running = "SELECT FROM pg_stat_activity WHERE usename = %s AND state = 'active' AND query LIKE %s"
    while owner.execute(running, (role, f"%{FOR_EVER}%")).fetchone() is None:
        owner.commit()
        assert time.monotonic() < until, "the attack never began"
    owner.commit()


def test_a_statement_without_its_timeout_is_ended(made: World) -> None:
    """`statement_timeout` is the session's own to switch off: this is what holds instead."""
    role, said = made.role(TENANT), []
    with made.login(TENANT) as login:
        login.execute("SET statement_timeout = 0")
        login.execute("SET transaction_timeout = 0" if login.info.server_version >= 170000 else "SELECT 1")

        def attack() -> None:
            try:
                login.execute(FOR_EVER)
            except psycopg.OperationalError as error:
                said.append(error.sqlstate)

        running = threading.Thread(target=attack)
        running.start()
        try:
            wait_until_it_runs(made.owner, role)
            assert end_long_reads(made.owner) == [], f"not before {LONGEST}"
        finally:
            ended = end_long_reads(made.owner, AT_ONCE)
            running.join(timeout=30)
        assert [(one.role, one.state) for one in ended] == [(role, "active")]
        assert said == ["57P01"]


def test_a_transaction_held_open_is_ended_and_an_idle_session_is_not(made: World) -> None:
    with made.login(TENANT) as holding, made.login(TENANT) as idle, connect(made.dsn, "tests") as ours:
        holding.execute("SET idle_in_transaction_session_timeout = 0")
        holding.execute("BEGIN; LOCK TABLE reporting.circuit IN ACCESS SHARE MODE")
        ours.execute("SELECT 1")  # a transaction of ours, as old
        assert end_long_reads(made.owner, AT_ONCE) == [Ended(made.role(TENANT), "idle in transaction", 0)]
        with pytest.raises(psycopg.OperationalError):
            holding.execute("SELECT 1")
        assert idle.execute("SELECT 1").fetchone() == ours.execute("SELECT 1").fetchone() == (1,)


def test_who_may_not_ends_nothing(made: World) -> None:
    with made.login(TENANT) as holding:
        holding.execute("BEGIN")
        made.owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name := sql.Identifier(f"plain_{made.role(TENANT)}")))
        made.owner.execute(sql.SQL("GRANT USAGE ON SCHEMA p2i TO {}; GRANT SELECT ON login TO {}").format(name, name))
        made.owner.commit()
        try:
            user = f"plain_{made.role(TENANT)}"
            with connect(conninfo.make_conninfo(made.dsn, user=user), "tests") as plain:
                assert end_long_reads(plain, AT_ONCE) == []
        finally:
            made.owner.execute(sql.SQL("DROP OWNED BY {}; DROP ROLE {}").format(name, name))
            made.owner.commit()
        assert holding.execute("SELECT 1").fetchone() == (1,)
