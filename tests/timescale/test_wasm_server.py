"""The test server itself: a fresh database is fresh, and its wire carries what our clients send."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from store.connection import connect

pytestmark = pytest.mark.usefixtures("wasm_server")


def test_nothing_of_a_test_is_left_for_the_next(timescale_dsn: str, wasm_server: Any) -> None:
    left_behind = (
        "SELECT (SELECT count(*) FROM pg_roles WHERE rolname = 'tenant_a'), (SELECT count(*) FROM circuit),"
        " (SELECT count(*) FROM timescaledb_information.jobs WHERE NOT scheduled),"
        " current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction')"
    )
    numbered = "INSERT INTO circuit (circuit, facility) VALUES ('C-1', 'casa') RETURNING circuit_id"
    with connect(timescale_dsn, "tests") as connection:
        before = connection.execute(left_behind).fetchone()
        first = connection.execute(numbered).fetchone()
        connection.execute("CREATE ROLE tenant_a")
        connection.execute("SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs")
        connection.execute("SET timescaledb.max_tuples_decompressed_per_dml_transaction = 7")
    wasm_server.make_fresh()
    with connect(timescale_dsn, "tests") as connection:
        assert connection.execute(left_behind).fetchone() == before
        assert connection.execute(numbered).fetchone() == first


def test_a_connection_inherits_no_session_from_the_one_before(timescale_dsn: str) -> None:
    """One backend serves all: without a reset the second would find the first one's prepared statement and role."""
    for _ in range(2):
        with connect(timescale_dsn, "tests") as connection:
            connection.execute("CREATE TEMP TABLE kept_by_nobody ()")
            assert connection.execute("SELECT %s::integer", (1,), prepare=True).fetchone() == (1,)
            assert connection.execute("SHOW work_mem").fetchone() != ("7MB",)
            connection.execute("SET work_mem = '7MB'")
            connection.commit()


def test_a_connection_closed_within_a_transaction_leaves_nothing(timescale_dsn: str) -> None:
    first = connect(timescale_dsn, "tests")
    first.execute("INSERT INTO circuit (circuit, facility) VALUES ('C-1', 'casa')")
    first.close()
    with connect(timescale_dsn, "tests") as connection:
        assert connection.execute("SELECT count(*) FROM circuit").fetchone() == (0,)


def test_a_second_connection_waits_for_the_first(timescale_dsn: str) -> None:
    def circuits() -> object:
        with connect(timescale_dsn, "tests") as connection:
            return connection.execute("SELECT count(*) FROM circuit").fetchone()

    with ThreadPoolExecutor(1) as elsewhere:
        with connect(timescale_dsn, "tests") as connection:
            counted = elsewhere.submit(circuits)
            connection.execute("INSERT INTO circuit (circuit, facility) VALUES ('C-1', 'casa')")
        assert counted.result() == (1,)


def test_a_statement_larger_than_a_read_of_the_socket(timescale_dsn: str) -> None:
    text = "x" * 1_000_000
    with connect(timescale_dsn, "tests") as connection:
        assert connection.execute("SELECT length(%s)", (text,)).fetchone() == (len(text),)
        assert connection.execute(f"SELECT '{text}'".encode()).fetchone() == (text,)


def test_copy_in_and_out(timescale_dsn: str) -> None:
    with connect(timescale_dsn, "tests") as connection:
        connection.execute("CREATE TEMP TABLE copied (number integer, name text)")
        with connection.cursor().copy("COPY copied FROM STDIN") as into:
            for number in range(100_000):
                into.write_row((number, f"name {number}"))
        assert connection.execute("SELECT count(*), sum(number) FROM copied").fetchone() == (100_000, 4_999_950_000)
        with connection.cursor().copy("COPY (SELECT * FROM copied WHERE number < 3) TO STDOUT") as out:
            assert list(out.rows()) == [("0", "name 0"), ("1", "name 1"), ("2", "name 2")]


def test_a_copy_that_fails_leaves_a_connection_that_works(timescale_dsn: str) -> None:
    with connect(timescale_dsn, "tests") as connection:
        for statement, error in (
            ("COPY nothing_of_this_name FROM STDIN", psycopg.errors.UndefinedTable),
            ("COPY circuit (facility) FROM STDIN", psycopg.errors.NotNullViolation),
        ):
            with pytest.raises(error), connection.cursor().copy(statement.encode()) as into:
                into.write(b"casa\n")
            connection.rollback()
            assert connection.execute("SELECT 1").fetchone() == (1,)
