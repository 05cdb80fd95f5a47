"""Stores what a batch of messages holds, and says which of its parts are for quarantine and why."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from collectors.batch import Batch, FeedMessage
from collectors.feeds import HOOKS
from collectors.native_row import row_payload
from collectors.native_topic import KindWord
from collectors.reasons import Reason, Refusal
from collectors.stored_rows import Stored, store_devices, store_rows
from store.connection import Connection
from store.instants import instant_of
from store.rows import QuarantineRow

MQTT, WEBHOOK = "mqtt", "webhook"
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
        _quarantine_row(batch, part.topic, part.rejected.refusal, part.rejected.kept, part.retained)
        for part in batch.rejected
    ]
    said: set[tuple[str, bytes, Reason]] = set()
    if batch.devices:
        stored = store_devices(connection, [one.row for one in batch.devices], batch.received_at)
        readings["sensors", "stored"] += stored.inserted
        readings["sensors", "duplicate"] += stored.duplicates
        for place, why in _whys(stored, DEVICE_CONFLICT):
            refused += _of_message(batch, batch.devices[place].message, why, said)
    for kind, rows in batch.rows.items():
        stored = store_rows(connection, kind, rows.columns, batch.received_at)
        readings[kind, "stored"] += stored.inserted
        readings[kind, "duplicate"] += stored.duplicates
        for place, why in _whys(stored, CONFLICT):
            if (message := rows.source(place).message) is not None:
                refused += _of_message(batch, message, why, said)
            else:
                refused.append(_native_row(batch, kind, place, why))
    return StoredBatch(readings, refused)


def _whys(stored: Stored, conflict: str) -> list[tuple[int, Refusal]]:
    """The places of rows that the store does not take, and why."""
    conflicts = [(place, Refusal(Reason.CONFLICT, conflict)) for place in stored.conflicts]
    return conflicts + [(place, Refusal(Reason.DATABASE_REFUSED, why)) for place, why in stored.refused.items()]


def _of_message(
    batch: Batch, message: FeedMessage, why: Refusal, said: set[tuple[str, bytes, Reason]]
) -> Iterator[QuarantineRow]:
    """The message of a feed whose reading is not taken, once per reason: its sensor and its zone say the same."""
    if (message.topic, message.payload, why.reason) not in said:
        said.add((message.topic, message.payload, why.reason))
        kept = message.feed.kept(message.topic, message.payload, why.reason, retained=message.retained)
        yield _quarantine_row(batch, message.topic, why, kept, message.retained)


def _native_row(batch: Batch, kind: KindWord, place: int, why: Refusal) -> QuarantineRow:
    rows = batch.rows[kind]
    topic, code, _ = rows.source(place)
    _, instant, *values = (int(column[place]) for column in rows.columns)
    instant_text = instant_of(instant).isoformat().replace("+00:00", "Z")
    return _quarantine_row(batch, topic, why, row_payload(kind, code, instant_text, values), retained=False)


def source_of(topic: str) -> str:
    """By which way a message came."""
    return WEBHOOK if topic.startswith(HOOKS) else MQTT


def _quarantine_row(batch: Batch, topic: str, why: Refusal, kept: bytes, retained: bool) -> QuarantineRow:
    origin, detail = storable(topic), storable(why.detail)
    return QuarantineRow(source_of(topic), origin, why.reason.value, detail, kept, batch.received_at, retained)


def storable(text: str) -> str:
    """`text` as PostgreSQL can hold and index it: a NUL or a lone surrogate is written out, what is long is cut."""
    whole = text.encode("utf-8", "backslashreplace").replace(b"\0", b"\\0")
    cut = whole[:STORABLE_BYTES].decode(errors="ignore")
    return cut if len(whole) <= STORABLE_BYTES else f"{cut}…"
