"""The on-call folder, read whole and checked: people, rotas, policies and routes, or one line for the first mistake."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from alerting.escalation.entries import Person, Rota
from alerting.escalation.oncall_mistakes import mistakes
from alerting.escalation.policy_entries import Policy, Route
from facilities.inventory import Inventory
from facilities.inventory_toml import mistake, read_entries
from store.errors import InputError

FILES = ("people.toml", "rotas.toml", "policies.toml", "routes.toml")
DEMO_ONCALL = Path(str(importlib.resources.files("alerting"))) / "oncall" / "demo"
"""Fictional people, whose addresses lead nowhere, for the inventory of the demonstration."""


@dataclass(frozen=True, slots=True)
class OnCall:
    """An on-call folder: mappings by code, in the order of the files. `days_off` are those of its rotas' calendars."""

    path: Path
    people: Mapping[str, Person]
    rotas: Mapping[str, Rota]
    policies: Mapping[str, Policy]
    routes: Mapping[str, Route]
    days_off: Mapping[str, frozenset[date]]

    def route(self, audience: str, severity: str, facility: str | None, tenant: str | None, rule: str) -> Route | None:
        """The first route that fits; None when nobody is meant to be told."""
        fitting = (one for one in self.routes.values() if one.fits(audience, severity, facility, tenant, rule))
        return next(fitting, None)

    def team(self, name: str) -> tuple[str, ...]:
        """The codes of everybody in a team."""
        return tuple(person.code for person in self.people.values() if name in person.teams)

    def staff(self) -> tuple[str, ...]:
        """The codes of those whom the policies of audience on_call can reach: to whom a notice may be handed over."""
        policies = {route.policy for route in self.routes.values() if route.audience == "on_call"}
        found = {person for policy in policies for person in self.reached(policy)}
        return tuple(code for code in self.people if code in found)

    def reached(self, policy: str) -> frozenset[str]:
        """The codes of those whom a policy can reach by itself, whoever has the duty."""
        levels = self.policies[policy].level
        return frozenset(code for level in levels for who in level.who for code in self._possible(who))

    def _possible(self, who: str) -> tuple[str, ...]:
        kind, _, code = who.partition(":")
        match kind:
            case "rota":
                rota = self.rotas[code]
                more = self.rotas[rota.holidays.rota].members if rota.holidays else ()
                return (*rota.members, *more, *(one.person for one in rota.override))
            case "team":
                return self.team(code)
            case "person":
                return (code,)
            case _:
                return ()


def oncall_path(argument: str | None, environment: Mapping[str, str], inventory: Inventory) -> Path:
    """The folder that an option or P2I_ONCALL names; of the demonstration's inventory, the packaged fictional one."""
    named = argument or environment.get("P2I_ONCALL")
    if not named and not inventory.is_demo:
        raise InputError("P2I_ONCALL: is needed, the folder that says who is on call (docs/on-call.md)")
    return Path(named or DEMO_ONCALL)


def read_oncall(path: Path, inventory: Inventory) -> OnCall:
    """The on-call folder at `path`; InputError in one line for its first mistake, in a file or between files."""
    if not path.is_dir():
        raise InputError(f"{path}: no such on-call folder")
    for file in sorted(path.glob("[!.]*.toml")):
        if file.name not in FILES:
            raise mistake(file, f"not a file of an on-call folder ({', '.join(FILES)})")
    rotas = read_entries(path / "rotas.toml", "rota", Rota)
    days_off: dict[str, frozenset[date]] = {}
    for rota in rotas.values():
        if rota.holidays is not None:
            calendar = inventory.calendars.get(rota.holidays.calendar)
            if calendar is None:
                named = f'key "holidays.calendar": the inventory has no calendar "{rota.holidays.calendar}"'
                raise mistake(path / "rotas.toml", f'rota "{rota.code}": {named}')
            days_off[rota.holidays.calendar] = calendar.days_off
    oncall = OnCall(
        path,
        read_entries(path / "people.toml", "person", Person),
        rotas,
        read_entries(path / "policies.toml", "policy", Policy),
        read_entries(path / "routes.toml", "route", Route),
        days_off,
    )
    for file_name, what in mistakes(oncall, inventory):
        raise mistake(path / file_name, what)
    return oncall
