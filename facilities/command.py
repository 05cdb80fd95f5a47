"""`p2i inventory`: checks an inventory folder file by file, or lists what it holds."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from facilities.inventory import FILES, Inventory, inventory_path, read_inventory
from facilities.listing import listing
from store.errors import InputError


def main(argv: Sequence[str]) -> int:
    """Runs `p2i inventory` and returns its exit code: 0, or 2 with the first mistake as one line on stderr."""
    parser = argparse.ArgumentParser(
        prog="p2i inventory",
        description="The parks, circuits, zones, tenants and agreements the system works on.",
        epilog="DIR is one inventory folder; without it P2I_INVENTORY, and without that the packaged real parks.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="check|show")
    for name, sentence in (
        ("check", "read the folder and print one line per file, or the first mistake"),
        ("show", "list what the folder holds, with sources and « à confirmer » where nothing is known"),
    ):
        command = commands.add_parser(name, help=sentence, description=f"{sentence[0].upper()}{sentence[1:]}.")
        command.add_argument("folder", nargs="?", metavar="DIR")
    arguments = parser.parse_args(argv)
    try:
        inventory = read_inventory(inventory_path(arguments.folder, os.environ))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    for line in _summary(inventory) if arguments.command == "check" else listing(inventory):
        print(line)
    return 0


def _summary(inventory: Inventory) -> Iterator[str]:
    """One line per file read: what it holds."""
    operational = sum(park.is_operational for park in inventory.parks.values())
    simulated = sum(circuit.origin == "simulated" for circuit in inventory.circuits.values())
    held = {
        "inventory.toml": inventory.labelled(inventory.name),
        "sources.toml": _count(len(inventory.sources), "source"),
        "organisations.toml": _count(len(inventory.organisations), "organisation"),
        "parks.toml": f"{_count(len(inventory.parks), 'park')}, {operational} operational",
        "tenants.toml": _count(len(inventory.tenants), "tenant"),
        "zones.toml": _count(len(inventory.zones), "zone"),
        "circuits.toml": f"{_count(len(inventory.circuits), 'circuit')}, {simulated} simulated",
        "probes.toml": _count(len(inventory.probes), "probe"),
    }
    for file in FILES:
        if (inventory.path / file).exists():
            yield f"{inventory.path / file}: {held[file]}"
    for code, agreement_file in inventory.agreement_files.items():
        agreement = inventory.agreements[code]
        yield f"{agreement_file}: {code}, {agreement.tenant}, {_count(len(agreement.objectives), 'objective')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
