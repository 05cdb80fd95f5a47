"""One month, always the same bytes: scored from CSV, from the archive's Parquet, and from the store."""

import shlex
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from facilities.agreement_toml import read_agreement
from facilities.calendar import period
from facilities.instants import epoch_seconds
from sla_engine.document import document_text
from sla_engine.export_command import main as export
from sla_engine.from_store import read_facts
from sla_engine.scoring import score
from store.archive import Archive
from store.archive_folder import ArchiveFolder
from store.connection import Connection
from store.readings import STATE, write_readings
from store.registry import circuit_numbers, register_circuits
from store.rows import CircuitRow, State
from tests.acceptance.months import CLOSED, ScoreMonth, StoreMonth, command_of, export_words, printed_score

KINDS = {"--intervals": "interval", "--probes": "probe"}


def archived(connection: Connection, folder: Path) -> Path:
    """The archive of everything in the store, long after it came."""
    connection.commit()
    archive = ArchiveFolder(folder)
    run = Archive(connection, archive, timedelta(days=35), CLOSED + timedelta(days=365), "p2i test")
    with archive.locked():
        assert {outcome.word for outcome in run.run(["interval", "probe", "state"])} == {"archived"}
    return folder


@pytest.mark.usefixtures("commands_use_this_store")
@pytest.mark.parametrize("name", ["DEMO-CASA-A", "DEMO-TECH-C"])
def test_csv_parquet_and_store_give_the_same_bytes(
    name: str,
    connection: Connection,
    tmp_path: Path,
    store_month: StoreMonth,
    score_month: ScoreMonth,
) -> None:
    store_month(name)
    stored = score_month(name, CLOSED)
    archive = archived(connection, tmp_path / "archive")
    csv = tmp_path / "csv"
    assert export(export_words(name, csv)) == 0
    words = shlex.split(command_of(csv))[2:]
    assert printed_score(words, csv) == stored
    whole, by_kind = list(words), list(words)
    for option, kind in KINDS.items():
        whole[whole.index(option) + 1] = str(archive)
        by_kind[by_kind.index(option) + 1] = str(archive / f"kind={kind}")
    assert printed_score(whole, csv) == stored
    assert printed_score(by_kind, csv) == stored
    # Retention has done its work: readings come from the archive, decisions still from an export.
    for table in ("circuit_interval", "probe", "circuit_state"):
        connection.execute(f"DELETE FROM {table}".encode())
    connection.commit()
    late = tmp_path / "late"
    assert export(export_words(name, late)) == 0
    assert not any((late / f"{option[2:]}.csv").exists() for option in KINDS)
    assert printed_score(whole, late) == stored
    options = ("--tickets", "--freezes", "--exclusions")
    readings_only = [word for i, word in enumerate(whole) if not {word, whole[i - 1]} & set(options)]
    assert printed_score(readings_only, late) != stored  # the works of September would be an outage


REPORTED = """
[agreement]
id = "R"
tenant = "t"
facility = "park"
time_zone = "Africa/Casablanca"
starts_on = 2026-01-01
monthly_fee = "100"
currency = "MAD"
[[objective]]
id = "availability"
circuit = "c"
indicator = "availability"
method = "states"
target_percent = "99.9"
"""


def test_reported_states_give_the_same_bytes_from_csv_parquet_and_store(connection: Connection, tmp_path: Path) -> None:
    texts = ["2026-08-30T00:00:00Z", "2026-08-31T23:30:00Z", "2026-09-01T00:30:00Z", "2026-09-10T08:00:00Z"]
    texts.append("2026-09-10T09:00:01Z")
    states = [State.up, State.unknown, State.up, State.down, State.up]
    number = register_circuits(connection, [CircuitRow("c", "park", None, False)])["c"]
    instants = np.array([epoch_seconds(text) for text in texts]) * 1_000_000
    write_readings(connection, STATE, [np.full(5, number), instants, np.array(states, np.int64)], CLOSED)
    agreement = tmp_path / "agreement.toml"
    agreement.write_text(REPORTED)
    promised = read_agreement(agreement)
    month = period("2026-09", promised.time_zone)
    from_store = document_text(
        score(promised, month, read_facts(connection, promised, month, circuit_numbers(connection)))
    )
    csv = tmp_path / "states.csv"
    csv.write_text("at,circuit,state\n" + "".join(f"{t},c,{s.name}\n" for t, s in zip(texts, states, strict=True)))
    for file in (csv, archived(connection, tmp_path / "archive")):
        words = ["--agreement", str(agreement), "--period", "2026-09", "--states", str(file)]
        assert printed_score(words, tmp_path) == from_store
    assert '"breached"' in from_store
