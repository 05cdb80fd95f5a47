"""The demo's truth, held against the engine's arithmetic: two independent ways to the same figures."""

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest

from facilities.calendar import Season, WeeklyWindow, month, zone
from facilities.instants import instant
from facilities.inventory import DEMO_INVENTORY, read_inventory
from p2i.demo_month import DemoMonth
from p2i.demo_truth import compare
from p2i.scenario import SCRIPTS, SHORTEST_MONTH_HOURS
from p2i.simulation import PROBES_PER_INTERVAL, SimulatedCircuit, occupancy, simulate, truth
from sla_engine.document import document
from sla_engine.due import epoch_seconds_of
from sla_engine.facts import CircuitFacts, Exclusion, Facts, IntervalRows, ProbeRows, Ticket
from sla_engine.scoring import score
from store.intervals import Interval

INVENTORY = read_inventory(DEMO_INVENTORY)


def facts_of(simulated: SimulatedCircuit) -> CircuitFacts:
    measured = np.flatnonzero(simulated.measured)
    at = epoch_seconds_of(simulated.starts_at) + measured * simulated.step_seconds
    round_trips = simulated.round_trip_nanoseconds[measured]
    return CircuitFacts(
        IntervalRows(at, np.full(at.size, PROBES_PER_INTERVAL), simulated.lost[measured]),
        ProbeRows(at * 1_000_000, round_trips >= 0, round_trips, 1_000_000),
        tickets=tuple(
            Ticket(each.ticket, epoch_seconds_of(each.opened_at), seconds_or_none(each.restored_at))
            for each in simulated.tickets
        ),
        exclusions=tuple(
            Exclusion(each.kind, span(each.starts_at, each.ends_at), seconds_or_none(each.announced_at), each.decision)
            for each in simulated.exclusions
        ),
    )


def span(starts_at: datetime, ends_at: datetime) -> Interval[int]:
    return Interval(epoch_seconds_of(starts_at), epoch_seconds_of(ends_at))


def seconds_or_none(at: datetime | None) -> int | None:
    return None if at is None else epoch_seconds_of(at)


@pytest.mark.parametrize(("year", "number", "seed"), [(2026, 9, 20260920), (2026, 2, 1), (2026, 3, 2), (2026, 10, 3)])
def test_every_scored_figure_is_the_truth(year: int, number: int, seed: int) -> None:
    """Months of 721, 673, 743 and 744 hours."""
    simulated = DemoMonth.of(INVENTORY, year, number, seed)
    circuits = {each.circuit: facts_of(each) for each in simulated.circuits}
    freezes: dict[str, tuple[Interval[int], ...]] = {}
    for each in simulated.circuits:
        for freeze in each.freezes:
            freezes[freeze.ticket] = (*freezes.get(freeze.ticket, ()), span(freeze.starts_at, freeze.ends_at))
    compared = 0
    for agreement in simulated.agreements:
        scored = score(agreement, month(year, number, agreement.time_zone), Facts(circuits, freezes))
        for comparison in compare(document(scored), simulated.truth_of(agreement)):
            assert comparison.is_equal, comparison
            compared += 1
    assert compared == sum(len(agreement.objectives) for agreement in simulated.agreements)


def test_the_same_seed_gives_the_same_month() -> None:
    first, second, other = (DemoMonth.of(INVENTORY, 2026, 9, seed).circuits[0] for seed in (7, 7, 8))
    assert list(first.interval_readings()) == list(second.interval_readings())
    assert list(first.probe_readings())[:1000] == list(second.probe_readings())[:1000]
    assert not np.array_equal(first.lost, other.lost)


def test_every_simulated_circuit_has_a_script_that_fits_the_shortest_month() -> None:
    assert set(SCRIPTS) == {each.code for each in INVENTORY.circuits.values() if each.origin == "simulated"}
    for script in SCRIPTS.values():
        ends = [event.at_hours + event.minutes / 60 for event in script.events]
        ends += [works.at_hours + works.minutes / 60 for works in script.works]
        ends += [fault.at_hours + fault.minutes / 60 for fault in script.faults]
        assert max(ends, default=0) <= SHORTEST_MONTH_HOURS


def test_a_verdict_of_every_kind_but_open_shows_in_the_demo() -> None:
    simulated = DemoMonth.of(INVENTORY, 2026, 9, 20260920)
    circuits = {each.circuit: facts_of(each) for each in simulated.circuits}
    verdicts = {
        result.verdict
        for agreement in simulated.agreements
        for result in score(agreement, month(2026, 9, agreement.time_zone), Facts(circuits)).results
    }
    assert verdicts == {"met", "breached", "insufficient_data"}


@pytest.mark.parametrize(("year", "number"), [(2026, 3), (2026, 9)])
def test_every_window_season_and_clock_of_service_hours_is_simulated(year: int, number: int) -> None:
    """Saturdays, a season with two windows a day, a closed one, and a client's clock, which changes in March."""
    agreement = INVENTORY.agreements["DEMO-TECH-C"]
    assert agreement.service_hours is not None
    week, saturday = frozenset(range(5)), WeeklyWindow(frozenset({5}), 540, 780)
    hours = replace(
        agreement.service_hours,
        more_windows=(saturday,),
        seasons=(
            Season("two halves", date(year, number, 3), date(year, number, 12),
                   (WeeklyWindow(week, 480, 720), WeeklyWindow(week, 840, 1440))),
            Season("closed", date(year, number, 20), date(year, number, 22), ()),
        ),
        time_zone=zone("Europe/Paris"),
    )  # fmt: skip
    amended = replace(agreement, service_hours=hours)
    span_of_month = month(year, number, agreement.time_zone)
    starts_at, ends_at = instant(span_of_month.starts_at), instant(span_of_month.ends_at)
    for circuit in dict.fromkeys(objective.circuit for objective in agreement.objectives):
        simulated = simulate(circuit, amended, starts_at, ends_at, 7)
        freezes = {each.ticket: (span(each.starts_at, each.ends_at),) for each in simulated.freezes}
        facts = Facts({circuit: facts_of(simulated)}, freezes)
        found = {each["id"]: each for each in document(score(amended, span_of_month, facts))["objectives"]}
        true = truth(simulated, amended)
        assert sum(true["availability"]["seconds"].values()) == span_of_month.ends_at - span_of_month.starts_at
        assert found["availability"]["seconds"] == true["availability"]["seconds"]
        assert true != truth(simulated, agreement), "the other windows do matter"


def test_nobody_is_simulated_beyond_a_zones_capacity() -> None:
    start = instant(month(2026, 9, INVENTORY.agreements["DEMO-CASA-A"].time_zone).starts_at)
    for hour in range(0, 721, 7):
        at = datetime.fromtimestamp(start.timestamp() + hour * 3600, tz=start.tzinfo)
        assert 0 <= occupancy("casa-z1", 50, at, 1) <= 50
