"""The statement of a month that an amendment cuts: both segments, each by its own text, and what is owed in all."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from facilities.inventory import DEMO_INVENTORY, read_inventory
from reports.command import main
from reports.composing import compose
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.connection import Connection
from store.promises import write_tickets
from store.registry import register_circuits
from store.rows import CircuitRow, TicketRow

FILE = "casanearshore-locataire-a.toml"
AMENDMENT = '\n[agreement.amendment]\nnumber = 1\neffective_on = 2026-10-16\ntitle = "avenant n° 1"\n\n[[objective]]'
RUNNING, CLOSED = datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demo inventory with an amendment in mid-October: twice the fee."""
    copied = tmp_path / "inventory"
    shutil.copytree(DEMO_INVENTORY, copied)
    text = (copied / "agreements" / FILE).read_text(encoding="utf-8")
    text = text.replace("\n[[objective]]", AMENDMENT, 1).replace('"18000.00"', '"36000.00"')
    (copied / "agreements" / "amendment.toml").write_text(text, encoding="utf-8")
    return copied


def a_pass(connection: Connection, folder: Path, now: datetime) -> None:
    """A ticket of eight hours in each segment, one of the tenant's other agreement, and a pass of the engine."""
    names = ("casa-a1", "tech-a1")
    circuits = register_circuits(connection, [CircuitRow(name, "casanearshore", None, True) for name in names])
    for day in (5, 17):
        opened, restored = datetime(2026, 10, day, 8, tzinfo=UTC), datetime(2026, 10, day, 16, tzinfo=UTC)
        write_tickets(connection, [TicketRow(f"T-{day}", "casa-a1", opened, restored)], circuits)
    write_tickets(connection, [TicketRow("T-0", "tech-a1", opened, restored)], circuits)
    connection.commit()
    Scorer(Promised.of(read_inventory(folder))).run_pass(connection, now)


def composed(connection: Connection, folder: Path, now: datetime = CLOSED) -> dict[str, Any]:
    connection.commit()
    return compose(connection, read_inventory(folder), "locataire-a", "2026-10", language="fr", issued_at=now)


def cut(statement: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in statement["agreements"] if one["agreement"] == "DEMO-CASA-A"]


def test_both_segments_are_on_the_statement_and_add_up(connection: Connection, folder: Path) -> None:
    a_pass(connection, folder, CLOSED)
    statement = composed(connection, folder)
    first, second = cut(statement)
    assert (first["segment"], second["segment"]) == (
        {"first_on": "2026-10-01", "last_on": "2026-10-15", "amendment": 0},
        {"first_on": "2026-10-16", "last_on": "2026-10-31", "amendment": 1},
    )
    assert [one["score"]["credits"]["fee"] for one in (first, second)] == ["8709.68", "18580.65"]
    assert [one["score"]["credits"]["payable"] for one in (first, second)] == ["870.97", "1858.06"]
    assert statement["payable"] == [{"currency": "MAD", "amount": "2729.03"}]
    assert [[each["ticket"] for each in one["registers"]["tickets"]] for one in (first, second)] == [["T-5"], ["T-17"]]
    assert {name for name in statement["parts_sha256"] if "CASA" in name} == {
        "DEMO-CASA-A 2026-10-01", "DEMO-CASA-A 2026-10-16",
    }  # fmt: skip
    said = [next(rule for rule in one["rules"]["common"] if "Le texte" in rule) for one in (first, second)]
    assert "en vigueur du 01/01/2026 au 16/10/2026 exclu" in said[0]
    assert "l’avenant n° 1 (avenant n° 1), en vigueur du 16/10/2026" in said[1].replace("\u00a0", " ")
    assert statement["status"] == "provisional", "nothing is published"


def test_an_agreement_that_is_not_cut_has_no_segment(connection: Connection, folder: Path) -> None:
    a_pass(connection, folder, CLOSED)
    (other,) = (one for one in composed(connection, folder)["agreements"] if one["agreement"] == "DEMO-TECH-A")
    assert "segment" not in other


def test_a_segment_without_a_score_is_missing(connection: Connection, folder: Path) -> None:
    a_pass(connection, folder, CLOSED)
    for table in ("verdict", "score"):
        connection.execute(
            f"DELETE FROM {table} WHERE agreement = 'DEMO-CASA-A' AND period_starts_at > '2026-10-02'"
            " AND period_starts_at < '2026-10-31'".encode()
        )
    statement = composed(connection, folder)
    assert len(cut(statement)) == 1
    assert statement["status"] == "provisional"
    assert [reason for reason in statement["reasons"] if "DEMO-CASA-A" in reason] == [
        "la convention DEMO-CASA-A n’a pas encore été évaluée pour ce mois."
    ]


def test_a_segment_that_has_not_begun_is_not_missing(connection: Connection, folder: Path) -> None:
    now = datetime(2026, 10, 10, tzinfo=UTC)
    a_pass(connection, folder, now)
    reasons = composed(connection, folder, now)["reasons"]
    assert len([reason for reason in reasons if "DEMO-CASA-A" in reason]) == 1, reasons


def test_the_text_a_closed_segment_keeps_is_printed_whatever_the_inventory_says(
    connection: Connection, folder: Path
) -> None:
    a_pass(connection, folder, CLOSED)
    before = composed(connection, folder)
    file = folder / "agreements" / FILE
    file.write_text(file.read_text(encoding="utf-8").replace('"18000.00"', '"1.00"'), "utf-8")
    after = composed(connection, folder)
    assert after["parts_sha256"] == before["parts_sha256"]


def test_the_page_tells_the_segments_apart(
    connection: Connection, dsn: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_pass(connection, folder, CLOSED)
    monkeypatch.setenv("P2I_DSN", dsn)
    words = ["--tenant", "locataire-a", "--period", "2026-10", "--out", str(tmp_path), "--inventory", str(folder)]
    assert main(words) == 0
    (page,) = tmp_path.glob("*.html")
    text = page.read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "Convention DEMO-CASA-A, du 01/10/2026 au 15/10/2026 –" in text
    assert "Convention DEMO-CASA-A, du 16/10/2026 au 31/10/2026 –" in text
    (made,) = (file for file in tmp_path.glob("*.json") if ".manifest" not in file.suffixes)
    statement = json.loads(made.read_text(encoding="utf-8"))
    ids = [part.split('"')[0] for part in text.split('<pattern id="')[1:]]
    assert ids
    assert len(set(ids)) == len(ids), "no two drawings share a pattern"
    assert len(cut(statement)) == 2
