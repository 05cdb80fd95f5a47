"""The other readings of a stored month: the contract's line is the published one; files and store give the same."""

import contextlib
import json
import shlex
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from facilities.inventory import DEMO_INVENTORY, Inventory
from sla_engine.export_command import main as export
from sla_engine.other_readings_command import main, stored_readings
from store.connection import Connection
from store.intervals import Interval
from store.readings import INTERVAL, write_readings
from store.registry import register_circuits
from store.rows import CircuitRow
from tests.acceptance.months import CLOSED, MONTH, RUNNING, ScoreMonth, StoreMonth, command_of, export_words
from tests.sla_engine.cases import an_agreement, at, availability_objective


@pytest.mark.usefixtures("commands_use_this_store")
@pytest.mark.parametrize(
    ("name", "scored_at"), [("DEMO-CASA-A", CLOSED), ("DEMO-CASA-A", RUNNING), ("DEMO-TECH-C", CLOSED)]
)
def test_store_and_files_give_the_same_bytes_and_the_published_line(
    name: str,
    scored_at: datetime,
    demo: Inventory,
    tmp_path: Path,
    store_month: StoreMonth,
    score_month: ScoreMonth,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert demo.is_demo
    store_month(name)
    published = json.loads(score_month(name, scored_at))
    words = ["--agreement", name, "--period", MONTH, "--stored", "--inventory", str(DEMO_INVENTORY), "--json"]
    assert main(words) == 0
    from_store = capsys.readouterr().out
    shown = json.loads(from_store)
    scored = {row["id"]: row for row in published["objectives"]}
    for objective in shown["objectives"]:
        contract = objective["readings"][0]
        for key in ("value_percent", "verdict", "seconds", "credit_percent", "credit"):
            assert contract[key] == scored[objective["id"]][key]
    assert shown["payable"][0]["payable"] == published["credits"]["payable"]
    assert export(export_words(name, tmp_path)) == 0
    capsys.readouterr()
    with contextlib.chdir(tmp_path):
        assert main([*shlex.split(command_of(tmp_path))[2:], "--json"]) == 0
    assert capsys.readouterr().out == from_store


def test_a_state_from_long_before_the_period_is_found_in_the_store(connection: Connection) -> None:
    """Down on 20 January, then a dead collector into February: the contract has no figure, a tool keeps it down."""
    number = register_circuits(connection, [CircuitRow("c", "f", "t", True)])["c"]
    starts = np.arange(at("2026-01-20T00:00:00Z"), at("2026-01-20T01:00:00Z"), 10)
    hundred = np.full(starts.size, 100)
    write_readings(connection, INTERVAL, [np.full(starts.size, number), starts * 1_000_000, hundred, hundred], CLOSED)
    agreement = an_agreement(availability_objective())
    february = Interval(at("2026-02-01T00:00:00Z"), at("2026-03-01T00:00:00Z"))
    connection.commit()
    found = stored_readings(connection, agreement, february, None, now=at("2026-04-01T00:00:00Z"))
    values = {reading.policy.name: reading.ratio for reading in found.objectives[0].readings}
    assert found.objectives[0].result.ratio is None
    assert values["icinga"] == values["zabbix"] == values["librenms"] == 0
    assert values["mef-unknown-up"] == 1
