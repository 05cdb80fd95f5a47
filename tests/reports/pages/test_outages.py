"""The table of outages: what of each counts, why the rest does not, and what speaks for it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from facilities.inventory import Inventory
from reports.evidence import Told
from reports.language_fr import FRENCH
from reports.pages.outages import outages
from reports.pages.wording import Wording
from reports.statement import Scored, statement

Document = dict[str, Any]
MakeScored = Callable[..., Scored]
ISSUED = datetime(2026, 11, 3, 9, tzinfo=UTC)
SINCE = datetime(2026, 10, 7, 9, 13, tzinfo=UTC)


def rows(demo: Inventory, one: Scored, **changes: Any) -> list[list[str]]:
    """The lines of the last cell of each outage; `changes` are what the engine measured of the first one."""
    made = statement(demo.tenants["locataire-a"], "2026-10", [one], {}, inventory=demo, issued_at=ISSUED, words=FRENCH)
    [agreement] = made["agreements"]
    promised = agreement["objectives"][0]
    spans = changes.pop("outside", [])
    promised["spans"]["outside_service_hours"] = spans
    if changes:
        promised["outages"][0]["measured"] = {"counted_seconds": 1_510, "excluded_seconds": 0} | changes
    found = agreement["score"]["objectives"][0]
    *_, table = outages(Wording(FRENCH, made), agreement, found, promised)
    return [[line["text"].replace("\u00a0", " ") for line in row[-1]] for row in table["rows"]]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"counted_seconds": 910, "excluded_seconds": 600}, "exclu : 10 min 00 s"),
        ({"counted_seconds": 910, "outside": [{}]}, "hors heures de service : 10 min 00 s"),
        ({"counted_seconds": 910}, "réputé disponible du fait d’une exclusion : 10 min 00 s"),
        (
            {"counted_seconds": 910, "unknown_intervals": 60},
            "non décompté (indéterminé, hors heures de service ou réputé disponible) : 10 min 00 s",
        ),
    ],
)
def test_where_the_rest_went_is_said(
    changes: Document, why: str, demo: Inventory, october: Document, scored: MakeScored
) -> None:
    assert why in rows(demo, scored(october), **changes)[0]


def test_one_that_counts_whole_needs_no_word(demo: Inventory, october: Document, scored: MakeScored) -> None:
    assert rows(demo, scored(october), counted_seconds=1_510)[0] == ["Tickets : T-1"]


def test_alerts_are_named_in_words_and_only_those_of_outages(
    demo: Inventory, october: Document, scored: MakeScored
) -> None:
    """One that foresaw a breach stays open for weeks: it would stand beside every outage and speak for none."""
    told = [
        Told(number, rule, circuit, SINCE, None, ())
        for number, rule, circuit in (
            (7, "outage", "casa-a1"), (8, "breach_foreseen", "casa-a1"), (9, "duct_cut", "casa-a1"),
            (10, "outage", "casa-b1"),
        )
    ]  # fmt: skip
    one = scored(october)._replace(told=told)
    assert "Alertes : interruption (n° 7), fourreau coupé (n° 9)" in rows(demo, one)[0]
