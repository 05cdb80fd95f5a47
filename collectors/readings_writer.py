"""One transaction per batch: its readings, its quarantine rows and its gaps, or nothing."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import psycopg
from psycopg.errors import DeadlockDetected, ProgramLimitExceeded, SerializationFailure

from collectors.batch import Batch, row_payload
from collectors.native_topic import KindWord
from collectors.reasons import Reason
from collectors.stored_rows import Stored, store_devices, store_rows
from store.connection import Connection, connect
from store.errors import P2IError, StoreUnavailable
from store.gap_rows import GapRow, StreamHead
from store.gaps import forget_streams, write_gaps, write_streams
from store.instants import instant_of
from store.quarantine import write_quarantine
from store.rows import QuarantineRow

SOURCE = "mqtt"
TRIES = 3  # of a transaction that another one got in the way of
STORABLE_BYTES = 1000  # of a topic or a name: three of them must fit into a key (PostgreSQL: 2704 bytes)

Answer = TypeVar("Answer")


class Unstorable(P2IError):
    """The store can take the batch neither now nor later: something in it is to blame."""


class Notes(NamedTuple):
    """What is written with a batch, in its transaction: gaps it showed and the last numbers of streams.

    `forgets_streams`: all earlier numbers of this client are dropped first.
    """

    client_id: str
    gaps: Sequence[GapRow]
    heads: Mapping[str, StreamHead]
    forgets_streams: bool = False


class Tally(NamedTuple):
    """What a committed batch held: rows by (kind, outcome) and refused input by reason."""

    readings: Counter[tuple[str, str]]
    quarantined: Counter[str]


class ReadingsWriter:
    """Writes batches over one connection, opened when needed and dropped after an error."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Connection | None = None

    def write(self, batch: Batch, notes: Notes | None = None) -> Tally:
        """Commits the batch and says what became of it; raises as `run` does, and then nothing of it is stored."""
        return self.run(partial(self._write, batch=batch, notes=notes))

    def run(self, action: Callable[[Connection], Answer]) -> Answer:
        """Does `action` in one transaction and returns its answer.

        Raises StoreUnavailable for whatever keeps the database from taking it (away, full, a right or a table
        missing): the same may be tried again, until somebody has put it right. Raises Unstorable when the data are to
        blame. A transaction that another one got in the way of is tried again here.
        """
        for left in reversed(range(TRIES)):
            try:
                if self._connection is None:
                    self._connection = connect(self._dsn, "collectors")
                with self._connection.transaction():
                    return action(self._connection)
            except (DeadlockDetected, SerializationFailure) as error:
                if not left:
                    raise StoreUnavailable(_line(error)) from error
            except (psycopg.DataError, psycopg.IntegrityError, ProgramLimitExceeded) as error:
                raise Unstorable(f"{_line(error)} (SQLSTATE {error.sqlstate})") from error
            except psycopg.Error as error:
                self.close()
                raise StoreUnavailable(_line(error)) from error
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _write(self, connection: Connection, batch: Batch, notes: Notes | None) -> Tally:
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
        if notes is not None:
            write_notes(connection, notes)
        return tally


def write_notes(connection: Connection, notes: Notes) -> None:
    """Stores gaps and last numbers inside the caller's transaction."""
    write_gaps(connection, notes.gaps)
    if notes.forgets_streams:
        forget_streams(connection, notes.client_id)
    write_streams(connection, notes.client_id, notes.heads)


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
            yield _quarantine_row(batch, one.topic, reason, why, one.feed.kept(reason, one.payload))


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
    """`text` as PostgreSQL can hold and index it: a NUL or a lone surrogate is written out, what is long is cut."""
    whole = text.encode("utf-8", "backslashreplace").replace(b"\0", b"\\0")
    cut = whole[:STORABLE_BYTES].decode(errors="ignore")
    return cut if len(whole) <= STORABLE_BYTES else f"{cut}…"


def _line(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return f"database: {lines[0] if lines else type(error).__name__}"
