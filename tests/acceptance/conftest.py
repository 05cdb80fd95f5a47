"""A demo month in the store, scored: where the tests of "recompute it yourself" begin."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime
from types import MappingProxyType

import numpy as np
import pytest

from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from p2i.demo_month import DemoMonth
from p2i.simulation import PROBES_PER_INTERVAL, SimulatedCircuit
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.connection import Connection
from store.instants import microseconds
from store.promises import write_freezes, write_tickets
from store.readings import INTERVAL, PROBE, write_readings
from store.registry import register_circuits
from store.rows import CircuitRow
from store.verdicts import read_scores
from tests.acceptance.audited import Audited, audit, database
from tests.acceptance.months import CLOSED, ScoreMonth, StoreMonth


@pytest.fixture(scope="session")
def demo() -> Inventory:
    return read_inventory(DEMO_INVENTORY)


@pytest.fixture
def commands_use_this_store(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands that a test calls read and write its own database."""
    monkeypatch.setenv("P2I_DSN", dsn)


@pytest.fixture
def store_month(connection: Connection, demo: Inventory, decide_by_two: Callable[..., None]) -> StoreMonth:
    """Stores the simulated September 2026 of an agreement's circuits and returns it."""

    def stored(agreement: str) -> list[SimulatedCircuit]:
        promised = demo.agreements[agreement]
        circuits = [one for one in DemoMonth.of(demo, 2026, 9, 11).circuits if promised.availability_of(one.circuit)]
        _into_store(connection, circuits)
        decide_by_two(row for one in circuits for row in one.exclusions)
        return circuits

    return stored


@pytest.fixture
def score_month(connection: Connection, demo: Inventory) -> ScoreMonth:
    """Runs one pass of the engine over one agreement and returns the document it stored for September 2026."""

    def scored(agreement: str, now: datetime) -> str:
        Scorer(Promised.of(_only(demo, agreement))).run_pass(connection, now)
        return next(row.document for row in read_scores(connection) if row.period_starts_at.month == 8)

    return scored


def _into_store(connection: Connection, circuits: list[SimulatedCircuit]) -> None:
    numbers = register_circuits(connection, [CircuitRow(one.circuit, "f", None, True) for one in circuits])
    for one in circuits:
        measured = np.flatnonzero(one.measured)
        at = microseconds(one.starts_at) + measured * one.step_seconds * 1_000_000
        series = np.full(at.size, numbers[one.circuit], np.int64)
        sent = np.full(at.size, PROBES_PER_INTERVAL, np.int64)
        write_readings(connection, INTERVAL, [series, at, sent, one.lost[measured]], CLOSED)
        write_readings(connection, PROBE, [series, at, one.round_trip_nanoseconds[measured]], CLOSED)
        write_tickets(connection, one.tickets, numbers)
        write_freezes(connection, one.freezes)
    connection.commit()


def _only(inventory: Inventory, agreement: str) -> Inventory:
    return dataclasses.replace(
        inventory,
        contracts=MappingProxyType({agreement: inventory.contracts[agreement]}),
    )


@pytest.fixture(scope="session")
def audited(server_dsn: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    """A month with everything that a statement tells apart, published and written in every form; tests only read it."""
    with database(server_dsn, template_database) as dsn, pytest.MonkeyPatch.context() as patch:
        patch.setenv("P2I_DSN", dsn)
        yield audit(dsn, tmp_path_factory.mktemp("audited"))
