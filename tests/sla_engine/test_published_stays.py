"""What is published stays counted as it was: later measurements, files, lost drafts and open matters do not move it."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from sla_engine.other_readings_command import main as readings
from sla_engine.verdict_command import main as verdict
from sla_engine.verdict_due import read_months
from store.canonical import text_sha256
from store.connection import Connection
from store.errors import InputError
from store.instants import microseconds
from store.ledger import one_moment, write_entry
from store.promises import write_tickets
from store.readings import INTERVAL, PROBE, write_readings
from store.registry import circuit_numbers
from store.rows import TicketRow
from store.verdicts import read_scores, read_unscored
from tests.sla_engine.ledger_cases import (
    AMENDED,
    DAY,
    HOUR,
    OCTOBER,
    OUTAGE,
    SEPTEMBER,
    Months,
    agreement_text,
    promise,
)

CUT = SEPTEMBER + 15 * DAY
ISSUED, CLOSED = OCTOBER + 5 * DAY, OCTOBER + 40 * DAY
ORIGINAL = agreement_text("casa-a1", starts_on="2025-09-01")
FINER = agreement_text("casa-a1", starts_on="2025-09-01", more=AMENDED).replace("600", "300")
RESTORED_IN_TIME = """
[[objective]]
id = "gtr"
circuit = "casa-a1"
indicator = "time_to_restore"
at_most_seconds = 864000
credit_percent = "10"
"""


def months(connection: Connection, folder: Path, *texts: str) -> Months:
    found = Months(connection, promise(folder, *texts))
    found.register()
    return found


def september(connection: Connection, folder: Path, *texts: str) -> Months:
    """September 2025 with an outage of two hours, published as version 1."""
    found = months(connection, folder, *texts)
    found.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE)
    found.engine(OCTOBER + DAY)
    found.desk(ISSUED).issue("YEAR", "2025-09")
    return found


def notes(found: Months, at: timedelta = CLOSED - OCTOBER) -> list[str]:
    now = OCTOBER + at
    (month, *_) = read_months(found.connection, found.promised, ["YEAR"], now)
    return [line.note for line in month.listed(round(now.timestamp()))]


def test_intervals_of_a_later_month_do_not_put_aside_the_probes_of_this_one(
    connection: Connection, tmp_path: Path
) -> None:
    found = months(connection, tmp_path, ORIGINAL)
    sent_at = np.arange(microseconds(SEPTEMBER), microseconds(OCTOBER + DAY), 60 * 10**6)
    number = np.full(sent_at.size, circuit_numbers(connection)["casa-a1"])
    write_readings(connection, PROBE, [number, sent_at, np.full(sent_at.size, 5_000_000)], OCTOBER + DAY)
    connection.commit()
    found.engine(OCTOBER + DAY)
    (first,) = found.desk(ISSUED).issue("YEAR", "2025-09")
    assert first.published()["objectives"][0]["verdict"] == "met"
    found.measure("casa-a1", CLOSED, CLOSED + DAY)
    found.engine(CLOSED + DAY)
    with pytest.raises(InputError, match="nothing to restate"):
        found.desk(CLOSED + DAY).restate("YEAR", "2025-09")
    assert found.desk(CLOSED + DAY).finalise("YEAR", "2025-09")[0].kind == "final"


@pytest.fixture
def finer(connection: Connection, tmp_path: Path) -> Months:
    """September 2025, from the 16th on with half the Δt, by the second half's readings and the first's."""
    found = months(connection, tmp_path, ORIGINAL, FINER)
    found.measure("casa-a1", SEPTEMBER, CUT, OUTAGE, (CUT - 2 * HOUR, CUT))
    at = np.arange(microseconds(CUT), microseconds(OCTOBER), 300 * 10**6)
    number = np.full(at.size, circuit_numbers(connection)["casa-a1"])
    write_readings(connection, INTERVAL, [number, at, np.full(at.size, 10), np.full(at.size, 0)], OCTOBER)
    connection.commit()
    found.engine(OCTOBER + DAY)
    assert read_unscored(connection) == []
    return found


@pytest.mark.parametrize("texts", [(ORIGINAL,), (ORIGINAL, FINER.replace("300", "600"))], ids=["removed", "edited"])
def test_a_closed_month_keeps_the_grids_of_both_its_texts_whatever_becomes_of_the_files(
    finer: Months, tmp_path: Path, texts: tuple[str, ...]
) -> None:
    finer.desk(ISSUED).issue("YEAR", "2025-09")
    before = [row.document for row in read_scores(finer.connection) if row.period_starts_at < OCTOBER]
    finer.promised = promise(tmp_path, *texts)
    for at in (SEPTEMBER, CUT):  # something that touches both segments and changes no figure
        ticket = TicketRow(f"T-{at:%d}", "casa-a1", at + DAY, at + DAY + HOUR)
        write_tickets(finer.connection, [ticket], circuit_numbers(finer.connection))
    finer.connection.commit()
    finer.engine(ISSUED)
    assert [row.month_starts_at for row in read_unscored(finer.connection) if row.month_starts_at < OCTOBER] == []
    assert [row.document for row in read_scores(finer.connection) if row.period_starts_at < OCTOBER] == before
    with pytest.raises(InputError, match="nothing to restate"):
        finer.desk(ISSUED).restate("YEAR", "2025-09")


def test_the_readings_of_a_segment_are_those_of_its_grid(
    finer: Months, dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    published = read_scores(finer.connection, agreement="YEAR")[0].parsed()["objectives"][0]["value_percent"]
    finer.connection.commit()
    period = f"{SEPTEMBER:%Y-%m-%dT%H:%M:%SZ}/{CUT:%Y-%m-%dT%H:%M:%SZ}"
    inventory = str(finer.promised.inventory.path)
    options = ["--stored", "--agreement", "YEAR", "--period", period, "--inventory", inventory, "--json"]
    assert readings(options) == 0
    assert f'"value_percent": "{published}"' in capsys.readouterr().out


def test_a_version_is_counted_again_by_its_own_text_where_its_draft_was_lost(
    connection: Connection, tmp_path: Path
) -> None:
    found = september(connection, tmp_path, ORIGINAL)
    found.promised = promise(tmp_path, ORIGINAL.replace('"99.9"', '"50"'))
    for table in ("verdict", "score"):
        connection.execute(f"DELETE FROM {table}".encode())
    late = TicketRow("T", "casa-a1", SEPTEMBER + DAY, SEPTEMBER + DAY + HOUR)
    write_tickets(connection, [late], circuit_numbers(connection))
    connection.commit()
    found.engine(ISSUED)
    with pytest.raises(InputError, match="nothing to restate"):
        found.desk(ISSUED).restate("YEAR", "2025-09")


def test_a_month_with_an_open_ticket_is_not_final(connection: Connection, tmp_path: Path) -> None:
    found = months(connection, tmp_path, ORIGINAL + RESTORED_IN_TIME)
    found.measure("casa-a1", SEPTEMBER, OCTOBER + DAY)
    circuits = circuit_numbers(connection)
    write_tickets(connection, [TicketRow("T-9", "casa-a1", OCTOBER - DAY, None)], circuits)
    connection.commit()
    found.engine(OCTOBER + DAY)
    found.desk(ISSUED).issue("YEAR", "2025-09")
    with pytest.raises(InputError, match="ticket T-9 is still open"):
        found.desk(CLOSED).finalise("YEAR", "2025-09")
    (month, *_) = read_months(connection, found.promised, ["YEAR"], CLOSED)
    assert not month.is_final_due(round(CLOSED.timestamp()))
    assert notes(found) == ["ticket T-9 is open"]
    write_tickets(connection, [TicketRow("T-9", "casa-a1", OCTOBER - DAY, OCTOBER + 20 * DAY)], circuits)
    connection.commit()
    (second,) = found.desk(CLOSED).restate("YEAR", "2025-09")
    assert second.said()["credit"]["adjustment"] == "1000.00"


def test_a_contest_that_was_right_and_not_followed_is_finalised_by_name_alone(
    connection: Connection, tmp_path: Path
) -> None:
    found = september(connection, tmp_path, ORIGINAL)
    found.desk(ISSUED + DAY).contest("YEAR", "2025-09", "it was up")
    found.desk(ISSUED + 2 * DAY).answer("YEAR", "2025-09", upheld=True, reason="so it was")
    (month, *_) = read_months(connection, found.promised, ["YEAR"], CLOSED)
    assert not month.is_final_due(round(CLOSED.timestamp()))
    assert notes(found) == ["contest upheld, not corrected"]
    assert found.desk(CLOSED).finalise("YEAR", "2025-09")[0].kind == "final"


def test_an_entry_written_by_hand_stops_its_own_ledger_and_no_other(
    connection: Connection,
    dsn: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Who may publish may INSERT: an entry that says nothing stays for good, and must not take the others with it."""
    found = months(connection, tmp_path, ORIGINAL, agreement_text("casa-b1", code="OTHER", starts_on="2025-09-01"))
    for circuit in ("casa-a1", "casa-b1"):
        found.measure(circuit, SEPTEMBER, OCTOBER + DAY)
    found.engine(OCTOBER + DAY)
    found.desk(ISSUED).issue("YEAR", "2025-09")
    (first,) = found.desk(ISSUED).issue("OTHER", "2025-09")
    named = {"kind": "restated", "version": 2, "period": first.said()["period"], "occurred_at": "2025-10-06T00:00:00Z"}
    with one_moment(connection):
        write_entry(connection, "OTHER", {**named, "document_sha256": text_sha256("{}")}, "{}")
    monkeypatch.setenv("P2I_DSN", dsn)
    inventory = ["--inventory", str(found.promised.inventory.path)]
    assert verdict(["list", *inventory]) == 0
    listed = capsys.readouterr()
    assert [line.split()[0] for line in listed.out.splitlines()[1:]] == ["YEAR"]
    assert listed.err == "the ledger of OTHER: entry 2 is not what p2i writes (p2i verdict verify)\n"
    assert verdict(["finalise", "--due", *inventory]) == 1
    assert "YEAR 2025-09" in capsys.readouterr().out
    assert verdict(["list", "--agreement", "OTHER", *inventory]) == 2
