"""`p2i sensors`: what each sensor said last, from a real database."""

from datetime import UTC, datetime, timedelta

import pytest

from collectors.sensors_command import main
from facilities.inventory import DEMO_INVENTORY, read_inventory
from facilities.registration import register_inventory
from store.connection import Connection
from store.rows import SensorReadingRow
from store.sensors import write_sensor_readings

AT = datetime(2026, 11, 22, 9, 34, 15, tzinfo=UTC)


@pytest.fixture
def demo(dsn: str, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(DEMO_INVENTORY))
    register_inventory(connection, read_inventory(DEMO_INVENTORY), AT)
    connection.commit()
    return connection


def test_the_newest_reading_of_every_part_and_who_is_silent(
    demo: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "casa-z3-compteur"
    rows = [
        SensorReadingRow(code, "", "people", AT, 7, None, "", None),
        SensorReadingRow(code, "", "people", AT - timedelta(hours=1), 3, None, "", None),
        SensorReadingRow(code, "region_1", "occupied", AT, None, None, "null", None),
        SensorReadingRow("casa-z1-air", "", "temperature_celsius", AT, None, 21.4, "", None),
        SensorReadingRow("casa-z1-air", "", "energy_joules_total", AT, 2**70, None, "", None),
    ]
    write_sensor_readings(demo, rows, AT)
    demo.commit()
    assert main(["--feed", "casa-lorawan"]) == 1
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["casa-z3-compteur", "region_1", "occupied", "(null)", "2026-11-22T09:34:15Z"],
        ["casa-z3-compteur", "-", "people", "7", "2026-11-22T09:34:15Z"],
        ["casa-z3-porte", "-", "nothing", "yet"],
        ["casa-z1-air", "-", "energy_joules_total", str(2**70), "2026-11-22T09:34:15Z"],
        ["casa-z1-air", "-", "temperature_celsius", "21.4", "2026-11-22T09:34:15Z"],
    ]
    assert main(["casa-z1-air", "casa-z3-compteur"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["casa-z9"], 'sensors.toml: no sensor "casa-z9"'),
        (["--feed", "casa"], 'feeds.toml: no feed "casa"'),
        (["--feed", "tech-zigbee", "casa-z1-air"], "sensors.toml: no such sensor"),
    ],
)
@pytest.mark.usefixtures("demo")
def test_what_is_not_in_the_inventory_is_one_line(
    words: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err == f"{DEMO_INVENTORY}/{line}\n"
