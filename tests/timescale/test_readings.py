"""Readings written by the store's own code into hypertables: into rows, and late into chunks that are columns."""

from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import pytest

from store.binary_copy import Column
from store.connection import Connection
from store.instants import microseconds
from store.readings import INTERVAL, OCCUPANCY, PROBE, STATE, Kind, Written, read_readings, write_readings
from store.timescale import HYPERTABLES

KINDS = (INTERVAL, PROBE, STATE, OCCUPANCY)
MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)
RECEIVED_AT = datetime(2026, 6, 1, tzinfo=UTC)
ROWS = 600
SERIES = 7


def readings(kind: Kind, numbers: range, other: int = 0) -> list[Column]:
    """Rows of one series, a third of a chunk apart; every other instant is left free for rows that come late."""
    at = np.arange(numbers.start, numbers.stop, numbers.step, dtype=np.int64)
    step = HYPERTABLES[kind.table].chunk // 300
    instants = microseconds(MIDNIGHT) + at * (step // timedelta(microseconds=1))
    values = {
        "interval": [np.full_like(at, 10), (at + other) % 3],
        "probe": [np.where(at % 5 == 0, -1, 1_000_000 * at + other)],
        "state": [(at + other) % 3 + 1],
        "occupancy": [at % 40 + other],
    }
    return [np.full_like(at, SERIES), instants, *values[kind.name]]


def write(connection: Connection, kind: Kind, columns: list[Column]) -> Written:
    with connection.transaction():
        return write_readings(connection, kind, columns, RECEIVED_AT)


def stored(connection: Connection, kind: Kind) -> list[list[int]]:
    found = read_readings(connection, kind, SERIES, MIDNIGHT, RECEIVED_AT + timedelta(days=3650))
    return [column.tolist() for column in found]


def turn_to_columns(connection: Connection, kind: Kind) -> None:
    connection.execute("SELECT compress_chunk(chunk) FROM show_chunks(%s::regclass) AS chunk", (kind.table,))


def columnar_chunks(connection: Connection, kind: Kind) -> list[bool]:
    found = connection.execute(
        "SELECT is_compressed FROM timescaledb_information.chunks"
        " WHERE hypertable_schema = 'p2i' AND hypertable_name = %s ORDER BY range_start",
        (kind.table,),
    ).fetchall()
    return [is_columnar for (is_columnar,) in found]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_delivery_may_be_repeated_over_several_chunks(timescale: Connection, kind: Kind) -> None:
    rows = readings(kind, range(ROWS))
    assert write(timescale, kind, rows) == Written(ROWS, 0, [])
    assert write(timescale, kind, rows) == Written(0, ROWS, [])
    assert stored(timescale, kind) == [column.tolist() for column in rows[1:]]
    assert len(columnar_chunks(timescale, kind)) > 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_late_rows_meet_columns_as_they_meet_rows(timescale: Connection, kind: Kind) -> None:
    """A chunk that was turned to columns still tells new rows, duplicates and conflicts apart, and keeps its key."""
    early, late, all_of_them = range(0, ROWS, 2), range(1, ROWS, 2), range(ROWS)
    write(timescale, kind, readings(kind, early))
    turn_to_columns(timescale, kind)
    before = stored(timescale, kind)
    assert set(columnar_chunks(timescale, kind)) == {True}

    assert write(timescale, kind, readings(kind, early)) == Written(0, len(early), [])
    differing = write(timescale, kind, readings(kind, early, other=1))
    assert differing.inserted == 0
    assert differing.conflicts
    assert stored(timescale, kind) == before
    assert write(timescale, kind, readings(kind, all_of_them)) == Written(len(late), len(early), [])

    everything = [column.tolist() for column in readings(kind, all_of_them)[1:]]
    assert stored(timescale, kind) == everything
    turn_to_columns(timescale, kind)
    assert stored(timescale, kind) == everything


def test_a_late_delivery_is_not_held_back_by_the_bound_on_decompression(timescale: Connection) -> None:
    """A statement may turn only so many rows back from columns. ON CONFLICT DO NOTHING turns none: however much a
    collector sends late, it is taken."""
    write(timescale, INTERVAL, readings(INTERVAL, range(0, ROWS, 2)))
    turn_to_columns(timescale, INTERVAL)
    timescale.execute("SET timescaledb.max_tuples_decompressed_per_dml_transaction = 50")
    assert write(timescale, INTERVAL, readings(INTERVAL, range(ROWS))) == Written(ROWS // 2, ROWS // 2, [])
    with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
        timescale.execute("UPDATE circuit_interval SET received_at = now()")
