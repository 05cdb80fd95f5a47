"""Quarantine: input that could not become a reading is kept with its reason, once per distinct kept content."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from store.connection import Connection
from store.rows import QuarantineRow

KEPT_BYTES = 1 << 20  # of a larger kept text the first MiB, the size and the hash are stored


def write_quarantine(connection: Connection, rows: Iterable[QuarantineRow]) -> int:
    """Stores the rows and returns how many were new.

    The same kept content from the same origin for the same reason is one row, which counts its arrivals: what is kept
    is masked, so different messages, and not only redeliveries, may arrive at one row. A row that was resolved opens
    again when its content comes again: whatever was repaired then is not repaired for good.
    """
    new = 0
    for row in rows:
        done = connection.execute(
            "INSERT INTO quarantine"
            " (received_at, source, origin, reason, detail, payload, payload_bytes, payload_sha256)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (source, origin, reason, payload_sha256) DO UPDATE"
            " SET arrivals = quarantine.arrivals + 1, last_received_at ="
            " greatest(quarantine.received_at, quarantine.last_received_at, excluded.received_at),"
            " resolved_at = NULL, resolution = NULL"
            " RETURNING arrivals = 1",
            (
                row.received_at, row.source, row.origin, row.reason, row.detail,
                row.payload[:KEPT_BYTES], len(row.payload), hashlib.sha256(row.payload).digest(),
            ),
        )  # fmt: skip
        new += done.fetchone() == (True,)
    return new


def write_resolution(connection: Connection, number: int, resolution: str, resolved_at: datetime) -> bool:
    """Takes an open row off the list, with what became of it; False, and nothing changed, when it is not open."""
    done = connection.execute(
        "UPDATE quarantine SET resolved_at = %s, resolution = %s WHERE quarantine_id = %s AND resolved_at IS NULL",
        (resolved_at, resolution, number),
    )
    return done.rowcount == 1


def write_detail(connection: Connection, number: int, detail: str) -> None:
    """Replaces the sentence for people; what the row is counted by stays."""
    connection.execute("UPDATE quarantine SET detail = %s WHERE quarantine_id = %s", (detail, number))
