import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from facilities.inventory import Inventory
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.statement import Scored, document_text, statement
from store.canonical import canonical_sha256, text_sha256
from store.errors import P2IError

Document = dict[str, Any]
MakeScored = Callable[..., Scored]

ISSUED = datetime(2026, 11, 3, 9, tzinfo=UTC)
NONE: Mapping[str, str | None] = {}


def made(
    demo: Inventory, *scored: Scored, not_scored: Mapping[str, str | None] = NONE, issued_at: datetime = ISSUED
) -> Document:
    return statement(
        demo.tenants["locataire-a"],
        "2026-10",
        scored,
        not_scored,
        inventory=demo,
        issued_at=issued_at,
        words=FRENCH,
    )


def test_a_month_that_is_over_and_complete_is_provisional_until_published(
    demo: Inventory, october: Document, scored: MakeScored
) -> None:
    found = made(demo, scored(october))
    said = "aucun verdict de DEMO-CASA-A n’est encore publié : tout chiffre peut encore changer."
    assert reasons(found) == [said]
    assert (found["version"], found["replaces"], found["adjustment"]) == (None, None, [])
    assert (found["number"], found["label"]) == ("DÉMO-P2I-2026-10-locataire-a", "DÉMO")
    assert found["tenant"] == {"code": "locataire-a", "name": "Locataire A (fictif)"}
    assert found["payable"] == [{"currency": "MAD", "amount": "2700.00"}]


def test_it_holds_the_very_document_of_the_score(demo: Inventory, october: Document, scored: MakeScored) -> None:
    one = scored(october)
    found = made(demo, one)
    [agreement] = found["agreements"]
    assert document_text(agreement["score"]) == one.row.document
    assert found["parts_sha256"]["DEMO-CASA-A"]["score"] == text_sha256(one.row.document)


def test_every_hash_can_be_computed_again_from_the_file(demo: Inventory, october: Document, scored: MakeScored) -> None:
    found = json.loads(json.dumps(made(demo, scored(october))))
    [agreement], parts = found["agreements"], found["parts_sha256"]["DEMO-CASA-A"]
    assert parts["rules"] == canonical_sha256(agreement["rules"])
    assert parts["registers"] == canonical_sha256(agreement["registers"])
    assert parts["agreement"] == agreement["agreement_sha256"]
    without = {key: value for key, value in found.items() if key != "sha256"}
    assert found["sha256"] == canonical_sha256(without)


def test_the_same_input_gives_the_same_bytes(demo: Inventory, october: Document, scored: MakeScored) -> None:
    assert json.dumps(made(demo, scored(october))) == json.dumps(made(demo, scored(october)))


def test_the_seconds_and_the_budget_are_spelled_out(demo: Inventory, october: Document, scored: MakeScored) -> None:
    shown = made(demo, scored(october))["agreements"][0]["objectives"][0]
    spelled_out = {key: value for key, value in shown.items() if key not in ("spans", "outages")}
    assert spelled_out == {
        "id": "availability",
        "raw": None,
        "promise": "99,95\u00a0% au moins",
        "target_percent": "99.95",
        "min_coverage_percent": "95",
        "seconds_total": 2_678_400,
        "budget_seconds": {"allowed": "1335.6", "used": 1_510, "left": "-174.4"},
    }


def test_seconds_that_do_not_add_up_are_never_issued(demo: Inventory, october: Document, scored: MakeScored) -> None:
    october["objectives"][0]["seconds"]["up"] += 1
    with pytest.raises(
        P2IError,
        match=r'^score of "DEMO-CASA-A": the seconds of "availability" add up to 2678401, not to the 2678400 of',
    ):
        made(demo, scored(october))


def test_a_document_in_another_form_is_never_issued(demo: Inventory, october: Document, scored: MakeScored) -> None:
    with pytest.raises(P2IError, match="its text is not what contracts/score prescribes"):
        made(demo, scored(october)._replace(row=scored(october).row._replace(document=json.dumps(october))))


def reasons(found: Document) -> list[str]:
    assert found["status"] == "provisional"
    return [str(reason).replace("\u00a0", " ") for reason in found["reasons"]]


def test_a_running_month_is_provisional_and_has_no_budget(
    demo: Inventory, october: Document, scored: MakeScored
) -> None:
    now = datetime(2026, 10, 20, tzinfo=UTC)
    found = made(demo, scored(october, scored_to_at=now), issued_at=now + timedelta(minutes=1))
    assert reasons(found)[0].startswith("la période de DEMO-CASA-A n’est pas terminée")
    assert found["agreements"][0]["objectives"][0]["budget_seconds"] is None


def test_a_month_not_scored_to_its_end_is_provisional(demo: Inventory, october: Document, scored: MakeScored) -> None:
    early = scored(october, scored_to_at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    assert reasons(made(demo, early)) == ["la période n’a pas encore été évaluée jusqu’à sa fin (DEMO-CASA-A)."]


def test_seconds_that_can_still_change_make_it_provisional(
    demo: Inventory, october: Document, scored: MakeScored
) -> None:
    october["objectives"][0]["provisional_seconds"] = 40
    assert reasons(made(demo, scored(october))) == [
        "les 40 dernières secondes de casa-a1 peuvent encore changer (DEMO-CASA-A)."
    ]


def test_an_open_ticket_makes_it_provisional(demo: Inventory, october: Document, scored: MakeScored) -> None:
    october["objectives"][3]["tickets"][1]["verdict"] = "open"
    assert reasons(made(demo, scored(october))) == ["un ticket de casa-a1 est encore ouvert (DEMO-CASA-A)."]


def test_an_agreement_without_a_score_is_named(demo: Inventory, october: Document, scored: MakeScored) -> None:
    found = made(demo, scored(october), not_scored={"DEMO-TECH-A": None, "DEMO-TECH-B": "the period is off the grid"})
    assert reasons(found) == [
        "la convention DEMO-TECH-A n’a pas encore été évaluée pour ce mois.",
        "l’évaluation de la convention DEMO-TECH-B pour ce mois est impossible : the period is off the grid.",
    ]


def test_agreements_add_up_by_currency(demo: Inventory, october: Document, scored: MakeScored) -> None:
    other = json.loads(json.dumps(october).replace("DEMO-CASA-A", "DEMO-TECH-A").replace("casa-a1", "tech-a1"))
    other["objectives"] = other["objectives"][:2]
    other["credits"] |= {"total": "0.10", "payable": "0.10"}
    found = made(demo, scored(october), scored(other))
    assert found["payable"] == [{"currency": "MAD", "amount": "2700.10"}]
    assert [one["agreement"] for one in found["agreements"]] == ["DEMO-CASA-A", "DEMO-TECH-A"]


def test_the_rules_are_in_the_language_of_the_statement(demo: Inventory, october: Document, scored: MakeScored) -> None:
    found = statement(
        demo.tenants["locataire-a"], "2026-10", [scored(october)], {}, inventory=demo, issued_at=ISSUED, words=ENGLISH
    )
    assert found["language"] == "en"
    assert found["agreements"][0]["rules"]["objectives"]["loss"][1] == "Credit when breached: 5% of the fee."
