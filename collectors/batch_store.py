"""Stores what a batch of messages holds, and says which of its parts are for quarantine and why."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from collectors.batch import Batch, row_payload
from collectors.native_topic import KindWord
from collectors.reasons import Reason
from collectors.stored_rows import Stored, store_devices, store_rows
from store.connection import Connection
from store.instants import instant_of
from store.rows import QuarantineRow

SOURCE = "mqtt"
STORABLE_BYTES = 1000  # of a topic or a name: three of them must fit into a key (PostgreSQL: 2704 bytes)
CONFLICT = "another value is stored for this circuit or zone and instant; the first one stays"
DEVICE_CONFLICT = "another value is stored for this sensor and instant; the first one stays"


class StoredBatch(NamedTuple):
    """Readings by (kind, outcome `stored` or `duplicate`), and the refused parts, which are not written yet."""

    readings: Counter[tuple[str, str]]
    refused: list[QuarantineRow]

    @property
    def new(self) -> int:
        """How many readings are new in the store."""
        return sum(number for (_, outcome), number in self.readings.items() if outcome == "stored")

    @property
    def duplicates(self) -> int:
        """How many were there already with the same value."""
        return sum(number for (_, outcome), number in self.readings.items() if outcome == "duplicate")


def store_batch(connection: Connection, batch: Batch) -> StoredBatch:
    """Writes the readings of a batch inside the caller's transaction; what to do with the refused parts is the
    caller's to decide."""
    readings: Counter[tuple[str, str]] = Counter()
    refused = [
        _quarantine_row(batch, topic, rejected.refusal.reason, rejected.refusal.detail, rejected.kept)
        for topic, rejected in batch.rejected
    ]
    for kind, rows in batch.rows.items():
        stored = store_rows(connection, kind, rows.columns, batch.received_at)
        readings[kind, "stored"] += stored.inserted
        readings[kind, "duplicate"] += stored.duplicates
        refused += _refused_by_store(batch, kind, stored)
    if batch.devices:
        stored = store_devices(connection, [one.row for one in batch.devices], batch.received_at)
        readings["sensors", "stored"] += stored.inserted
        readings["sensors", "duplicate"] += stored.duplicates
        refused += _refused_devices(batch, stored)
    return StoredBatch(readings, refused)


def _refused_devices(batch: Batch, stored: Stored) -> Iterator[QuarantineRow]:
    """The messages whose readings of sensors the store does not take, each once per reason."""
    whys = [(place, Reason.CONFLICT, DEVICE_CONFLICT) for place in stored.conflicts]
    whys += [(place, Reason.DATABASE_REFUSED, why) for place, why in stored.refused.items()]
    said = set()
    for place, reason, why in whys:
        one = batch.devices[place]
        if (one.topic, one.payload, reason) not in said:
            said.add((one.topic, one.payload, reason))
            yield _quarantine_row(batch, one.topic, reason, why, one.feed.kept(reason, one.payload))


def _refused_by_store(batch: Batch, kind: KindWord, stored: Stored) -> Iterator[QuarantineRow]:
    rows = batch.rows[kind]
    whys = [(place, Reason.CONFLICT, CONFLICT) for place in stored.conflicts]
    whys += [(place, Reason.DATABASE_REFUSED, why) for place, why in stored.refused.items()]
    for place, reason, why in whys:
        topic, code = rows.source(place)
        _, instant, *values = (int(column[place]) for column in rows.columns)
        instant_text = instant_of(instant).isoformat().replace("+00:00", "Z")
        yield _quarantine_row(batch, topic, reason, why, row_payload(kind, code, instant_text, values))


def _quarantine_row(batch: Batch, topic: str, reason: Reason, detail: str, kept: bytes) -> QuarantineRow:
    return QuarantineRow(SOURCE, storable(topic), reason.value, storable(detail), kept, batch.received_at)


def storable(text: str) -> str:
    """`text` as PostgreSQL can hold and index it: a NUL or a lone surrogate is written out, what is long is cut."""
    whole = text.encode("utf-8", "backslashreplace").replace(b"\0", b"\\0")
    cut = whole[:STORABLE_BYTES].decode(errors="ignore")
    return cut if len(whole) <= STORABLE_BYTES else f"{cut}…"
