import threading
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.binary_copy import Column, copy_in, read_columns
from store.connection import Connection, connect
from store.instants import instant_of, microseconds
from store.readings import INTERVAL, PROBE, Written, read_readings, write_readings
from store.registry import register_circuits
from store.rows import CircuitRow

NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


def columns(*rows: tuple[int, ...]) -> list[Column]:
    return [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]


@pytest.fixture
def circuit(connection: Connection) -> int:
    return register_circuits(connection, [CircuitRow("casa-a1", "casanearshore", "tenant-a", True)])["casa-a1"]


def test_a_written_row_reads_back(connection: Connection, circuit: int) -> None:
    at = microseconds(NOON)
    written = write_readings(
        connection, INTERVAL, columns((circuit, at + 10_000_000, 10, 1), (circuit, at, 10, 0)), LATER
    )
    assert written == Written(2, 0, [])
    found = read_readings(connection, INTERVAL, circuit, NOON, LATER)
    assert [column.tolist() for column in found] == [[at, at + 10_000_000], [10, 10], [0, 1]]


def test_reading_is_half_open(connection: Connection, circuit: int) -> None:
    at = microseconds(NOON)
    write_readings(connection, INTERVAL, columns((circuit, at, 10, 0), (circuit, at + 10_000_000, 10, 0)), LATER)
    found = read_readings(connection, INTERVAL, circuit, NOON, NOON + timedelta(seconds=10))
    assert found[0].tolist() == [at]


def test_the_same_row_again_changes_nothing(connection: Connection, circuit: int) -> None:
    rows = columns((circuit, microseconds(NOON), 10, 1))
    write_readings(connection, INTERVAL, rows, NOON)
    assert write_readings(connection, INTERVAL, rows, LATER) == Written(0, 1, [])
    assert connection.execute("SELECT count(*) FROM ingest").fetchone() == (1,)


def test_the_same_key_with_another_value_is_reported_and_not_stored(connection: Connection, circuit: int) -> None:
    at = microseconds(NOON)
    write_readings(connection, INTERVAL, columns((circuit, at, 10, 1)), NOON)
    rows = columns((circuit, at, 10, 1), (circuit, at, 10, 2), (circuit, at + 10_000_000, 10, 0))
    assert write_readings(connection, INTERVAL, rows, LATER) == Written(1, 1, [1])
    assert read_readings(connection, INTERVAL, circuit, NOON, LATER)[2].tolist() == [1, 0]


def test_within_one_batch_the_first_of_two_values_stays(connection: Connection, circuit: int) -> None:
    at = microseconds(NOON)
    assert write_readings(connection, INTERVAL, columns((circuit, at, 10, 5), (circuit, at, 10, 0)), NOON) == Written(
        1, 0, [1]
    )
    assert read_readings(connection, INTERVAL, circuit, NOON, LATER)[2].tolist() == [5]


def test_a_lost_probe_stays_lost_and_differs_from_an_answered_one(connection: Connection, circuit: int) -> None:
    at = microseconds(NOON)
    write_readings(connection, PROBE, columns((circuit, at, -1), (circuit, at + 1, 24_700_000)), NOON)
    assert connection.execute("SELECT count(*) FROM probe WHERE round_trip_nanoseconds IS NULL").fetchone() == (1,)
    assert read_readings(connection, PROBE, circuit, NOON, LATER)[1].tolist() == [-1, 24_700_000]
    assert write_readings(connection, PROBE, columns((circuit, at, 0), (circuit, at + 1, -1)), NOON).conflicts == [0, 1]


def test_the_ingest_log_names_the_span_that_was_new(connection: Connection, circuit: int) -> None:
    at = microseconds(NOON)
    write_readings(connection, INTERVAL, columns((circuit, at, 10, 0)), NOON)
    write_readings(connection, INTERVAL, columns((circuit, at, 10, 0), (circuit, at + 10_000_000, 10, 0)), LATER)
    logged = connection.execute(
        "SELECT kind, series_id, first_at, last_at, rows FROM ingest ORDER BY ingest_id"
    ).fetchall()
    after = NOON + timedelta(seconds=10)
    assert logged == [("interval", circuit, NOON, NOON, 1), ("interval", circuit, after, after, 1)]


