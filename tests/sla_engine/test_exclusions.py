"""Which exclusions count: decision, notice, quota."""

from typing import Any

from facilities.agreement import Maintenance
from sla_engine.exclusions import counting_exclusions
from sla_engine.facts import Exclusion
from store.intervals import Interval

HOUR = 3600
PERIOD = Interval(100 * HOUR, 200 * HOUR)


def one(
    start: int, end: int, kind: Any = "maintenance", announced: int | None = 0, decision: Any = "accepted"
) -> Exclusion:
    """An exclusion, in hours."""
    return Exclusion(
        kind, Interval(start * HOUR, end * HOUR), None if announced is None else announced * HOUR, decision
    )


def hours(*exclusions: Exclusion, **conditions: int) -> list[tuple[float, float]]:
    found = counting_exclusions(exclusions, Maintenance(**conditions), PERIOD)
    return [(span.starts_at / HOUR, span.ends_at / HOUR) for span in found]


def test_only_accepted_ones_count_and_they_are_united() -> None:
    assert hours(
        one(110, 112), one(111, 113), one(120, 121, decision="proposed"), one(130, 131, decision="rejected")
    ) == [(110, 113)]


def test_notice_is_counted_to_the_own_start_of_each_maintenance() -> None:
    assert hours(one(110, 111, announced=105), notice_hours=5) == [(110, 111)]
    assert hours(one(110, 111, announced=106), notice_hours=5) == []
    assert hours(one(110, 111, announced=None), notice_hours=0) == []
    assert hours(one(110, 111, announced=None)) == [(110, 111)]
    assert hours(one(110, 111, announced=111), notice_hours=0) == []
    # two that overlap: the later one was announced in time, the earlier one was not
    assert hours(one(110, 112, announced=108), one(111, 114, announced=100), notice_hours=5) == [(111, 114)]


def test_no_notice_and_no_quota_for_what_is_not_maintenance() -> None:
    for kind in ("customer", "force_majeure"):
        assert hours(one(110, 120, kind, None), notice_hours=5, monthly_quota_hours=1) == [(110, 120)]


def test_the_quota_takes_the_earliest_hours_of_the_period() -> None:
    assert hours(one(150, 152), one(110, 113), one(112, 114), monthly_quota_hours=5) == [(110, 114), (150, 151)]
    assert hours(one(110, 113), monthly_quota_hours=0) == []


def test_the_quota_is_used_up_by_hours_that_something_else_covers_too() -> None:
    assert hours(one(110, 112), one(120, 122), one(110, 112, "customer"), monthly_quota_hours=2) == [(110, 112)]


def test_the_quota_says_nothing_about_other_months() -> None:
    assert hours(one(90, 103), one(198, 205), monthly_quota_hours=4) == [(90, 103), (198, 199), (200, 205)]
    assert hours(one(50, 60), one(300, 310), monthly_quota_hours=0) == [(50, 60), (300, 310)]


def test_empty_spans_exclude_nothing() -> None:
    assert hours(one(110, 110), monthly_quota_hours=5) == []
