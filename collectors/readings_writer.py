"""One transaction per batch: its readings and its quarantine rows, or nothing."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import psycopg

from collectors.batch import Batch, row_payload
from collectors.native_topic import KindWord
from collectors.reasons import Reason
from collectors.stored_rows import Stored, store_devices, store_rows
from store.connection import Connection, connect
from store.errors import StoreUnavailable
from store.instants import instant_of
from store.quarantine import write_quarantine
from store.rows import QuarantineRow

SOURCE = "mqtt"


class Tally(NamedTuple):
    """What a committed batch held: rows by (kind, outcome) and refused input by reason."""

    readings: Counter[tuple[str, str]]
    quarantined: Counter[str]


class ReadingsWriter:
    """Writes batches over one connection, opened when needed and dropped after an error."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Connection | None = None

    def write(self, batch: Batch) -> Tally:
        """Commits the batch and says what became of it.

        Raises StoreUnavailable for whatever keeps the database from taking it, and then nothing of it is stored: the
        same batch may be written again.
        """
        try:
            if self._connection is None:
                self._connection = connect(self._dsn, "collectors")
            with self._connection.transaction():
                return self._write(self._connection, batch)
        except psycopg.Error as error:
            self.close()
            lines = str(error).strip().splitlines()
            raise StoreUnavailable(f"database: {lines[0] if lines else type(error).__name__}") from error

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _write(self, connection: Connection, batch: Batch) -> Tally:
        tally = Tally(Counter(), Counter())
        refused = [
            _quarantine_row(batch, topic, rejected.refusal.reason, rejected.refusal.detail, rejected.kept)
            for topic, rejected in batch.rejected
        ]
        for kind, rows in batch.rows.items():
            stored = store_rows(connection, kind, rows.columns, batch.received_at)
            tally.readings[kind, "stored"] += stored.inserted
            tally.readings[kind, "duplicate"] += stored.duplicates
            refused += _refused_by_store(batch, kind, stored)
        if batch.devices:
            refused += _devices(connection, batch, tally)
        write_quarantine(connection, refused)
        tally.quarantined.update(row.reason for row in refused)
        return tally


def _devices(connection: Connection, batch: Batch, tally: Tally) -> Iterator[QuarantineRow]:
    """Writes readings of sensors; yields, once per message, those the store does not take."""
    stored = store_devices(connection, [one.row for one in batch.devices], batch.received_at)
    tally.readings["sensors", "stored"] += stored.inserted
    tally.readings["sensors", "duplicate"] += stored.duplicates
    conflict = "another value is stored for this sensor and instant; the first one stays"
    whys = [(place, Reason.CONFLICT, conflict) for place in stored.conflicts]
    whys += [(place, Reason.DATABASE_REFUSED, why) for place, why in stored.refused.items()]
    said = set()
    for place, reason, why in whys:
        one = batch.devices[place]
        if (one.topic, one.payload, reason) not in said:
            said.add((one.topic, one.payload, reason))
            yield _quarantine_row(batch, one.topic, reason, why, one.payload)


def _refused_by_store(batch: Batch, kind: KindWord, stored: Stored) -> Iterator[QuarantineRow]:
    rows = batch.rows[kind]
    conflict = "another value is stored for this circuit or zone and instant; the first one stays"
    whys = [(place, Reason.CONFLICT, conflict) for place in stored.conflicts]
    whys += [(place, Reason.DATABASE_REFUSED, why) for place, why in stored.refused.items()]
    for place, reason, why in whys:
        topic, code = rows.source(place)
        _, instant, *values = (int(column[place]) for column in rows.columns)
        instant_text = instant_of(instant).isoformat().replace("+00:00", "Z")
        yield _quarantine_row(batch, topic, reason, why, row_payload(kind, code, instant_text, values))


def _quarantine_row(batch: Batch, topic: str, reason: Reason, detail: str, kept: bytes) -> QuarantineRow:
    return QuarantineRow(SOURCE, storable(topic), reason.value, storable(detail), kept, batch.received_at)


def storable(text: str) -> str:
    """`text` as PostgreSQL can hold it: a NUL or a lone surrogate is written out."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
