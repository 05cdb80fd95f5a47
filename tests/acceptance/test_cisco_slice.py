"""A real port of a router shut and opened again: states from the event file, and counters that agree with them.

Data: P2I_SAMPLES/data/cisco-portflap (github cisco-ie/telemetry, CDLA-Permissive-1.0); see NOTICE there.
"""

import csv
import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from collectors.import_command import main as import_file
from facilities.inventory import DEMO_INVENTORY
from store.connection import Connection
from store.registry import SENSORS, register
from store.reporting import query
from store.rows import SensorReadingRow, SensorRow
from store.sensors import write_sensor_readings

PORT = "HundredGigE0/0/0/4"
STATES = f"""
kind = "states"
circuit_column = "interface"
ignored_columns = ["duration", "device", "comment"]
[codes]
"{PORT}" = "casa-a1"
[where]
event = ["shutdown_interface", "enable_interface"]
[instant]
column = "timestamp"
format = "epoch_seconds"
finer_than_second = "truncate"
[state]
column = "event"
up = ["enable_interface"]
down = ["shutdown_interface"]
"""
SAMPLE = timedelta(seconds=10.2)
"""Nominally 10 s apart; the router's timer is up to 0.2 s late."""
SHUT_AT = datetime(2020, 1, 22, 17, 41, 22, tzinfo=UTC)
OPENED_AT = datetime(2020, 1, 22, 17, 53, 27, tzinfo=UTC)


COLUMNS = {
    "bytes-received": "octets_in_total",
    "bytes-sent": "octets_out_total",
    "carrier-transitions": "carrier_transitions_total",
}
SECOND = timedelta(seconds=1)


class Rate(NamedTuple):
    """A line of the canonical query."""

    quantity: str
    starts_at: datetime
    ends_at: datetime
    growth: Decimal | None
    per_second: float | None
    gap: str | None


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with gzip.open(folder / f"leaf4.{name}.csv.gz", "rt", newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(line for line in opened if line.strip()))


def readings(folder: Path) -> list[SensorReadingRow]:
    """The counters of every port; the first column has no name and holds the instant."""
    return [
        SensorReadingRow(
            *("leaf4", row["interface-name"], quantity, datetime.fromisoformat(row[""]), int(row[column]), None),
            modulus=2**64,
        )
        for row in table(folder, "generic-counters")
        for column, quantity in COLUMNS.items()
    ]


def speeds(folder: Path) -> dict[str, int]:
    """What each port can do, in octets per second; `bandwidth` is in kbit/s, and 0 where there is none."""
    return {row["interface-name"]: int(row["bandwidth"]) * 125 for row in table(folder, "data-rate")}


@pytest.fixture(params=["ifdown", "ifup"])
def folder(samples: Path, request: pytest.FixtureRequest) -> Path:
    return samples / "data" / "cisco-portflap" / str(request.param)


@pytest.fixture
def router(connection: Connection) -> Connection:
    register(connection, SENSORS, [SensorRow("leaf4", "casanearshore", None, "telemetry", "leaf4", True)])
    return connection


@pytest.fixture
def stored(router: Connection, folder: Path) -> Connection:
    rows = readings(folder)
    assert write_sensor_readings(router, rows, rows[-1].measured_at) == (len(rows), 0, [])
    return router


def rates(stored: Connection, port: str, quantity: str, largest_per_second: int | None) -> list[Rate]:
    asked = {
        "sensor": "leaf4", "channel": port, "from": datetime(2020, 1, 1, tzinfo=UTC),
        "to": datetime(2021, 1, 1, tzinfo=UTC), "largest_per_second": largest_per_second,
    }  # fmt: skip
    found = [Rate(*row) for row in stored.execute(query("counter_rates").encode(), asked).fetchall()]
    return [one for one in found if one.quantity == quantity]


