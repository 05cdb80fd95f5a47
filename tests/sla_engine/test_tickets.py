"""Time to restore: each ticket on its own clock."""

from typing import Any

from sla_engine.facts import CircuitFacts, Facts, Ticket
from sla_engine.results import TimeToRestoreResult
from sla_engine.scoring import score
from store.intervals import Interval
from tests.sla_engine.cases import DAY, T0, an_agreement

GTR = {"indicator": "time_to_restore", "at_most_seconds": 100}
PERIOD = Interval(T0, T0 + DAY)
HOURS = {"days": '["thu"]', "from": "08:00", "to": "18:00"}  # 2026-01-01 is a Thursday
EIGHT = T0 + 8 * 3600


def tickets(*spans: tuple[int, int | None], frozen: tuple[tuple[int, int], ...] = (), **options: Any) -> Any:
    """The results of tickets T-0, T-1 … opened and restored so many seconds into the period."""
    facts = Facts(
        {
            "c": CircuitFacts(
                tickets=tuple(
                    Ticket(f"T-{i}", T0 + opened, None if restored is None else T0 + restored)
                    for i, (opened, restored) in enumerate(spans)
                )
            )
        },
        {"T-0": tuple(Interval(T0 + a, T0 + b) for a, b in frozen)},
    )
    as_of = options.pop("as_of", None)
    agreement = an_agreement({**GTR, **options}, service_hours=HOURS)
    result = score(agreement, PERIOD, facts, as_of=None if as_of is None else T0 + as_of).results[0]
    assert isinstance(result, TimeToRestoreResult)
    return result


def shown(result: TimeToRestoreResult) -> list[tuple[str, int, int, str]]:
    return [(each.ticket, each.elapsed_seconds, each.frozen_seconds, each.verdict) for each in result.tickets]


def test_at_equality_it_is_met() -> None:
    assert shown(tickets((0, 100), (0, 101))) == [("T-0", 100, 0, "met"), ("T-1", 101, 0, "breached")]
    assert tickets((0, 100)).verdict == "met"
    assert tickets((0, 100), (0, 101)).verdict == "breached"


def test_no_ticket_is_not_measurable() -> None:
    assert tickets().verdict == "not_measurable"


def test_the_period_is_that_of_the_opening() -> None:
    assert shown(tickets((-1, 50), (0, 50), (DAY - 1, DAY + 50), (DAY, DAY + 5))) == [
        ("T-1", 50, 0, "met"),
        ("T-2", 51, 0, "met"),  # whole, though it was restored after the period
    ]


def test_an_open_ticket_is_measured_to_the_end() -> None:
    assert shown(tickets((DAY - 100, None))) == [("T-0", 100, 0, "open")]
    assert shown(tickets((DAY - 101, None))) == [("T-0", 101, 0, "breached")]
    assert tickets((DAY - 100, None), (0, 1)).verdict == "open"


def test_as_of() -> None:
    assert shown(tickets((10, 60), (50, 51), (61, 70), as_of=60)) == [
        ("T-0", 50, 0, "met"),  # restored at that very instant
        ("T-1", 1, 0, "met"),
    ]
    assert shown(tickets((10, 61), as_of=60)) == [("T-0", 50, 0, "open")]
    assert shown(tickets((60, None), as_of=60)) == [("T-0", 0, 0, "open")]
    assert shown(tickets((DAY - 10, None), as_of=2 * DAY)) == [("T-0", 10, 0, "open")]  # it only shortens
    assert shown(tickets((DAY - 10, DAY + 40), as_of=2 * DAY)) == [("T-0", 50, 0, "met")]


def test_freezes_are_united_and_clipped_to_the_ticket() -> None:
    assert shown(tickets((10, 110), frozen=((0, 20), (15, 30), (100, 500)))) == [("T-0", 70, 30, "met")]
    assert shown(tickets((10, 110), frozen=((0, 500),))) == [("T-0", 0, 100, "met")]  # never below zero
    assert shown(tickets((10, 110), frozen=((50, 50),))) == [("T-0", 100, 0, "met")]


def test_with_service_hours_only_service_time_counts() -> None:
    opened, restored = 7 * 3600, 8 * 3600 + 90
    frozen = ((7 * 3600, 8 * 3600 + 30),)
    assert shown(tickets((opened, restored), service_hours=True)) == [("T-0", 90, 0, "met")]
    assert shown(tickets((opened, restored), frozen=frozen, service_hours=True)) == [("T-0", 60, 30, "met")]
    week = 7 * DAY
    assert shown(tickets((17 * 3600, week + 9 * 3600), service_hours=True, at_most_seconds=7200)) == [
        ("T-0", 7200, 0, "met")  # an hour this Thursday, one the next, long after the period
    ]


def test_tickets_are_listed_by_opening_and_then_by_name() -> None:
    facts = Facts({"c": CircuitFacts(tickets=tuple(Ticket(name, T0 + at, T0 + 50) for name, at in
                                                   [("b", 5), ("a", 5), ("c", 1)]))})  # fmt: skip
    result = score(an_agreement(GTR), PERIOD, facts).results[0]
    assert isinstance(result, TimeToRestoreResult)
    assert [each.ticket for each in result.tickets] == ["c", "a", "b"]
