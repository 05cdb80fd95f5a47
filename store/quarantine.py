"""Quarantine: input that could not become a reading is kept with its reason, once per distinct kept content."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from store.connection import Connection
from store.quarantine_rows import CHOSEN, Chosen
from store.rows import QuarantineRow

KEPT_BYTES = 1 << 20  # of a larger kept text the first MiB, the size and the hash are stored
ROWS_AT_ONCE = 1000
BYTES_AT_ONCE = 8 << 20


def write_quarantine(connection: Connection, rows: Iterable[QuarantineRow]) -> int:
    """Stores the rows and returns how many were new.

    The same kept content from the same origin for the same reason is one row, which counts its arrivals: what is kept
    is masked, so different messages, and not only redeliveries, may arrive at one row. A row that was resolved opens
    again when its content comes again: whatever was repaired then is not repaired for good. What was retained is a row
    of its own, for it is not of when it came.
    """
    return sum(_write_part(connection, part) for part in _parts(rows))


class _Arrived(NamedTuple):
    """A row as it is written: the first of its key in a statement, how often it came, and when it came last."""

    row: QuarantineRow
    sha256: bytes
    arrivals: int
    last_received_at: datetime | None


def _parts(rows: Iterable[QuarantineRow]) -> Iterator[list[_Arrived]]:
    """The rows in the order they came, as many as one statement takes; no key twice in one, which it could not."""
    part: dict[tuple[str, str, str, bytes, bool], _Arrived] = {}
    size = 0
    for row in rows:
        sha256 = hashlib.sha256(row.payload).digest()
        key = (row.source, row.origin, row.reason, sha256, row.retained)
        if (before := part.get(key)) is not None:
            last = max(row.received_at, before.last_received_at or before.row.received_at)
            part[key] = before._replace(arrivals=before.arrivals + 1, last_received_at=last)
            continue
        part[key] = _Arrived(row, sha256, 1, None)
        size += min(len(row.payload), KEPT_BYTES)
        if len(part) >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
            yield list(part.values())
            part, size = {}, 0
    if part:
        yield list(part.values())


def _write_part(connection: Connection, part: Sequence[_Arrived]) -> int:
    columns = [
        (
            one.row.received_at, one.row.source, one.row.origin, one.row.reason, one.row.detail,
            one.row.payload[:KEPT_BYTES], len(one.row.payload), one.sha256, one.row.retained, one.arrivals,
            one.last_received_at,
        )
        for one in part
    ]  # fmt: skip
    done = connection.execute(
        "INSERT INTO quarantine"
        " (received_at, source, origin, reason, detail, payload, payload_bytes, payload_sha256, retained, arrivals,"
        " last_received_at)"
        " SELECT received_at, source, origin, reason, detail, payload, payload_bytes, payload_sha256, retained,"
        " arrivals, last_received_at FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[],"
        " %s::bytea[], %s::bigint[], %s::bytea[], %s::boolean[], %s::bigint[], %s::timestamptz[]) WITH ORDINALITY"
        " AS come (received_at, source, origin, reason, detail, payload, payload_bytes, payload_sha256, retained,"
        " arrivals, last_received_at, place) ORDER BY place"
        " ON CONFLICT (source, origin, reason, payload_sha256, retained) DO UPDATE"
        " SET arrivals = quarantine.arrivals + excluded.arrivals, last_received_at = greatest(quarantine.received_at,"
        " quarantine.last_received_at, excluded.received_at, excluded.last_received_at),"
        " resolved_at = NULL, resolution = NULL"
        " RETURNING xmax = 0",  # 0: this statement inserted the row, and did not find it
        [list(column) for column in zip(*columns, strict=True)],
    )
    return sum(is_new for (is_new,) in done.fetchall())


def write_resolution(connection: Connection, number: int, resolution: str, resolved_at: datetime) -> bool:
    """Takes an open row off the list, with what became of it; False, and nothing changed, when it is not open."""
    done = connection.execute(
        "UPDATE quarantine SET resolved_at = %s, resolution = %s WHERE quarantine_id = %s AND resolved_at IS NULL",
        (resolved_at, resolution, number),
    )
    return done.rowcount == 1


def resolve_chosen(connection: Connection, chosen: Chosen, resolution: str, resolved_at: datetime) -> list[int]:
    """Takes all open rows of the choice off the list and returns their numbers, in the order they first came."""
    done = connection.execute(
        "UPDATE quarantine SET resolved_at = %(resolved_at)s, resolution = %(resolution)s"
        f" WHERE {CHOSEN} AND resolved_at IS NULL RETURNING quarantine_id".encode(),
        chosen._asdict() | {"resolved_at": resolved_at, "resolution": resolution},
    )
    return sorted(number for (number,) in done.fetchall())


def write_detail(connection: Connection, number: int, detail: str) -> None:
    """Replaces the sentence for people; what the row is counted by stays."""
    connection.execute("UPDATE quarantine SET detail = %s WHERE quarantine_id = %s", (detail, number))
