"""Writes columns of one kind; a row the database itself refuses is found by halving and does not stop the others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import psycopg

from collectors.native_topic import KindWord
from collectors.plausibility import Column
from store.connection import Connection
from store.readings import INTERVAL, OCCUPANCY, PROBE, STATE, Kind, write_readings
from store.rows import SensorReadingRow
from store.sensors import write_sensor_readings

KINDS: Mapping[KindWord, Kind] = {"intervals": INTERVAL, "probes": PROBE, "states": STATE, "occupancy": OCCUPANCY}


class Stored(NamedTuple):
    """Rows that were new, rows already there with the same value, and positions that were not stored: those whose key
    holds another value, and those the database refused with why."""

    inserted: int
    duplicates: int
    conflicts: list[int]
    refused: dict[int, str]


def store_rows(connection: Connection, kind: KindWord, columns: Sequence[Column], received_at: datetime) -> Stored:
    """Writes the rows inside the caller's transaction.

    A data error (SQLSTATE 22… or 23…) rolls back this write only; each half is then tried alone, down to the one
    row that is refused. Every other error is the caller's.
    """
    try:
        with connection.transaction():
            written = write_readings(connection, KINDS[kind], columns, received_at)
        return Stored(written.inserted, written.duplicates, written.conflicts, {})
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        count = len(columns[0])
        if count == 1:
            return Stored(0, 0, [], {0: f"SQLSTATE {error.sqlstate}: {error.diag.message_primary}"})
    middle = count // 2
    first = store_rows(connection, kind, [column[:middle] for column in columns], received_at)
    second = store_rows(connection, kind, [column[middle:] for column in columns], received_at)
    return _joined(first, second, middle)


def store_devices(connection: Connection, rows: Sequence[SensorReadingRow], received_at: datetime) -> Stored:
    """Writes readings of sensors inside the caller's transaction, as `store_rows` does."""
    try:
        with connection.transaction():
            written = write_sensor_readings(connection, rows, received_at)
        return Stored(written.inserted, written.duplicates, written.conflicts, {})
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        if len(rows) == 1:
            return Stored(0, 0, [], {0: f"SQLSTATE {error.sqlstate}: {error.diag.message_primary}"})
    middle = len(rows) // 2
    first = store_devices(connection, rows[:middle], received_at)
    return _joined(first, store_devices(connection, rows[middle:], received_at), middle)


def _joined(first: Stored, second: Stored, middle: int) -> Stored:
    return Stored(
        first.inserted + second.inserted,
        first.duplicates + second.duplicates,
        first.conflicts + [middle + position for position in second.conflicts],
        first.refused | {middle + position: why for position, why in second.refused.items()},
    )
