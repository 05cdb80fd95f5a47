"""The one arithmetic: an agreement, a period and the facts in, a score out. Pure; command and engine both call it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from facilities.agreement import (
    Agreement,
    AvailabilityObjective,
    LossObjective,
    Objective,
    RoundTripObjective,
)
from facilities.agreement_days import refuse_unknown_days
from facilities.calendar import service_windows
from sla_engine.availability import (
    Clauses,
    Counted,
    availability_by_intervals,
    availability_by_states,
)
from sla_engine.credits import Credits, credits_owed
from sla_engine.exclusions import counting_exclusions
from sla_engine.facts import CircuitFacts, Facts
from sla_engine.indicators import aggregated, round_trip, sent_and_lost
from sla_engine.machine import AVAILABLE
from sla_engine.results import AvailabilityResult, LossResult, Result
from sla_engine.spans import SECONDS, Axis, Spans
from sla_engine.tickets import time_to_restore
from store.errors import InputError
from store.intervals import Interval, subtract


@dataclass(frozen=True, slots=True)
class Score:
    """The results of an agreement's objectives over one period, in the order of the agreement, and their credits.

    `period` is the part of the `requested` one that the agreement covers.
    """

    agreement: Agreement
    requested: Interval[int]
    period: Interval[int]
    results: tuple[Result, ...]
    credits: Credits


def score(
    agreement: Agreement,
    requested: Interval[int],
    facts: Facts,
    *,
    as_of: int | None = None,
    whole_fee: bool = False,
) -> Score:
    """The score of `agreement` over the `requested` period, in epoch seconds, from `facts`.

    `as_of` hides every measurement, state and ticket event strictly after it. The monthly fee is prorated by
    seconds to the part of a month that the agreement covers; `whole_fee` is for a period that is no month. A
    period that the agreement does not cover, or whose ends lie off the grid of an objective, is refused.
    """
    period = scored_period(agreement, requested)
    counted: dict[str, Counted] = {}
    results: list[Result] = []
    for objective in agreement.objectives:
        if isinstance(objective, AvailabilityObjective) and objective.circuit not in counted:
            counted[objective.circuit] = availability(agreement, objective, period, facts, as_of=as_of)
    for objective in agreement.objectives:
        results.append(result_of(agreement, objective, period, facts, counted, as_of))
    share = Fraction(period.ends_at - period.starts_at, requested.ends_at - requested.starts_at)
    owed = credits_owed(agreement, Fraction(1) if whole_fee else share, results)
    return Score(agreement, requested, period, tuple(results), owed)


def scored_period(agreement: Agreement, requested: Interval[int]) -> Interval[int]:
    """The part of `requested` that the agreement covers; refused when it is none, or when it lies off a grid."""
    period = agreement.covered(requested)
    refuse_unknown_days(agreement, period)
    for objective in agreement.objectives:
        axis = grid(agreement, objective.circuit)
        for at in (requested.starts_at, requested.ends_at, period.starts_at, period.ends_at):
            if not axis.lies_on(at):
                raise InputError(
                    f'its ends do not lie on the grid of circuit "{objective.circuit}", which counts '
                    f"{axis.step_seconds} s from {agreement.starts_on}"
                )
    return period


def grid(agreement: Agreement, circuit: str) -> Axis:
    """The grid of `circuit`: Δt from the agreement's first midnight, or single seconds where the contract has none."""
    objective = agreement.availability_of(circuit)
    if objective is None or objective.method == "states":
        return SECONDS
    return Axis(agreement.starts_at, objective.interval_seconds)


def clauses(agreement: Agreement, objective: Objective, circuit: CircuitFacts, period: Interval[int]) -> Clauses:
    """What the agreement leaves out of the scored `period` of a circuit, for this objective."""
    return Clauses(
        counting_exclusions(circuit.exclusions, agreement.maintenance, period),
        _windows(agreement, objective, period),
    )


def availability(
    agreement: Agreement,
    objective: AvailabilityObjective,
    period: Interval[int],
    facts: Facts,
    *,
    as_of: int | None = None,
    span: Interval[int] | None = None,
    initial: int = AVAILABLE,
) -> Counted:
    """The counted time of an availability objective over the scored `period`.

    With `span`, a part of the period, only that part: facts and machine start with it, in state `initial`,
    while notice and quota still speak of the whole period. That is how a running month is continued from
    a `Counted.settled_at`; `Tally.followed_by` joins the parts.
    """
    circuit = facts.of(objective.circuit)
    left_out = clauses(agreement, objective, circuit, period)
    if objective.method == "states":
        return availability_by_states(objective, circuit.states, span or period, left_out, as_of=as_of)
    axis = grid(agreement, objective.circuit)
    rows = circuit.intervals
    if not facts.intervals_given:
        rows = None if circuit.probes is None else aggregated(axis, circuit.probes)
    return availability_by_intervals(objective, axis, rows, span or period, left_out, as_of=as_of, initial=initial)


def result_of(
    agreement: Agreement,
    objective: Objective,
    period: Interval[int],
    facts: Facts,
    counted: dict[str, Counted],
    as_of: int | None,
) -> Result:
    """The result of one objective; `counted` has the counted time of every circuit with an availability objective."""
    circuit = facts.of(objective.circuit)
    if isinstance(objective, AvailabilityObjective):
        return AvailabilityResult(objective, counted[objective.circuit].tally)
    if isinstance(objective, LossObjective | RoundTripObjective):
        axis, feeding = feeding_of(agreement, objective, circuit, period, counted.get(objective.circuit))
        if isinstance(objective, RoundTripObjective):
            return round_trip(objective, axis, feeding, circuit.probes, as_of=as_of)
        sent, lost = sent_and_lost(axis, feeding, circuit, intervals_given=facts.intervals_given, as_of=as_of)
        return LossResult(objective, sent, lost)
    hours = agreement.service_hours if objective.service_hours else None
    return time_to_restore(
        objective,
        circuit.tickets,
        facts.freezes,
        period,
        as_of=as_of,
        service_time=None if hours is None else partial(service_windows, hours, agreement.time_zone),
    )


def feeding_of(
    agreement: Agreement,
    objective: LossObjective | RoundTripObjective,
    circuit: CircuitFacts,
    period: Interval[int],
    counted: Counted | None,
) -> tuple[Axis, Spans]:
    """The time that feeds loss and round trip: the available time of the circuit's availability objective, without
    one the period less its exclusions; service hours of the objective's own restrict it further."""
    left_out = clauses(agreement, objective, circuit, period)
    if counted is None:
        axis, feeding = SECONDS, Spans.of(subtract([period], left_out.exclusions))
    else:
        axis, feeding = counted.axis, counted.feeding
    if left_out.windows is not None:
        feeding = feeding.common(axis.inside(left_out.windows))
    return axis, feeding


def _windows(agreement: Agreement, objective: Objective, period: Interval[int]) -> list[Interval[int]] | None:
    if not objective.service_hours or agreement.service_hours is None:
        return None
    return service_windows(agreement.service_hours, agreement.time_zone, period)
