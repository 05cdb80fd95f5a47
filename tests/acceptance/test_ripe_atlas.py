"""Three real RIPE Atlas probes: imported, scored by the engine, and compared with figures derived in plain pandas.

Data: P2I_SAMPLES/data/ripe-atlas-rtt (github WenqinSHAO/rtt, MIT-style licence); see NOTICE there.
"""

import shutil
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from collectors.import_command import main as import_file
from facilities.inventory import DEMO_INVENTORY, read_inventory
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.connection import Connection
from store.verdicts import read_scores

MAPPINGS = Path(__file__).parents[2] / "docs" / "mappings"
PROBES = {"11119": "ripe-atlas-day-first.toml", "12698": "ripe-atlas.toml", "13835": "ripe-atlas.toml"}
STEP = 300
CIRCUIT = """
[[circuit]]
code = "atlas-{probe}"
facility = "casanearshore"
tenant = "locataire-a"
carrier = "operateur-a"
infrastructure_carrier = {{ unknown = true }}
label = "RIPE Atlas probe {probe}"
a_end = "probe"
z_end = "DNS root"
cir_bps = {{ unknown = true }}
leg = "single"
building_entry = {{ unknown = true }}
duct_route = {{ unknown = true }}
origin = "measured"
"""
AGREEMENT = """
[agreement]
id = "ATLAS-{probe}"
tenant = "locataire-a"
facility = "casanearshore"
time_zone = "UTC"
starts_on = 2016-10-01
monthly_fee = "100.00"
currency = "MAD"
[[objective]]
id = "availability"
circuit = "atlas-{probe}"
indicator = "availability"
profile = "y1540"
target_percent = "99.5"
min_coverage_percent = "10"
[[objective]]
id = "loss"
circuit = "atlas-{probe}"
indicator = "loss"
at_most_percent = "1"
[[objective]]
id = "p95"
circuit = "atlas-{probe}"
indicator = "round_trip"
percentile = "95"
at_most_ms = "180"
"""


class Expected(NamedTuple):
    """Figures of one probe and month, derived without any code of ours."""

    up: int
    down: int
    unknown: int
    sent: int
    lost: int
    answered: int
    within: int
    p95_ms: Decimal


def derived(file: Path, *, day_first: bool, month: str) -> Expected:
    """The rules in plain pandas: Δt 300 s, bad above 20 % lost, n = 1, percentile by nearest rank over good Δt."""
    frame = pd.read_csv(file, sep=";", dtype=str)
    at = pd.to_datetime(frame["epoch"], format="%d/%m/%Y %H:%M" if day_first else "%Y-%m-%d %H:%M:%S", utc=True)
    frame = pd.DataFrame({"at": at, "rtt": frame["rtt"].map(Decimal)}).drop_duplicates("at", keep="first")
    start = pd.Timestamp(f"{month}-01", tz="UTC")
    end = start + pd.DateOffset(months=1)
    frame = frame[(frame["at"] >= start) & (frame["at"] < end)]
    frame["lost"] = frame["rtt"].map(lambda value: value < 0)
    frame["cell"] = frame["at"].dt.floor(f"{STEP}s")
    cells = frame.groupby("cell")["lost"].agg(sent="size", lost="sum")
    cells["bad"] = [
        Fraction(int(lost), int(sent)) > Fraction(1, 5) for sent, lost in zip(cells["sent"], cells["lost"], strict=True)
    ]
    good = frame[frame["cell"].isin(cells.index[~cells["bad"]])]
    answered = sorted(good.loc[~good["lost"], "rtt"])
    total = int((end - start).total_seconds())
    up, down = int((~cells["bad"]).sum()) * STEP, int(cells["bad"].sum()) * STEP
    return Expected(
        up=up,
        down=down,
        unknown=total - up - down,
        sent=len(good),
        lost=int(good["lost"].sum()),
        answered=len(answered),
        within=sum(value <= 180 for value in answered),
        p95_ms=answered[ceil(Fraction(95, 100) * len(answered)) - 1],
    )


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    folder = tmp_path / "inventory"
    shutil.copytree(DEMO_INVENTORY, folder)
    for name in ("probes.toml", "topology.toml"):
        (folder / name).unlink()
    for file in (folder / "agreements").iterdir():
        file.unlink()
    (folder / "circuits.toml").write_text("".join(CIRCUIT.format(probe=probe) for probe in PROBES))
    for probe in PROBES:
        (folder / "agreements" / f"{probe}.toml").write_text(AGREEMENT.format(probe=probe))
    return folder


