"""The inventory: what exists and what was promised, read from one folder of TOML files, checked whole."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import msgspec

from facilities.agreement import Agreement
from facilities.agreement_files import agreement_problems, read_agreements
from facilities.agreement_standalone import standalone_agreement
from facilities.circuits import Circuit, Probe, Tenant
from facilities.civil_calendar import CivilCalendar
from facilities.civil_calendar_toml import read_calendars
from facilities.inventory_toml import mistake, read_entries, read_table
from facilities.parks import Organisation, Park, Zone
from facilities.provenance import Source, Text
from facilities.references import reference_problems
from facilities.sensors import Feed, Sensor
from store.errors import InputError

Item = TypeVar("Item")
Entry = TypeVar("Entry", bound=msgspec.Struct)

PACKAGED = Path(__file__).parent / "inventories"
REAL_INVENTORY = PACKAGED / "p2i"
"""The platforms as public sources describe them; the default. No circuits: no contract is public."""
DEMO_INVENTORY = PACKAGED / "demo"
"""Fictional tenants, carriers and agreements, labelled DÉMO."""

FILES = (
    "inventory.toml",
    "sources.toml",
    "organisations.toml",
    "parks.toml",
    "tenants.toml",
    "zones.toml",
    "circuits.toml",
    "probes.toml",
    "feeds.toml",
    "sensors.toml",
)
"""Every file of an inventory besides the two folders, in the order of reading; the last three may be absent."""
FOLDERS = ("agreements", "calendars")
"""Folders of one file per agreement, and per calendar; both may be absent."""


class Heading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The `[inventory]` table: what this folder is, when it was compiled, and whether it is invented."""

    name: Text
    compiled_on: datetime.date
    demo: bool
    label: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """One folder read and checked: mappings by code, in the order of the files, that cannot be changed.

    Agreements and calendars are keyed by their id; `agreement_files` holds the file each agreement was read from,
    `agreement_text` gives the file `p2i score --agreement` takes.
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
    agreements: Mapping[str, Agreement]
    agreement_files: Mapping[str, Path] = field(repr=False)
    calendars: Mapping[str, CivilCalendar] = field(default_factory=lambda: MappingProxyType({}))

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

    def agreements_of_tenant(self, tenant: str) -> tuple[Agreement, ...]:
        """The agreements of one tenant, past and future ones too."""
        return tuple(agreement for agreement in self.agreements.values() if agreement.tenant == tenant)

    def agreements_of_circuit(self, circuit: str) -> tuple[Agreement, ...]:
        """The agreements with an objective on one circuit, past and future ones too."""
        return tuple(
            agreement
            for agreement in self.agreements.values()
            if any(objective.circuit == circuit for objective in agreement.objectives)
        )

    def agreement_text(self, agreement: str) -> bytes:
        """The agreement as a file that needs no other: its own file, with the days of the calendar it may name.

        What `p2i score --agreement` takes, what an export holds and what a verdict is hashed by. The file is read
        anew: one that was edited since is not the agreement this inventory holds.
        """
        return standalone_agreement(self.agreement_files[agreement].read_bytes(), self.agreements[agreement])

    def agreements_on(self, day: datetime.date) -> tuple[Agreement, ...]:
        """The agreements in force on the civil day `day`: from `starts_on` to before `ends_on`."""
        return tuple(
            agreement
            for agreement in self.agreements.values()
            if agreement.starts_on <= day and (agreement.ends_on is None or day < agreement.ends_on)
        )

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
    _refuse_other_files(folder)
    calendars = read_calendars(folder / "calendars")
    agreements, agreement_files = read_agreements(folder / "agreements", calendars)
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
        agreements=_frozen(agreements),
        agreement_files=_frozen(agreement_files),
        calendars=_frozen(calendars),
    )
    for problem in reference_problems(inventory):
        raise mistake(folder / problem.file, str(problem))
    for file, wrong in agreement_problems(inventory):
        raise mistake(file, wrong)
    return inventory


def _refuse_other_files(folder: Path) -> None:
    """A TOML file under another name would be read by nobody, and its author would believe it was."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such inventory folder")
    for file in sorted(folder.rglob("*.toml")):
        place = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in place.parts)  # an editor's, or a mount's own copies
        in_folder = len(place.parts) == 2 and place.parts[0] in FOLDERS
        if place.as_posix() not in FILES and not in_folder and not hidden:
            known = ", ".join((*FILES, *(f"{name}/*.toml" for name in FOLDERS)))
            raise mistake(file, f"not a file of an inventory ({known})")


def _if_there(path: Path, table: str, entry_type: type[Entry]) -> dict[str, Entry]:
    return read_entries(path, table, entry_type) if path.exists() else {}


def _frozen(entries: dict[str, Item]) -> Mapping[str, Item]:
    return MappingProxyType(entries)
