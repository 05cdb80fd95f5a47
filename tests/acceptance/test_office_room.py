"""A real office room over the end of summer time, imported: 25 hours, sources kept apart, conflicts reported.

Data: P2I_SAMPLES/data/brains4buildings (Research Group Energy Transition, Windesheim; CC BY 4.0); see NOTICE there.
The slice holds no conflicting duplicate and no 0 ppm, as the whole does: both are put into a copy of it here.
"""

import csv
import shutil
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from collectors.csv_layout import Layout, fields_of
from collectors.import_command import main as import_file
from collectors.mapping import file_mapping, toml_table
from collectors.observation import Observation
from collectors.reasons import Refused
from collectors.sensor_rows import SensorReader, sensor_mapping
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
SENSORS = """
device_column = "source"
property_column = "property"
value_column = "value"
unit_column = "unit"
[instant]
column = "timestamp"
format = "iso"
[properties.co2__ppm]
quantity = "co2_ratio"
factor = "0.000001"
units = ["ppm", ""]
[properties.temp_in__degC]
quantity = "temperature_celsius"
units = ["°C", ""]
[properties.rel_humidity__0]
quantity = "humidity_ratio"
units = ["0", ""]
[properties.occupancy__bool]
quantity = "occupied"
units = [""]
"""


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


def observations(lines: list[str], text: str = SENSORS) -> list[Observation | None]:
    mapping = sensor_mapping(toml_table("sensors.toml", text))
    form = file_mapping("people.toml", PEOPLE)
    header = Layout(form, tuple(fields_of(lines[0].encode(), form)), {}).header
    read = SensorReader(mapping, header).observation
    return [read(fields_of(line.encode(), form)) for line in lines[1:]]


def test_what_the_sensors_measured_in_units_of_ours(samples: Path) -> None:
    found = observations((samples / FILE).read_text(encoding="utf-8").splitlines())
    counted = Counter((one.device, one.quantity, one.reason) for one in found if one is not None)
    assert counted == {
        ("CO2-meter-SCD4x", "co2_ratio", ""): 578, ("CO2-meter-SCD4x", "temperature_celsius", ""): 578,
        ("CO2-meter-SCD4x", "humidity_ratio", ""): 578, ("bms", "co2_ratio", ""): 5691,
        ("bms", "temperature_celsius", ""): 5691, ("bms", "humidity_ratio", ""): 5691, ("bms", "occupied", ""): 5691,
    }  # fmt: skip
    first = found[0]
    assert first == Observation("CO2-meter-SCD4x", "", "co2_ratio", 1_666_908_000_000_000, 0.000458)


def test_zero_ppm_is_no_air_and_a_missing_unit_is_the_one_the_mapping_says() -> None:
    header = "id,source,timestamp,property,value,unit"
    row = "999169,bms,2022-10-28T00:00:00+0200,{},{},{}"
    [zero, empty, bare, frosty] = observations(
        [
            header,
            row.format("co2__ppm", "0.0", "ppm"),
            row.format("co2__ppm", "", ""),
            row.format("co2__ppm", "447.0", ""),
            row.format("temp_in__degC", "327.67", "°C"),
        ]
    )
    assert zero is not None
    assert (zero.value, zero.reason) == (None, "out_of_range")
    assert empty is not None
    assert (empty.value, empty.reason) == (None, "null")
    assert bare is not None
    assert (bare.value, bare.reason) == (0.000447, "")
    assert frosty is not None
    assert frosty.value is None
    for unit in ("%", "ppb"):
        with pytest.raises(Refused, match="a unit that the mapping does not name for this property"):
            observations([header, row.format("co2__ppm", "447.0", unit)])
