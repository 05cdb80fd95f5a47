"""What circuits share beyond what each says of itself: the elements of `topology.toml`, checked against the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

import msgspec

from facilities.problem import Problem, absent, site_problems
from facilities.provenance import Text

if TYPE_CHECKING:
    from facilities.inventory import Inventory

FILE = "topology.toml"
ElementKind = Literal["uplink", "building", "duct", "infrastructure", "cable_system", "probe"]
OF_ONE_PARK = ("uplink", "building")


class Element(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing whose failure takes several circuits away at once, or, of kind `probe`, what measures them.

    It carries its `circuits` and those of every element that names it among its `parents`: a building behind the
    uplink of its park is written once, as a building whose parent is the uplink.
    """

    code: str
    kind: ElementKind
    label: Text
    facility: str | None = None
    parents: tuple[str, ...] = ()
    circuits: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if self.kind in OF_ONE_PARK and self.facility is None:
            raise ValueError(f'missing key "facility" (kind "{self.kind}")')
        if self.kind == "probe" and self.parents:
            raise ValueError('key "parents": a probe measures circuits, it hangs behind nothing')
        for key, codes in (("parents", self.parents), ("circuits", self.circuits)):
            for place, code in enumerate(codes):
                if code in codes[:place]:
                    raise ValueError(f'key "{key}": "{code}" is written twice')


def carried_circuits(elements: Mapping[str, Element]) -> dict[str, frozenset[str]]:
    """The circuits behind each element, directly or through the elements it is a parent of. Needs no cycle."""
    children: dict[str, list[str]] = {code: [] for code in elements}
    for code, element in elements.items():
        for parent in element.parents:
            children[parent].append(code)
    found: dict[str, frozenset[str]] = {}

    def behind(code: str) -> frozenset[str]:
        if code not in found:
            found[code] = frozenset(elements[code].circuits).union(*(behind(child) for child in children[code]))
        return found[code]

    return {code: behind(code) for code in elements}


def topology_problems(inventory: Inventory) -> Iterator[Problem]:
    """Codes that are named exist and lie in the same park, nothing is behind itself, and every element carries."""
    elements = inventory.elements
    for code, element in elements.items():
        entry = f'element "{code}"'
        if element.facility is not None:
            yield from site_problems(inventory, FILE, entry, element.facility)
        for circuit_code in element.circuits:
            circuit = inventory.circuits.get(circuit_code)
            if circuit is None:
                yield absent(FILE, entry, "circuits", "circuit", circuit_code)
            elif element.facility not in (None, circuit.facility):
                wrong = f'"{circuit_code}" is at {circuit.facility}, not {element.facility}'
                yield Problem(FILE, entry, "circuits", wrong)
        for parent_code in element.parents:
            yield from _parent_problems(elements, entry, element, parent_code)
        if code in _ancestors(elements, code):
            yield Problem(FILE, entry, "parents", "it would be behind itself")
    named = {parent for element in elements.values() for parent in element.parents}
    for code, element in elements.items():
        if not element.circuits and code not in named:
            wrong = "it carries none, and no other element names it as a parent"
            yield Problem(FILE, f'element "{code}"', "circuits", wrong)


def _parent_problems(elements: Mapping[str, Element], entry: str, child: Element, parent: str) -> Iterator[Problem]:
    found = elements.get(parent)
    if found is None:
        yield Problem(FILE, entry, "parents", f'no element "{parent}" in {FILE}')
    elif found.kind == "probe":
        yield Problem(FILE, entry, "parents", f'"{parent}" is a probe: nothing hangs behind one')
    elif found.facility is not None and child.facility != found.facility:
        place = "no park" if child.facility is None else child.facility
        yield Problem(FILE, entry, "parents", f'"{parent}" is at {found.facility}, this one at {place}')


def _ancestors(elements: Mapping[str, Element], code: str) -> set[str]:
    """Every element this one hangs behind, itself among them when the file is circular."""
    seen: set[str] = set()
    ahead = list(elements[code].parents)
    while ahead:
        parent = ahead.pop()
        if parent not in seen and parent in elements:
            seen.add(parent)
            ahead.extend(elements[parent].parents)
    return seen
