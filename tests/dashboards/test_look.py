from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from dashboards.look import Look, observed_at
from store.connection import Connection
from store.errors import P2IError, StoreUnavailable
from store.registry import register_circuits
from store.rows import CircuitRow, TransitionRow
from store.transitions import write_transitions

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
OUTAGE = TransitionRow("circuit", "A", "o", "casa-b1", True, "up", "down", NOW, NOW, "")


def test_what_was_seen_last_stays_while_the_database_is_away(dsn: str, connection: Connection) -> None:
    register_circuits(connection, [CircuitRow("casa-b1", "casanearshore", None, True)])
    write_transitions(connection, [OUTAGE])
    connection.commit()
    look = Look(dsn, None)
    seen = look.newest(NOW)
    assert seen.noticed_states == {("A", "casa-b1"): ("down", NOW)}
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'p2i dashboards' AND datname = current_database()"
    )
    connection.commit()
    assert look.newest(NOW + timedelta(seconds=3)) == seen
    assert look.away_since_at == NOW + timedelta(seconds=3)
    assert look.newest(NOW + timedelta(seconds=6)) == seen
    assert look.away_since_at is None
    look.close()


def test_a_database_that_never_answered_shows_an_empty_board() -> None:
    look = Look("host=127.0.0.1 port=1 connect_timeout=2", None)
    assert look.newest(NOW).scored == []
    assert look.newest(NOW + timedelta(seconds=3)).scored == []
    assert look.away_since_at == NOW
    look.close()


def test_a_database_that_is_not_migrated_is_an_error(dsn: str, connection: Connection) -> None:
    connection.execute("DELETE FROM migration WHERE number = 4")
    connection.commit()
    look = Look(dsn, None)
    try:
        with pytest.raises(P2IError, match=r"^database: the schema lacks 0004_told; run: p2i migrate$"):
            look.newest(NOW)
    finally:
        look.close()


def test_a_connection_that_broke_is_told_from_one_that_is_refused(dsn: str) -> None:
    with (
        psycopg.connect(dsn, options="-c search_path=pg_catalog") as elsewhere,
        pytest.raises(P2IError, match=r"^database: relation \"score\" does not exist$") as refused,
    ):
        observed_at(elsewhere, NOW, None)
    assert not isinstance(refused.value, StoreUnavailable)
    with pytest.raises(StoreUnavailable, match=r"^database: the connection is closed$"):
        observed_at(elsewhere, NOW, None)
