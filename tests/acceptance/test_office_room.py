"""A real office room over the end of summer time, imported: 25 hours, sources kept apart, conflicts reported.

Data: P2I_SAMPLES/data/brains4buildings (Research Group Energy Transition, Windesheim; CC BY 4.0); see NOTICE there.
The slice holds no conflicting duplicate and no 0 ppm, as the whole does: both are put into a copy of it here.
"""

import csv
import shutil
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from collectors.import_command import main as import_file
from facilities.calendar import local_midnight, zone
from facilities.inventory import DEMO_INVENTORY
from store.connection import Connection

FILE = Path("data") / "brains4buildings" / "room-999169-2022-10-28-31.csv"
SOURCES = {"xovis": "room-ceiling", "CO2-meter-SCD4x": "room-estimate", "human_observer": "room-observer"}
ZONE = """
[[zone]]
code = "{code}"
facility = "casanearshore"
building = "Shore A"
floor = "9"
label = "salle 999169, {code}"
capacity_persons = 8
capacity_basis = "installed_seats"
"""
PEOPLE = """
kind = "occupancy"
zone_column = "source"
ignored_columns = ["id", "unit"]
[codes]
xovis = "room-ceiling"
"CO2-meter-SCD4x" = "room-estimate"
human_observer = "room-observer"
[where]
property = ["occupancy__p"]
[instant]
column = "timestamp"
format = "iso"
[people]
column = "value"
"""
DEVICES = {**SOURCES, "bms": "room-bms"}
QUANTITIES = {
    "co2__ppm": "co2_ratio",
    "temp_in__degC": "temperature_celsius",
    "rel_humidity__0": "humidity_ratio",
    "occupancy__bool": "occupied",
    "occupancy__p": "people",
}
MAPPING = Path(__file__).parents[2] / "docs" / "mappings" / "office-room-sensors.toml"


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def instant(row: dict[str, str]) -> datetime:
    return datetime.strptime(row["timestamp"], "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)


def people(file: Path) -> dict[str, dict[datetime, int]]:
    """What the file says, read with the csv module: zone to instant to people."""
    found: dict[str, dict[datetime, int]] = {zone: {} for zone in SOURCES.values()}
    for row in rows_of(file):
        if row["property"] == "occupancy__p":
            found[SOURCES[row["source"]]][instant(row)] = int(float(row["value"]))
    return found


def stored(connection: Connection) -> dict[str, dict[datetime, int]]:
    found: dict[str, dict[datetime, int]] = {}
    for zone_code, at, count in connection.execute(
        "SELECT zone, measured_at, people FROM occupancy JOIN zone USING (zone_id)"
    ).fetchall():
        found.setdefault(zone_code, {})[at] = count
    return found


@pytest.fixture
def inventory(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("P2I_DSN", dsn)
    folder = tmp_path / "inventory"
    shutil.copytree(DEMO_INVENTORY, folder)
    with (folder / "zones.toml").open("a", encoding="utf-8") as opened:
        opened.write("".join(ZONE.format(code=code) for code in SOURCES.values()))
    return folder


@pytest.fixture
def words(inventory: Path, tmp_path: Path) -> list[str]:
    (tmp_path / "people.toml").write_text(PEOPLE, encoding="utf-8")
    return ["--mapping", str(tmp_path / "people.toml"), "--inventory", str(inventory)]


def test_every_count_of_every_source_is_stored_and_none_mixed(
    samples: Path, words: list[str], connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = people(samples / FILE)
    assert import_file([str(samples / FILE), *words]) == 0
    assert capsys.readouterr().out == (
        "room-999169-2022-10-28-31.csv: 31910 rows read: 1719 new, 0 duplicates, 0 conflicts, 0 refused,"
        " 30191 not asked for\n"
    )
    found = stored(connection)
    assert found == truth
    assert {zone_code: len(rows) for zone_code, rows in found.items()} == {
        "room-ceiling": 1140, "room-estimate": 578, "room-observer": 1,
    }  # fmt: skip
    both = found["room-ceiling"].keys() & found["room-estimate"].keys()
    assert sum(found["room-ceiling"][at] != found["room-estimate"][at] for at in both) > 10, "they disagree, and may"


def test_the_day_of_25_hours_has_25_hours(samples: Path, words: list[str], connection: Connection) -> None:
    assert import_file([str(samples / FILE), *words]) == 0
    amsterdam = zone("Europe/Amsterdam")
    starts, ends = (local_midnight(date(2022, 10, day), amsterdam) for day in (30, 31))
    assert ends - starts == 25 * 3600
    by_hour = {
        zone_code: Counter(int(at.timestamp() - starts) // 3600 for at in rows if starts <= at.timestamp() < ends)
        for zone_code, rows in stored(connection).items()
    }
    assert by_hour["room-estimate"] == dict.fromkeys(range(25), 6)
    # The building's own system lost the two hours that both were 02:00 to 03:00: a gap, and no empty room.
    assert by_hour["room-ceiling"] == dict.fromkeys([0, 1, *range(4, 25)], 12)


def test_local_time_without_offset_is_refused_where_it_happened_twice(
    samples: Path, words: list[str], tmp_path: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    naive = tmp_path / "naive.csv"
    text = (samples / FILE).read_text(encoding="utf-8").replace("+0200,", ",").replace("+0100,", ",")
    naive.write_text(text, encoding="utf-8")
    local = PEOPLE.replace('format = "iso"', 'format = "iso"\ntime_zone = "Europe/Amsterdam"')
    (tmp_path / "people.toml").write_text(local, encoding="utf-8")
    assert import_file([str(naive), *words]) == 0
    assert "1707 new, 0 duplicates, 0 conflicts, 12 refused (12 ambiguous_instant)" in capsys.readouterr().out
    truth = people(samples / FILE)
    for zone_code, rows in stored(connection).items():
        assert rows.items() <= truth[zone_code].items(), "what is stored is right; what could not be known is not"


def test_a_conflicting_duplicate_is_reported_and_the_first_value_stays(
    samples: Path, words: list[str], tmp_path: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.csv"
    lines = (samples / FILE).read_text(encoding="utf-8").splitlines()
    of_ceiling = [line for line in lines if ",xovis," in line and line.endswith("occupancy__p,0.0,")]
    again, other = of_ceiling[0], of_ceiling[1].replace("occupancy__p,0.0,", "occupancy__p,2.0,")
    copy.write_text("\n".join([*lines, again, other]) + "\n", encoding="utf-8")
    assert import_file([str(copy), *words]) == 0
    assert "1719 new, 1 duplicates, 1 conflicts, 0 refused" in capsys.readouterr().out
    assert stored(connection) == people(samples / FILE)
    found = connection.execute("SELECT origin, reason, payload FROM quarantine").fetchall()
    kept = other.split(",")
    kept[0] = kept[-1] = ""  # columns the mapping ignores are not kept
    assert [(origin, reason, bytes(payload).decode()) for origin, reason, payload in found] == [
        (f"copy.csv:{len(lines) + 2}", "conflict", ",".join(kept))
    ]


@pytest.fixture
def sensors(inventory: Path) -> list[str]:
    with (inventory / "feeds.toml").open("a", encoding="utf-8") as opened:
        opened.write('[[feed]]\ncode = "salle-export"\nfacility = "casanearshore"\nsource = "file"\n')
    with (inventory / "sensors.toml").open("a", encoding="utf-8") as opened:
        for device, code in DEVICES.items():
            opened.write(f'[[sensor]]\ncode = "{code}"\nfeed = "salle-export"\ndevice = "{device}"\n')
            opened.write('label = "salle 999169"\n' + (f'zone = "{code}"\n' if device in SOURCES else ""))
    return ["--mapping", str(MAPPING), "--inventory", str(inventory)]


Readings = dict[tuple[str, str], dict[datetime, tuple[float | None, str]]]


def measured(connection: Connection) -> Readings:
    """What is stored: (sensor, quantity) to instant to value and the reason there is none."""
    found: Readings = {}
    for sensor, channel, quantity, at, value, reason in connection.execute(
        "SELECT sensor, channel, quantity, measured_at, coalesce(counted::double precision, value),"
        " coalesce(reason, '') FROM sensor_reading JOIN sensor_series USING (series_id)"
        " LEFT JOIN absence USING (absence_id)"
    ).fetchall():
        assert channel == ""
        found.setdefault((sensor, quantity), {})[at] = (value, reason)
    return found


def written(file: Path) -> Readings:
    """What the file says, read with the csv module, in units of ours."""
    found: Readings = {}
    for row in rows_of(file):
        if row["property"] in QUANTITIES:
            value = float(Decimal(row["value"]) * (Decimal("0.000001") if row["property"] == "co2__ppm" else 1))
            of_sensor = found.setdefault((DEVICES[row["source"]], QUANTITIES[row["property"]]), {})
            of_sensor[instant(row)] = (value, "")
    return found


def test_what_the_sensors_measured_is_stored_in_units_of_ours_and_the_sources_kept_apart(
    samples: Path, sensors: list[str], connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_file([str(samples / FILE), *sensors]) == 0
    assert capsys.readouterr().out == (
        "room-999169-2022-10-28-31.csv: 31910 rows read: 26217 new, 0 duplicates, 0 conflicts, 0 refused,"
        " 5693 not asked for\n"
    )
    found = measured(connection)
    assert found == written(samples / FILE)
    assert {series: len(rows) for series, rows in found.items()} == {
        ("room-bms", "co2_ratio"): 5691, ("room-bms", "temperature_celsius"): 5691,
        ("room-bms", "humidity_ratio"): 5691, ("room-bms", "occupied"): 5691,
        ("room-estimate", "co2_ratio"): 578, ("room-estimate", "temperature_celsius"): 578,
        ("room-estimate", "humidity_ratio"): 578, ("room-estimate", "people"): 578,
        ("room-ceiling", "people"): 1140, ("room-observer", "people"): 1,
    }  # fmt: skip
    assert stored(connection) == people(samples / FILE), "a sensor's count of people is its zone's occupancy"
    assert import_file([str(samples / FILE), *sensors]) == 0
    assert "0 new, 26217 duplicates, 0 conflicts" in capsys.readouterr().out


def test_the_day_of_25_hours_has_25_hours_of_co2(samples: Path, sensors: list[str], connection: Connection) -> None:
    assert import_file([str(samples / FILE), *sensors]) == 0
    amsterdam = zone("Europe/Amsterdam")
    starts, ends = (local_midnight(date(2022, 10, day), amsterdam) for day in (30, 31))
    rows = measured(connection)["room-estimate", "co2_ratio"]
    by_hour = Counter(int(at.timestamp() - starts) // 3600 for at in rows if starts <= at.timestamp() < ends)
    assert by_hour == dict.fromkeys(range(25), 6)


def test_conflicts_no_air_and_units_of_sensors(
    samples: Path, sensors: list[str], tmp_path: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.csv"
    lines = (samples / FILE).read_text(encoding="utf-8").splitlines()
    [first, second, *_] = [line for line in lines if ",CO2-meter-SCD4x," in line and ",co2__ppm," in line]
    parts = second.split(",")
    at = "999169,{},2022-10-28T00:00:07+0200,{},{},{}"
    copy.write_text(
        "\n".join(
            [
                *lines,
                first,
                ",".join([*parts[:4], "9999.0", parts[5]]),
                at.format("bms", "co2__ppm", "0.0", "ppm"),
                at.format("CO2-meter-SCD4x", "co2__ppm", "", ""),
                at.format("bms", "temp_in__degC", "327.67", ""),
                at.format("xovis", "co2__ppm", "447.0", ""),
                at.format("bms", "rel_humidity__0", "44.0", "%"),
                at.format("wifi", "occupancy__p", "3", ""),
            ]
        )
        + "\n",
        encoding="utf-8",
    )
    assert import_file([str(copy), *sensors]) == 0
    assert capsys.readouterr().out == (
        "copy.csv: 31918 rows read: 26221 new, 1 duplicates, 1 conflicts, 2 refused (1 off_type, 1 unknown_device),"
        ' 5693 not asked for\ncopy.csv: refused rows and their reasons are in quarantine, source "import"\n'
    )
    added = datetime(2022, 10, 27, 22, 0, 7, tzinfo=UTC)
    found = measured(connection)
    assert {series: rows.pop(added) for series, rows in found.items() if added in rows} == {
        ("room-bms", "co2_ratio"): (None, "out_of_range"), ("room-estimate", "co2_ratio"): (None, "null"),
        ("room-bms", "temperature_celsius"): (None, "out_of_range"), ("room-ceiling", "co2_ratio"): (0.000447, ""),
    }  # fmt: skip
    del found["room-ceiling", "co2_ratio"]
    assert found == written(samples / FILE), "the first value stays"
    refused = connection.execute("SELECT origin, reason, payload FROM quarantine ORDER BY origin").fetchall()
    last = len(lines) + 8
    assert [(origin, reason, bytes(kept)) for origin, reason, kept in refused] == [
        (f"copy.csv:{last - 6}", "conflict", ",".join(["", *parts[1:4], "9999.0", parts[5]]).encode()),
        (f"copy.csv:{last - 1}", "off_type", at.format("bms", "rel_humidity__0", "44.0", "%")[6:].encode()),
        (f"copy.csv:{last}", "unknown_device", at.format("wifi", "occupancy__p", "3", "")[6:].encode()),
    ]
