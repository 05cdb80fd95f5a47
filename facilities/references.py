"""What the files of an inventory must agree on with each other: every code that is named exists and fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from facilities import calendar
from facilities.bands import band_problems
from facilities.feed_references import feed_problems, sensor_problems
from facilities.problem import Problem, absent, site_problems
from facilities.provenance import PartyFact, Unknown
from facilities.topology import topology_problems
from store.errors import InputError

if TYPE_CHECKING:
    from facilities.inventory import Inventory


def reference_problems(inventory: Inventory) -> Iterator[Problem]:
    """Every mistake between the files, in the order a person would repair them."""
    yield from _label_problems(inventory)
    yield from _organisation_problems(inventory)
    yield from _park_problems(inventory)
    yield from _zone_problems(inventory)
    yield from _circuit_problems(inventory)
    yield from _probe_problems(inventory)
    yield from feed_problems(inventory)
    yield from sensor_problems(inventory)
    yield from topology_problems(inventory)
    yield from band_problems(inventory)
    yield from _calendar_problems(inventory)


def _label_problems(inventory: Inventory) -> Iterator[Problem]:
    """A demonstration carries its label wherever it shows; a real inventory must not look like one."""
    if inventory.is_demo and not inventory.label:
        yield Problem("inventory.toml", "inventory", "label", "a demonstration (demo = true) needs one")
    if not inventory.is_demo and inventory.label:
        yield Problem("inventory.toml", "inventory", "label", "only a demonstration (demo = true) has one")


def _organisation_problems(inventory: Inventory) -> Iterator[Problem]:
    for code, organisation in inventory.organisations.items():
        entry = f'organisation "{code}"'
        if organisation.parent is not None and organisation.parent not in inventory.organisations:
            yield absent("organisations.toml", entry, "parent", "organisation", organisation.parent)
        for mark in organisation.sources:
            if mark not in inventory.sources:
                yield absent("organisations.toml", entry, "source", "source", mark)


def _park_problems(inventory: Inventory) -> Iterator[Problem]:
    """Sources and parties of the published facts exist; two parks do not share a short code."""
    holders: dict[str, str] = {}
    for code, park in inventory.parks.items():
        entry = f'park "{code}"'
        holder = holders.setdefault(park.short_code, code)
        if holder != code:
            yield Problem("parks.toml", entry, "short_code", f'"{park.short_code}" is already that of park "{holder}"')
        try:
            calendar.zone(park.time_zone)
        except InputError as error:
            yield Problem("parks.toml", entry, "time_zone", str(error))
        for key, fact in park.facts.items():
            if isinstance(fact, PartyFact) and fact.value is not None:
                # One body may own and manage; a partner may be anybody.
                kinds = ("owner", "manager") if key in ("owner", "manager") else ()
                yield from _party_problems(inventory, "parks.toml", entry, key, fact.value, kinds)
            for mark in fact.sources:
                if mark not in inventory.sources:
                    yield absent("parks.toml", entry, key, "source", mark)


def _zone_problems(inventory: Inventory) -> Iterator[Problem]:
    for code, zone in inventory.zones.items():
        entry = f'zone "{code}"'
        yield from site_problems(inventory, "zones.toml", entry, zone.facility)
        if zone.tenant is not None and zone.tenant not in inventory.tenants:
            yield absent("zones.toml", entry, "tenant", "tenant", zone.tenant)


def _circuit_problems(inventory: Inventory) -> Iterator[Problem]:
    for code, circuit in inventory.circuits.items():
        entry = f'circuit "{code}"'
        yield from site_problems(inventory, "circuits.toml", entry, circuit.facility)
        if circuit.tenant not in inventory.tenants:
            yield absent("circuits.toml", entry, "tenant", "tenant", circuit.tenant)
        for key in ("carrier", "infrastructure_carrier"):
            party: str | Unknown = getattr(circuit, key)
            if not isinstance(party, Unknown):
                yield from _party_problems(inventory, "circuits.toml", entry, key, party, (key,))
        if circuit.origin == "simulated" and not inventory.is_demo:
            yield Problem("circuits.toml", entry, "origin", '"simulated" is for a demonstration (demo = true) only')


def _probe_problems(inventory: Inventory) -> Iterator[Problem]:
    for code, probe in inventory.probes.items():
        entry = f'probe "{code}"'
        circuit = inventory.circuits.get(probe.circuit)
        if circuit is None:
            yield absent("probes.toml", entry, "circuit", "circuit", probe.circuit)
        elif circuit.origin == "simulated":
            yield Problem("probes.toml", entry, "circuit", f'"{probe.circuit}" is simulated: nothing there to probe')


def _calendar_problems(inventory: Inventory) -> Iterator[Problem]:
    """The tenant whose calendar it is, and the sources of its days, are listed."""
    for code, civil in inventory.calendars.items():
        file, entry = f"calendars/{code}.toml", f'calendar "{code}"'
        if civil.tenant is not None and civil.tenant not in inventory.tenants:
            yield absent(file, entry, "tenant", "tenant", civil.tenant)
        for mark in civil.sources:
            if mark not in inventory.sources:
                yield absent(file, entry, "source", "source", mark)


def _party_problems(
    inventory: Inventory, file: str, entry: str, key: str, code: str, kinds: tuple[str, ...]
) -> Iterator[Problem]:
    """An organisation that is named exists and, where `kinds` are given, is of one of them."""
    organisation = inventory.organisations.get(code)
    if organisation is None:
        yield absent(file, entry, key, "organisation", code)
    elif kinds and organisation.kind not in kinds:
        wanted = " or ".join(kinds)
        yield Problem(file, entry, key, f'organisation "{code}" is of kind {organisation.kind}, not {wanted}')
