"""Gaps, sessions and last numbers, as the store keeps them."""

from datetime import UTC, datetime, timedelta

from store.connection import Connection
from store.gap_rows import GapRow, RememberedSession, StreamHead
from store.gaps import (
    forget_session,
    read_session,
    read_streams,
    remember_session,
    write_gaps,
    write_streams,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_a_gap_written_again_is_there_once_whatever_is_unknown_of_it(connection: Connection) -> None:
    gaps = [
        GapRow("mqtt", "p2i-collect", None, NOON, None, "session_lost", NOON),
        GapRow("mqtt", "casa/edge", NOON, NOON, 2**70, "sequence", NOON),
    ]
    assert write_gaps(connection, gaps) == 2
    assert write_gaps(connection, [gap._replace(noticed_at=NOON + timedelta(hours=1)) for gap in gaps]) == 0
    assert connection.execute("SELECT messages, noticed_at FROM gap ORDER BY gap_id").fetchall() == [
        (None, NOON),
        (2**63 - 1, NOON),
    ]


def test_a_session_is_remembered_until_it_is_forgotten_with_its_numbers(connection: Connection) -> None:
    assert read_session(connection, "w1") is None
    remember_session(connection, "w1", ["a/#"], NOON)
    remember_session(connection, "w1", ["a/#", "b"], NOON + timedelta(minutes=1))
    remember_session(connection, "w2", ["a/#"], NOON)
    assert read_session(connection, "w1") == RememberedSession(["a/#", "b"], NOON + timedelta(minutes=1))
    heads = {"casa/edge": StreamHead(2**64, NOON), "plant/n": StreamHead(3, NOON, 9998)}
    write_streams(connection, "w1", heads)
    write_streams(connection, "w2", {"casa/edge": StreamHead(1, NOON)})
    write_streams(connection, "w1", {})
    assert read_streams(connection, "w1") == heads
    later = {"casa/edge": StreamHead(2**64 + 1, NOON + timedelta(seconds=1), None)}
    write_streams(connection, "w1", later)
    assert read_streams(connection, "w1") == heads | later
    forget_session(connection, "w1")
    assert (read_session(connection, "w1"), read_streams(connection, "w1")) == (None, {})
    assert read_session(connection, "w2") is not None
    assert set(read_streams(connection, "w2")) == {"casa/edge"}
