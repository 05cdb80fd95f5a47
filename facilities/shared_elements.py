"""Everything circuits have in common, by the circuits themselves and by the topology: what one failure can explain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from facilities.inventory import Inventory
from facilities.provenance import Unknown
from facilities.topology import carried_circuits

SHARED_BY_ALL_PROBES = "probes.toml"


class SharedElement(NamedTuple):
    """Something that several circuits share. `subject` names it in alerts (duct:casanearshore/G1, carrier:op-a/fes).

    `kind` is `park`, `building`, `duct`, `carrier`, `infrastructure_carrier`, `cable_system`, `uplink`,
    `infrastructure` or `probe`. `facility` is its park; None = it reaches beyond one.
    """

    subject: str
    kind: str
    label: str
    facility: str | None
    carrier: str | None
    circuits: frozenset[str]


def shared_elements(inventory: Inventory) -> tuple[SharedElement, ...]:
    """What two circuits or more have in common, each once, in a fixed order.

    From circuits.toml: their park, their entry into it (`building_entry`) and duct (`duct_route`), which are names
    within a park, their carriers, in each park and in all, and the carriers of the ducts. From topology.toml: every
    element with what it carries. From probes.toml: the prober of all probes that no element of kind probe names.
    """
    found = [*_written_on_circuits(inventory), *_written_in_topology(inventory), *_measured_by_probes(inventory)]
    return tuple(element for element in found if len(element.circuits) > 1)


def _written_on_circuits(inventory: Inventory) -> Iterator[SharedElement]:
    groups: dict[tuple[str, str, str | None], set[str]] = defaultdict(set)
    for code, circuit in inventory.circuits.items():
        place = circuit.facility
        groups["park", place, place].add(code)
        for kind, name in (("building", circuit.building_entry), ("duct", circuit.duct_route)):
            if not isinstance(name, Unknown):
                groups[kind, name, place].add(code)
        for kind, name in (("carrier", circuit.carrier), ("infrastructure_carrier", circuit.infrastructure_carrier)):
            if not isinstance(name, Unknown):
                groups[kind, name, place].add(code)
                groups[kind, name, None].add(code)
    for (kind, name, facility), circuits in groups.items():
        label, carrier, subject = name, None, f"{kind}:{facility}/{name}"
        if kind == "park":
            label, subject = inventory.parks[name].title, f"park:{name}"
        elif kind in ("carrier", "infrastructure_carrier"):
            label, carrier = inventory.organisations[name].name, name
            subject = f"{kind}:{name}" if facility is None else f"{kind}:{name}/{facility}"
        yield SharedElement(subject, kind, label, facility, carrier, frozenset(circuits))


def _written_in_topology(inventory: Inventory) -> Iterator[SharedElement]:
    for code, circuits in carried_circuits(inventory.elements).items():
        element = inventory.elements[code]
        prefix = "cable" if element.kind == "cable_system" else element.kind
        yield SharedElement(f"{prefix}:{code}", element.kind, element.label, element.facility, None, circuits)


def _measured_by_probes(inventory: Inventory) -> Iterator[SharedElement]:
    named = {one for element in inventory.elements.values() if element.kind == "probe" for one in element.circuits}
    rest = frozenset(probe.circuit for probe in inventory.probes.values() if probe.circuit not in named)
    facilities = {inventory.circuits[code].facility for code in rest}
    facility = facilities.pop() if len(facilities) == 1 else None
    yield SharedElement(f"probe:{SHARED_BY_ALL_PROBES}", "probe", "p2i probe", facility, None, rest)
