"""What figures rest on: spans that hold exactly the seconds of the score, raw figures, what outages were made of."""

from typing import Any

from hypothesis import given, settings

from facilities.instants import epoch_seconds, instant
from sla_engine.evidence import evidence, without_exclusions
from sla_engine.facts import Facts
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import Score, score
from store.canonical import canonical
from store.exclusion_rows import Decided
from store.intervals import Interval, total_seconds
from tests.sla_engine.cases import DAY, T0, an_agreement, availability_objective
from tests.sla_engine.test_invariants import LINES, RULES, SPANS, facts_of


def scores(rules: dict[str, Any], facts: Facts, seconds: int) -> tuple[Score, Score]:
    """The score and the raw one."""
    agreement, span = an_agreement(availability_objective(**rules)), Interval(T0, T0 + seconds)
    return score(agreement, span, facts), score(agreement, span, without_exclusions(facts))


def spans(listed: list[dict[str, str]]) -> list[Interval[int]]:
    return [Interval(epoch_seconds(one["starts_at"]), epoch_seconds(one["ends_at"])) for one in listed]


@given(LINES, SPANS, RULES)
@settings(deadline=None)
def test_the_spans_hold_the_seconds_of_the_score(
    line: str, excluded: list[tuple[int, int]], rules: dict[str, Any]
) -> None:
    """Under every policy; were one second drawn elsewhere, `evidence` itself would refuse."""
    facts = Facts({"c": facts_of(line, excluded)})
    found, raw = scores(rules, facts, 10 * len(line))
    (said,) = evidence(found, raw, facts, [])["objectives"]
    (result,) = found.results
    assert isinstance(result, AvailabilityResult)
    assert total_seconds(spans(said["unknown"])) == result.tally.unknown
    assert total_seconds(spans(said["excluded"])) == result.tally.excluded
    assert sum(one["counted_seconds"] for one in said["outages"]) == result.tally.down
    assert [(one["starts_at"], one["ends_at"]) for one in said["outages"]] == [
        (f"{instant(one.starts_at):%Y-%m-%dT%H:%M:%SZ}", f"{instant(one.ends_at):%Y-%m-%dT%H:%M:%SZ}")
        for one in result.tally.outages
    ]


def test_raw_figures_are_those_of_the_same_facts_without_exclusions() -> None:
    facts = Facts({"c": facts_of("gggggbbbbbgggggggggg", [(50, 50)])})
    found, raw = scores({"consecutive_intervals": 3}, facts, 200)
    said = evidence(found, raw, facts, [])
    (figures,) = said["raw"]["objectives"]
    assert figures["seconds"] == {"up": 150, "down": 50, "unknown": 0, "excluded": 0, "outside_service_hours": 0}
    assert (figures["value_percent"], figures["verdict"]) == ("75.0000", "breached")
    assert said["objectives"][0]["excluded"] == [
        {"starts_at": "2026-01-01T00:00:50Z", "ends_at": "2026-01-01T00:01:40Z"}
    ]
    canonical(said)  # text and integers only


def test_an_outage_says_what_was_measured_in_it() -> None:
    facts = Facts({"c": facts_of("gggbbbbgbbbggggg", [(30, 20)])})
    found, raw = scores({"consecutive_intervals": 3}, facts, 160)
    ((outage,),) = [each["outages"] for each in evidence(found, raw, facts, [])["objectives"]]
    assert (outage["starts_at"], outage["ends_at"]) == ("2026-01-01T00:00:30Z", "2026-01-01T00:01:50Z")
    assert (outage["bad_intervals"], outage["good_intervals"], outage["unknown_intervals"]) == (7, 1, 0)
    assert (outage["first_bad_at"], outage["last_bad_at"]) == ("2026-01-01T00:00:30Z", "2026-01-01T00:01:40Z")
    assert (outage["excluded_seconds"], outage["counted_seconds"]) == (20, 60)
    assert outage["lost"] <= outage["sent"]


def test_exclusions_of_the_period_are_told_with_author_and_decision() -> None:
    def row(name: str, start: int, decision: Any) -> Decided:
        return Decided(name, "c", "customer", instant(T0 + start), instant(T0 + start + 60), None, decision,
                       "amina", instant(T0 + DAY), "bilal", instant(T0 + 2 * DAY), "off", "letter 7")  # fmt: skip

    facts = Facts({"c": facts_of("ggg", [(0, 20)])})
    found, raw = scores({}, facts, 30)
    told = evidence(
        found, raw, facts, [row("X-1", -30, "accepted"), row("X-2", 30, "accepted"), row("X-3", 0, "rejected")]
    )
    assert [each["exclusion"] for each in told["exclusions"]] == ["X-1", "X-3"]
    assert (told["exclusions"][0]["proposed_by"], told["exclusions"][0]["decided_by"]) == ("amina", "bilal")
    assert [each["counted_seconds"] for each in told["exclusions"]] == [20, 0], (
        "of the first only what is in the period"
    )
    assert told["exclusions"][1]["decided_at"] == "2026-01-03T00:00:00Z"
