"""The board over what the engine really computes, through a real database: readings in, a row out."""

from datetime import UTC, datetime, timedelta

import numpy as np

from dashboards.board import board
from dashboards.circuits import circuit_rows
from dashboards.reading import read_observed
from dashboards.standing import Standing
from facilities.inventory import Inventory
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.connection import Connection
from store.instants import microseconds
from store.readings import INTERVAL, write_readings
from store.registry import register_circuits
from store.rows import CircuitRow

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_an_outage_that_goes_on(connection: Connection, demo: Inventory) -> None:
    """casa-b1 (Δt 60 s, n = 5, 99.9 % of 720 h = 43.2 min) is measured for a day and a half, the last hour all lost."""
    circuits = register_circuits(
        connection, [CircuitRow(one.code, one.facility, one.tenant, True) for one in demo.circuits.values()]
    )
    starts_at = datetime(2026, 11, 1, tzinfo=UTC)
    minutes = int((NOW - starts_at) / MINUTE)
    at = np.array([microseconds(starts_at + number * MINUTE) for number in range(minutes)], dtype=np.int64)
    lost = np.where(np.arange(minutes) >= minutes - 60, 10, 0).astype(np.int64)
    series = np.full(minutes, circuits["casa-b1"], dtype=np.int64)
    write_readings(connection, INTERVAL, [series, at, np.full(minutes, 10, dtype=np.int64), lost], NOW)
    connection.commit()
    Scorer(Promised.of(demo)).run_pass(connection, NOW)
    observed = read_observed(connection, NOW)
    first = circuit_rows(demo, observed, NOW)[0]
    assert (first.circuit, first.standing) == ("casa-b1", Standing.breached)
    assert first.availability_percent == "97.2222"  # 35 of 36 hours, cut
    assert first.budget is not None
    assert first.budget.left_seconds == 2_592 - 3_600
    assert first.coverage_ratio == 1
    assert first.state is not None
    assert (first.state.state, first.state.since_at) == ("down", NOW - 60 * MINUTE)
    assert first.newest_reading_at == NOW - MINUTE
    assert board(demo, observed, NOW).heading.complete_to_at == NOW
