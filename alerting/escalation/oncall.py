"""The on-call folder, read whole and checked: people, rotas, policies and routes, or one line for the first mistake."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from alerting.escalation.entries import Person, Rota
from alerting.escalation.policy_entries import Level, Policy, Route
from facilities.calendar import zone
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
    for file_name, what in _problems(oncall, inventory):
        raise mistake(path / file_name, what)
    return oncall


def _problems(oncall: OnCall, inventory: Inventory) -> Iterator[tuple[str, str]]:
    """Mistakes between files, the first of each file first: (file, what is wrong)."""
    for rota in oncall.rotas.values():
        yield from (("rotas.toml", f'rota "{rota.code}": {wrong}') for wrong in _in_rota(oncall, rota))
    for policy in oncall.policies.values():
        where = f'policy "{policy.code}"'
        if policy.quiet is not None and (unknown := _unknown_zone(policy.quiet.time_zone)):
            yield "policies.toml", f'{where}: key "quiet.time_zone": {unknown}'
        for number, level in enumerate(policy.level):
            yield from (("policies.toml", f"{where}: level[{number}]: {wrong}") for wrong in _in_level(oncall, level))
    for route in oncall.routes.values():
        yield from (("routes.toml", f'route "{route.code}": {wrong}') for wrong in _in_route(oncall, inventory, route))
    staff = set(oncall.staff())
    for route in oncall.routes.values():
        told = {*route.contacts, *oncall.reached(route.policy)} if route.audience != "on_call" else set()
        if both := sorted(told & staff):
            wrong = f'"{both[0]}" is on call, too: one digest would mix what is not for both; write two persons'
            yield "routes.toml", f'route "{route.code}": key "contacts": {wrong}'
    for severity in ("page", "ticket"):
        if not any(
            route.audience == "on_call"
            and route.severity in (None, severity)
            and not (route.facilities or route.tenants or route.rules)
            for route in oncall.routes.values()
        ):
            yield (
                "routes.toml",
                f"no route of audience on_call takes every {severity}: one must, without other conditions",
            )


def _in_rota(oncall: OnCall, rota: Rota) -> Iterator[str]:
    if unknown := _unknown_zone(rota.time_zone):
        yield f'key "time_zone": {unknown}'
    for key, codes in (("members", rota.members), ("override.person", [one.person for one in rota.override])):
        yield from (f'key "{key}": no person "{code}" in people.toml' for code in codes if code not in oncall.people)
    if rota.holidays is not None:
        other = oncall.rotas.get(rota.holidays.rota)
        if other is None:
            yield f'key "holidays.rota": no rota "{rota.holidays.rota}" in rotas.toml'
        elif other.holidays is not None:
            yield f'key "holidays.rota": rota "{other.code}" has holidays of its own'


def _in_level(oncall: OnCall, level: Level) -> Iterator[str]:
    for who in level.who:
        kind, _, code = who.partition(":")
        if kind == "rota" and code not in oncall.rotas:
            yield f'key "who": no rota "{code}" in rotas.toml'
        elif kind == "person" and code not in oncall.people:
            yield f'key "who": no person "{code}" in people.toml'
        elif kind == "team" and not oncall.team(code):
            yield f'key "who": nobody in people.toml is of the team "{code}"'
    known = {channel.code for person in oncall.people.values() for channel in person.channel}
    yield from (f'key "channels": nobody has a channel "{code}"' for code in level.channels if code not in known)


def _in_route(oncall: OnCall, inventory: Inventory, route: Route) -> Iterator[str]:
    policy = oncall.policies.get(route.policy)
    if policy is None:
        yield f'key "policy": no policy "{route.policy}" in policies.toml'
        return
    yield from (
        f'key "contacts": no person "{code}" in people.toml' for code in route.contacts if code not in oncall.people
    )
    yield from (
        f'key "facilities": no park "{code}" in the inventory'
        for code in route.facilities
        if code not in inventory.parks
    )
    yield from (
        f'key "tenants": no tenant "{code}" in the inventory' for code in route.tenants if code not in inventory.tenants
    )
    asks = any("contacts" in level.who for level in policy.level)
    if asks and not route.contacts:
        yield f'key "contacts": the policy "{policy.code}" tells the contacts of its route, and there are none'
    if route.contacts and not asks:
        yield f'key "contacts": the policy "{policy.code}" tells no contacts'
    if route.digest is not None and (unknown := _unknown_zone(route.digest.time_zone)):
        yield f'key "digest.time_zone": {unknown}'
    if route.audience == "on_call" and route.severity != "ticket":
        if not any(who.startswith("team:") for who in policy.level[-1].who):
            yield f'key "policy": the last level of "{policy.code}" tells no team, and a page must reach one in the end'
        if route.digest is not None or policy.quiet is not None:
            yield 'key "policy": a page neither waits for the morning nor for a digest'
    if route.audience != "on_call" and policy.is_ladder:
        yield f'key "policy": "{policy.code}" waits for somebody on call; audience {route.audience} is only informed'
    if route.audience == "tenant" and not route.tenants:
        yield 'key "tenants": is required for audience tenant: contacts of one are not told about another'


def _unknown_zone(name: str) -> str | None:
    try:
        zone(name)
    except InputError as error:
        return str(error)
    return None
