import logging
import socket

import psycopg
import pytest
from psycopg import conninfo

from alerting.watch import LONGEST_WAIT_SECONDS, Watch
from store.connection import Connection
from store.errors import P2IError


def count(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM transition").fetchone()
    connection.commit()
    assert row is not None
    return int(row[0])


def test_a_database_that_goes_and_comes_back_is_two_lines(
    dsn: str, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    looks: list[int] = []

    def look(opened: Connection) -> int:
        looks.append(count(opened))
        return looks[-1]

    watch = Watch(dsn, 2.0, look)
    assert watch.step() == 2.0
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'p2i alerting' AND datname = current_database()"
    )
    connection.commit()
    assert watch.step() == 4.0
    assert watch.step() == 2.0
    watch.close()
    assert len(looks) == 2
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert caplog.records[0].getMessage().startswith("database away, waiting for it: ")
    assert caplog.records[1].getMessage() == "database back, 1 looks missed"


def test_a_database_that_stays_away_is_one_line_and_longer_waits(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as unused:  # bound and not listening: nobody else gets the port meanwhile
        unused.bind(("127.0.0.1", 0))
        nowhere = conninfo.make_conninfo(host="127.0.0.1", port=unused.getsockname()[1], dbname="p2i")
        watch = Watch(nowhere, 2.0, count)
        waits = [watch.step() for _ in range(6)]
    assert waits == [4.0, 8.0, 16.0, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS]
    assert [record.getMessage()[:13] for record in caplog.records] == ["database away"]


def test_a_database_that_is_not_migrated_is_an_error_and_not_waited_for(dsn: str, connection: Connection) -> None:
    connection.execute("DELETE FROM migration WHERE number = 4")
    connection.commit()
    watch = Watch(dsn, 2.0, count)
    try:
        with pytest.raises(P2IError, match=r"^database: the schema lacks 0004_told; run: p2i migrate$"):
            watch.step()
    finally:
        watch.close()


def test_a_right_that_is_missing_is_an_error_in_one_line(dsn: str) -> None:
    def refused(_opened: Connection) -> int:
        raise psycopg.errors.InsufficientPrivilege("permission denied for table transition\nDETAIL: more")

    watch = Watch(dsn, 2.0, refused)
    try:
        with pytest.raises(P2IError, match=r"^database: permission denied for table transition$"):
            watch.step()
    finally:
        watch.close()
