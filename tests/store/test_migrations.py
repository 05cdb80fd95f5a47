from datetime import timedelta

import psycopg
import pytest

from store.connection import Connection, connect
from store.errors import P2IError
from store.migrations import known_migrations, migrate, require_current_schema


def test_a_second_run_applies_nothing(connection: Connection) -> None:
    assert migrate(connection) == []


def test_every_migration_is_applied_in_order(connection: Connection) -> None:
    applied = connection.execute("SELECT number, name FROM migration ORDER BY number").fetchall()
    assert applied == [(migration.number, migration.name) for migration in known_migrations()]
    assert [number for number, _ in applied] == list(range(1, len(applied) + 1))


def test_an_edited_migration_is_refused(connection: Connection) -> None:
    connection.execute("UPDATE migration SET sha256 = 'another' WHERE number = 1")
    with pytest.raises(
        P2IError, match=r"^database: 0001_readings was applied with another text than this release ships$"
    ):
        migrate(connection)


def test_a_newer_database_is_refused(connection: Connection) -> None:
    connection.execute("INSERT INTO migration (number, name, sha256) VALUES (9999, 'future', '')")
    with pytest.raises(P2IError, match=r"^database: migration 9999 is from a newer release than this one$"):
        migrate(connection)


def test_a_current_schema_is_enough_for_a_stage(connection: Connection) -> None:
    require_current_schema(connection)


def test_a_stage_refuses_an_older_schema(connection: Connection) -> None:
    connection.execute("DELETE FROM migration WHERE number > 1")
    with pytest.raises(P2IError, match=r"^database: the schema lacks 0002_promises_and_verdicts; run: p2i migrate$"):
        require_current_schema(connection)


def test_a_stage_refuses_an_empty_database(connection: Connection) -> None:
    connection.execute("DROP SCHEMA p2i CASCADE")
    with pytest.raises(P2IError, match=r"^database: the schema lacks 0001_readings; run: p2i migrate$"):
        require_current_schema(connection)


def test_a_migration_that_must_wait_for_somebody_gives_up_and_changes_nothing(dsn: str) -> None:
    with connect(dsn, "reader") as reader, connect(dsn, "tests") as connection:
        connection.execute("UPDATE generated SET sha256 = 'older'")
        connection.commit()
        reader.execute("SELECT FROM reporting.circuit")  # in a transaction, as a backup would be
        with pytest.raises(psycopg.errors.LockNotAvailable):
            migrate(connection, patience=timedelta(milliseconds=50))
        connection.rollback()
        assert connection.execute("SELECT DISTINCT sha256 FROM generated").fetchall() == [("older",)]
        connection.rollback()
        reader.rollback()
        assert migrate(connection) == []
        assert connection.execute("SELECT FROM generated WHERE sha256 = 'older'").fetchone() is None
