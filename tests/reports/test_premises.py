"""The tenant's own zones in a month: peaks, means of what was counted, comfort, and how much of the month that is."""

from datetime import UTC, datetime, timedelta

from facilities.inventory import Inventory
from reports.reading import read_premises
from store.connection import Connection

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def zones(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO zone (zone, facility, tenant, capacity_people, is_demo) VALUES"
        " ('casa-z1', 'casanearshore', 'locataire-a', 180, true),"
        " ('casa-z2', 'casanearshore', 'locataire-b', 160, true)"
    )


def count(connection: Connection, zone: str, at: datetime, people: int) -> None:
    connection.execute(
        "INSERT INTO occupancy (zone_id, measured_at, people, received_at)"
        " SELECT zone_id, %s, %s, %s FROM zone WHERE zone = %s",
        (at, people, at, zone),
    )


def test_a_mean_is_of_the_quarters_counted_and_a_gap_is_no_empty_floor(connection: Connection, demo: Inventory) -> None:
    zones(connection)
    for minute, people in ((0, 10), (5, 20), (15, 60), (30, 60)):  # quarters of 15, 60 and 60
        count(connection, "casa-z1", OCTOBER + minute * MINUTE, people)
    count(connection, "casa-z1", OCTOBER - MINUTE, 999)
    count(connection, "casa-z2", OCTOBER, 500)
    found = read_premises(connection, demo, "locataire-a", "2026-10", datetime(2026, 11, 2, tzinfo=UTC))
    own = {one["zone"]: one for one in found["zones"]}
    assert "casa-z2" not in own, "nobody else's zone"
    one = own["casa-z1"]
    assert (one["people_most"], one["peak_at"]) == (60, "2026-10-01T00:15:00Z")
    assert (one["people_mean"], one["mean_percent"]) == ("45.0", "25.0")
    assert (one["quarters"], one["quarters_measured"], one["coverage_percent"]) == (2_976, 3, "0.1")
    never = next(one for one in own.values() if one["zone"] != "casa-z1")
    assert (never["people_most"], never["people_mean"], never["coverage_percent"]) == (None, None, "0.0")


def test_comfort_is_of_what_sensors_measured_and_faults_are_no_values(connection: Connection, demo: Inventory) -> None:
    zones(connection)
    connection.execute(
        "INSERT INTO sensor (sensor, facility, zone, feed, device, is_demo) VALUES"
        " ('s-1', 'casanearshore', 'casa-z1', 'f', 'd', true), ('s-2', 'casanearshore', 'casa-z2', 'f', 'e', true)"
    )
    connection.execute(
        "INSERT INTO sensor_series (sensor, channel, quantity) VALUES ('s-1', '', 'temperature_celsius'),"
        " ('s-1', '', 'co2_ratio'), ('s-1', '', 'battery_volts'), ('s-2', '', 'temperature_celsius')"
    )
    for minute, value in ((0, 21.5), (15, 22.25), (30, 30.0)):
        connection.execute(
            "INSERT INTO sensor_reading (series_id, measured_at, value, received_at)"
            " SELECT series_id, %s, %s, %s FROM sensor_series"
            " WHERE quantity IN ('temperature_celsius', 'battery_volts')",
            (OCTOBER + minute * MINUTE, value, OCTOBER),
        )
    connection.execute("INSERT INTO absence (reason) VALUES ('sentinel')")
    connection.execute(
        "INSERT INTO sensor_reading (series_id, measured_at, absence_id, received_at)"
        " SELECT series_id, %s, absence_id, %s FROM sensor_series, absence WHERE quantity = 'co2_ratio'",
        (OCTOBER, OCTOBER),
    )
    (found,) = read_premises(connection, demo, "locataire-a", "2026-10", OCTOBER + 60 * MINUTE)["comfort"]
    assert (found["zone"], found["quantity"]) == ("casa-z1", "temperature_celsius")
    assert (found["least"], found["median"], found["most"]) == ("21.5", "22.25", "30")
    assert (found["quarters"], found["quarters_measured"], found["coverage_percent"]) == (4, 3, "75.0")
