"""What a correction changed: told so that a reader needs no other version beside it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from facilities.inventory import Inventory
from reports.language_fr import FRENCH
from reports.pages.changes import changes
from reports.pages.wording import Wording
from reports.statement import Scored, statement

Document = dict[str, Any]
MakeScored = Callable[..., Scored]

NOTHING: Document = {"objectives": [], "credit": {}, "exclusions": {}, "tickets": {}, "readings": [], "rules": {}}
EARLY = {"starts_at": "2026-10-07T09:12:20Z", "ends_at": "2026-10-07T09:37:30Z", "seconds": 1_510}
LATE = {"starts_at": "2026-10-07T10:12:20Z", "ends_at": "2026-10-07T10:37:30Z", "seconds": 1_510}
EXCLUSION = {"id": "FM-14", "circuit": "casa-a1", "kind": "force_majeure", "starts_at": "2026-10-07T09:00:00Z",
             "ends_at": "2026-10-07T10:00:00Z", "announced_at": None}  # fmt: skip


@pytest.fixture
def rows(demo: Inventory, october: Document, scored: MakeScored) -> Callable[..., list[tuple[str, str, str]]]:
    issued_at = datetime(2026, 11, 3, 9, tzinfo=UTC)
    made = statement(
        demo.tenants["locataire-a"], "2026-10", [scored(october)], {},
        inventory=demo, issued_at=issued_at, words=FRENCH,
    )  # fmt: skip
    [agreement] = made["agreements"]

    def told(**difference: Any) -> list[tuple[str, str, str]]:
        agreement["correction"] = {
            "from_version": 1, "to_version": 2, "reason": "PV 12", "causes": [], "adjustment": "-900.00",
            "difference": NOTHING | difference,
        }  # fmt: skip
        [table] = [one for one in changes(Wording(FRENCH, made), agreement) if one["block"] == "table"]
        plain = [[" ".join(line["text"] for line in cell).replace("\u00a0", " ") for cell in row]
                 for row in table["rows"]]  # fmt: skip
        return [(one[0], one[1], one[2]) for one in plain]

    return told


def test_of_tickets_those_are_told_that_changed(rows: Any) -> None:
    """Two before and two after: their number would say that nothing changed."""
    same = {"ticket": "T-2", "elapsed_seconds": 1_200, "frozen_seconds": 0, "verdict": "met"}
    before = {"ticket": "T-1", "elapsed_seconds": 3_600, "frozen_seconds": 0, "verdict": "met"}
    after = before | {"elapsed_seconds": 16_800, "verdict": "breached"}
    change = {"before": [before, same], "after": [after, same]}
    assert rows(objectives=[{"id": "gtr", "circuit": "casa-a1", "tickets": change}]) == [
        ("gtr – casa-a1 : ticket T-1", "1 h 00 min 00 s, respecté", "4 h 40 min 00 s, non respecté")
    ]


def test_an_outage_that_moved_is_on_both_sides(rows: Any) -> None:
    change = {"before": [EARLY], "after": [LATE]}
    assert rows(objectives=[{"id": "availability", "circuit": "casa-a1", "outages": change}]) == [
        ("availability – casa-a1 : nombre d’interruptions", "1", "1"),
        ("availability – casa-a1 : interruption",
         "07/10/2026 09:12:20 +00:00 → 07/10/2026 09:37:30 +00:00, 25 min 10 s", "—"),
        ("availability – casa-a1 : interruption", "—",
         "07/10/2026 10:12:20 +00:00 → 07/10/2026 10:37:30 +00:00, 25 min 10 s"),
    ]  # fmt: skip


def test_exclusions_that_came_went_or_say_something_else(rows: Any) -> None:
    span = "force majeure, 07/10/2026 09:00:00 +00:00 → 07/10/2026 10:00:00 +00:00"
    assert rows(exclusions={"came": [EXCLUSION]}) == [("exclusion FM-14 (casa-a1)", "", f"ajout {span}")]
    assert rows(exclusions={"went": [EXCLUSION]}) == [("exclusion FM-14 (casa-a1)", f"retrait {span}", "")]
    changed = {"id": "FM-14", "circuit": "casa-a1", "kind": {"before": "customer", "after": "force_majeure"},
               "ends_at": {"before": "2026-10-07T11:00:00Z", "after": "2026-10-07T10:00:00Z"}}  # fmt: skip
    assert rows(exclusions={"changed": [changed]}) == [
        ("exclusion FM-14 (casa-a1) : fin", "07/10/2026 11:00:00 +00:00", "07/10/2026 10:00:00 +00:00"),
        ("exclusion FM-14 (casa-a1) : nature", "fait du client", "force majeure"),
    ]


def test_tickets_on_record_that_came_or_say_something_else(rows: Any) -> None:
    came: Document = {
        "id": "T-9",
        "circuit": "casa-a1",
        "opened_at": "2026-10-07T09:15:00Z",
        "restored_at": None,
        "freezes": [],
    }
    assert rows(tickets={"came": [came]}) == [
        ("ticket T-9 (casa-a1)", "", "ajout 07/10/2026 09:15:00 +00:00 → encore ouvert")
    ]
    frozen = [{"starts_at": "2026-10-07T09:20:00Z", "ends_at": "2026-10-07T09:30:00Z"}]
    changed = {"id": "T-9", "circuit": "casa-a1", "freezes": {"before": [], "after": frozen},
               "restored_at": {"before": None, "after": "2026-10-07T14:40:00Z"}}  # fmt: skip
    assert rows(tickets={"changed": [changed]}) == [
        ("ticket T-9 (casa-a1) : gels", "—", "07/10/2026 09:20:00 +00:00 → 07/10/2026 09:30:00 +00:00"),
        ("ticket T-9 (casa-a1) : rétablissement", "—", "07/10/2026 14:40:00 +00:00"),
    ]


def test_rules_are_named_in_words(rows: Any) -> None:
    change = {"before": "2026a", "after": "2026f"}
    assert rows(rules={"tzdb": change}) == [("fuseaux horaires (tzdb)", "2026a", "2026f")]
