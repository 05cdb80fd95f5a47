"""The agreements of an inventory: one file per text of a contract, as `p2i score` takes it, that fits the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from facilities.agreement import Agreement, Objective
from facilities.agreement_toml import read_agreement
from facilities.agreement_versions import AgreementFile, in_order
from facilities.civil_calendar import CivilCalendar
from facilities.inventory_toml import CODE_PATTERN, CODE_RULE, mistake

if TYPE_CHECKING:
    from facilities.inventory import Inventory


def read_agreements(folder: Path, calendars: Mapping[str, CivilCalendar]) -> dict[str, tuple[AgreementFile, ...]]:
    """The agreements of `folder`/*.toml by id, each with its texts in order of effect; none without such a folder.

    InputError in one line for a file the contract refuses, and for texts of one id that do not follow each other.
    """
    texts: dict[str, list[AgreementFile]] = {}
    for file in sorted(folder.glob("[!.]*.toml")):
        agreement = read_agreement(file, calendars)
        if not CODE_PATTERN.fullmatch(agreement.id):
            raise mistake(file, f"agreement.id: {CODE_RULE}")
        texts.setdefault(agreement.id, []).append(AgreementFile(agreement, file))
    return {code: in_order(each) for code, each in texts.items()}


def agreement_problems(inventory: Inventory) -> Iterator[tuple[Path, str]]:
    """Every mistake between an agreement and the rest, as the file and `key: what is wrong`."""
    for agreement, file in inventory.agreement_texts():
        if agreement.tenant not in inventory.tenants:
            yield file, f'agreement.tenant: no tenant "{agreement.tenant}" in tenants.toml'
        if agreement.facility not in inventory.parks:
            yield file, f'agreement.facility: no park "{agreement.facility}" in parks.toml'
        for key, name in _named_calendars(agreement):
            calendar = inventory.calendars.get(name)
            if calendar is not None and calendar.tenant not in (None, agreement.tenant):
                whose = f'is that of tenant "{calendar.tenant}", not of "{agreement.tenant}"'
                yield file, f'agreement.{key}.calendar: "{calendar.id}" {whose}'
        for objective in agreement.objectives:
            wrong = _objective_problem(inventory, agreement, objective)
            if wrong is not None:
                yield file, f"objective[{objective.id}].circuit: {wrong}"


def _named_calendars(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """The tables that name a calendar, and which."""
    if agreement.calendar is not None:
        yield "service_hours", agreement.calendar.id
    if agreement.closing.issue is not None:
        yield "closing", agreement.closing.issue.calendar


def _objective_problem(inventory: Inventory, agreement: Agreement, objective: Objective) -> str | None:
    """Why the objective's circuit is not one this agreement can promise anything about; None when it is.

    Successive contracts on one circuit are normal. Two in force on the same day with the same indicator
    would each pay for one outage.
    """
    circuit = inventory.circuits.get(objective.circuit)
    if circuit is None:
        return f'no circuit "{objective.circuit}" in circuits.toml'
    if circuit.facility != agreement.facility:
        return f'"{circuit.code}" is at "{circuit.facility}", not at "{agreement.facility}"'
    if circuit.tenant != agreement.tenant:
        return f'"{circuit.code}" serves tenant "{circuit.tenant}", not "{agreement.tenant}"'
    for other, _ in inventory.agreement_texts():
        if other.id >= agreement.id or not _share_a_day(agreement, other):
            continue
        if any((one.circuit, one.indicator) == (circuit.code, objective.indicator) for one in other.objectives):
            return f'"{circuit.code}" has {objective.indicator} in agreement "{other.id}" over the same days'
    return None


def _share_a_day(one: Agreement, other: Agreement) -> bool:
    """True when both are in force on some civil day; the last day is exclusive and may be open."""
    first = max(one.first_on, other.first_on)
    return first < min(one.until_on or date.max, other.until_on or date.max)
