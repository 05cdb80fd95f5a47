"""Outages, budgets nearly gone and breaches foreseen: levels to the second, severities, and what they say."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from alerting.rules.facts import CircuitState
from tests.alerting.rules.cases import NOW, SECOND, found, outlook

DOWN = CircuitState("A", "o", "c", "down", NOW - timedelta(minutes=10), 3)
SUBJECT = "objective:A/o/2026-11"


def test_an_outage_pages_since_it_began_and_says_what_is_left() -> None:
    (one,) = found("outage", states=(DOWN,), outlooks=(outlook(budget_left_seconds=Decimal("1992.5")),))
    assert (one.severity, one.subject, one.reason) == ("page", "circuit:c", "down")
    assert one.since_at == DOWN.changed_at
    assert (one.facility, one.tenant, one.carrier, one.agreement) == ("casa", "t", "operateur-a", "A")
    assert (one.facts["outages_day"], one.facts["budget_left_seconds"]) == (3, "1992.5")


@pytest.mark.parametrize("state", ["up", "unknown"])
def test_what_the_contract_does_not_call_an_outage_is_none(state: str) -> None:
    bad = outlook(bad_run_seconds=240)
    assert found("outage", states=(DOWN._replace(state=state),), outlooks=(bad,)) == []


def test_a_circuit_of_two_agreements_is_one_outage_since_the_first() -> None:
    other = DOWN._replace(agreement="B", changed_at=DOWN.changed_at - SECOND)
    (one,) = found("outage", states=(DOWN, other))
    assert (one.agreement, one.since_at) == ("B", other.changed_at)
    assert one.facts["agreements"] == ["A", "B"]


def test_a_circuit_that_left_the_inventory_is_told_all_the_same() -> None:
    (one,) = found("outage", states=(DOWN,), circuits={}, agreements={})
    assert (one.circuit, one.facility, one.tenant) == ("c", None, None)


@pytest.mark.parametrize(
    ("left", "reason", "severity"),
    [
        ("1296.1", None, None),
        ("1296", "budget_50", "ticket"),
        ("648.1", "budget_50", "ticket"),
        ("648", "budget_75", "ticket"),
        ("259.2", "budget_90", "ticket"),
        ("0.1", "budget_90", "ticket"),
        ("0", "budget_100", "page"),
        ("-1", "budget_100", "page"),
    ],
)
def test_a_level_holds_at_the_level_itself(left: str, reason: str | None, severity: str | None) -> None:
    told = found("budget", outlooks=(outlook(budget_left_seconds=Decimal(left)),))
    assert [(one.reason, one.severity) for one in told] == ([] if reason is None else [(reason, severity)])


def test_what_is_consumed_is_never_rounded_up() -> None:
    (one,) = found("budget", outlooks=(outlook(budget_left_seconds=Decimal("259.3")),))
    assert (one.reason, one.facts["consumed_percent"]) == ("budget_75", "89.99")


def test_maintenance_alone_can_reach_a_level() -> None:
    """FC-1: 2580 of 2595.6 s are 99.3 %; ten hours of maintenance make them more than all."""
    before = outlook(budget_seconds=Decimal("2595.6"), budget_left_seconds=Decimal("15.6"))
    after = outlook(budget_seconds=Decimal("2559.6"), budget_left_seconds=Decimal("-20.4"))
    assert [one.reason for one in found("budget", outlooks=(before,))] == ["budget_90"]
    assert [one.reason for one in found("budget", outlooks=(after,))] == ["budget_100"]


def test_a_target_of_a_hundred_percent_is_gone_with_its_first_second() -> None:
    none = outlook(allowed_ratio=Decimal(0), budget_seconds=Decimal(0), budget_left_seconds=Decimal(0))
    assert found("budget", outlooks=(none,)) == []
    (one,) = found("budget", outlooks=(none._replace(budget_left_seconds=Decimal(-1)),))
    assert (one.reason, one.facts["consumed_percent"]) == ("budget_100", None)


def test_two_segments_of_a_month_are_two_subjects() -> None:
    second = outlook(period_starts_at=datetime(2026, 11, 15, tzinfo=UTC), budget_left_seconds=Decimal(0))
    (one,) = found("budget", outlooks=(second,))
    assert one.subject == "objective:A/o/2026-11-15"
    (summer,) = found(
        "budget", outlooks=(outlook(period_starts_at=datetime(2026, 6, 30, 23, tzinfo=UTC), budget_left_seconds=0),)
    )
    assert summer.subject == "objective:A/o/2026-07"  # midnight in Casablanca, which was an hour ahead then


@pytest.mark.parametrize(
    ("left", "states", "reason", "severity"),
    [
        ("3600", (DOWN,), "breach_by_outage", "page"),
        ("10", (), "breach_by_trend", "ticket"),
        ("10", (DOWN._replace(circuit="other"),), "breach_by_trend", "ticket"),
        ("0", (DOWN,), "breach_by_outage", "page"),
    ],
)
def test_a_breach_foreseen(left: str, states: tuple[CircuitState, ...], reason: str, severity: str) -> None:
    row = outlook(breach_at=NOW + timedelta(hours=2), budget_left_seconds=Decimal(left), trend_down_seconds=60)
    (one,) = found("breach_foreseen", outlooks=(row,), states=states)
    assert (one.reason, one.severity, one.subject) == (reason, severity, SUBJECT)
    assert one.facts["breach_at"] == "2026-11-10T12:00:00Z"
    assert one.facts["payable_if_breached"] == "50.00"


def test_an_outage_that_may_go_on_for_long_is_told_once() -> None:
    row = outlook(breach_at=NOW + timedelta(hours=2), budget_left_seconds=Decimal("3600.1"), trend_down_seconds=60)
    assert found("breach_foreseen", outlooks=(row,), states=(DOWN,)) == []
    there = {("breach_foreseen", SUBJECT): NOW - timedelta(days=1)}
    (one,) = found("breach_foreseen", outlooks=(row,), states=(DOWN,), open=there)
    assert (one.reason, one.severity) == ("breach_by_outage", "ticket")


def test_the_service_time_left_is_that_of_the_outage_or_of_the_trend() -> None:
    row = outlook(breach_at=NOW, budget_left_seconds=Decimal("720.9"), trend_down_seconds=720)
    (by_outage,) = found("breach_foreseen", outlooks=(row,), states=(DOWN,))
    (by_trend,) = found("breach_foreseen", outlooks=(row,))
    assert by_outage.facts["service_seconds_left"] == 720
    assert by_trend.facts["service_seconds_left"] == 605556  # 720.9 s at 720 s a week


def test_what_is_breached_already_or_will_not_be_is_not_foreseen() -> None:
    assert found("breach_foreseen", outlooks=(outlook(),), states=(DOWN,)) == []
    gone = outlook(breach_at=NOW - timedelta(hours=1), budget_left_seconds=Decimal(-1))
    assert found("breach_foreseen", outlooks=(gone,), states=(DOWN,)) == []


def test_a_budget_lasts_since_it_was_first_seen() -> None:
    row = outlook(budget_left_seconds=Decimal(0))
    since_at = NOW - timedelta(days=1)
    (one,) = found("budget", outlooks=(row,), open={("budget", SUBJECT): since_at})
    assert one.since_at == since_at
