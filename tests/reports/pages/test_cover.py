"""The first page: its lines and what is proposed agree, or it says why they do not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from facilities.inventory import Inventory
from reports.language_fr import FRENCH
from reports.pages.whole import pages
from reports.statement import Scored, statement

Document = dict[str, Any]
MakeScored = Callable[..., Scored]
ISSUED = datetime(2026, 11, 3, 9, tzinfo=UTC)


def said(made: Document) -> list[str]:
    """Every text line of the pages, with plain blanks."""
    blocks = [one for one in pages(made, FRENCH)["blocks"] if one["block"] == "text"]
    return [line["text"].replace("\u00a0", " ").replace("\u202f", " ") for one in blocks for line in one["lines"]]


def made(demo: Inventory, one: Scored) -> Document:
    return statement(demo.tenants["locataire-a"], "2026-10", [one], {}, inventory=demo, issued_at=ISSUED, words=FRENCH)


@pytest.mark.parametrize(
    ("combination", "credits", "why"),
    [
        (
            "max",
            {"total": "1800.00", "payable": "1800.00"},
            "Convention DEMO-CASA-A : lignes 2 700,00 MAD, seule la plus élevée est retenue ; proposé 1 800,00 MAD.",
        ),
        (
            "sum",
            {"cap": "2000.00", "capped": "700.00", "payable": "2000.00"},
            "Convention DEMO-CASA-A : lignes 2 700,00 MAD, plafond de 30 % de la redevance, 700,00 MAD écrêtés ;"
            " proposé 2 000,00 MAD.",
        ),
    ],
)
def test_lines_that_do_not_add_up_to_what_is_proposed_say_why(
    combination: Any, credits: Document, why: str, demo: Inventory, october: Document, scored: MakeScored
) -> None:
    october["credits"] |= credits
    one = scored(october)
    found = made(demo, one._replace(agreement=replace(one.agreement, credit_combination=combination)))
    assert [line for line in said(found) if " : lignes " in line] == [why]


def test_lines_that_add_up_need_no_word(demo: Inventory, october: Document, scored: MakeScored) -> None:
    assert [line for line in said(made(demo, scored(october))) if " : lignes " in line] == []


@pytest.mark.parametrize(("amount", "shown"), [("1800.00", "+1 800,00"), ("-1.00", "−1,00"), ("0.00", "0,00")])
def test_what_a_correction_adds_has_its_sign(
    amount: str, shown: str, demo: Inventory, october: Document, scored: MakeScored
) -> None:
    found = made(demo, scored(october))
    found["adjustment"] = [{"currency": "MAD", "amount": amount}]
    assert f"Régularisation par rapport à la version précédente : {shown} MAD HT" in said(found)
