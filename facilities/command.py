"""`p2i inventory`: checks a folder, lists what it holds, writes an agreement out, counts days, drafts holidays."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence

from facilities.agreement import Agreement
from facilities.calendar_revision import changed_days, revision_problems
from facilities.due_day import FRENCH, due_lines
from facilities.holiday_draft import holiday_draft
from facilities.inventory import Inventory, inventory_path, read_inventory
from facilities.inventory_folder import FILES
from facilities.inventory_toml import mistake
from facilities.listing import listing
from store.errors import InputError


def main(argv: Sequence[str], opened: Callable[[Inventory], object] | None = None) -> int:
    """Runs `p2i inventory` and returns its exit code: 0, or 2 with the first mistake as one line on stderr.

    `opened` opens what only a stage can read, the options of feeds and the profiles of sensors, for `check`: it raises
    InputError in one line for the first mistake. `p2i` gives it (p2i/inventory_command.py), for nothing here knows it.
    """
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command == "holidays":
            text = holiday_draft(arguments.country, arguments.year, arguments.subdivision, arguments.language)
        else:
            inventory = read_inventory(inventory_path(arguments.folder, os.environ))
            if arguments.command == "check" and opened is not None:
                opened(inventory)
            text = "".join(f"{line}\n" for line in _lines(arguments, inventory))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    sys.stdout.write(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i inventory",
        description="The parks, circuits, zones, tenants, calendars and agreements the system works on.",
        epilog="DIR is one inventory folder; without it P2I_INVENTORY, and without that the packaged real parks.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="check|show|agreement|due|holidays")
    sentences = {
        "check": "read the folder, open its feeds, and print one line per file, or the first mistake",
        "show": "list what the folder holds, with sources and « à confirmer » where nothing is known",
        "agreement": "write one agreement as a file that needs no calendar, for p2i score --agreement",
        "due": "tell the day a delay in jours ouvrés or jours ouvrables ends, by a calendar of the folder",
        "holidays": "draft the holidays of one country and year as TOML, for a person to check (python-holidays)",
    }
    added = {
        name: commands.add_parser(name, help=sentence, description=f"{sentence[0].upper()}{sentence[1:]}.")
        for name, sentence in sentences.items()
    }
    added["agreement"].add_argument("agreement", metavar="ID")
    added["agreement"].add_argument("--amendment", metavar="N", type=int, help="that text; 0: the original (the last)")
    added["due"].add_argument("calendar", metavar="CALENDAR")
    added["due"].add_argument("--days", metavar="N", type=int, required=True)
    added["due"].add_argument("--kind", choices=FRENCH, required=True)
    added["due"].add_argument("--filed", metavar="INSTANT", required=True, help="its civil day never counts")
    for name in ("check", "show", "agreement", "due"):
        added[name].add_argument("folder", nargs="?", metavar="DIR")
    added["check"].add_argument(
        "--since", metavar="DIR", help="the folder before: is a changed calendar a new version?"
    )
    added["holidays"].add_argument("--country", required=True, metavar="MA", help="two capitals of ISO 3166")
    added["holidays"].add_argument("--year", required=True, type=int)
    added["holidays"].add_argument("--subdivision", metavar="MD", help="a region, where holidays differ")
    added["holidays"].add_argument("--language", default="fr", help="of the names, where the library has it")
    return parser


def _lines(arguments: argparse.Namespace, inventory: Inventory) -> Iterator[str]:
    if arguments.command == "show":
        yield from listing(inventory)
    elif arguments.command == "agreement":
        if arguments.agreement not in inventory.agreements:
            raise InputError(f'{inventory.path}: no agreement "{arguments.agreement}"')
        yield inventory.agreement_text(_text(arguments, inventory)).decode().removesuffix("\n")
    elif arguments.command == "due":
        if arguments.calendar not in inventory.calendars:
            raise InputError(f'{inventory.path}: no calendar "{arguments.calendar}"')
        calendar = inventory.calendars[arguments.calendar]
        yield from due_lines(calendar, arguments.kind, arguments.days, arguments.filed)
    else:
        yield from _summary(inventory)
        if arguments.since is not None:
            yield from _revised(read_inventory(arguments.since), inventory)


def _text(arguments: argparse.Namespace, inventory: Inventory) -> Agreement:
    """The text of the agreement that was asked for: the last, or the one with the number of `--amendment`."""
    versions = inventory.versions[arguments.agreement]
    if arguments.amendment is None:
        return versions[-1]
    found = next((one for one in versions if one.number == arguments.amendment), None)
    if found is None:
        what = f"no amendment {arguments.amendment} of agreement"
        raise InputError(f'{inventory.path}: {what} "{arguments.agreement}"')
    return found


def _revised(older: Inventory, newer: Inventory) -> Iterator[str]:
    """One line per calendar whose text has changed: its versions, and the days that count otherwise now."""
    for code, calendar in newer.calendars.items():
        before = older.calendars.get(code)
        if before is None or before.identity == calendar.identity:
            continue
        file = newer.path / "calendars" / f"{code}.toml"
        for problem in revision_problems(before, calendar):
            raise mistake(file, problem)
        days = ", ".join(str(day) for day in changed_days(before, calendar)) or "none"
        yield f"{file}: version {before.identity.version} -> {calendar.identity.version}, days changed: {days}"


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
        "feeds.toml": _count(len(inventory.feeds), "feed"),
        "sensors.toml": _count(len(inventory.sensors), "sensor"),
        "topology.toml": _count(len(inventory.elements), "shared element"),
        "bands.toml": _count(len(inventory.bands), "band"),
    }
    for file in FILES:
        if (inventory.path / file).exists():
            yield f"{inventory.path / file}: {held[file]}"
    for code, calendar in inventory.calendars.items():
        days = f"{_count(len(calendar.holidays), 'holiday')}, {_count(len(calendar.forecasts), 'forecast day')}"
        yield f"{inventory.path / 'calendars' / code}.toml: {code} version {calendar.identity.version}, {days}"
    for agreement, agreement_file in inventory.agreement_texts():
        objectives = _count(len(agreement.objectives), "objective")
        amended = f", amendment {agreement.number} from {agreement.first_on}" if agreement.amendment else ""
        yield f"{agreement_file}: {agreement.id}, {agreement.tenant}, {objectives}{amended}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
