"""The difference between two versions, from what they say, and its reasons as sentences."""

import copy
from typing import Any

import pytest

from sla_engine.verdict_difference import adjustment, causes, difference, same_figures
from sla_engine.verdict_text import changes

Json = dict[str, Any]


def body(**facts: Any) -> Json:
    series = {"kind": "intervals", "rows": 288, "sha256": "a", "rows_by_day": {"2026-09-01": 144, "2026-09-02": 144}}
    return {
        "agreement_sha256": "text", "calendar": None, "software_version": "1.0", "tzdb": "2026f",
        "input": {"facts": {"circuits": [{"circuit": "c", "readings": [series]}], "exclusions": [], "tickets": [],
                            **facts}},
    }  # fmt: skip


def document() -> Json:
    objective = {
        "id": "a", "circuit": "c", "indicator": "availability", "verdict": "met", "value_percent": "100.0000",
        "seconds": {"up": 10, "down": 0, "unknown": 0}, "outages": [], "credit_percent": "0", "credit": "0.00",
    }  # fmt: skip
    return {
        "period": {"starts_at": "x", "tzdb": "2026f"},
        "objectives": [objective],
        "credits": {"fee": "100.00", "payable": "0.00"},
    }


EXCLUSION = {"id": "X", "circuit": "c", "kind": "customer", "starts_at": "1", "ends_at": "2", "announced_at": None}
TICKET: Json = {"id": "T", "circuit": "c", "opened_at": "1", "restored_at": None, "freezes": []}


def test_of_the_same_nothing_differs() -> None:
    found = difference(body(), body(), document(), document())
    assert found == {"objectives": [], "credit": {}, "exclusions": {}, "tickets": {}, "readings": [], "rules": {}}
    assert causes(found, {}) == []
    assert list(changes(found)) == ["no figure differs"]


def test_figures_are_before_and_after_and_only_those_that_changed() -> None:
    after = document()
    after["objectives"][0].update(verdict="breached", seconds={"up": 8, "down": 2, "unknown": 0}, outages=[{}])
    after["credits"]["payable"] = "5.00"
    found = difference(body(), body(), document(), after)
    assert found["objectives"] == [
        {
            "id": "a",
            "circuit": "c",
            "verdict": {"before": "met", "after": "breached"},
            "outages": {"before": [], "after": [{}]},
            "seconds": {"up": {"before": 10, "after": 8}, "down": {"before": 0, "after": 2}},
        }
    ]
    assert found["credit"] == {"payable": {"before": "0.00", "after": "5.00"}}
    assert list(changes(found)) == [
        "a (c)", "  verdict: met -> breached", "  outages: 0 before, 1 after", "  up seconds: 10 -> 8",
        "  down seconds: 0 -> 2", "credits payable: 0.00 -> 5.00",
    ]  # fmt: skip


def test_an_objective_that_only_one_of_them_has_is_told_too() -> None:
    after = document()
    after["objectives"] = [{**after["objectives"][0], "id": "b"}]
    found = difference(body(), body(), document(), after)
    assert [(each["id"], each["verdict"]) for each in found["objectives"]] == [
        ("a", {"before": "met", "after": None}),
        ("b", {"before": None, "after": "met"}),
    ]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ({}, {"exclusions": [EXCLUSION]}, "exclusion X of c accepted, decided by amina at noon"),
        ({"exclusions": [EXCLUSION]}, {}, "exclusion X of c no longer accepted, decided by amina at noon"),
        (
            {"exclusions": [EXCLUSION]},
            {"exclusions": [{**EXCLUSION, "ends_at": "3"}]},
            "exclusion X of c changed, decided by amina at noon",
        ),
        ({}, {"tickets": [TICKET]}, "ticket T of c opened"),
        ({"tickets": [TICKET]}, {}, "ticket T of c withdrawn"),
        ({"tickets": [TICKET]}, {"tickets": [{**TICKET, "restored_at": "5"}]}, "ticket T of c changed"),
    ],
)
def test_what_came_went_or_changed_is_a_sentence(before: Json, after: Json, sentence: str) -> None:
    found = difference(body(**before), body(**after), document(), document())
    assert causes(found, {("X", "c"): "amina at noon"}) == [sentence]


def test_late_readings_are_counted_over_their_days_and_changed_ones_are_not_hidden() -> None:
    late, other = body(), body()
    readings = late["input"]["facts"]["circuits"][0]["readings"][0]
    readings.update(sha256="b", rows_by_day={"2026-09-01": 144, "2026-09-02": 150, "2026-09-03": 6})
    found = difference(body(), late, document(), document())
    assert causes(found, {}) == [
        "readings: intervals of c on 2 days from 2026-09-02 to 2026-09-03: 156 rows, before 144"
    ]
    other["input"]["facts"]["circuits"][0]["readings"][0]["sha256"] = "b"
    found = difference(body(), other, document(), document())
    assert causes(found, {}) == ["readings: intervals of c on one or more days: other values"]
    none = body(circuits=[])
    found = difference(none, body(), document(), document())
    assert causes(found, {}) == ["readings: intervals of c on 2 days from 2026-09-01 to 2026-09-02: 288 rows, before 0"]


def test_rules_that_changed_are_named() -> None:
    after = {**body(), "tzdb": "2027a", "calendar": {"id": "ma", "version": 2, "sha256": "s"}}
    found = difference(body(), after, document(), document())
    assert causes(found, {}) == ["calendar: ma 2 s, before none", "tzdb: 2027a, before 2026f"]


def test_a_release_of_the_zone_data_is_no_figure_and_an_instant_is() -> None:
    other = copy.deepcopy(document())
    other["period"]["tzdb"] = "2027a"
    assert same_figures(document(), other)
    other["period"]["starts_at"] = "y"
    assert not same_figures(document(), other)


@pytest.mark.parametrize(
    ("before", "after", "owed"), [("0.00", "5.00", "5.00"), ("5.00", "0.00", "-5.00"), ("1.10", "1.10", "0.00")]
)
def test_the_adjustment_is_what_the_next_statement_adds(before: str, after: str, owed: str) -> None:
    assert adjustment({"credits": {"payable": before}}, {"credits": {"payable": after}}) == owed