def test_imported_and_scored_figures_are_those_derived_in_pandas(
    dsn: str, connection: Connection, samples: Path, inventory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    files = {probe: samples / "data" / "ripe-atlas-rtt" / f"{probe}.csv" for probe in PROBES}
    for probe, mapping in PROBES.items():
        words = ["--mapping", str(MAPPINGS / mapping), "--circuit", f"atlas-{probe}", "--inventory", str(inventory)]
        assert import_file([str(files[probe]), *words]) == 0
    Scorer(Promised.of(read_inventory(inventory))).run_pass(connection, datetime(2017, 1, 15, tzinfo=UTC))
    scores = {(row.agreement, f"{row.period_starts_at:%Y-%m}"): row.parsed() for row in read_scores(connection)}
    compared = 0
    for probe, file in files.items():
        for month in ("2016-10", "2016-11", "2016-12"):
            expected = derived_or_none(file, probe, month)
            found = scores.get((f"ATLAS-{probe}", month))
            if expected is None:
                assert found is None or found["objectives"][0]["value_percent"] is None
                continue
            assert found is not None
            check(found, expected)
            compared += 1
    assert compared >= 6
    negative = connection.execute("SELECT count(*) FROM probe WHERE round_trip_nanoseconds < 0").fetchone()
    assert negative == (0,), "a lost probe is NULL, never −3 ms"


def derived_or_none(file: Path, probe: str, month: str) -> Expected | None:
    try:
        return derived(file, day_first=probe == "11119", month=month)
    except IndexError:  # nothing was measured in that month
        return None


def check(document: dict[str, Any], expected: Expected) -> None:
    availability, loss, p95 = document["objectives"]
    seconds = availability["seconds"]
    assert (seconds["up"], seconds["down"], seconds["unknown"]) == (expected.up, expected.down, expected.unknown)
    assert (loss["sent"], loss["lost"]) == (expected.sent, expected.lost)
    assert (p95["answered"], p95["within"]) == (expected.answered, expected.within)
    assert p95["value_ms"] == str(expected.p95_ms.quantize(Decimal("0.001"), rounding="ROUND_DOWN"))
    ratio = Fraction(expected.up, expected.up + expected.down)
    assert availability["value_percent"] == f"{ratio * 1_000_000 // 1 / 10_000:.4f}"


def test_day_first_dates_are_read_day_first(
    dsn: str, connection: Connection, samples: Path, inventory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first row of 11119 is 14/10/2016 21:17; rows of the 1st to the 12th would silently become other months."""
    monkeypatch.setenv("P2I_DSN", dsn)
    file = samples / "data" / "ripe-atlas-rtt" / "11119.csv"
    words = ["--mapping", str(MAPPINGS / PROBES["11119"]), "--circuit", "atlas-11119", "--inventory", str(inventory)]
    assert import_file([str(file), *words]) == 0
    row = connection.execute("SELECT min(sent_at), max(sent_at) FROM probe").fetchone()
    assert row is not None
    instants = [line.split(";")[0] for line in file.read_text().splitlines()[1:]]
    written = [datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC) for text in instants]
    assert row == (min(written), max(written))
    assert row[0] == datetime(2016, 10, 14, 21, 17, tzinfo=UTC)
