from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from store.alert_facts import read_judged, read_maintenance, read_published, read_zone_rules_apart
from store.arrival_rows import Arrival
from store.arrivals import (
    read_circuit_arrivals,
    read_counts,
    read_device_arrivals,
    read_newest_arrival,
    read_sessions,
    read_usual_seconds,
    read_values,
)
from store.connection import Connection, connect
from store.gaps import remember_session
from store.rows import ExclusionRow
from store.session_hold import hold_session
from tests.conftest import WriteExclusions
from tests.store.tenants_world import MONTH_AT, fill

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def estate(connection: Connection) -> Connection:
    """A circuit, two zones and two sensors, without any arrival; and one of each that is listed no more."""
    for name, listed in (("a", True), ("b", True), ("gone", False)):
        connection.execute(
            "INSERT INTO circuit (circuit, facility, is_listed) VALUES (%(name)s, 'p', %(listed)s);",
            {"name": name, "listed": listed},
        )
        connection.execute(
            "INSERT INTO zone (zone, facility, capacity_people, is_listed) VALUES (%s, 'p', 10, %s)", (name, listed)
        )
        connection.execute(
            "INSERT INTO sensor (sensor, facility, feed, device, is_demo, is_listed)"
            " VALUES (%s, 'p', 'f', %s, false, %s)",
            (name, name, listed),
        )
        connection.execute(
            "INSERT INTO sensor_series (sensor, channel, quantity) VALUES (%s, '', 'temperature_celsius')", (name,)
        )
    return connection


def arrive(
    connection: Connection, kind: str, table: str, code: str, ages: Iterable[timedelta], *, historical: bool = False
) -> None:
    number = {"circuit": "circuit_id", "zone": "zone_id", "sensor_series": "series_id"}[table]
    column = "sensor" if table == "sensor_series" else table
    for age in ages:
        connection.execute(
            "INSERT INTO ingest (kind, series_id, first_at, last_at, rows, received_at, is_historical)"
            f" SELECT %s, {number}, %s, %s, 1, %s, %s FROM {table} WHERE {column} = %s".encode(),
            (kind, NOW - age, NOW - age, NOW - age, historical, code),
        )


def test_the_newest_arrivals_of_each_kind_of_a_circuit(estate: Connection) -> None:
    arrive(estate, "interval", "circuit", "a", [n * MINUTE for n in range(5)])
    arrive(estate, "state", "circuit", "a", [9 * MINUTE])
    arrive(estate, "interval", "circuit", "gone", [MINUTE])
    rows = read_circuit_arrivals(estate)
    assert sorted((row.kind, (NOW - row.last_at) // MINUTE) for row in rows) == [
        ("interval", 0), ("interval", 1), ("interval", 2), ("state", 9),
    ]  # fmt: skip
    assert {row.code for row in rows} == {"a"}


def test_the_newest_arrival_of_each_device_and_not_what_it_had_stored(estate: Connection) -> None:
    arrive(estate, "occupancy", "zone", "a", [2 * MINUTE, MINUTE])
    arrive(estate, "sensor", "sensor_series", "b", [5 * MINUTE])
    arrive(estate, "sensor", "sensor_series", "b", [MINUTE], historical=True)
    assert sorted(read_device_arrivals(estate)) == [
        Arrival("sensor", "b", "sensor", NOW - 5 * MINUTE, NOW - 5 * MINUTE),
        Arrival("zone", "a", "occupancy", NOW - MINUTE, NOW - MINUTE),
    ]
    assert read_newest_arrival(estate) == NOW - MINUTE


def test_the_usual_time_is_known_of_what_is_regular_only(estate: Connection) -> None:
    arrive(estate, "occupancy", "zone", "a", [n * MINUTE for n in range(30)])
    arrive(estate, "occupancy", "zone", "b", [n * MINUTE for n in range(5)])  # too few to say
    arrive(estate, "sensor", "sensor_series", "a", [n * n * MINUTE for n in range(1, 12)])  # when something moves
    nightly = [timedelta(0), *(8 * 60 * MINUTE + n * 10 * MINUTE for n in range(12))]  # ten minutes, but for one night
    arrive(estate, "sensor", "sensor_series", "b", nightly)
    assert read_usual_seconds(estate) == {("zone", "a"): 60, ("sensor", "b"): 600}


def test_the_counts_of_an_hour_and_where_there_are_none_the_newest(estate: Connection) -> None:
    for code, ages in (("a", [90, 30, 10]), ("b", [300, 200])):
        for age in ages:
            estate.execute(
                "INSERT INTO occupancy SELECT zone_id, %s, %s, %s FROM zone WHERE zone = %s",
                (NOW - age * MINUTE, age, NOW, code),
            )
    counts = {zone: people for zone, _, people in read_counts(estate, NOW - 60 * MINUTE)}
    assert counts == {"a": [30, 10], "b": [200]}


def test_the_values_of_the_quantities_asked_for(estate: Connection) -> None:
    estate.execute(
        "INSERT INTO sensor_reading (series_id, measured_at, value, received_at)"
        " SELECT series_id, %s, 31.5, %s FROM sensor_series WHERE sensor = 'a'",
        (NOW - MINUTE, NOW),
    )
    hour = NOW - 60 * MINUTE
    assert read_values(estate, ["temperature_celsius"], hour) == [
        ("a", "", "temperature_celsius", [NOW - MINUTE], [31.5])
    ]
    assert read_values(estate, ["co2_ratio"], hour) == []


def test_whether_a_process_holds_the_name_of_a_collector(connection: Connection, dsn: str) -> None:
    remember_session(connection, "one", ["p2i/#"], NOW)
    remember_session(connection, "two", ["p2i/#"], NOW)
    connection.commit()
    with connect(dsn, "tests") as other:
        assert hold_session(other, "one") is None
        assert sorted(read_sessions(connection)) == [("one", NOW, True), ("two", NOW, False)]
    connection.commit()


def test_the_maintenance_that_runs_now(estate: Connection, decide_by_two: WriteExclusions) -> None:
    row = ExclusionRow("M-1", "a", "maintenance", NOW - MINUTE, NOW, NOW - 9 * MINUTE, "accepted")
    decide_by_two(
        [row, row._replace(exclusion="M-2", decision="proposed"), row._replace(exclusion="M-3", kind="customer")]
    )
    assert read_maintenance(estate, NOW - MINUTE) == [row]
    assert read_maintenance(estate, NOW) == [], "its end is exclusive"


def test_verdicts_as_they_stand_and_what_was_published(connection: Connection) -> None:
    fill(connection)
    judged = {row[0]: row for row in read_judged(connection, MONTH_AT)}
    assert {agreement: row[6] for agreement, row in judged.items()} == {
        "aamark-g": "met", "zzmark-g": "breached", "yymark-g": "open",
    }  # fmt: skip
    assert read_judged(connection, MONTH_AT + timedelta(days=60)) == []
    published = read_published(connection, datetime(2000, 1, 1, tzinfo=UTC))
    assert [(row[0], row[3], row[4], str(row[6])) for row in published] == [
        ("aamark-g", "issued", 1, "31.10"), ("yymark-g", "issued", 1, "51.10"), ("zzmark-g", "issued", 1, "41.10"),
    ]  # fmt: skip
    assert read_zone_rules_apart(connection).keys() == {"Africa/Casablanca"}
