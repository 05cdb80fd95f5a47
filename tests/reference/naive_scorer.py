"""A naive reference of `p2i score`: one obvious loop per rule of contracts/score.md, exact numbers, no speed.

Written from the contract's text alone; imports nothing of the project. Comments name the clause they follow.
"""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.reference import naive_rows
from tests.reference.naive_agreement import Objective, read_agreement
from tests.reference.naive_availability import Availability, by_intervals, by_states, consecutive_high_loss, state_at
from tests.reference.naive_case import (
    Case,
    Span,
    clip,
    common,
    covers,
    exclusion_spans,
    length,
    service_windows,
    union,
    windows_of,
)
from tests.reference.naive_values import BadInput, local_second, read_period, read_second, show_instant

__all__ = ["BadInput", "score_files"]


def cut(value: Fraction, digits: int) -> str:
    """Towards zero, with this many decimals ("Verdict": rounding is for display only)."""
    scaled = math.floor(value * 10**digits)
    return f"{scaled // 10**digits}.{scaled % 10**digits:0{digits}d}"


def cents(amount: Fraction) -> Fraction:
    """An amount rounded half-up to 0.01 ("Credits")."""
    return Fraction(math.floor(amount * 100 + Fraction(1, 2)), 100)


def show_percent(ratio: Fraction | None) -> str | None:
    return None if ratio is None else cut(ratio * 100, 4)


def score_availability(availability: Availability) -> tuple[dict[str, Any], str | None]:
    """(the objective's entry, credit percent as written or None)."""
    objective = availability.objective
    up, down = availability.up, availability.down
    total = up + down + availability.unknown
    value = Fraction(up, up + down) if up + down else None
    measured = availability.measured_up + availability.measured_down
    coverage = Fraction(measured, total) if total else None
    lowest = Fraction(availability.measured_up, total) if total else None
    highest = Fraction(total - availability.measured_down, total) if total else None
    if coverage is None:
        verdict = "not_measurable"
    elif measured == 0 or coverage * 100 < Fraction(objective.min_coverage_percent):
        verdict = "insufficient_data"
    else:
        assert value is not None
        verdict = "met" if value * 100 >= Fraction(objective.target_percent) else "breached"
    credit_text = None
    if verdict == "breached" and value is not None:
        for tier in objective.tiers:
            if Fraction(tier.at_least) <= value * 100 < Fraction(tier.below):
                credit_text = tier.credit_text
    intervals = objective.method == "intervals"
    entry: dict[str, Any] = {
        "verdict": verdict,
        "value_percent": show_percent(value),
        "seconds": {
            "up": up,
            "down": down,
            "unknown": availability.unknown,
            "excluded": availability.excluded_seconds,
            "outside_service_hours": availability.outside_hours,
        },
        "provisional_seconds": availability.provisional,
        "coverage_percent": show_percent(coverage),
        "lowest_percent": show_percent(lowest),
        "highest_percent": show_percent(highest),
        "outages": [
            {"starts_at": show_instant(a), "ends_at": show_instant(b), "seconds": b - a}
            for a, b in availability.outages
        ],
        "high_loss_intervals": len(availability.high_loss) if intervals else None,
        "consecutive_high_loss": (consecutive_high_loss(objective, availability.high_loss) if intervals else None),
    }
    return entry, credit_text


def feeding_test(
    case: Case, objective: Objective, availability: Availability | None
) -> Callable[[Fraction | int], bool]:
    """The test whether a row or a probe at an instant counts for a loss or round trip objective ("Loss")."""
    own = windows_of(case, objective)  # "service hours of their own restrict further"

    def in_period(instant: Fraction | int) -> bool:
        return case.start <= instant < case.end and not case.hidden(instant)

    def by_grid(instant: Fraction | int) -> bool:
        assert availability is not None
        dt = availability.objective.interval_seconds
        k = math.floor((instant - case.t0) / Fraction(dt))
        a, b = case.t0 + k * dt, case.t0 + (k + 1) * dt
        if own is not None and not any(x <= a and b <= y for x, y in own):
            return False
        return in_period(instant) and k in availability.feeding

    # With `states`, or without an availability objective, there is no grid: all is cut by instant.
    excluded = exclusion_spans(case, objective.circuit)

    def by_instant(instant: Fraction | int) -> bool:
        if not in_period(instant) or covers(excluded, instant):
            return False
        if own is not None and not covers(own, instant):
            return False
        if availability is None:
            return True
        if availability.windows is not None and not covers(availability.windows, instant):
            return False
        state = state_at(availability.states, instant)
        return state == "up" or (state == "unknown" and availability.objective.unknown == "up")

    with_grid = availability is not None and availability.objective.method == "intervals"
    return by_grid if with_grid else by_instant


