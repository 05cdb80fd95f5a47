"""Deadlines of tickets, missed objectives, statements and failed scores: at the edge, and how long they are shown."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from alerting.rules.facts import JudgedPeriod, Published
from store.alert_rows import RestoreRow
from store.verdict_rows import UnscoredRow
from tests.alerting.rules.cases import NOW, SECOND, found

OPENED = NOW - timedelta(hours=3)
TICKET = RestoreRow("A", "gtr", "T-1", "c", False, OPENED, NOW, 14400, 7200, 0, NOW + timedelta(hours=2))
MONTH = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
JUDGED = JudgedPeriod("A", "o", "c", "loss", *MONTH, "breached", NOW - timedelta(hours=1), Decimal("50.00"), "MAD")
ISSUED = Published("A", *MONTH, "issued", 1, NOW - timedelta(hours=1), Decimal("50.00"), "MAD")


@pytest.mark.parametrize(
    ("elapsed", "reason", "severity"),
    [
        (7199, None, None),
        (7200, "restore_50", "ticket"),
        (10799, "restore_50", "ticket"),
        (10800, "restore_75", "page"),
        (14400, "restore_75", "page"),  # at equality it is met
        (14401, "restore_over", "page"),
    ],
)
def test_the_clock_of_a_ticket(elapsed: int, reason: str | None, severity: str | None) -> None:
    row = TICKET._replace(elapsed_seconds=elapsed, due_at=NOW + timedelta(seconds=14400 - elapsed))
    told = found("restore_deadline", restores=(row,))
    assert [(one.reason, one.severity) for one in told] == ([] if reason is None else [(reason, severity)])


def test_a_deadline_says_which_ticket_and_when() -> None:
    (one,) = found("restore_deadline", restores=(TICKET,))
    assert (one.subject, one.since_at, one.tenant) == ("ticket:A/gtr/T-1", OPENED, "t")
    assert (one.facts["ticket"], one.facts["due_at"]) == ("T-1", "2026-11-10T12:00:00Z")


def test_a_deadline_passes_between_two_passes_of_the_engine() -> None:
    row = TICKET._replace(elapsed_seconds=14390, due_at=NOW)
    assert [one.reason for one in found("restore_deadline", NOW, restores=(row,))] == ["restore_75"]
    assert [one.reason for one in found("restore_deadline", NOW + SECOND, restores=(row,))] == ["restore_over"]


def test_a_frozen_clock_that_ends_nowhere_is_still_half_gone() -> None:
    (one,) = found("restore_deadline", restores=(TICKET._replace(due_at=None),))
    assert (one.reason, one.facts["due_at"]) == ("restore_50", None)


def test_a_missed_objective_is_a_ticket_since_it_was_found() -> None:
    (one,) = found("objective_breached", judged=(JUDGED,))
    assert (one.severity, one.subject, one.since_at) == ("ticket", "objective:A/o/2026-11", JUDGED.breached_at)
    assert (one.facts["indicator"], one.facts["credit"], one.facts["is_over"]) == ("loss", "50.00", False)


@pytest.mark.parametrize("standing", ["met", "on_track", "open", "insufficient_data", "not_measurable"])
def test_nothing_else_is_missed(standing: str) -> None:
    assert found("objective_breached", judged=(JUDGED._replace(standing=standing),)) == []


@pytest.mark.parametrize(("days", "is_shown"), [(0, True), (9, True), (10, False)])
def test_a_missed_month_is_shown_for_a_while(days: int, is_shown: bool) -> None:
    at = MONTH[1] + timedelta(days=days)
    assert bool(found("objective_breached", at, judged=(JUDGED,))) is is_shown
    late = JUDGED._replace(breached_at=at)  # a reading that came late: told however old the month
    assert found("objective_breached", at + timedelta(days=9), judged=(late,))


@pytest.mark.parametrize(("hours", "is_shown"), [(-2, False), (-1, True), (22, True), (23, False)])
def test_a_statement_is_news_for_a_day(hours: int, is_shown: bool) -> None:
    told = found("statement_ready", NOW + timedelta(hours=hours), published=(ISSUED,))
    assert bool(told) is is_shown


def test_only_the_last_version_of_a_statement_is_news() -> None:
    again = ISSUED._replace(kind="restated", version=2, published_at=NOW)
    (one,) = found("statement_ready", published=(again, ISSUED))
    assert (one.reason, one.subject, one.facts["version"]) == ("restated", "statement:A/2026-11", 2)
    assert (one.severity, one.tenant, one.facility) == ("ticket", "t", "casa")


def test_a_month_that_cannot_be_scored_says_why() -> None:
    row = UnscoredRow("A", MONTH[0], NOW - timedelta(hours=5), "off its grid")
    (one,) = found("unscored", unscored=(row,))
    assert (one.subject, one.since_at, one.facts["why"]) == ("agreement:A/2026-11", row.failed_at, "off its grid")
