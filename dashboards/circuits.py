"""The rows of the circuits, worst first, from the inventory, the verdict documents and the newest readings. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from dashboards.rows import CircuitRow, Observed, Scored
from dashboards.stakes import circuit_state, credit_at_stake
from dashboards.standing import RANK, WORST_FIRST, Coverage, Standing, availability_standing, other_standing
from facilities.agreement import Agreement, AvailabilityObjective
from facilities.agreement_versions import in_force
from facilities.budget import Budget, ahead_seconds, budget
from facilities.calendar import local_day
from facilities.circuits import Circuit
from facilities.instants import epoch_seconds, instant
from facilities.inventory import Inventory
from store.intervals import Interval


def circuit_rows(
    inventory: Inventory, observed: Observed, now: datetime, *, tenant: str | None = None
) -> list[CircuitRow]:
    """One row per circuit of the inventory and agreement with a document, worst first.

    Order: breached; then what can still be saved, least share of budget left first, among equals an open outage
    first; then insufficient data, met, not measurable, not scored. A circuit without a document has a row too:
    a board that leaves it out would look as if all were well.
    """
    rows: list[CircuitRow] = []
    for circuit in inventory.circuits.values():
        if tenant is not None and circuit.tenant != tenant:
            continue
        mine = [
            _scored_row(inventory, circuit, _promised(inventory, one), one, observed, now)
            for one in observed.scored
            if one.agreement in inventory.agreements
            and any(objective["circuit"] == circuit.code for objective in one.document["objectives"])
        ]
        rows += mine or [_unscored_row(inventory, circuit, observed)]
    return sorted(rows, key=_order)


def _promised(inventory: Inventory, one: Scored) -> Agreement:
    """The text the document was scored by, else that of the inventory that is in force on its first day."""
    if one.promised is not None:
        return one.promised
    versions = inventory.versions[one.agreement]
    first_on = local_day(epoch_seconds(one.document["period"]["starts_at"]), versions[0].time_zone)
    return in_force(versions, first_on) or versions[-1]


def _days(agreement: Agreement, starts_at: int, ends_at: int) -> str:
    """The days of the month, where an amendment cuts it; nothing for a whole month, or the only text of a contract."""
    if agreement.amendment is None and agreement.superseded_on is None:
        return ""
    first, end = (local_day(at, agreement.time_zone) for at in (starts_at, ends_at))
    return "" if first.day == end.day == 1 else f"{first.day}–{local_day(ends_at - 1, agreement.time_zone).day}"


def _order(row: CircuitRow) -> tuple[int, Fraction, bool, str, str]:
    left = Fraction(1) if row.budget is None else row.budget.left_ratio
    is_down = row.state is not None and row.state.state == "down"
    return RANK[row.standing], left, not is_down, row.circuit, row.days


def _unscored_row(inventory: Inventory, circuit: Circuit, observed: Observed) -> CircuitRow:
    park = inventory.parks[circuit.facility]
    return CircuitRow(
        park=park.title,
        park_code=park.short_code,
        circuit=circuit.code,
        tenant=inventory.tenants[circuit.tenant].name,
        agreement=None,
        standing=Standing.unscored,
        objective=None,
        indicator=None,
        objectives=(),
        availability_percent=None,
        target_ratio=None,
        budget=None,
        coverage_ratio=None,
        credit=None,
        state=None,
        newest_reading_at=observed.newest_readings.get(circuit.code),
        why="not_scored" if inventory.agreements_of_circuit(circuit.code) else "no_agreement",
    )


def _scored_row(
    inventory: Inventory, circuit: Circuit, agreement: Agreement, one: Scored, observed: Observed, now: datetime
) -> CircuitRow:
    park = inventory.parks[circuit.facility]
    ends_at = epoch_seconds(one.document["period"]["ends_at"])
    scored_to = int(one.scored_to_at.timestamp())
    rest = Interval(scored_to, ends_at) if scored_to < ends_at else None
    listed = [objective for objective in one.document["objectives"] if objective["circuit"] == circuit.code]
    promised = agreement.availability_of(circuit.code)
    found = next((objective for objective in listed if objective["indicator"] == "availability"), None)
    standings = {
        objective["id"]: other_standing(objective["verdict"], is_running=rest is not None) for objective in listed
    }
    left: Budget | None = None
    coverage: Coverage | None = None
    if promised is not None and found is not None:
        left, coverage = _left_and_coverage(agreement, promised, found, rest)
        standings[found["id"]] = availability_standing(
            found["verdict"],
            is_running=rest is not None,
            budget=left,
            coverage=coverage,
            min_coverage_ratio=promised.min_coverage_ratio,
        )
    is_unjudged = (
        rest is not None
        and promised is not None
        and coverage is not None
        and (coverage.reachable_ratio < promised.min_coverage_ratio)
    )
    speaking = min(standings, key=lambda name: WORST_FIRST.index(standings[name]))
    percent = None if found is None else found["value_percent"]
    newest_at = observed.newest_readings.get(circuit.code)
    noticed = observed.noticed_states.get((agreement.id, circuit.code))
    return CircuitRow(
        park=park.title,
        park_code=park.short_code,
        circuit=circuit.code,
        tenant=inventory.tenants[circuit.tenant].name,
        agreement=agreement.id,
        standing=standings[speaking],
        objective=speaking,
        indicator=next(objective["indicator"] for objective in listed if objective["id"] == speaking),
        objectives=tuple(standings.items()),
        availability_percent=percent,
        target_ratio=None if promised is None else promised.target_ratio,
        budget=left,
        coverage_ratio=None if coverage is None else coverage.ratio,
        credit=credit_at_stake(
            agreement, one.document, listed, promised, None if is_unjudged else left, is_running=rest is not None
        ),
        state=circuit_state(promised, newest_at, noticed, now) if now < instant(ends_at) else None,
        newest_reading_at=newest_at,
        why=None if percent is not None else "no_availability" if found is None else "no_measurement",
        days=_days(agreement, epoch_seconds(one.document["period"]["starts_at"]), ends_at),
    )


def _left_and_coverage(
    agreement: Agreement, promised: AvailabilityObjective, found: Mapping[str, Any], rest: Interval[int] | None
) -> tuple[Budget | None, Coverage | None]:
    """The budget, and how much of the counted time is measured (None when none has gone by).

    Where unknown time is excluded, up + down is what was measured. Where the contract fills it in, the measured
    seconds are taken back from the percentage of the document, cut at its fourth decimal: exact to 3 s a month.
    """
    seconds = found["seconds"]
    hours = agreement.service_hours if promised.service_hours else None
    ahead = ahead_seconds(seconds["unknown"], rest, hours, agreement.time_zone)
    left = budget(promised.target_ratio, seconds["up"], seconds["down"], ahead)
    total = seconds["up"] + seconds["down"] + seconds["unknown"]
    gone_by = total - ahead
    if gone_by <= 0:
        return left, None
    if promised.unknown == "exclude":
        measured = seconds["up"] + seconds["down"]
    else:
        measured = int((Fraction(found["coverage_percent"]) + Fraction(1, 10_000)) / 100 * total)
        measured = min(measured, gone_by)
    return left, Coverage(Fraction(measured, gone_by), Fraction(measured + ahead, total))
