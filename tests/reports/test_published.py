"""Statements of what the ledger says: the version in force, its number and what it replaces, and when it is final."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.composing import compose
from reports.files import write_statement as write
from reports.html import html
from reports.language_fr import FRENCH
from store.canonical import canonical_sha256
from store.connection import Connection
from store.errors import InputError
from store.exclusion_rows import Proposal
from store.exclusions import decide_exclusions, propose_exclusions
from store.ledger import read_entries
from store.registry import circuit_numbers
from store.rows import ExclusionRow
from tests.conftest import LogIn
from tests.sla_engine.ledger_cases import AMENDED, DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

ISSUED, CLOSED = OCTOBER + 5 * DAY, OCTOBER + 45 * DAY


@pytest.fixture
def months(connection: Connection, tmp_path: Path) -> Months:
    """September 2025 in two segments with an outage in the first, scored after its end."""
    texts = (
        agreement_text("casa-a1", starts_on="2025-09-01"),
        agreement_text("casa-a1", starts_on="2025-09-01", target="99.5", more=AMENDED),
    )
    found = Months(connection, promise(tmp_path, *texts))
    found.register()
    found.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE)
    found.engine(OCTOBER + DAY)
    return found


def statement(months: Months, language: str = "fr") -> dict[str, Any]:
    months.connection.commit()
    return compose(
        months.connection, months.promised.inventory, "locataire-a", "2025-09", language=language, issued_at=CLOSED
    )


def test_a_month_of_which_nothing_is_published_is_provisional(months: Months) -> None:
    found = statement(months)
    assert (found["status"], found["version"], found["number"][-12:]) == ("provisional", None, "-locataire-a")
    assert [reason[:16] for reason in found["reasons"]] == ["aucun verdict de"]


def test_it_is_the_version_in_force_and_not_a_newer_draft(months: Months, decide_by_two: Any, tmp_path: Path) -> None:
    first = months.desk(ISSUED).issue("YEAR", "2025-09")
    issued = statement(months)
    assert (issued["status"], issued["number"][-3:], issued["replaces"]) == ("issued", "-v1", None)
    assert issued["payable"] == [{"currency": "MAD", "amount": "250.00"}]
    assert [one["published"]["sha256"] for one in issued["agreements"]] == [entry.sha256 for entry in first]
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.engine(ISSUED + DAY)
    assert statement(months)["payable"] == issued["payable"], "a draft is not what is in force"
    months.desk(ISSUED + DAY).contest("YEAR", "2025-09", "our router was up")
    assert statement(months)["status"] == "contested"
    (second,) = months.desk(ISSUED + 2 * DAY).restate("YEAR", "2025-09")
    months.desk(ISSUED + 2 * DAY).answer("YEAR", "2025-09", upheld=True, reason="it was")
    corrected = statement(months)
    assert (corrected["number"][-3:], corrected["replaces"]) == ("-v2", issued["number"])
    assert (corrected["status"], corrected["version"]) == ("issued", 2)
    assert corrected["payable"] == [{"currency": "MAD", "amount": "0.00"}]
    assert corrected["adjustment"] == [{"currency": "MAD", "amount": "-250.00"}]
    published = corrected["agreements"][0]["published"]
    assert published == {
        "version": 2, "state": "issued", "issued_at": "2025-10-07T23:00:00Z",
        "contest_until": "2025-11-06T23:00:00Z", "reason": second.said()["reason"],
        "adjustment": "-250.00", "entry": second.entry, "sha256": second.sha256,
    }  # fmt: skip
    months.desk(CLOSED).finalise("YEAR", "2025-09")
    assert statement(months)["status"] == "final"
    names = [file.name for one in (issued, corrected) for file in write(one, tmp_path / "out")]
    kinds = ("html", "pdf", "json")
    assert names == [f"DEMO-P2I-2025-09-locataire-a-v{n}.{kind}" for n in (1, 2) for kind in kinds]
    page = (tmp_path / "out" / names[3]).read_text(encoding="utf-8")
    assert second.sha256 in page
    assert issued["number"] in page


def test_a_correction_before_the_tenant_had_a_statement_replaces_none(
    connection: Connection, decide_by_two: Any, tmp_path: Path
) -> None:
    """Of two agreements one is published and corrected while the other waits: its first statement is version 1."""
    texts = [agreement_text(c, code=n, starts_on="2025-09-01") for n, c in (("YEAR", "casa-a1"), ("OTHER", "casa-b1"))]
    months = Months(connection, promise(tmp_path, *texts))
    months.register()
    for circuit in ("casa-a1", "casa-b1"):
        months.measure(circuit, SEPTEMBER, OCTOBER + DAY, OUTAGE)
    months.engine(OCTOBER + DAY)
    months.desk(ISSUED).issue("YEAR", "2025-09")
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.desk(ISSUED + DAY).restate("YEAR", "2025-09")
    waiting = statement(months)
    assert (waiting["status"], waiting["version"], waiting["replaces"]) == ("provisional", None, None)
    months.desk(ISSUED + 2 * DAY).issue("OTHER", "2025-09")
    first = statement(months)
    assert (first["status"], first["number"][-3:], first["replaces"]) == ("issued", "-v1", None)
    assert [one["published"]["version"] for one in first["agreements"]] == [1, 2], "OTHER, YEAR"
    decide_by_two([ExclusionRow("Y", "casa-b1", "customer", *OUTAGE, None, "accepted")])
    months.desk(ISSUED + 3 * DAY).restate("OTHER", "2025-09")
    second = statement(months)
    assert (second["number"][-3:], second["replaces"]) == ("-v2", first["number"])


def test_a_final_statement_is_never_replaced_by_a_different_one(months: Months, tmp_path: Path) -> None:
    months.desk(ISSUED).issue("YEAR", "2025-09")
    months.desk(CLOSED).finalise("YEAR", "2025-09")
    final = statement(months)
    files = write(final, tmp_path / "out")
    before = [file.read_bytes() for file in files]
    write(statement(months), tmp_path / "out")
    assert [file.read_bytes() for file in files] == before
    final["parts_sha256"] = {"other": {}}
    with pytest.raises(InputError, match="a final statement is there and differs"):
        write(final, tmp_path / "out")
    assert [file.read_bytes() for file in files] == before


def test_a_version_has_the_registers_it_was_made_of_and_not_those_of_today(
    months: Months, decide_by_two: Callable[..., None]
) -> None:
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.engine(ISSUED)
    months.desk(ISSUED).issue("YEAR", "2025-09")
    before = statement(months)["agreements"][0]
    assert before["registers_as_of"] == "version"
    (exclusion,) = before["registers"]["exclusions"]
    assert (exclusion["decision"], exclusion["counted_seconds"]) == ("accepted", 7_200)
    assert None not in (exclusion["proposed_by"], exclusion["decided_by"], exclusion["decided_at"])
    months.connection.execute("UPDATE exclusion SET decision = 'rejected', reason = 'PV 12'")
    months.connection.commit()
    assert statement(months)["agreements"][0]["registers"] == before["registers"]


def test_why_it_was_asked_for_and_why_it_was_decided_are_both_told(months: Months, log_in: LogIn) -> None:
    proposal = Proposal("X", "casa-a1", "customer", *OUTAGE, None, "works on the tenant's own router", "letter 7")
    propose_exclusions(months.connection, [proposal], circuit_numbers(months.connection))
    months.connection.commit()
    approver = log_in("approver")
    decide_exclusions(approver, [("X", "casa-a1")], "accepted", "seen in the far end's log")
    approver.commit()
    months.desk(ISSUED).issue("YEAR", "2025-09")
    made = statement(months)
    (exclusion,) = made["agreements"][0]["registers"]["exclusions"]
    assert exclusion["proposed_reason"] == "works on the tenant's own router"
    assert exclusion["reason"] == "seen in the far end's log"
    text = html(made, FRENCH)
    assert "works on the tenant&#39;s own router" in text
    assert "seen in the far end&#39;s log" in text


def test_raw_and_contractual_figures_stand_side_by_side(months: Months, decide_by_two: Callable[..., None]) -> None:
    """The outage of two hours is excluded: the contract forgives it, the raw figures do not."""
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.engine(ISSUED)
    draft = statement(months)["agreements"][0]
    months.desk(ISSUED).issue("YEAR", "2025-09")
    issued = statement(months)["agreements"][0]
    for one in (draft, issued):
        (promised,), (found,) = one["objectives"], one["score"]["objectives"]
        assert (found["seconds"]["down"], found["seconds"]["excluded"]) == (0, 7_200)
        assert (promised["raw"]["seconds"]["down"], promised["raw"]["seconds"]["excluded"]) == (7_200, 0)
        assert (promised["raw"]["verdict"], found["verdict"]) == ("breached", "met")
        (outage,) = promised["outages"]
        assert outage["exclusions"] == ["X"]
        assert (outage["measured"]["counted_seconds"], outage["measured"]["excluded_seconds"]) == (0, 7_200)
        assert outage["measured"]["bad_intervals"] == 12
        (span,) = promised["spans"]["excluded"]
        assert span == {"starts_at": outage["starts_at"], "ends_at": outage["ends_at"]}


def test_a_correction_says_what_it_changes_and_the_chain_is_named(
    months: Months, decide_by_two: Callable[..., None]
) -> None:
    months.desk(ISSUED).issue("YEAR", "2025-09")
    first = statement(months)
    assert first["agreements"][0]["correction"] is None
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    (second,) = months.desk(ISSUED + DAY).restate("YEAR", "2025-09", "PV 12")
    made = statement(months)
    found = made["agreements"][0]["correction"]
    assert (found["from_version"], found["to_version"], found["reason"]) == (1, 2, "PV 12")
    assert found["adjustment"] == "-250.00"
    assert made["chain"] == {"YEAR": {"entry": second.entry, "sha256": second.sha256}}
    assert first["chain"]["YEAR"]["entry"] == second.entry - 1
    (last,) = [month for month in made["history"]["YEAR"] if month["versions"]]
    assert (last["month"], [one["version"] for one in last["versions"]]) == ("2025-09", [2, 1])
    assert len(made["history"]["YEAR"]) == 12
    page = html(made, FRENCH)
    assert "Ce que la version 2 change de la version 1" in page
    assert "Ce relevé en corrige un autre." in page
    assert f"registre YEAR n°\u00a0{second.entry}" in page.replace("n° ", "n°\u00a0")


def test_a_lost_draft_does_not_take_what_is_published_with_it(months: Months) -> None:
    months.desk(ISSUED).issue("YEAR", "2025-09")
    for table in ("verdict", "score"):
        months.connection.execute(f"DELETE FROM {table}".encode())
    found = statement(months, "en")
    assert found["status"] == "issued"
    assert [json.dumps(one["score"]) for one in found["agreements"]] == [
        json.dumps(entry.published()) for entry in read_entries(months.connection)
    ]
    assert found["sha256"] == canonical_sha256({key: value for key, value in found.items() if key != "sha256"})
