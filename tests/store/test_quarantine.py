"""What quarantine stores of refused input: one row per kept content, which counts how often it came."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from store.connection import Connection
from store.quarantine import KEPT_BYTES, write_detail, write_quarantine, write_resolution
from store.quarantine_rows import Chosen, ReasonTotal, read_quarantine, read_quarantine_numbers, read_quarantine_totals
from store.rows import QuarantineRow

FIRST = datetime(2026, 9, 20, tzinfo=UTC)


def row(payload: bytes, minute: int = 0, origin: str = "topic", reason: str = "malformed") -> QuarantineRow:
    return QuarantineRow("mqtt", origin, reason, "not JSON", payload, FIRST + timedelta(minutes=minute))


def test_equal_kept_content_is_one_row_that_counts_its_arrivals(connection: Connection) -> None:
    assert write_quarantine(connection, [row(b"xx"), row(b"xx", 1), row(b"xx 9", 2)]) == 2
    connection.commit()
    assert write_quarantine(connection, [row(b"xx", 3), row(b"xxx", 4)]) == 1
    found = connection.execute(
        "SELECT payload, received_at, arrivals, last_received_at FROM quarantine ORDER BY quarantine_id"
    ).fetchall()
    assert found == [
        (b"xx", FIRST, 3, FIRST + timedelta(minutes=3)),
        (b"xx 9", FIRST + timedelta(minutes=2), 1, None),
        (b"xxx", FIRST + timedelta(minutes=4), 1, None),
    ]


def test_what_was_retained_is_another_row_than_what_was_sent_just_then(connection: Connection) -> None:
    retained = row(b"x")._replace(retained=True)
    assert write_quarantine(connection, [row(b"x"), retained, retained]) == 2
    found = connection.execute("SELECT retained, arrivals FROM quarantine ORDER BY quarantine_id").fetchall()
    assert found == [(False, 1), (True, 2)]


def test_another_origin_or_reason_is_another_row(connection: Connection) -> None:
    rows = [row(b"x"), row(b"x", origin="other"), row(b"x", reason="oversized")]
    assert write_quarantine(connection, rows) == 3
    assert connection.execute("SELECT DISTINCT arrivals FROM quarantine").fetchall() == [(1,)]


def test_size_and_hash_are_of_the_kept_text_before_it_is_cut(connection: Connection) -> None:
    kept = b"x" * (KEPT_BYTES + 1)
    write_quarantine(connection, [row(kept), row(kept[:-1])])
    found = connection.execute(
        "SELECT length(payload), payload_bytes, payload_sha256 FROM quarantine ORDER BY quarantine_id"
    ).fetchall()
    assert found == [
        (KEPT_BYTES, KEPT_BYTES + 1, hashlib.sha256(kept).digest()),
        (KEPT_BYTES, KEPT_BYTES, hashlib.sha256(kept[:-1]).digest()),
    ]


def test_a_resolved_row_opens_again_when_its_content_comes_again(connection: Connection) -> None:
    write_quarantine(connection, [row(b"x"), row(b"y")])
    (number, other) = read_quarantine_numbers(connection, Chosen())
    assert write_resolution(connection, number, "stored", FIRST + timedelta(minutes=1))
    assert not write_resolution(connection, number, "again", FIRST + timedelta(minutes=2))
    assert read_quarantine_numbers(connection, Chosen()) == [other]
    (_, resolved) = read_quarantine(connection, Chosen(resolved_too=True), 9)
    assert (resolved.resolved_at, resolved.resolution) == (FIRST + timedelta(minutes=1), "stored")
    assert write_quarantine(connection, [row(b"x", 3)]) == 0
    (opened, _) = read_quarantine(connection, Chosen(), 9)
    assert (opened.number, opened.arrivals, opened.resolved_at, opened.resolution) == (number, 2, None, None)


def test_an_arrival_told_late_does_not_put_the_newest_one_back(connection: Connection) -> None:
    write_quarantine(connection, [row(b"x", 5), row(b"x", 9), row(b"x", 2)])
    (found,) = read_quarantine(connection, Chosen(), 9)
    assert (found.received_at, found.newest_at) == (FIRST + timedelta(minutes=5), FIRST + timedelta(minutes=9))


def test_rows_are_chosen_by_all_that_is_given(connection: Connection) -> None:
    write_quarantine(
        connection,
        [row(b"1"), row(b"1", 30), row(b"2", 10), row(b"3", 20, origin="p2i/v1/x"), row(b"4", reason="future")],
    )
    first, second, third, fourth = read_quarantine_numbers(connection, Chosen())
    assert [found.number for found in read_quarantine(connection, Chosen(), 3)] == [first, third, second]
    for chosen, numbers in (
        (Chosen(reason="malformed"), [first, second, third]),
        (Chosen(source="import"), []),
        (Chosen(origin="p2i/"), [third]),
        (Chosen(origin="%"), []),
        (Chosen(since=FIRST + timedelta(minutes=20)), [first, third]),
        (Chosen(reason="malformed", origin="top", since=FIRST + timedelta(minutes=1)), [first, second]),
        (Chosen(reason="future", source="mqtt"), [fourth]),
    ):
        assert read_quarantine_numbers(connection, chosen) == numbers, chosen
        assert len(read_quarantine(connection, chosen, 9)) == len(numbers)
    assert read_quarantine_totals(connection, Chosen()) == [ReasonTotal("malformed", 3, 4), ReasonTotal("future", 1, 1)]


def test_the_sentence_may_change_and_nothing_else(connection: Connection) -> None:
    write_quarantine(connection, [row(b"x")])
    (before,) = read_quarantine(connection, Chosen(), 9)
    write_detail(connection, before.number, "now future: …")
    assert read_quarantine(connection, Chosen(), 9) == [before._replace(detail="now future: …")]


def test_thousands_of_refused_rows_are_a_few_statements(connection: Connection) -> None:
    """A file of another grid refuses half a million rows: a statement for each took minutes."""
    rows = [QuarantineRow("import", f"f.csv:{at}", "off_grid", "d", b"%d" % at, FIRST) for at in range(2_500)]
    before: Any = connection.execute
    said = 0

    def counted(*words: Any) -> Any:
        nonlocal said
        said += 1
        return before(*words)

    connection.execute = counted  # type: ignore[method-assign, assignment]
    assert write_quarantine(connection, [*rows, *rows[:1500]]) == 2_500
    assert said <= 5
    connection.execute = before  # type: ignore[method-assign]
    found = connection.execute("SELECT arrivals, count(*) FROM quarantine GROUP BY arrivals ORDER BY 1").fetchall()
    assert found == [(1, 1000), (2, 1500)]
    assert connection.execute("SELECT count(*) FROM quarantine WHERE last_received_at = %s", (FIRST,)).fetchone() == (
        1500,
    )
    first = connection.execute("SELECT origin FROM quarantine ORDER BY quarantine_id LIMIT 2").fetchall()
    assert first == [("f.csv:0",), ("f.csv:1",)]


def test_the_same_twice_in_one_statement_is_one_row_that_came_twice(connection: Connection) -> None:
    one = QuarantineRow("mqtt", "t", "malformed", "d", b"x", FIRST)
    later = one._replace(received_at=FIRST + timedelta(hours=1))
    assert write_quarantine(connection, [one, later, one]) == 1
    assert connection.execute("SELECT arrivals, received_at, last_received_at FROM quarantine").fetchall() == [
        (3, FIRST, later.received_at)
    ]
