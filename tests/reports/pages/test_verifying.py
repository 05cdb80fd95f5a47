"""The last page: commands that work as printed, and a seal called by its name."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from facilities.inventory import Inventory
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.pages.verifying import verifying
from reports.pages.wording import Wording
from reports.statement import Scored, statement

Document = dict[str, Any]
MakeScored = Callable[..., Scored]
SEAL = {"algorithm": "ed25519", "key": "0123456789abcdef", "value": "c2ln"}


@pytest.fixture
def made(demo: Inventory, october: Document, scored: MakeScored) -> Document:
    issued_at = datetime(2026, 11, 3, 9, tzinfo=UTC)
    return statement(
        demo.tenants["locataire-a"], "2026-10", [scored(october)], {},
        inventory=demo, issued_at=issued_at, words=FRENCH,
    )  # fmt: skip


def said(made: Document, words: Any = FRENCH) -> list[str]:
    blocks = [one for one in verifying(Wording(words, made), ["DEMO-CASA-A"]) if one["block"] == "text"]
    return [line["text"].replace("\u00a0", " ") for one in blocks for line in one["lines"]]


def test_unsigned_it_claims_no_author(made: Document) -> None:
    text = said(made)
    assert "p2i verify DEMO-P2I-2026-10-locataire-a.manifest.json" in text
    assert "Document non signé : son empreinte montre qu’il n’a pas changé, non qui l’a écrit." in text


@pytest.mark.parametrize(
    ("words", "name"),
    [(FRENCH, "Cachet électronique simple, non qualifié au sens de la loi n° 43-20 : Ed25519, clé 0123456789abcdef."),
     (ENGLISH, "Simple electronic seal, not qualified under law 43-20: Ed25519, key 0123456789abcdef.")],
)  # fmt: skip
def test_signed_it_says_what_kind_of_seal_that_is(words: Any, name: str, made: Document) -> None:
    text = said(made | {"signature": SEAL}, words)
    assert "p2i verify DEMO-P2I-2026-10-locataire-a.manifest.json --keys keys.json" in text
    assert any(line.startswith(name) for line in text)
    assert not any("non signé" in line or "Not signed" in line for line in text)