def score_loss(case: Case, objective: Objective, availability: Availability | None) -> dict[str, Any]:
    feeds = feeding_test(case, objective, availability)
    sent = lost = 0
    if case.intervals is not None:
        for row in case.intervals:
            if row.circuit == objective.circuit and feeds(row.starts_at):
                sent += row.sent
                lost += row.lost
    elif case.probes is not None:  # probes feed it only when no --intervals are given
        for probe in case.probes:
            if probe.circuit == objective.circuit and feeds(probe.sent_at):
                sent += 1
                lost += 1 if probe.round_trip_ms is None else 0
    value = Fraction(lost, sent) if sent else None
    if value is None:
        verdict = "not_measurable"
    else:
        verdict = "met" if value * 100 <= Fraction(objective.at_most_percent) else "breached"
    return {"verdict": verdict, "value_percent": show_percent(value), "sent": sent, "lost": lost}


def score_round_trip(case: Case, objective: Objective, availability: Availability | None) -> dict[str, Any]:
    feeds = feeding_test(case, objective, availability)
    answers = sorted(
        probe.round_trip_ms
        for probe in case.probes or []
        if probe.circuit == objective.circuit
        and probe.round_trip_ms is not None  # lost probes are loss, not delay
        and feeds(probe.sent_at)
    )
    count = len(answers)
    within = len([answer for answer in answers if answer <= objective.at_most_ms])
    p = Fraction(objective.percentile)
    if count == 0:
        return {"verdict": "not_measurable", "value_ms": None, "answered": 0, "within": 0}
    rank = math.ceil(p * count / 100)  # nearest rank
    return {
        "verdict": "met" if Fraction(within, count) * 100 >= p else "breached",
        "value_ms": cut(Fraction(answers[rank - 1]), 3),
        "answered": count,
        "within": within,
    }


def score_tickets(case: Case, objective: Objective) -> tuple[dict[str, Any], int]:
    """(the objective's entry, number of tickets in breach)."""
    listed = []
    tickets = [
        row
        for row in case.tickets
        if row.circuit == objective.circuit
        and case.start <= row.opened_at < case.end
        and not case.hidden(row.opened_at)
    ]
    for row in sorted(tickets, key=lambda row: (row.opened_at, row.ticket)):
        is_open = row.restored_at is None or case.hidden(row.restored_at)
        until = case.measured_to() if is_open or row.restored_at is None else row.restored_at
        clock: list[Span] = [(row.opened_at, until)] if row.opened_at < until else []
        if objective.service_hours and clock:
            clock = clip(service_windows(case, row.opened_at, until), row.opened_at, until)
        freezes = union([(f.starts_at, f.ends_at) for f in case.freezes if f.ticket == row.ticket])
        frozen = length(common(clock, freezes))
        elapsed = length(clock) - frozen
        verdict = "open" if is_open else "met"
        if elapsed > objective.at_most_seconds:  # at equality met
            verdict = "breached"
        listed.append({"ticket": row.ticket, "elapsed_seconds": elapsed, "frozen_seconds": frozen, "verdict": verdict})
    verdicts = [ticket["verdict"] for ticket in listed]
    overall = next((verdict for verdict in ("breached", "open", "met") if verdict in verdicts), "not_measurable")
    return {"verdict": overall, "tickets": listed}, verdicts.count("breached")


