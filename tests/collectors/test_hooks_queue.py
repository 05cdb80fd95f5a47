"""The queue of webhooks: order, bounds, and what survives."""

import logging
import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.hooks_queue import ROW_BYTES, HookQueue, Queued, QueueFull
from store.errors import InputError

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ROOM = 1 << 20


def all_of(queue: HookQueue) -> list[Queued]:
    return queue.oldest(1000, ROOM, 0.0)


def test_bodies_come_back_in_order_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "new" / "queue"
    queue = HookQueue(path, ROOM)
    queue.put("hooks/a/x", b"\x00\xff", AT)
    queue.put("hooks/b", b"", AT + timedelta(seconds=1))
    queue.close()
    again = HookQueue(path, ROOM)
    assert [one[1:] for one in all_of(again)] == [
        ("hooks/a/x", b"\x00\xff", AT),
        ("hooks/b", b"", AT + timedelta(seconds=1)),
    ]
    assert (again.count, again.size_bytes) == (2, 9 + 2 + 7 + 2 * ROW_BYTES)
    again.close()


def test_nobody_else_may_read_the_files(tmp_path: Path) -> None:
    queue = HookQueue(tmp_path / "queue", ROOM)
    queue.put("hooks/a", b"1", AT)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    queue.close()


def test_no_two_bodies_share_an_instant_even_when_the_clock_stands_or_goes_back(tmp_path: Path) -> None:
    queue = HookQueue(tmp_path / "queue", ROOM)
    for at in (AT, AT, AT - timedelta(seconds=59)):
        queue.put("hooks/a", b"1", at)
    assert [one.received_at - AT for one in all_of(queue)] == [timedelta(microseconds=n) for n in range(3)]
    queue.close()
    again = HookQueue(tmp_path / "queue", ROOM)
    again.put("hooks/a", b"1", AT)
    assert all_of(again)[-1].received_at == AT + timedelta(microseconds=3)
    again.close()


def test_a_clock_that_was_a_day_ahead_and_is_put_right_is_believed_again(tmp_path: Path) -> None:
    queue = HookQueue(tmp_path / "queue", ROOM)
    for at in (AT + timedelta(days=1), AT, AT):
        queue.put("hooks/a", b"1", at)
    assert [one.received_at - AT for one in all_of(queue)[1:]] == [timedelta(0), timedelta(microseconds=1)]
    queue.close()


def test_what_is_removed_is_gone_and_what_came_meanwhile_stays(tmp_path: Path) -> None:
    queue = HookQueue(tmp_path / "queue", ROOM)
    for number in range(5):
        queue.put("hooks/a", b"%d" % number, AT)
    taken = queue.oldest(3, ROOM, 0.0)
    queue.put("hooks/a", b"5", AT)
    queue.remove(taken[0].number, taken[-1].number)
    assert [one.body for one in all_of(queue)] == [b"3", b"4", b"5"]
    assert queue.oldest_at == all_of(queue)[0].received_at
    queue.remove(0, 1000)
    assert (queue.count, queue.size_bytes) == (0, 0)
    nothing_left = queue.oldest_at
    assert nothing_left is None
    assert queue.oldest(3, ROOM, 0.0) == []
    queue.close()


def test_a_batch_is_bounded_by_bytes_and_never_empty(tmp_path: Path) -> None:
    queue = HookQueue(tmp_path / "queue", ROOM)
    for _ in range(3):
        queue.put("hooks/a", bytes(600), AT)
    assert len(queue.oldest(1000, 1, 0.0)) == 1
    assert len(queue.oldest(1000, 1200, 0.0)) == 2
    queue.close()


def test_a_full_queue_takes_nothing_until_there_is_room(tmp_path: Path) -> None:
    queue = HookQueue(tmp_path / "queue", 1000)
    queue.put("hooks/a", bytes(1000), AT)
    assert not queue.has_room
    with pytest.raises(QueueFull, match="its limit"):
        queue.put("hooks/a", b"", AT)
    queue.remove(0, 1000)
    queue.put("hooks/a", b"", AT)
    assert queue.count == 1
    queue.close()


def test_a_waiting_reader_is_woken_by_a_body(tmp_path: Path) -> None:
    queue = HookQueue(tmp_path / "queue", ROOM)
    found: list[Queued] = []
    reader = threading.Thread(target=lambda: found.extend(queue.oldest(1, ROOM, 30.0)))
    reader.start()
    queue.put("hooks/a", b"1", AT)
    reader.join(10)
    assert [one.body for one in found] == [b"1"]
    queue.close()


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    queue = HookQueue(tmp_path / "queue", ROOM)
    with pytest.raises(InputError, match=r"P2I_HOOKS_QUEUE: .*queue: another p2i hooks is using it"):
        HookQueue(tmp_path / "queue", ROOM)
    queue.close()
    HookQueue(tmp_path / "queue", ROOM).close()


def test_a_place_where_nothing_can_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"P2I_HOOKS_QUEUE: .*: File exists"):
        HookQueue(tmp_path / "file" / "queue", ROOM)


def test_a_disk_that_is_full_is_no_room(tmp_path: Path) -> None:
    queue = HookQueue(tmp_path / "queue", 100 * ROOM)
    queue._connection.execute("PRAGMA max_page_count = 20")  # SQLite's own SQLITE_FULL, as from a disk
    with pytest.raises(QueueFull, match="full"):
        queue.put("hooks/a", bytes(ROOM), AT)
    assert queue.count == 0
    queue.put("hooks/a", b"1", AT)
    assert [one.body for one in all_of(queue)] == [b"1"]
    queue.close()


def test_whether_a_full_disk_has_room_again_is_found_out_without_a_body(tmp_path: Path) -> None:
    queue = HookQueue(tmp_path / "queue", 100 * ROOM)
    queue.put("hooks/a", b"1", AT)
    assert queue.can_take()
    pages = queue._connection.execute("PRAGMA page_count").fetchone()[0]
    queue._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(QueueFull, match="full"):
        queue.put("hooks/a", bytes(ROOM), AT)
    queue._connection.execute("PRAGMA query_only = true")  # now not even a small row can be written
    assert not queue.can_take()
    queue._connection.execute("PRAGMA query_only = false")
    assert queue.can_take()
    assert [one.body for one in all_of(queue)] == [b"1"], "the attempt is no body"
    assert queue.count == 1
    queue.close()
    assert not queue.can_take()


def test_a_damaged_file_is_set_aside_and_bodies_are_taken(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "queue"
    path.write_bytes(b"no database at all" * 100)
    with caplog.at_level(logging.ERROR):
        queue = HookQueue(path, ROOM)
    queue.put("hooks/a", b"1", AT)
    assert queue.count == 1
    queue.close()
    aside = next(file for file in tmp_path.iterdir() if ".damaged-" in file.name)
    assert aside.read_bytes().startswith(b"no database")
    assert aside.name in caplog.text


def test_a_body_is_on_the_disk_when_put_returns(tmp_path: Path) -> None:
    queue = HookQueue(tmp_path / "queue", ROOM)
    queue.put("hooks/a", b"1", AT)
    with sqlite3.connect(tmp_path / "queue") as other:
        assert other.execute("SELECT body FROM hook").fetchall() == [(b"1",)]
    other.close()
    # 2 is FULL: the log reaches the disk with each commit, not with the next checkpoint.
    assert queue._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert queue._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    queue.close()
