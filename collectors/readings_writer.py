"""One transaction per batch: its readings, its quarantine rows and its gaps, or nothing."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import psycopg
from psycopg.errors import DeadlockDetected, ProgramLimitExceeded, SerializationFailure

from collectors.batch import Batch
from collectors.batch_store import store_batch
from store.connection import Connection, connect
from store.deliveries import Delivery, write_deliveries
from store.errors import P2IError, StoreUnavailable
from store.gap_rows import GapRow, LateNumber, StreamHead
from store.gaps import fill_gaps, forget_streams, write_gaps, write_streams
from store.quarantine import write_quarantine

TRIES = 3  # of a transaction that another one got in the way of

Answer = TypeVar("Answer")


class Unstorable(P2IError):
    """The store can take the batch neither now nor later: something in it is to blame."""


class Notes(NamedTuple):
    """What is written with a batch, in its transaction: gaps it showed, numbers that fill gaps, the last numbers of
    streams, and messages that are to be known again.

    `forgets_streams`: all earlier numbers of this client are dropped first.
    """

    source: str
    client_id: str
    gaps: Sequence[GapRow]
    late: Mapping[str, Sequence[LateNumber]]
    heads: Mapping[str, StreamHead]
    deliveries: Mapping[int, Delivery]
    forgets_streams: bool = False


class Tally(NamedTuple):
    """What a committed batch held: rows by (kind, outcome) and refused input by reason."""

    readings: Counter[tuple[str, str]]
    quarantined: Counter[str]


class ReadingsWriter:
    """Writes batches over one connection, opened when needed and dropped after an error."""

    def __init__(self, dsn: str, opened: Callable[[Connection], None] = lambda _: None) -> None:
        """`opened` gets every connection, when it is new."""
        self._dsn = dsn
        self._opened = opened
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
                    self._opened(self._connection)
                    self._connection.commit()
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
        stored = store_batch(connection, batch)
        write_quarantine(connection, stored.refused)
        if notes is not None:
            write_notes(connection, notes)
        return Tally(stored.readings, Counter(row.reason for row in stored.refused))


def write_notes(connection: Connection, notes: Notes) -> None:
    """Stores them inside the caller's transaction; a number may fill a gap that the same batch showed."""
    write_gaps(connection, notes.gaps)
    fill_gaps(connection, notes.source, notes.late)
    if notes.forgets_streams:
        forget_streams(connection, notes.client_id)
    write_streams(connection, notes.client_id, notes.heads)
    write_deliveries(connection, notes.client_id, notes.deliveries)


def _line(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return f"database: {lines[0] if lines else type(error).__name__}"