def score_case(case: Case) -> dict[str, Any]:
    agreement = case.agreement
    availability_of: dict[str, Availability] = {}
    for objective in agreement.objectives:
        if objective.indicator == "availability":
            score = by_states if objective.method == "states" else by_intervals
            availability_of[objective.circuit] = score(case, objective)

    fee = Fraction(agreement.monthly_fee)
    if case.is_month:  # "A START/END period bears the whole monthly fee"
        fee = fee * (case.end - case.start) / (case.asked_end - case.asked_start)  # prorated, unrounded

    entries: list[dict[str, Any]] = []
    lines: list[Fraction] = []
    for objective in agreement.objectives:
        availability = availability_of.get(objective.circuit)
        credit_text: str | None = None
        if objective.indicator == "availability":
            assert availability is not None
            figures, credit_text = score_availability(availability)
        elif objective.indicator == "time_to_restore":
            figures, breaches = score_tickets(case, objective)
            if breaches and objective.credit_text is not None:
                credit_text = f"{Decimal(objective.credit_text) * breaches:f}"  # per ticket in breach
        else:
            score_ratio = score_loss if objective.indicator == "loss" else score_round_trip
            figures = score_ratio(case, objective, availability)
            if figures["verdict"] == "breached":
                credit_text = objective.credit_text
        credit_text = credit_text or "0"
        credit = cents(fee * Fraction(Decimal(credit_text)) / 100)  # rounded once per line
        lines.append(credit)
        entries.append(
            {
                "id": objective.id,
                "circuit": objective.circuit,
                "indicator": objective.indicator,
                **figures,
                "credit_percent": credit_text,
                "credit": cut(credit, 2),
            }
        )

    total = sum(lines, Fraction(0)) if agreement.credit_combination == "sum" else max(lines, default=Fraction(0))
    cap = cents(fee * Fraction(agreement.credit_cap_percent) / 100)
    payable = min(total, cap)
    return {
        "agreement": agreement.id,
        "period": {
            "starts_at": show_instant(case.start),
            "ends_at": show_instant(case.end),
            "seconds": case.end - case.start,
            "time_zone": agreement.zone_name,
            "tzdb": importlib.import_module("tzdata").IANA_VERSION,
        },
        "objectives": entries,
        "credits": {
            "fee": cut(cents(fee), 2),
            "total": cut(total, 2),
            "cap": cut(cap, 2),
            "payable": cut(payable, 2),
            "capped": cut(total - payable, 2),
        },
    }


def score_files(
    agreement_path: str | Path,
    period: str,
    *,
    intervals: str | Path | None = None,
    probes: str | Path | None = None,
    states: str | Path | None = None,
    tickets: str | Path | None = None,
    freezes: str | Path | None = None,
    exclusions: str | Path | None = None,
    as_of: str | None = None,
) -> str:
    """The exact text `p2i score` prints for these files; BadInput (a ValueError) where it must refuse them."""
    agreement = read_agreement(Path(agreement_path))
    start, end, is_month = read_period(period, agreement.zone)
    t0 = local_second(agreement.zone, agreement.starts_on, 0)
    # "If the agreement covers only part of the period, the scored period is the part covered".
    scored_start = max(start, t0)
    scored_end = end if agreement.ends_on is None else min(end, local_second(agreement.zone, agreement.ends_on, 0))
    if scored_start >= scored_end:
        raise BadInput("--period: the agreement covers none of it")
    case = Case(
        agreement=agreement,
        t0=t0,
        start=scored_start,
        end=scored_end,
        is_month=is_month,
        asked_start=start,
        asked_end=end,
        as_of=None if as_of is None else read_second(as_of),
        intervals=None if intervals is None else naive_rows.read_intervals(Path(intervals)),
        probes=None if probes is None else naive_rows.read_probes(Path(probes)),
        states=[] if states is None else naive_rows.read_states(Path(states)),
        tickets=[] if tickets is None else naive_rows.read_tickets(Path(tickets)),
        freezes=[] if freezes is None else naive_rows.read_freezes(Path(freezes)),
        exclusions=[] if exclusions is None else naive_rows.read_exclusions(Path(exclusions)),
    )
    return json.dumps(score_case(case), indent=2, ensure_ascii=False) + "\n"
