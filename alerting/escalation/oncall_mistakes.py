"""Mistakes between the files of an on-call folder, and between it and the inventory. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from alerting.escalation.entries import Rota
from alerting.escalation.policy_entries import Level, Route
from alerting.known_rules import KNOWN_RULES
from facilities.calendar import zone
from facilities.inventory import Inventory
from store.errors import InputError

if TYPE_CHECKING:
    from alerting.escalation.oncall import OnCall


def mistakes(oncall: OnCall, inventory: Inventory) -> Iterator[tuple[str, str]]:
    """Mistakes between files, the first of each file first: (file, what is wrong)."""
    for rota in oncall.rotas.values():
        yield from (("rotas.toml", f'rota "{rota.code}": {wrong}') for wrong in _in_rota(oncall, rota))
    for policy in oncall.policies.values():
        where = f'policy "{policy.code}"'
        if policy.quiet is not None and (unknown := _unknown_zone(policy.quiet.time_zone)):
            yield "policies.toml", f'{where}: key "quiet.time_zone": {unknown}'
        for number, level in enumerate(policy.level, start=1):
            yield from (
                ("policies.toml", f"{where}: level number {number}: {wrong}") for wrong in _in_level(oncall, level)
            )
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
    yield from (
        f'key "members": no person "{code}" in people.toml' for code in rota.members if code not in oncall.people
    )
    for number, one in enumerate(rota.override, start=1):
        if one.person not in oncall.people:
            yield f'override number {number}: key "person": no person "{one.person}" in people.toml'
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
    yield from (f'key "rules": {_unknown_rule(rule)}' for rule in route.rules if rule not in KNOWN_RULES)
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


def _unknown_rule(rule: str) -> str:
    near = get_close_matches(rule, sorted(KNOWN_RULES), n=1)
    return f'no rule "{rule}"' + (f'; did you mean "{near[0]}"?' if near else "; docs/runbooks has one page for each")


def _unknown_zone(name: str) -> str | None:
    try:
        zone(name)
    except InputError as error:
        return str(error)
    return None
