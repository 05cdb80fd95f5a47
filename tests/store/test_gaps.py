"""Gaps, sessions and last numbers, as the store keeps them."""

from datetime import UTC, datetime, timedelta

from store.connection import Connection
from store.gap_rows import GapRow, LateNumber, RememberedSession, StreamHead
from store.gaps import (
    fill_gaps,
    forget_session,
    read_session,
    read_session_names,
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
    heads = {"casa/edge": StreamHead(2**64, NOON), "plant/n": StreamHead(3, NOON, 9998, NOON)}
    write_streams(connection, "w1", heads)
    write_streams(connection, "w2", {"casa/edge": StreamHead(1, NOON)})
    write_streams(connection, "w1", {})
    assert read_streams(connection, "w1") == heads
    later = {"casa/edge": StreamHead(2**64 + 1, NOON + timedelta(seconds=1), None)}
    write_streams(connection, "w1", later)
    assert read_streams(connection, "w1") == heads | later
    assert read_session_names(connection) == ["w1", "w2"]
    forget_session(connection, "w1")
    assert (read_session(connection, "w1"), read_streams(connection, "w1")) == (None, {})
    assert read_session(connection, "w2") is not None
    assert set(read_streams(connection, "w2")) == {"casa/edge"}


def test_numbers_that_come_late_make_their_gap_smaller_once_and_close_it(connection: Connection) -> None:
    runs = [(10, 19), (25, 25)]
    write_gaps(connection, [GapRow("mqtt", "casa/edge", NOON, NOON, 11, "sequence", NOON, runs)])
    write_gaps(connection, [GapRow("mqtt", "casa/edge", NOON, NOON + timedelta(hours=1), 1, "sequence", NOON, None)])

    def fill(*numbers: int, at: datetime | None = NOON, stream: str = "casa/edge") -> int:
        return fill_gaps(connection, "mqtt", {stream: [LateNumber(number, at) for number in numbers]})

    def gap() -> object:
        return connection.execute("SELECT messages, came_late, missing::text FROM gap ORDER BY gap_id").fetchone()

    assert (fill(14, 14, 9), gap()) == (1, (10, 1, "{[10,14),[15,20),[25,26)}"))
    assert fill(14) == 0
    assert fill(15, stream="casa/other") == 0
    assert fill(15, at=NOON + timedelta(minutes=6)) == 0  # measured after the gap: a count that began again
    assert (fill(15, at=None), gap()) == (1, (9, 2, "{[10,14),[16,20),[25,26)}"))
    assert (fill(*range(10, 26)), gap()) == (1, (0, 11, "{}"))
    assert connection.execute("SELECT messages FROM gap ORDER BY gap_id").fetchall() == [(0,), (1,)]


def test_a_gap_of_more_messages_than_the_store_counts_shrinks_all_the_same(connection: Connection) -> None:
    write_gaps(connection, [GapRow("mqtt", "a", NOON, NOON, 2**70, "sequence", NOON, [(1, 2**70)])])
    assert fill_gaps(connection, "mqtt", {"a": [LateNumber(2**70, NOON)]}) == 1
    assert connection.execute("SELECT messages, came_late FROM gap").fetchall() == [(2**63 - 1, 1)]
