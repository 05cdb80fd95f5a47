"""What is owed in words: a breach without a credit is a breach all the same."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from facilities.inventory import Inventory
from reports.language_fr import FRENCH
from reports.pages.money import money
from reports.pages.wording import Wording
from reports.statement import Scored, statement

Document = dict[str, Any]
MakeScored = Callable[..., Scored]


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("breached", "Aucun avoir n’est proposé : le contrat n’en attache pas aux engagements en défaut."),
        ("insufficient_data", "Aucun avoir n’est proposé : aucun engagement n’est jugé en défaut."),
    ],
)
def test_nothing_owed_is_not_nothing_breached(
    verdict: str, words: str, demo: Inventory, october: Document, scored: MakeScored
) -> None:
    for found in october["objectives"]:
        found |= {"verdict": verdict, "credit_percent": "0", "credit": "0.00"}
    october["credits"] |= {"total": "0.00", "payable": "0.00"}
    made = statement(
        demo.tenants["locataire-a"], "2026-10", [scored(october)], {},
        inventory=demo, issued_at=datetime(2026, 11, 3, 9, tzinfo=UTC), words=FRENCH,
    )  # fmt: skip
    _, said = money(Wording(FRENCH, made), made["agreements"][0])
    assert [line["text"].replace("\u00a0", " ") for line in said["lines"]] == [words]
