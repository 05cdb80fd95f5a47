"""The inventory: what exists and what was promised, read from one folder of TOML files, checked whole."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import msgspec

from facilities.agreement import Agreement
from facilities.agreement_files import agreement_problems, read_agreements
from facilities.agreement_standalone import standalone_agreement
from facilities.agreement_versions import AgreementFile
from facilities.bands import Band
from facilities.circuits import Circuit, Probe, Tenant
from facilities.civil_calendar import CivilCalendar
from facilities.civil_calendar_toml import read_calendars
from facilities.inventory_folder import refuse_other_files
from facilities.inventory_toml import mistake, read_entries, read_table
from facilities.parks import Organisation, Park, Zone
from facilities.provenance import Source, Text
from facilities.references import reference_problems
from facilities.sensors import Feed, Sensor
from facilities.topology import Element

Item = TypeVar("Item")
Entry = TypeVar("Entry", bound=msgspec.Struct)

PACKAGED = Path(__file__).parent / "inventories"
REAL_INVENTORY = PACKAGED / "p2i"
"""The platforms as public sources describe them; the default. No circuits: no contract is public."""
DEMO_INVENTORY = PACKAGED / "demo"
"""Fictional tenants, carriers and agreements, labelled DÉMO."""


class Heading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The `[inventory]` table: what this folder is, when it was compiled, and whether it is invented."""

    name: Text
    compiled_on: datetime.date
    demo: bool
    label: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """One folder read and checked: mappings by code, in the order of the files, that cannot be changed.

    Agreements and calendars are keyed by their id. A contract is one text or, once amended, several: `versions` has
    them in order of effect, `agreements` the last of each and `agreement_files` its file. Figures come from the version
    in force; `agreement_text` gives the file `p2i score --agreement` takes.
    """

    path: Path
    heading: Heading
    sources: Mapping[str, Source]
    organisations: Mapping[str, Organisation]
    parks: Mapping[str, Park]
    tenants: Mapping[str, Tenant]
    zones: Mapping[str, Zone]
    circuits: Mapping[str, Circuit]
    probes: Mapping[str, Probe]
    feeds: Mapping[str, Feed]
    sensors: Mapping[str, Sensor]
    contracts: Mapping[str, tuple[AgreementFile, ...]] = field(repr=False)
    calendars: Mapping[str, CivilCalendar] = field(default_factory=lambda: MappingProxyType({}))
    elements: Mapping[str, Element] = field(default_factory=lambda: MappingProxyType({}))
    bands: Mapping[str, Band] = field(default_factory=lambda: MappingProxyType({}))
    versions: Mapping[str, tuple[Agreement, ...]] = field(init=False)
    agreements: Mapping[str, Agreement] = field(init=False)
    agreement_files: Mapping[str, Path] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Three views of `contracts`, made once."""
        contracts = self.contracts.items()
        versions = {code: tuple(one.agreement for one in texts) for code, texts in contracts}
        object.__setattr__(self, "versions", _frozen(versions))
        object.__setattr__(self, "agreements", _frozen({code: texts[-1].agreement for code, texts in contracts}))
        object.__setattr__(self, "agreement_files", _frozen({code: texts[-1].file for code, texts in contracts}))

    @property
    def name(self) -> str:
        """The title of the inventory, for people."""
        return self.heading.name

    @property
    def compiled_on(self) -> datetime.date:
        """The civil day the inventory was compiled."""
        return self.heading.compiled_on

    @property
    def is_demo(self) -> bool:
        """True when tenants, carriers and readings are invented."""
        return self.heading.demo

    @property
    def label(self) -> str:
        """What every screen and export shows: "DÉMO", or nothing for a real inventory."""
        return self.heading.label

    def labelled(self, text: str) -> str:
        """`text` behind the label, or as it is when there is none."""
        return f"{self.label} · {text}" if self.label else text

    def circuits_of(self, facility: str) -> tuple[Circuit, ...]:
        """The circuits of one park; empty for a park without any."""
        return tuple(circuit for circuit in self.circuits.values() if circuit.facility == facility)

    def zones_of(self, facility: str) -> tuple[Zone, ...]:
        """The zones of one park; empty for a park without any."""
        return tuple(zone for zone in self.zones.values() if zone.facility == facility)

    def circuits_of_tenant(self, tenant: str) -> tuple[Circuit, ...]:
        """The circuits that serve one tenant, in every park."""
        return tuple(circuit for circuit in self.circuits.values() if circuit.tenant == tenant)

    def agreement_texts(self) -> Iterator[AgreementFile]:
        """Every text of every agreement with its file, past and future ones too."""
        for texts in self.contracts.values():
            yield from texts

    def agreements_of_tenant(self, tenant: str) -> tuple[Agreement, ...]:
        """Every text of the agreements of one tenant, past and future ones too."""
        return tuple(one for one, _ in self.agreement_texts() if one.tenant == tenant)

    def agreements_of_circuit(self, circuit: str) -> tuple[Agreement, ...]:
        """Every text of an agreement with an objective on one circuit, past and future ones too."""
        return tuple(
            one
            for one, _ in self.agreement_texts()
            if any(objective.circuit == circuit for objective in one.objectives)
        )

    def agreements_on(self, day: datetime.date) -> tuple[Agreement, ...]:
        """The texts in force on the civil day `day`; at most one of each agreement."""
        return tuple(one for one, _ in self.agreement_texts() if one.is_in_force_on(day))

    def agreement_text(self, agreement: str | Agreement) -> bytes:
        """One text of an agreement (the last one, by its id) as a file that needs no other: its own file, with the days
        of the calendar it may name and the day on which an amendment took over.

        What `p2i score --agreement` takes, what an export holds and what a verdict is hashed by. The file is read
        anew: one that was edited since is not the agreement this inventory holds.
        """
        one = self.agreements[agreement] if isinstance(agreement, str) else agreement
        file = next(file for text, file in self.contracts[one.id] if text.number == one.number)
        return standalone_agreement(file.read_bytes(), one)

    def tenants_of(self, facility: str) -> tuple[Tenant, ...]:
        """The tenants with a circuit, a zone or an agreement at one park. One or none is a normal state."""
        present = {circuit.tenant for circuit in self.circuits_of(facility)}
        present |= {zone.tenant for zone in self.zones_of(facility) if zone.tenant is not None}
        present |= {one.tenant for one in self.agreements.values() if one.facility == facility}
        return tuple(tenant for code, tenant in self.tenants.items() if code in present)


def inventory_path(argument: str | None, environment: Mapping[str, str]) -> Path:
    """The folder to read: the argument, else `P2I_INVENTORY`, else the packaged inventory of the real parks."""
    return Path(argument or environment.get("P2I_INVENTORY") or REAL_INVENTORY)


def read_inventory(path: Path | str) -> Inventory:
    """The inventory in the folder `path`, whole and consistent.

    InputError, in one line that starts with the file as reached through `path`, for the first mistake:
    a file that is missing or has no place here, an unknown, missing or ill-typed key, a code used twice
    or named and not listed.
    """
    folder = Path(path)
    refuse_other_files(folder)
    calendars = read_calendars(folder / "calendars")
    contracts = read_agreements(folder / "agreements", calendars)
    inventory = Inventory(
        path=folder,
        heading=read_table(folder / "inventory.toml", "inventory", Heading),
        sources=_frozen(read_entries(folder / "sources.toml", "source", Source, key="mark")),
        organisations=_frozen(read_entries(folder / "organisations.toml", "organisation", Organisation)),
        parks=_frozen(read_entries(folder / "parks.toml", "park", Park)),
        tenants=_frozen(read_entries(folder / "tenants.toml", "tenant", Tenant)),
        zones=_frozen(read_entries(folder / "zones.toml", "zone", Zone)),
        circuits=_frozen(read_entries(folder / "circuits.toml", "circuit", Circuit)),
        probes=_frozen(_if_there(folder / "probes.toml", "probe", Probe)),
        feeds=_frozen(_if_there(folder / "feeds.toml", "feed", Feed)),
        sensors=_frozen(_if_there(folder / "sensors.toml", "sensor", Sensor)),
        contracts=_frozen(contracts),
        calendars=_frozen(calendars),
        elements=_frozen(_if_there(folder / "topology.toml", "element", Element)),
        bands=_frozen(_if_there(folder / "bands.toml", "band", Band)),
    )
    for problem in reference_problems(inventory):
        raise mistake(folder / problem.file, str(problem))
    for file, wrong in agreement_problems(inventory):
        raise mistake(file, wrong)
    return inventory


def _if_there(path: Path, table: str, entry_type: type[Entry]) -> dict[str, Entry]:
    return read_entries(path, table, entry_type) if path.exists() else {}


def _frozen(entries: dict[str, Item]) -> Mapping[str, Item]:
    return MappingProxyType(entries)
