"""Whatever people write goes into the store, the ledger, the files for the auditor and the statement, and comes out as
it was written: ids of tickets and exclusions, reasons, evidence, logins, names of the inventory."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facilities.registration import register_inventory
from reports.composing import compose
from reports.csv_tables import csv_tables
from reports.html import html
from reports.language_en import ENGLISH
from reports.statement import statement_text
from sla_engine.export_command import main as export
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from sla_engine.publishing import Desk
from store.connection import Connection
from store.exclusion_rows import Proposal
from store.exclusions import decide_exclusions, propose_exclusions
from store.instants import microseconds
from store.promises import write_freezes, write_tickets
from store.readings import INTERVAL, write_readings
from store.rows import FreezeRow, TicketRow
from store.verdicts import read_scores
from tests.acceptance.audited_month import STARTS_AT, two_people
from tests.acceptance.months import CLOSED, MONTH, export_words, recomputed
from tests.reports.hostile_names import NAMES, as_seen, named_inventory
from tests.reports.read_forms import csv_tables_of, html_text, squeezed

Json = dict[str, Any]
AGREEMENT, TENANT, CIRCUIT = "DEMO-CASA-A", "locataire-a", "casa-a1"
NAME, LOGINS = " / ".join([NAMES["formula"], NAMES["overridden"], NAMES["markup"]]), ("=a\u202em'i\"na;é", "<b>il🇲🇦al")
HOUR = timedelta(hours=1)


@pytest.fixture
def published(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dsn: str
) -> Callable[[str], Json]:
    """Publishes the month and a correction of it; each name is an exclusion, a ticket, and all that is said of them."""
    monkeypatch.setenv("P2I_DSN", dsn)
    inventory = named_inventory(tmp_path / "inventory", NAME)
    numbers = dict(register_inventory(connection, inventory, CLOSED).circuits)
    at = microseconds(STARTS_AT) + np.arange(2_000, dtype=np.int64) * 10_000_000
    many = np.full(at.size, 10, np.int64)
    lost = np.where(np.arange(at.size) % 500 < 20, 10, 0).astype(np.int64)
    write_readings(connection, INTERVAL, [np.full(at.size, numbers[CIRCUIT]), at, many, lost], CLOSED)
    spans = [(STARTS_AT + number * HOUR / 10, STARTS_AT + (number + 2) * HOUR / 10) for number in range(len(NAMES))]
    write_tickets(
        connection, [TicketRow(name, CIRCUIT, *span) for name, span in zip(NAMES.values(), spans, strict=True)], numbers
    )
    write_freezes(
        connection,
        [
            FreezeRow(name, start, start + HOUR / 30, name)
            for name, (start, _) in zip(NAMES.values(), spans, strict=True)
        ],
    )
    Scorer(Promised.of(inventory)).run_pass(connection, CLOSED)
    connection.commit()
    Desk(connection, Promised.of(inventory), CLOSED).issue(AGREEMENT, MONTH, NAME)
    connection.commit()
    with two_people(connection, *LOGINS) as (proposing, deciding):
        told = [
            Proposal(name, CIRCUIT, "customer", *span, None, name, name)
            for name, span in zip(NAMES.values(), spans, strict=True)
        ]
        propose_exclusions(proposing, told, numbers)
        proposing.commit()
        decide_exclusions(deciding, [(name, CIRCUIT) for name in NAMES.values()], "accepted", None)
        deciding.commit()
    Scorer(Promised.of(inventory)).run_pass(connection, CLOSED + HOUR)
    Desk(connection, Promised.of(inventory), CLOSED + HOUR).restate(AGREEMENT, MONTH, NAME)
    connection.commit()

    def made(language: str) -> Json:
        found = compose(connection, inventory, TENANT, MONTH, language=language, issued_at=CLOSED + HOUR)
        connection.commit()
        return found

    return made


def test_the_statement_says_what_people_wrote(published: Callable[[str], Json]) -> None:
    made = json.loads(statement_text(published("en")).encode())
    (one,) = (each for each in made["agreements"] if each["agreement"] == AGREEMENT)
    assert (made["tenant"]["name"], one["facility"]["name"], one["published"]["reason"]) == (NAME, NAME, NAME)
    assert one["circuits"][CIRCUIT]["label"] == one["circuits"][CIRCUIT]["carrier"] == NAME
    names = sorted(NAMES.values())
    exclusions = one["registers"]["exclusions"]
    for key in ("exclusion", "reason", "evidence"):
        assert sorted(row[key] for row in exclusions) == names
    for key, login in (("proposed_by", LOGINS[0]), ("decided_by", LOGINS[1])):
        assert {row[key].rpartition("_")[0] for row in exclusions} == {login}
    tickets = next(each["tickets"] for each in one["objectives"] if "tickets" in each)
    assert sorted(row["ticket"] for row in tickets) == names
    assert sorted(freeze["reason"] for row in tickets for freeze in row["freezes"]) == names
    came = [each["id"] for each in one["correction"]["difference"]["exclusions"]["came"]]
    assert sorted(came) == names

    shown = csv_tables_of(csv_tables(made, ENGLISH), ",")
    seen = sorted(map(as_seen, names))
    assert sorted(row["Exclusion"] for row in shown["Exclusions"]) == seen
    assert sorted(row["Ticket"] for row in shown["Tickets"] if row["Agreement"] == AGREEMENT) == seen
    text = html_text(html(made, ENGLISH))
    assert all(squeezed(name) in text for name in seen)


@pytest.mark.usefixtures("published")
def test_the_auditors_files_hold_them_and_give_the_same_document(connection: Connection, tmp_path: Path) -> None:
    folder = tmp_path / "facts"
    assert export(export_words(AGREEMENT, folder, MONTH, tmp_path / "inventory")) == 0
    for file, key in (("exclusions", "id"), ("tickets", "ticket"), ("freezes", "reason")):
        with (folder / f"{file}.csv").open(encoding="utf-8", newline="") as opened:
            assert sorted(row[key] for row in csv.DictReader(opened)) == sorted(NAMES.values()), file
    (stored,) = (
        row.document
        for row in read_scores(connection, tenant=TENANT)
        if (row.agreement, row.period_starts_at) == (AGREEMENT, STARTS_AT)
    )
    assert recomputed(folder) == stored
    assert datetime.fromisoformat(json.loads(stored)["period"]["starts_at"]) == STARTS_AT.astimezone(UTC)
