"""`p2i import` of sensor readings: whose they are, kill and resume, Parquet, zones, and refused rows tried again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from collectors.import_command import main
from collectors.import_mapping import import_mapping
from collectors.importer import Outcome, import_file, import_key
from collectors.quarantine_command import main as quarantine
from collectors.registration import registered
from facilities.inventory import DEMO_INVENTORY, read_inventory
from store.connection import Connection

AT = datetime(2026, 9, 1, tzinfo=UTC)
NOW = datetime(2026, 10, 1, tzinfo=UTC)
HEADER = "device,at,what,value"
MAPPING = """
kind = "sensors"
feed = "export"
device_column = "device"
property_column = "what"
value_column = "value"
[instant]
column = "at"
format = "iso"
[properties.t]
quantity = "temperature_celsius"
[properties.n]
quantity = "people"
[properties.n1]
quantity = "people"
channel = "region_1"
"""
FEED = '[[feed]]\ncode = "export"\nfacility = "casanearshore"\nsource = "file"\n'
SENSOR = '[[sensor]]\ncode = "{}"\nfeed = "export"\ndevice = "{}"\nlabel = "salle"\n{}\n'
ZONE = 'zone = "casa-z1"'


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs."""


@pytest.fixture(autouse=True)
def inventory(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "inventory"
    shutil.copytree(DEMO_INVENTORY, folder)
    (folder / "feeds.toml").write_text(FEED, encoding="utf-8")
    sensors = SENSOR.format("ceiling", "Xovis", ZONE) + SENSOR.format("door", "door", "")
    (folder / "sensors.toml").write_text(sensors, encoding="utf-8")
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


Import = Callable[..., Outcome]


@pytest.fixture
def importing(connection: Connection, inventory: Path, tmp_path: Path) -> Import:
    known = registered(connection, read_inventory(inventory))
    connection.commit()

    def run(
        *lines: str, mapping: str = MAPPING, file: Path | None = None, kill_after_chunks: int | None = None
    ) -> Outcome:
        if file is None:
            file = tmp_path / "f.csv"
            file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        chunks = count()

        def advanced(_bytes: int) -> None:
            if next(chunks) == kill_after_chunks:
                raise Killed

        read = import_mapping("m.toml", mapping)
        key = import_key(file, mapping, None)
        return import_file(connection, file, read, known, key, lambda: NOW, advanced, chunk_records=10)

    return run


def stored(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT sensor, channel, quantity, measured_at, coalesce(counted::float8, value)"
        " FROM sensor_reading JOIN sensor_series USING (series_id) ORDER BY measured_at, sensor, channel"
    ).fetchall()


def occupancy(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT zone, measured_at, people FROM occupancy JOIN zone USING (zone_id) ORDER BY measured_at"
    ).fetchall()


def refused(connection: Connection) -> list[tuple[str, str, bytes]]:
    rows = connection.execute("SELECT origin, reason, payload FROM quarantine ORDER BY quarantine_id").fetchall()
    return [(origin, reason, bytes(payload)) for origin, reason, payload in rows]


def test_rows_are_those_of_the_devices_of_the_feed(connection: Connection, importing: Import) -> None:
    outcome = importing(
        "xovis,2026-09-01T00:00:00Z,t,21.5",
        "DOOR,2026-09-01T00:00:00Z,t,22",
        "window,2026-09-01T00:00:00Z,t,22",
        "door,2026-09-01T00:00:00Z,noise,22",
    )
    assert outcome.counts == {"stored": 2, "duplicate": 0, "skipped": 1, "unknown_device": 1}
    quantity = "temperature_celsius"
    assert stored(connection) == [("ceiling", "", quantity, AT, 21.5), ("door", "", quantity, AT, 22.0)]
    assert refused(connection) == [("f.csv:4", "unknown_device", b"window,2026-09-01T00:00:00Z,t,22")]


def test_a_mapping_may_name_the_sensors_itself(connection: Connection, importing: Import) -> None:
    codes = MAPPING.replace('feed = "export"', 'codes = { "Sonde 1" = "door" }')
    lines = ("Sonde 1,2026-09-01T00:00:00Z,t,22", "sonde 1,2026-09-01T00:00:01Z,t,22", "door,2026-09-01T00:00:02Z,t,22")
    assert importing(*lines, mapping=codes).counts == {"stored": 1, "duplicate": 0, "unknown_device": 2}
    assert [row[0] for row in stored(connection)] == ["door"]


def test_an_instant_is_one_that_a_right_clock_showed(connection: Connection, importing: Import) -> None:
    outcome = importing(
        "door,2026-10-01T00:05:00Z,t,1",
        "door,2026-10-01T00:05:01Z,t,1",
        "door,1970-01-01T00:00:01Z,t,1",
        "door,2026-09-01T00:00:00,t,1",
        "door,2026-09-01T00:00:00Z,t",
        "",
        "x" * 2_000_000,
    )
    words = {"future": 1, "clock_not_set": 1, "naive_instant": 1, "malformed": 1, "oversized": 1}
    assert outcome.counts == {"stored": 1, "duplicate": 0, **words}
    assert [(origin, reason) for origin, reason, _ in sorted(refused(connection))] == [
        ("f.csv:3", "future"),
        ("f.csv:4", "clock_not_set"),
        ("f.csv:5", "naive_instant"),
        ("f.csv:6", "malformed"),
        ("f.csv:8", "oversized"),
    ]


def test_people_of_a_sensor_of_a_zone_are_its_occupancy(connection: Connection, importing: Import) -> None:
    importing(
        "xovis,2026-09-01T00:00:00Z,n,3",
        "xovis,2026-09-01T00:00:00Z,n1,1",
        "door,2026-09-01T00:00:00Z,n,2",
        "xovis,2026-09-01T00:00:10Z,n,-1",
        "xovis,2026-09-01T00:00:20Z,n,0",
    )
    assert occupancy(connection) == [("casa-z1", AT, 3), ("casa-z1", AT + timedelta(seconds=20), 0)]
    assert len(stored(connection)) == 5


def test_another_count_of_the_zone_is_a_conflict_and_the_reading_is_stored(
    connection: Connection, importing: Import
) -> None:
    people = 'kind = "occupancy"\nzone = "casa-z1"\nignored_columns = ["device", "what"]\n' + (
        'instant = { column = "at", format = "iso" }\npeople = { column = "value" }\n'
    )
    assert importing("-,2026-09-01T00:00:00Z,-,7", mapping=people).counts == {"stored": 1, "duplicate": 0}
    outcome = importing("xovis,2026-09-01T00:00:00Z,n,3", "xovis,2026-09-01T00:00:00Z,n,4")
    assert outcome.counts == {"stored": 1, "duplicate": 0, "conflict": 2}
    assert [row[-1] for row in stored(connection)] == [3.0]
    assert occupancy(connection) == [("casa-z1", AT, 7)]
    assert [(origin, reason) for origin, reason, _ in sorted(refused(connection))] == [
        ("f.csv:2", "conflict"),
        ("f.csv:3", "conflict"),
    ]


def test_a_killed_import_goes_on_where_it_committed(connection: Connection, importing: Import) -> None:
    lines = [f"xovis,2026-09-01T00:00:{number:02}Z,n,{number}" for number in range(35)]
    lines[3] = "xovis,2026-09-01T00:00:03Z,n,three"
    lines[17] = ""
    with pytest.raises(Killed):
        importing(*lines, kill_after_chunks=2)
    connection.rollback()
    assert (len(stored(connection)), len(occupancy(connection))) == (18, 18)
    assert importing(*lines) == Outcome(34, {"stored": 33, "duplicate": 0, "off_type": 1}, ":22")
    assert (len(stored(connection)), len(occupancy(connection)), len(refused(connection))) == (33, 33, 1)
    assert importing(*lines).counts == {"stored": 0, "duplicate": 33, "off_type": 1}


def test_a_row_the_database_refuses_does_not_hold_up_the_others(connection: Connection, importing: Import) -> None:
    connection.execute("ALTER TABLE sensor_reading ADD CONSTRAINT unlucky CHECK (counted <> 4)")
    connection.commit()
    outcome = importing(*(f"xovis,2026-09-01T00:00:{number:02}Z,n,{number}" for number in range(9)))
    assert outcome.counts == {"stored": 8, "duplicate": 0, "database_refused": 1}
    assert [origin for origin, _, _ in refused(connection)] == ["f.csv:6"]
    assert len(occupancy(connection)) == 8, "what is refused is nobody's occupancy"


def test_a_parquet_file_is_read_alike_and_goes_on_alike(
    connection: Connection, importing: Import, tmp_path: Path
) -> None:
    rows = 25
    table = pa.table(
        {
            "device": pa.array(["xovis"] * (rows - 1) + ["window"]),
            "at": pa.array([AT + timedelta(seconds=number) for number in range(rows)], pa.timestamp("us", tz="UTC")),
            "what": pa.array(["n", "noise"] + ["n"] * (rows - 2)).dictionary_encode(),
            "value": pa.array([float(number) for number in range(rows)]),
        }
    )
    file = tmp_path / "f.parquet"
    pq.write_table(table, file)
    mapping = 'format = "parquet"\n' + MAPPING
    with pytest.raises(Killed):
        importing(file=file, mapping=mapping, kill_after_chunks=1)
    connection.rollback()
    outcome = importing(file=file, mapping=mapping)
    assert outcome == Outcome(25, {"stored": 23, "duplicate": 0, "skipped": 1, "unknown_device": 1}, "#11")
    assert [row[-1] for row in stored(connection)] == [float(number) for number in range(24) if number != 1]
    kept = b'{"device":"window","at":"2026-09-01T00:00:24.000000Z","what":"n","value":"24.0"}'
    assert refused(connection) == [("f.parquet#25", "unknown_device", kept)]


def test_a_refused_row_is_tried_again_by_its_mapping(
    connection: Connection, importing: Import, inventory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "p.toml").write_text('format = "parquet"\n' + MAPPING, encoding="utf-8")
    importing("window,2026-09-01T00:00:00Z,t,22", "window,2026-09-01T00:00:10Z,t,warm")
    file = tmp_path / "f.parquet"
    columns = {"device": ["window"], "at": ["2026-09-01T00:01:00Z"], "what": ["t"], "value": [23.0]}
    pq.write_table(pa.table(columns), file)
    importing(file=file, mapping='format = "parquet"\n' + MAPPING)
    numbers = [row[0] for row in connection.execute("SELECT quarantine_id FROM quarantine ORDER BY 1").fetchall()]
    connection.rollback()
    of_csv = ["retry", "--origin", "f.csv", "--mapping", "m.toml"]
    assert quarantine(of_csv) == 2
    assert capsys.readouterr().err == "--header: needed for CSV, the first line of the file\n"
    assert quarantine([*of_csv, "--header", HEADER, "--zone", "casa-z1"]) == 2
    assert capsys.readouterr().err.startswith("--zone: sensors are about a device")
    assert quarantine([*of_csv, "--header", "device,at,what,x"]) == 2
    assert capsys.readouterr().err == '--header:1: column "x" is neither mapped nor in ignored_columns\n'
    with (inventory / "sensors.toml").open("a", encoding="utf-8") as opened:
        opened.write(SENSOR.format("window", "window", ""))
    assert quarantine([*of_csv, "--header", HEADER]) == 1
    assert capsys.readouterr().out == (
        f"#{numbers[0]}  stored: 1 stored\n"
        f"#{numbers[1]}  refused: not a number written in digits\n"
        "1 stored, 1 refused\n"
    )
    assert quarantine(["retry", "--origin", "f.parquet", "--mapping", "p.toml"]) == 0
    assert [(row[0], row[-1]) for row in stored(connection)] == [("window", 22.0), ("window", 23.0)]
    other = MAPPING.replace('"value"', '"reading"')
    (tmp_path / "p.toml").write_text('format = "parquet"\n' + other, encoding="utf-8")
    connection.execute("UPDATE quarantine SET resolved_at = NULL, resolution = NULL")
    connection.commit()
    capsys.readouterr()
    assert quarantine(["retry", "--origin", "f.parquet", "--mapping", "p.toml"]) == 1
    assert "not retried: the mapping is not that of this row" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("written", "instead", "options", "line"),
    [
        (
            "",
            "",
            ["--zone", "casa-z1"],
            "--zone: sensors are about a device, which the mapping names by its feed or codes",
        ),
        ("", "", ["--circuit", "casa-a1"], "--circuit: sensors are about a device, which the mapping names by its"),
        ('"export"', '"exports"', [], 'feed: "exports" is not in feeds.toml'),
        ('feed = "export"', 'codes = { a = "doors" }', [], 'codes: "doors" is not in sensors.toml'),
        ('"value"', '"reading"', [], 'f.csv:1: column "value" is neither mapped nor in ignored_columns'),
    ],
)
def test_each_mistake_is_one_line_and_exit_2(
    written: str, instead: str, options: list[str], line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.toml").write_text(MAPPING.replace(written, instead, 1), encoding="utf-8")
    (tmp_path / "f.csv").write_text(f"{HEADER}\n", encoding="utf-8")
    assert main(["f.csv", "--mapping", "m.toml", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(line)
    assert captured.err.count("\n") == 1
