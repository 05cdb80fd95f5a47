"""Decodes what quarantine kept again, with today's inventory, and stores what is a reading now; each row alone."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from collectors.batch import Arrival, decoded_batch
from collectors.batch_store import StoredBatch, store_batch
from collectors.kept_form import why_incomplete
from collectors.known import Known
from collectors.reasons import Refused
from store.connection import Connection
from store.quarantine import write_detail, write_quarantine, write_resolution
from store.quarantine_rows import QuarantinedRow, read_quarantined

STORED: Literal["stored"] = "stored"
Became: TypeAlias = Literal["stored", "refused", "not retried", "resolved before"]
Again: TypeAlias = Callable[[Connection, QuarantinedRow, bytes], StoredBatch]
"""Decodes and stores the content of one row; raises Refused when this row cannot be tried at all."""


class Retried(NamedTuple):
    """What became of one row, and the sentence for people."""

    number: int
    became: Became
    text: str


def message_again(known: Known, limit_bytes: int) -> Again:
    """How a message is tried again: by the decoder of its topic, as if it came now for the first time.

    It counts as received when it came first: `received_at` says when a reading reached us, and one that was dated in
    the future then was dated by a wrong clock, however long one waits. What was retained then is retained now: without
    an instant of its own it is no reading.
    """

    def again(connection: Connection, row: QuarantinedRow, payload: bytes) -> StoredBatch:
        for feed in known.feeds.by_code.values():
            feed.nodes.clear()  # the birth of a session that is over must not give its names to data of another
        arrival = Arrival(row.origin, payload, row.received_at, row.retained)
        batch = decoded_batch([arrival], known, limit_bytes)
        return store_batch(connection, batch)

    return again


def retry_row(
    connection: Connection, number: int, by_source: Mapping[str, Again], now: datetime, is_rehearsal: bool = False
) -> Retried:
    """Tries one row in one transaction (within the caller's, if one is open); a rehearsal leaves nothing behind.

    Resolved when readings of it are in the store (new, or there already with the same value) and nothing of it is
    refused as a whole; refused parts of it then become rows of their own, as if it came now. Otherwise it stays open
    and its detail says why today. Its arrivals are not touched: nothing has arrived.
    """
    with connection.transaction(force_rollback=is_rehearsal):
        found = read_quarantined(connection, number, for_change=True)
        if found is None:
            return Retried(number, "not retried", "there is no such row (any more)")
        row, payload = found
        if row.resolved_at is not None:
            return Retried(number, "resolved before", row.resolution or "")
        if why := why_incomplete(payload, row.payload_bytes):
            return Retried(number, "not retried", f"{why}; the sender must send it again")
        again = by_source.get(row.source)
        if again is None:
            return Retried(number, "not retried", f'nothing here decodes the source "{row.source}"')
        try:
            tried = again(connection, row, payload)
        except Refused as error:
            return Retried(number, "not retried", str(error))
        return _concluded(connection, row, payload, tried, now)


def _concluded(
    connection: Connection, row: QuarantinedRow, payload: bytes, tried: StoredBatch, now: datetime
) -> Retried:
    in_store = tried.new + tried.duplicates
    if not in_store and not tried.refused:
        text = "decoded, and there is no reading in it"
        write_resolution(connection, row.number, text, now)
        return Retried(row.number, STORED, text)
    parts = [part for part in tried.refused if part.payload != payload]
    is_refused_whole = len(parts) < len(tried.refused)
    done = f"{tried.new} stored" + (f", {tried.duplicates} there already" if tried.duplicates else "")
    if in_store:
        write_quarantine(connection, parts)
    if in_store and not is_refused_whole:
        rest = f"; {len(parts)} refused, each a row of its own" if parts else ""
        write_resolution(connection, row.number, f"{STORED}{rest}", now)
        return Retried(row.number, STORED, f"{done}{rest}")
    first = tried.refused[0]
    detail = first.detail if first.reason == row.reason else f"now {first.reason}: {first.detail}"
    if detail != row.detail:
        write_detail(connection, row.number, detail)
    return Retried(row.number, "refused", f"{done}; {detail}" if in_store else detail)
