"""The bad day's zones, rooms and meters, and what was refused or never came: `filled_day` has the circuits."""

from datetime import datetime, timedelta

import numpy as np

from store.connection import Connection
from store.gap_rows import SEQUENCE, SESSION_LOST, GapRow
from store.gaps import write_gaps
from store.quarantine import write_quarantine
from store.readings import OCCUPANCY, write_readings
from store.registry import SENSORS, register, zone_numbers
from store.rows import QuarantineRow, SensorReadingRow, SensorRow
from store.sensors import write_sensor_readings
from store.verdict_rows import UnscoredRow
from store.verdicts import write_unscored

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
TOTAL_WATTS, IT_WATTS = 2000, 1250


def fill_zones(connection: Connection, day: datetime) -> None:
    """Counts every five minutes for twelve hours.

    casa-z1 (180 at most): nobody, then 120 from 07:00; not counted 09:00-09:30, 210 at 10:00-10:15. casa-z2: 50, and
    silent since 08:00. casa-z3, which nobody lets: nobody, 4 from 06:00, 40 from 08:00. fes-z1: one count, by a clock
    that is half a minute ahead. Every other zone was never counted.
    """
    zones = zone_numbers(connection)
    every = [day + 5 * number * MINUTE for number in range(144)]

    def write(zone: str, counts: dict[datetime, int], late: timedelta = 3 * SECOND) -> None:
        at = np.array([int(each.timestamp() * 1e6) for each in counts], dtype=np.int64)
        columns = [np.full(len(at), zones[zone], np.int64), at, np.array(list(counts.values()), np.int64)]
        write_readings(connection, OCCUPANCY, columns, max(counts) + late)

    def plateau(at: datetime) -> int:
        return 210 if 10 * HOUR <= at - day < 10.25 * HOUR else 120 if at >= day + 7 * HOUR else 0

    write("casa-z1", {at: plateau(at) for at in every if not 9 * HOUR <= at - day < 9.5 * HOUR})
    write("casa-z2", {at: 50 for at in every if at < day + 8 * HOUR})
    write("casa-z3", {at: 40 if at - day >= 8 * HOUR else 4 if at - day >= 6 * HOUR else 0 for at in every})
    write("fes-z1", {day + 12 * HOUR - 10 * SECOND: 20}, late=-30 * SECOND)


def fill_sensors(connection: Connection, day: datetime) -> None:
    """Two sensors of air and two meters in Technopolis, a door in Casanearshore.

    salle-1: 24 degrees and 45 %, 29 degrees at 04:00-05:00, silent 07:00-08:00. salle-2: 22 degrees, no humidity,
    silent since 10:00. The meters of all energy and of the equipment, read every quarter of an hour; the latter
    began anew at 06:00. The door counted 60 in and 55 out, and once had no value.
    """
    names = ("salle-1", "salle-2", "compteur-total", "compteur-it")
    register(connection, SENSORS, [SensorRow(name, "technopolis", None, "essai", name, True) for name in names])
    rows = []
    for number in range(144):
        at, hours = day + 5 * number * MINUTE, number / 12
        if not 7 <= hours < 8:
            rows.append(
                SensorReadingRow("salle-1", "", "temperature_celsius", at, None, 29.0 if 4 <= hours < 5 else 24.0)
            )
            rows.append(SensorReadingRow("salle-1", "", "humidity_ratio", at, None, 0.45))
        if hours < 10:
            rows.append(SensorReadingRow("salle-2", "", "temperature_celsius", at, None, 22.0))
    for number in range(49):
        at, seconds = day + 15 * number * MINUTE, 900 * number
        joules = IT_WATTS * (seconds if number < 24 else seconds - 900 * 24)
        rows.append(SensorReadingRow("compteur-total", "", "energy_joules_total", at, TOTAL_WATTS * seconds, None))
        rows.append(SensorReadingRow("compteur-it", "phase:0", "energy_joules_total", at, joules, None))
    for number in range(13):
        at = day + number * HOUR
        counts = (("people_in_total", 5 * number), ("people_out_total", 5 * max(0, number - 1)))
        rows += [SensorReadingRow("casa-z3-porte", "", name, at, count, None) for name, count in counts]
    rows.append(SensorReadingRow("casa-z3-porte", "", "people", day + HOUR, None, None, "null"))
    write_sensor_readings(connection, rows, day + 12 * HOUR + SECOND)


def fill_troubles(connection: Connection, day: datetime) -> None:
    """Three refusals of two reasons, a lost session, seven missing messages, and a month that could not be scored."""
    at = day + 6 * HOUR
    refused = [
        QuarantineRow("mqtt", "p2i/v1/x", "unknown_circuit", "no circuit x", b"1", at),
        QuarantineRow("mqtt", "p2i/v1/x", "unknown_circuit", "no circuit x", b"1", at + HOUR),
        QuarantineRow("webhook", "xovis", "malformed", "no JSON", b"2", at),
    ]
    write_quarantine(connection, refused)
    gaps = [
        GapRow("mqtt", "p2i-collect", at, at + 2 * MINUTE, None, SESSION_LOST, at + 2 * MINUTE),
        GapRow("mqtt", "casanearshore/probe-1", at, at + HOUR, 7, SEQUENCE, at + HOUR),
    ]
    write_gaps(connection, gaps)
    (agreement,) = connection.execute(
        "SELECT min(agreement) FROM agreement WHERE tenant = 'locataire-d'"
    ).fetchone() or ("",)
    write_unscored(connection, UnscoredRow(agreement, day - timedelta(days=38), at, "text: no such day"))
    connection.commit()
