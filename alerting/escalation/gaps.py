"""Who is never told of what, by an on-call folder that is right by its letter and still tells nobody. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from alerting.announcements import OWNER_RULES, TENANT_RULES
from alerting.escalation.entries import Rota
from alerting.escalation.oncall import OnCall
from alerting.escalation.policy_entries import Level, Policy
from alerting.escalation.rota import begins_at, duty
from facilities.calendar import zone
from facilities.inventory import Inventory
from facilities.inventory_toml import mistake
from store.errors import InputError
from store.notice_rows import Audience

_BOTH = ("page", "ticket")
_SEVERITIES: Mapping[str, tuple[str, ...]] = {
    "outage": ("page",),
    "objective_breached": ("ticket",),
    "statement_ready": ("ticket",),
}
"""The severities a rule can have, where it is not both."""
_SEVERAL = "several parks at once"


def told_nobody(oncall: OnCall, now: datetime) -> InputError | None:
    """The mistake of a rota that has not begun, where a policy in use therefore tells nobody at all; else None."""
    for policy in _policies_in_use(oncall):
        if not any(_reaches(oncall, level, now) for level in policy.level):
            rota = next(one for level in policy.level for one in _rotas(oncall, level) if begins_at(one) > now)
            what = f'begins {_begins(rota)}; until then policy "{policy.code}" tells nobody'
            return mistake(oncall.path / "rotas.toml", f'rota "{rota.code}": key "starts_on": {what}')
    return None


def notes(oncall: OnCall, inventory: Inventory, now: datetime) -> list[str]:
    """A line for each rota that has not begun, and for each tenant and the owner where something has no route."""
    return [*_not_begun(oncall, now), *_never_told(oncall, inventory)]


def _not_begun(oncall: OnCall, now: datetime) -> Iterator[str]:
    for rota in oncall.rotas.values():
        if begins_at(rota) > now:
            empty = [
                f'level {number} of policy "{policy.code}"'
                for policy in _policies_in_use(oncall)
                for number, level in enumerate(policy.level, start=1)
                if rota in _rotas(oncall, level) and not _reaches(oncall, level, now)
            ]
            lost = f": {', '.join(empty)} {'tell' if len(empty) > 1 else 'tells'} nobody" if empty else ""
            yield f'note: rota "{rota.code}" begins {_begins(rota)}; until then nobody has the duty by turn{lost}'


def _policies_in_use(oncall: OnCall) -> list[Policy]:
    used = {route.policy for route in oncall.routes.values()}
    return [policy for code, policy in oncall.policies.items() if code in used]


def _rotas(oncall: OnCall, level: Level) -> list[Rota]:
    return [oncall.rotas[who.removeprefix("rota:")] for who in level.who if who.startswith("rota:")]


def _reaches(oncall: OnCall, level: Level, now: datetime) -> bool:
    if len(rotas := _rotas(oncall, level)) < len(level.who):
        return True
    return any(duty(rota, oncall.rotas, oncall.days_off, now).person is not None for rota in rotas)


def _begins(rota: Rota) -> str:
    return f"{begins_at(rota).astimezone(zone(rota.time_zone)):%a %Y-%m-%d %H:%M} {rota.time_zone}"


def _never_told(oncall: OnCall, inventory: Inventory) -> Iterator[str]:
    for code in inventory.tenants:
        circuits = [circuit.facility for circuit in inventory.circuits_of_tenant(code)]
        zones = [one.facility for one in inventory.zones.values() if one.tenant == code]
        found = _without_route(oncall, "tenant", code, TENANT_RULES, sorted({*circuits, *zones}))
        yield from (f'note: tenant "{code}" is never told of {what}' for what in found)
    found = _without_route(oncall, "owner", None, OWNER_RULES, sorted(inventory.parks))
    yield from (f"note: the owner is never told of {what}" for what in found)


def _without_route(
    oncall: OnCall, audience: Audience, tenant: str | None, rules: frozenset[str], parks: Sequence[str]
) -> list[str]:
    """What no route takes: one line of it, or none. A notice of several parks has none of them."""
    places: list[str | None] = [*parks, None] if len(parks) != 1 else [*parks]
    said = []
    is_anything = False
    for rule in sorted(rules):
        severities = _SEVERITIES.get(rule, _BOTH)
        asked = [(severity, place) for severity in severities for place in places]
        lost = [one for one in asked if oncall.route(audience, one[0], one[1], tenant, rule) is None]
        is_anything = is_anything or len(lost) < len(asked)
        if lost:
            said.append(f"{rule}{_part(asked, lost)}")
    if not said:
        return []
    return [", ".join(said)] if is_anything else [f"anything: no route of audience {audience} takes it"]


def _part(asked: Sequence[tuple[str, str | None]], lost: Sequence[tuple[str, str | None]]) -> str:
    """Which part of a rule's alerts has no route: severities and parks, as far as it is not all of them."""
    severities, places = ({one[which] for one in lost} for which in (0, 1))
    words = [] if severities == {one[0] for one in asked} else [f"as {' and '.join(sorted(map(str, severities)))}"]
    if places != {one[1] for one in asked}:
        words.append(f"at {' and '.join(sorted(place or _SEVERAL for place in places))}")
    return f" ({' '.join(words)})" if words else ""
