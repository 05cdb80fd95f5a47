"""Sensor readings: exact counts beyond 2^63, absences with reasons, idempotent, conflicts told."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from store.connection import Connection
from store.newest_sensors import read_newest_sensors
from store.registry import SENSORS, register
from store.rows import SensorReadingRow, SensorRow
from store.sensors import write_sensor_readings

AT = datetime(2026, 9, 8, 9, tzinfo=UTC)
RECEIVED = AT + timedelta(seconds=3)


@pytest.fixture
def store(connection: Connection) -> Connection:
    register(connection, SENSORS, [SensorRow("door-1", "casanearshore", "casa-z1", "lns", "24e124136b316236", True)])
    return connection


def count(number: int, seconds: int = 0, channel: str = "line_1", modulus: int | None = 2**32) -> SensorReadingRow:
    at = AT + timedelta(seconds=seconds)
    return SensorReadingRow("door-1", channel, "people_in_total", at, number, None, "", modulus)


def test_every_form_of_reading_comes_back_as_it_was(store: Connection) -> None:
    rows = [
        count(2**64 - 1),
        SensorReadingRow("door-1", "", "temperature_celsius", AT, None, 21.25),
        SensorReadingRow("door-1", "", "humidity_ratio", AT, None, None, "sentinel"),
    ]
    assert write_sensor_readings(store, rows, RECEIVED) == (3, 0, [])
    found = store.execute(
        "SELECT channel, quantity, modulus::bigint, counted::text, value, reason FROM sensor_reading"
        " JOIN sensor_series USING (series_id) LEFT JOIN absence USING (absence_id) ORDER BY quantity"
    ).fetchall()
    assert found == [
        ("", "humidity_ratio", None, None, None, "sentinel"),
        ("line_1", "people_in_total", 2**32, str(2**64 - 1), None, None),
        ("", "temperature_celsius", None, None, 21.25, None),
    ]


def test_a_redelivery_changes_nothing(store: Connection) -> None:
    rows = [count(5), count(7, 10)]
    assert write_sensor_readings(store, rows, RECEIVED) == (2, 0, [])
    assert write_sensor_readings(store, [*rows, count(9, 20)], RECEIVED) == (1, 2, [])


def test_another_value_at_the_same_instant_is_a_conflict_and_the_first_stays(store: Connection) -> None:
    write_sensor_readings(store, [count(5)], RECEIVED)
    unknown = SensorReadingRow("door-1", "line_1", "people_in_total", AT, None, None, "fault", 2**32)
    assert write_sensor_readings(store, [count(8, 10), count(6), unknown], RECEIVED) == (1, 0, [1, 2])
    assert store.execute("SELECT counted::int FROM sensor_reading ORDER BY measured_at").fetchall() == [(5,), (8,)]


def span(number: int, seconds: int | None) -> SensorReadingRow:
    covers = None if seconds is None else Decimal(seconds)
    return SensorReadingRow("door-1", "line_1", "people_in", AT, number, None, "", None, covers)


def test_counts_over_different_spans_are_different_series(store: Connection) -> None:
    """A sensor that reports by the minute and by the hour: at the full hour both have one instant."""
    assert write_sensor_readings(store, [span(3, 60), span(90, 3600), span(7, None)], RECEIVED) == (3, 0, [])
    assert write_sensor_readings(store, [span(3, 60), span(91, 3600)], RECEIVED) == (0, 1, [1])
    found = store.execute(
        "SELECT span_seconds::int, counted::int FROM sensor_reading JOIN sensor_series USING (series_id)"
        " ORDER BY span_seconds"
    ).fetchall()
    assert found == [(60, 3), (3600, 90), (None, 7)]


def test_a_total_that_wraps_elsewhere_is_another_series(store: Connection) -> None:
    """The first message no longer says for ever where a total wraps: a corrected mapping counts anew."""
    rows = [count(5, modulus=2**16), count(5, modulus=None), count(6, modulus=2**32)]
    assert write_sensor_readings(store, rows, RECEIVED) == (3, 0, [])
    assert write_sensor_readings(store, rows, RECEIVED) == (0, 3, [])
    assert store.execute("SELECT modulus::bigint FROM sensor_series ORDER BY modulus").fetchall() == [
        (2**16,), (2**32,), (None,),
    ]  # fmt: skip


def test_what_a_device_had_stored_is_a_reading_and_no_sign_of_life(store: Connection) -> None:
    late = count(7, 600)._replace(is_historical=True)
    assert write_sensor_readings(store, [count(5), late], RECEIVED) == (2, 0, [])
    assert store.execute("SELECT counted::int FROM sensor_reading ORDER BY measured_at").fetchall() == [(5,), (7,)]
    assert store.execute("SELECT rows, is_historical FROM ingest ORDER BY last_at").fetchall() == [
        (1, False), (1, True),
    ]  # fmt: skip
    newest = "SELECT newest_at FROM reporting.freshness WHERE subject = 'sensor' AND code = 'door-1'"
    assert store.execute(newest).fetchone() == (AT,)
    assert [(one.measured_at, one.counted) for one in read_newest_sensors(store, ["door-1"])] == [(AT, Decimal(5))]


def test_two_values_for_one_key_in_a_batch(store: Connection) -> None:
    assert write_sensor_readings(store, [count(5), count(5), count(6)], RECEIVED) == (1, 1, [2])


def test_the_arrival_is_logged_per_series(store: Connection) -> None:
    write_sensor_readings(store, [count(1), count(2, 60), count(1, 30, "line_2")], RECEIVED)
    assert store.execute("SELECT kind, rows, (last_at - first_at)::text FROM ingest ORDER BY rows DESC").fetchall() == [
        ("sensor", 2, "00:01:00"),
        ("sensor", 1, "00:00:00"),
    ]
