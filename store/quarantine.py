"""Quarantine: input that could not become a reading is kept with its reason, once per distinct content."""

import hashlib
from collections.abc import Iterable

from store.connection import Connection
from store.rows import QuarantineRow

KEPT_BYTES = 1 << 20  # of a larger payload the first MiB, its true size and its hash are kept


def write_quarantine(connection: Connection, rows: Iterable[QuarantineRow]) -> int:
    """Stores the rows and returns how many were new; the same content from the same origin is one row."""
    new = 0
    for row in rows:
        done = connection.execute(
            "INSERT INTO quarantine"
            " (received_at, source, origin, reason, detail, payload, payload_bytes, payload_sha256)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (
                row.received_at, row.source, row.origin, row.reason, row.detail,
                row.payload[:KEPT_BYTES], len(row.payload), hashlib.sha256(row.payload).digest(),
            ),
        )  # fmt: skip
        new += done.rowcount
    return new
