"""What quarantine stores of refused input: one row per kept content, which counts how often it came."""

import hashlib
from datetime import UTC, datetime, timedelta

from store.connection import Connection
from store.quarantine import KEPT_BYTES, write_quarantine
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
