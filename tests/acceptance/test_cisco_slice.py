"""A real port of a router shut and opened again: states from the event file, and counters that agree with them.

Data: P2I_SAMPLES/data/cisco-portflap (github cisco-ie/telemetry, CDLA-Permissive-1.0); see NOTICE there.
"""

import csv
import gzip
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from collectors.counters import CounterSample, Gap, changes, rate, rates
from collectors.import_command import main as import_file
from facilities.inventory import DEMO_INVENTORY
from store.connection import Connection

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
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SAMPLE_US = 10_200_000
"""Nominally 10 s apart; the router's timer is up to 0.2 s late."""
SHUT_AT = datetime(2020, 1, 22, 17, 41, 22, tzinfo=UTC)
OPENED_AT = datetime(2020, 1, 22, 17, 53, 27, tzinfo=UTC)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with gzip.open(folder / f"leaf4.{name}.csv.gz", "rt", newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(line for line in opened if line.strip()))


def counters(folder: Path, column: str) -> dict[str, list[CounterSample]]:
    """The samples of one counter of every port; the first column has no name and holds the instant."""
    found: dict[str, list[CounterSample]] = defaultdict(list)
    for row in table(folder, "generic-counters"):
        at = (datetime.fromisoformat(row[""]) - EPOCH) // timedelta(microseconds=1)
        found[row["interface-name"]].append(CounterSample(at, int(row[column]), row["interface-name"]))
    return found


def speeds(folder: Path) -> dict[str, Fraction]:
    """What each port can do, in octets per second; `bandwidth` is in kbit/s, and 0 where there is none."""
    return {row["interface-name"]: Fraction(int(row["bandwidth"]) * 1000, 8) for row in table(folder, "data-rate")}


@pytest.fixture(params=["ifdown", "ifup"])
def folder(samples: Path, request: pytest.FixtureRequest) -> Path:
    return samples / "data" / "cisco-portflap" / str(request.param)


def us(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


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


def test_the_port_counts_its_transition_within_one_sample_of_the_event(folder: Path) -> None:
    event_at = us(SHUT_AT if folder.name == "ifdown" else OPENED_AT)
    by_port = {port: changes(samples) for port, samples in counters(folder, "carrier-transitions").items()}
    [(before, after, transitions)] = by_port.pop(PORT)
    assert transitions == 1
    assert before <= event_at + 1_000_000  # the second the event was cut down to
    assert event_at < after
    assert after - event_at <= SAMPLE_US
    assert all(found == [] for found in by_port.values()), "no other port changed"


def test_no_rate_is_a_spike_and_none_is_missing(folder: Path) -> None:
    fastest = speeds(folder)
    checked = 0
    for column in ("bytes-received", "bytes-sent"):
        for port, samples in counters(folder, column).items():
            found = rates(samples, largest_per_second=fastest[port])
            assert all(one.gap is None for one in found), "the counters ran through the shut: there is no gap"
            values = sorted(one.per_second or Fraction(0) for one in found)
            assert values[0] >= 0
            # Traffic was steady while it flowed: no sample is more than twice the one in the middle of the upper half.
            assert values[-1] <= 2 * values[len(values) * 3 // 4] + 10_000, port
            grown = samples[-1].value - samples[0].value
            assert sum(one.growth or 0 for one in found) == grown
            checked += len(found)
    assert checked == 2 * 36 * (63 if folder.name == "ifdown" else 79)


def test_the_port_is_silent_while_it_is_shut(folder: Path) -> None:
    found = rates(counters(folder, "bytes-received")[PORT], largest_per_second=speeds(folder)[PORT])
    shut, opened = us(SHUT_AT), us(OPENED_AT)
    inside = [one for one in found if one.starts_at_us > shut + 10_000_000 and one.ends_at_us < opened]
    outside = [one for one in found if one.ends_at_us < shut or one.starts_at_us > opened + 30_000_000]
    assert len(inside) > 25
    assert {one.per_second for one in inside} == {Fraction(0)}
    assert len(outside) > 20
    assert all(one.per_second is not None and 0.8e9 < one.per_second < 1.1e9 for one in outside)  # 7 to 8 Gbit/s


def test_our_rate_agrees_with_the_routers_own(samples: Path) -> None:
    """Before the shut; afterwards the router's is an average that decays over minutes, and ours is the truth."""
    folder = samples / "data" / "cisco-portflap" / "ifdown"
    ours = rates(counters(folder, "bytes-received")[PORT])
    theirs = [int(row["input-data-rate"]) for row in table(folder, "data-rate") if row["interface-name"] == PORT]
    mine = [float(one.per_second or 0) * 8 / 1000 for one in ours if one.ends_at_us < us(SHUT_AT)]
    steady = theirs[: len(mine)]
    assert abs(sum(mine) / len(mine) / (sum(steady) / len(steady)) - 1) < 0.1
    assert theirs[-1] > 1_000_000, "six minutes after the shut the router still shows 2 Gbit/s"


@pytest.mark.parametrize(("cleared", "gap"), [(0, Gap.DECREASED), (2**63, Gap.IMPLAUSIBLE)])
def test_a_counter_that_jumped_is_a_gap(samples: Path, cleared: int, gap: Gap) -> None:
    folder = samples / "data" / "cisco-portflap" / "ifdown"
    first, second = counters(folder, "bytes-received")[PORT][:2]
    found = rate(first, second._replace(value=cleared), largest_per_second=speeds(folder)[PORT])
    assert (found.per_second, found.gap) == (None, gap)
