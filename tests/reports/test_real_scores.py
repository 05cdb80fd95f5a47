"""Statements of what the engine really computes: every agreement of the demo, in the month of 721 hours."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from facilities.agreement import Agreement
from facilities.calendar import period
from facilities.instants import instant
from facilities.inventory import Inventory
from reports.catalogue import Catalogue
from reports.html import html
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.statement import Scored, statement
from sla_engine.document import document_text
from sla_engine.facts import CircuitFacts, Facts, IntervalRows, Ticket
from sla_engine.scoring import score
from store.intervals import Interval
from store.verdict_rows import ScoreRow

DAY = 86_400


def facts(agreement: Agreement, month: Interval[int]) -> Facts:
    """Three days measured on each circuit's grid, an hour of it an outage, and a ticket that was never restored."""
    circuits = {}
    for objective in agreement.objectives:
        promised = agreement.availability_of(objective.circuit)
        step = 60 if promised is None else promised.interval_seconds
        at = np.arange(month.starts_at + 10 * DAY, month.starts_at + 13 * DAY, step, dtype=np.int64)
        sent = np.full(at.size, 10, dtype=np.int64)
        lost = np.where((at >= month.starts_at + 11 * DAY) & (at < month.starts_at + 11 * DAY + 3_600), 10, 0)
        circuits[objective.circuit] = CircuitFacts(
            intervals=IntervalRows(at, sent, lost.astype(np.int64)),
            tickets=(Ticket("T-1", month.starts_at + 11 * DAY, None),),
        )
    return Facts(circuits)


def scored(agreement: Agreement, as_of: int | None) -> Scored:
    month = period("2026-09", agreement.time_zone)
    text = document_text(score(agreement, month, facts(agreement, month), as_of=as_of))
    at = instant(month.ends_at + 3_600 if as_of is None else as_of)
    row = ScoreRow(
        agreement.id, instant(month.starts_at), instant(month.ends_at), agreement.tenant, agreement.facility, True,
        text, "0" * 64, "0.1.0", "2026f", at, at,
    )  # fmt: skip
    return Scored(agreement, row, {"exclusions": [], "tickets": [], "freezes": []})


@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["fr", "en"])
@pytest.mark.parametrize("as_of", [None, datetime(2026, 9, 14, 12, 0, tzinfo=UTC)], ids=["over", "running"])
def test_every_agreement_of_the_demo(words: Catalogue, as_of: datetime | None, demo: Inventory) -> None:
    for agreement in demo.agreements.values():
        one = scored(agreement, None if as_of is None else int(as_of.timestamp()))
        issued_at = one.row.scored_to_at + timedelta(minutes=1)
        made = statement(
            demo.tenants[agreement.tenant], "2026-09", [one], {}, inventory=demo, issued_at=issued_at, words=words
        )
        [part] = made["agreements"]
        for found, shown in zip(part["score"]["objectives"], part["objectives"], strict=True):
            if found["indicator"] == "availability":
                assert shown["seconds_total"] == part["score"]["period"]["seconds"] == 721 * 3_600
                assert (shown["budget_seconds"] is None) == (as_of is not None)
                if as_of is None:
                    left = shown["budget_seconds"]["left"]
                    is_met = found["value_percent"] is not None and not left.startswith("-")
                    assert found["verdict"] in ("insufficient_data", "met" if is_met else "breached")
        page = html(made, words)
        assert made["sha256"] in page
        assert "{" not in page.partition("</style>")[2]