def test_nothing_is_written_for_no_rows(connection: Connection) -> None:
    empty = [np.empty(0, dtype=np.int64)] * 4
    assert write_readings(connection, INTERVAL, empty, NOON) == Written(0, 0, [])


def test_a_straggler_is_stored_and_told_from_what_lies_around_it(connection: Connection, circuit: int) -> None:
    at = microseconds(NOON) + np.arange(6000, dtype=np.int64) * 10_000_000
    many = [np.full_like(at, circuit), at, np.full_like(at, 10), np.zeros_like(at)]
    assert write_readings(connection, INTERVAL, [column[1:] for column in many], NOON) == Written(5999, 0, [])
    ends = [column[[0, -2, -1]] for column in many]
    ends[3][1] = 9
    assert write_readings(connection, INTERVAL, ends, LATER) == Written(1, 1, [1])


def test_of_two_writers_of_the_same_rows_the_second_waits_and_finds_duplicates(
    dsn: str, connection: Connection, circuit: int
) -> None:
    at = microseconds(NOON)
    rows = columns((circuit, at, 10, 0), (circuit, at + 10_000_000, 10, 1))
    connection.commit()
    write_readings(connection, INTERVAL, rows, NOON)
    found: list[Written] = []

    def second() -> None:
        with connect(dsn, "tests") as other:
            other_rows = columns((circuit, at + 10_000_000, 10, 2), (circuit, at, 10, 0), (circuit, at - 1, 10, 0))
            found.append(write_readings(other, INTERVAL, other_rows, LATER))

    thread = threading.Thread(target=second)
    thread.start()
    waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with connect(dsn, "watch") as watching:
        while watching.execute(waiting).fetchone() is None:
            watching.rollback()
            assert thread.is_alive()
    connection.commit()
    thread.join()
    assert found == [Written(1, 1, [0])]
    read = read_readings(connection, INTERVAL, circuit, NOON - timedelta(seconds=1), LATER)
    assert read[2].tolist() == [0, 0, 1]
    logged = connection.execute("SELECT rows FROM ingest ORDER BY ingest_id").fetchall()
    assert logged == [(2,), (1,)]


widest = st.tuples(
    st.integers(-(2**31), 2**31 - 1),
    st.datetimes(timezones=st.just(UTC)).map(microseconds),
    st.integers(-(2**15), 2**15 - 1),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(widest))
def test_columns_survive_the_way_there_and_back(connection: Connection, rows: list[tuple[int, int, int]]) -> None:
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS trip (a int4, b timestamptz, c int2, position int4)")
    connection.execute("TRUNCATE trip")
    sent = [*(columns(*rows) if rows else [np.empty(0, dtype=np.int64)] * 3), np.arange(len(rows))]
    types = {"a": "int4", "b": "timestamptz", "c": "int2", "position": "int4"}
    copy_in(connection, "COPY trip FROM STDIN (FORMAT BINARY)", sent, list(types.values()))
    got = read_columns(connection, "SELECT * FROM trip ORDER BY position", types, {})
    assert [column.tolist() for column in got] == [column.tolist() for column in sent]


def test_a_null_on_the_wire_is_refused(connection: Connection) -> None:
    with pytest.raises(ValueError, match=r"^binary array: not int4 throughout \(a NULL\?\)$"):
        read_columns(connection, "SELECT * FROM (VALUES (1), (NULL)) AS t (a)", {"a": "int4"}, {})


@given(st.datetimes(timezones=st.just(UTC)))
def test_microseconds_are_exact(instant: datetime) -> None:
    assert instant_of(microseconds(instant)) == instant
