"""One arithmetic: the same month scored by `p2i score` from files and by the engine from the store, byte for byte."""

import contextlib
import csv
import dataclasses
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from facilities.agreement import Agreement
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from p2i.demo_month import DemoMonth
from p2i.simulation import PROBES_PER_INTERVAL, SimulatedCircuit
from sla_engine.passes import Promised, Scorer
from sla_engine.score import main as score_files
from store.connection import Connection
from store.instants import microseconds
from store.promises import write_exclusions, write_freezes, write_tickets
from store.readings import INTERVAL, PROBE, write_readings
from store.registry import register_circuits
from store.rows import CircuitRow
from store.verdicts import read_scores

DEMO = read_inventory(DEMO_INVENTORY)
NOW = datetime(2026, 11, 2, tzinfo=UTC)


def text(at: datetime | None) -> str:
    return "" if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def write_csv(file: Path, header: str, rows: Iterable[Iterable[object]]) -> str:
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(header.split(","))
        writer.writerows(rows)
    return str(file)


def as_files(folder: Path, circuits: list[SimulatedCircuit]) -> list[str]:
    """The month as the files of the contract; the words that name them."""
    intervals = [
        (each["starts_at"], one.circuit, each["sent"], each["lost"])
        for one in circuits
        for each in one.interval_readings()
    ]
    probes = [
        (each["sent_at"], one.circuit, each["round_trip_ms"]) for one in circuits for each in one.probe_readings()
    ]
    tickets = [(t.ticket, t.circuit, text(t.opened_at), text(t.restored_at)) for one in circuits for t in one.tickets]
    freezes = [(f.ticket, text(f.starts_at), text(f.ends_at), f.reason) for one in circuits for f in one.freezes]
    exclusions = [
        (e.exclusion, e.circuit, e.kind, text(e.starts_at), text(e.ends_at), text(e.announced_at), e.decision)
        for one in circuits for e in one.exclusions
    ]  # fmt: skip
    return [
        "--intervals", write_csv(folder / "intervals.csv", "starts_at,circuit,sent,lost", intervals),
        "--probes", write_csv(folder / "probes.csv", "sent_at,circuit,round_trip_ms", probes),
        "--tickets", write_csv(folder / "tickets.csv", "ticket,circuit,opened_at,restored_at", tickets),
        "--freezes", write_csv(folder / "freezes.csv", "ticket,starts_at,ends_at,reason", freezes),
        "--exclusions",
        write_csv(folder / "x.csv", "id,circuit,kind,starts_at,ends_at,announced_at,decision", exclusions),
    ]  # fmt: skip


def into_store(connection: Connection, circuits: list[SimulatedCircuit]) -> None:
    numbers = register_circuits(connection, [CircuitRow(one.circuit, "f", None, True) for one in circuits])
    for one in circuits:
        measured = np.flatnonzero(one.measured)
        at = microseconds(one.starts_at) + measured * one.step_seconds * 1_000_000
        series = np.full(at.size, numbers[one.circuit], np.int64)
        sent = np.full(at.size, PROBES_PER_INTERVAL, np.int64)
        write_readings(connection, INTERVAL, [series, at, sent, one.lost[measured]], NOW)
        write_readings(connection, PROBE, [series, at, one.round_trip_nanoseconds[measured]], NOW)
        write_tickets(connection, one.tickets, numbers)
        write_freezes(connection, one.freezes)
        write_exclusions(connection, one.exclusions, numbers)
    connection.commit()


def only(inventory: Inventory, agreement: Agreement) -> Inventory:
    files = {agreement.id: inventory.agreement_files[agreement.id]}
    return dataclasses.replace(
        inventory, agreements=MappingProxyType({agreement.id: agreement}), agreement_files=MappingProxyType(files)
    )


@pytest.mark.parametrize("name", sorted(name for name in DEMO.agreements if "LIVE" not in name))
def test_files_and_store_give_the_same_bytes(connection: Connection, tmp_path: Path, name: str) -> None:
    agreement = DEMO.agreements[name]
    circuits = [one for one in DemoMonth.of(DEMO, 2026, 9, 11).circuits if agreement.availability_of(one.circuit)]
    into_store(connection, circuits)
    Scorer(Promised.of(only(DEMO, agreement))).run_pass(connection, NOW)
    stored = next(row.document for row in read_scores(connection) if row.period_starts_at.month == 8)
    words = ["--agreement", str(DEMO.agreement_files[name]), "--period", "2026-09", *as_files(tmp_path, circuits)]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert score_files(words) == 0
    assert printed.getvalue() == stored
