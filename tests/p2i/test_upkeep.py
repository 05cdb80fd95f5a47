"""`p2i upkeep`: does its jobs once or until stopped, survives the database's absence, says a failure once."""

import logging
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import conninfo

from p2i.upkeep import ENDED_READS, Upkeep, main
from store.connection import Connection, connect
from store.reader_sessions import END
from store.readings import OCCUPANCY
from store.timescale import extension_version
from tests.store.tenants_world import world
from tests.store.test_rollups import write


def test_once_rolls_and_drops_and_ends(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    now = datetime.now(UTC)
    with connect(dsn, "tests") as connection:
        write(connection, OCCUPANCY, 1, [(now - timedelta(days=500), [7]), (now - timedelta(days=2), [9])])
        assert main(["--once"]) == 0
        if extension_version(connection) is None:
            assert connection.execute("SELECT people FROM occupancy").fetchall() == [(9,)]
            assert connection.execute("SELECT people_sum::int FROM occupancy_15m_rolled").fetchall() == [(9,)]


def test_a_database_that_is_away_is_said_once_and_so_is_its_return(dsn: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "upkeep")
    upkeep = Upkeep(conninfo.make_conninfo(dsn, host="/nowhere"))
    assert [upkeep.do("refresh"), upkeep.do("refresh")] == [False, False]
    upkeep.dsn = dsn
    assert [upkeep.do("refresh"), upkeep.do("refresh")] == [True, True]
    lines = [record.getMessage() for record in caplog.records if record.name == "upkeep"]
    assert len(lines) == 2
    assert lines[0].startswith("refresh: database: ")
    assert lines[1] == "refresh: done again"


def test_what_readers_run_for_too_long_is_ended_where_they_read(
    connection: Connection, dsn: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("store.reader_sessions.END", END.replace("> %s", ">= %s - interval '60 s'"))
    upkeep = Upkeep(conninfo.make_conninfo(dsn, host="/nowhere"), dsn)
    assert upkeep.jobs == ["refresh", "drop_old", "end_long_reads", "end_long_reads_on_standby"]
    with world(connection, dsn) as made, made.login(("tenant", "aamark")) as login:
        login.execute("BEGIN")
        before = ENDED_READS._value.get()
        assert upkeep.do("end_long_reads_on_standby")
        assert ENDED_READS._value.get() == before + 1
        role = made.role(("tenant", "aamark"))
        assert caplog.messages[-1].startswith(f"{role}: ended after 0 s, idle in transaction")
        with pytest.raises(psycopg.OperationalError):
            login.execute("SELECT 1")
    assert Upkeep(dsn).jobs == ["refresh", "drop_old", "end_long_reads"]


def test_an_older_schema_is_one_line_and_exit_2(
    dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    with connect(dsn, "tests") as connection:
        connection.execute("DELETE FROM migration WHERE number = 6")
        connection.commit()
    assert main(["--once"]) == 2
    assert "the schema lacks 0006_reporting_base; run: p2i migrate" in capsys.readouterr().err
