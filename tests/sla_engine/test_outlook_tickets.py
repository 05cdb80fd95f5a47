"""The clocks of open tickets: when the time to restore runs out (BH-1 to BH-3, FZ-1, FZ-2 of the vectors)."""

from dataclasses import replace
from typing import Any

import pytest

from facilities.instants import instant
from sla_engine.facts import CircuitFacts, Facts, Ticket
from sla_engine.outlook_tickets import restore_rows
from store.alert_rows import RestoreRow
from store.intervals import Interval
from tests.sla_engine.cases import an_agreement, at

OFFICE = {
    "days": '["mon", "tue", "wed", "thu", "fri"]',
    "from": "08:00",
    "to": "18:00",
    "holidays": "[2026-11-06, 2026-11-18]",
}


def clocks(facts: Facts, now: str, *, hours: dict[str, Any] | None = OFFICE, **rules: Any) -> list[RestoreRow]:
    objective = {
        "indicator": "time_to_restore",
        "at_most_seconds": 4 * 3600,
        "service_hours": hours is not None,
        **rules,
    }
    agreement = an_agreement(objective, time_zone="Africa/Casablanca", service_hours=hours)
    return restore_rows(agreement, facts, at(now), is_demo=False)


def opened(*opened_at: str, restored_at: str | None = None) -> Facts:
    tickets = [
        Ticket(f"T{number}", at(each), None if restored_at is None else at(restored_at))
        for number, each in enumerate(opened_at)
    ]
    return Facts({"c": CircuitFacts(tickets=tuple(tickets))})


@pytest.mark.parametrize(
    ("opens", "due"),
    [
        ("2026-11-05T16:00:00Z", "2026-11-09T10:00:00Z"),
        ("2026-11-05T18:00:00Z", "2026-11-09T12:00:00Z"),
        ("2026-11-05T14:00:00Z", "2026-11-05T18:00:00Z"),
    ],
)
def test_working_hours_end_where_a_calendar_on_the_wall_would_say(opens: str, due: str) -> None:
    (row,) = clocks(opened(opens), "2026-11-05T18:30:00Z")
    assert row.due_at == instant(at(due))
    assert row.elapsed_seconds + row.frozen_seconds <= 4 * 3600


def test_freezes_are_united_and_move_the_end() -> None:
    day = "2026-11-05T"
    freezes = (
        Interval(at(day + "09:00:00Z"), at(day + "10:00:00Z")),
        Interval(at(day + "09:30:00Z"), at(day + "11:00:00Z")),
    )
    facts = replace(opened(day + "08:00:00Z"), freezes={"T0": freezes})
    (row,) = clocks(facts, day + "12:00:00Z", hours=None)
    assert (row.elapsed_seconds, row.frozen_seconds) == (2 * 3600, 2 * 3600)
    assert row.due_at == instant(at(day + "14:00:00Z"))


def test_a_ticket_of_last_month_still_runs() -> None:
    """The score of its month stops its clock at the month's end; whoever is on call must not."""
    (row,) = clocks(opened("2026-10-31T23:00:00Z"), "2026-11-01T02:00:00Z", hours=None)
    assert row.elapsed_seconds == 3 * 3600
    assert row.due_at == instant(at("2026-11-01T03:00:00Z"))


def test_what_is_over_was_due_before_and_what_is_restored_has_no_clock() -> None:
    facts = opened("2026-11-05T00:00:00Z")
    (row,) = clocks(facts, "2026-11-05T05:00:00Z", hours=None)
    assert (row.elapsed_seconds, row.due_at) == (5 * 3600, instant(at("2026-11-05T04:00:00Z")))
    done = opened("2026-11-05T00:00:00Z", restored_at="2026-11-05T03:00:00Z")
    assert clocks(done, "2026-11-05T05:00:00Z", hours=None) == []
    assert len(clocks(done, "2026-11-05T02:00:00Z", hours=None)) == 1  # not yet restored then
    assert clocks(facts, "2026-11-04T00:00:00Z", hours=None) == []  # nor opened


def test_hours_that_never_come_are_not_waited_for() -> None:
    never = {**OFFICE, "days": '["mon"]', "from": "08:00", "to": "08:01"}
    (row,) = clocks(opened("2026-11-05T00:00:00Z"), "2026-11-05T05:00:00Z", hours=never)
    assert row.due_at is None
