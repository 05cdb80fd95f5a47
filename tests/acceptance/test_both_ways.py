"""One arithmetic: the same month scored by `p2i score` from files and by the engine from the store, byte for byte."""

import csv
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest

from facilities.inventory import DEMO_INVENTORY, read_inventory
from p2i.simulation import SimulatedCircuit
from tests.acceptance.months import CLOSED, MONTH, ScoreMonth, StoreMonth, printed_score

DEMO = read_inventory(DEMO_INVENTORY)


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


@pytest.mark.parametrize("name", sorted(name for name in DEMO.agreements if "LIVE" not in name))
def test_files_and_store_give_the_same_bytes(
    name: str, tmp_path: Path, store_month: StoreMonth, score_month: ScoreMonth
) -> None:
    circuits = store_month(name)
    stored = score_month(name, CLOSED)
    words = ["--agreement", str(DEMO.agreement_files[name]), "--period", MONTH, *as_files(tmp_path, circuits)]
    assert printed_score(words, tmp_path) == stored