def test_states_come_from_the_event_files(
    samples: Path,
    dsn: str,
    connection: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    (tmp_path / "states.toml").write_text(STATES, encoding="utf-8")
    words = ["--mapping", str(tmp_path / "states.toml"), "--inventory", str(DEMO_INVENTORY)]
    for name in ("ifdown", "ifup"):
        assert import_file([str(samples / "data" / "cisco-portflap" / name / "events.csv"), *words]) == 0
        assert capsys.readouterr().out == (
            "events.csv: 3 rows read: 1 new, 0 duplicates, 0 conflicts, 0 refused, 2 not asked for\n"
        )
    found = connection.execute(
        "SELECT circuit, changed_at, state FROM circuit_state JOIN circuit USING (circuit_id) ORDER BY changed_at"
    ).fetchall()
    assert found == [("casa-a1", SHUT_AT, 2), ("casa-a1", OPENED_AT, 1)]


def test_the_port_counts_its_transition_within_one_sample_of_the_event(stored: Connection, folder: Path) -> None:
    event_at = SHUT_AT if folder.name == "ifdown" else OPENED_AT
    changed = {
        port: [one for one in rates(stored, port, "carrier_transitions_total", None) if one.growth]
        for port in speeds(folder)
    }
    (found,) = changed.pop(PORT)
    assert found.growth == 1
    assert found.starts_at <= event_at + SECOND  # the second the event was cut down to
    assert event_at < found.ends_at
    assert found.ends_at - event_at <= SAMPLE
    assert all(others == [] for others in changed.values()), "no other port changed"


def test_no_rate_is_a_spike_and_none_is_missing(stored: Connection, folder: Path) -> None:
    rows = readings(folder)
    checked = 0
    for port, fastest in speeds(folder).items():
        for quantity in ("octets_in_total", "octets_out_total"):
            found = rates(stored, port, quantity, fastest)
            assert all(one.gap is None for one in found), "the counters ran through the shut: there is no gap"
            values = sorted(one.per_second or 0.0 for one in found)
            assert values[0] >= 0
            # Traffic was steady while it flowed: no sample is more than twice the one in the middle of the upper half.
            assert values[-1] <= 2 * values[len(values) * 3 // 4] + 10_000, port
            counts = [row.counted or 0 for row in rows if (row.channel, row.quantity) == (port, quantity)]
            assert sum(one.growth or 0 for one in found) == counts[-1] - counts[0]
            checked += len(found)
    assert checked == 2 * 36 * (63 if folder.name == "ifdown" else 79)


def test_the_port_is_silent_while_it_is_shut(stored: Connection, folder: Path) -> None:
    found = rates(stored, PORT, "octets_in_total", speeds(folder)[PORT])
    inside = [one for one in found if one.starts_at > SHUT_AT + 10 * SECOND and one.ends_at < OPENED_AT]
    outside = [one for one in found if one.ends_at < SHUT_AT or one.starts_at > OPENED_AT + 30 * SECOND]
    assert len(inside) > 25
    assert {one.per_second for one in inside} == {0}
    assert len(outside) > 20
    assert all(one.per_second is not None and 0.8e9 < one.per_second < 1.1e9 for one in outside)  # 7 to 8 Gbit/s


@pytest.mark.parametrize("folder", ["ifdown"], indirect=True)
def test_our_rate_agrees_with_the_routers_own(stored: Connection, folder: Path) -> None:
    """Before the shut; afterwards the router's is an average that decays over minutes, and ours is the truth."""
    ours = rates(stored, PORT, "octets_in_total", None)
    theirs = [int(row["input-data-rate"]) for row in table(folder, "data-rate") if row["interface-name"] == PORT]
    mine = [(one.per_second or 0) * 8 / 1000 for one in ours if one.ends_at < SHUT_AT]
    steady = theirs[: len(mine)]
    assert abs(sum(mine) / len(mine) / (sum(steady) / len(steady)) - 1) < 0.1
    assert theirs[-1] > 1_000_000, "six minutes after the shut the router still shows 2 Gbit/s"


@pytest.mark.parametrize("folder", ["ifdown"], indirect=True)
@pytest.mark.parametrize(("jumped_to", "gap"), [(0, "decreased"), (2**63, "implausible")])
def test_a_counter_that_jumped_is_a_gap(router: Connection, folder: Path, jumped_to: int, gap: str) -> None:
    first, second, *_ = [row for row in readings(folder) if (row.channel, row.quantity) == (PORT, "octets_in_total")]
    write_sensor_readings(router, [first, second._replace(counted=jumped_to)], second.measured_at)
    (found,) = rates(router, PORT, "octets_in_total", speeds(folder)[PORT])
    assert (found.per_second, found.gap) == (None, gap)
