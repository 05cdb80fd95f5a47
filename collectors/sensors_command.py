"""`p2i sensors`: what each sensor of the inventory said last, or that it never said anything."""

import argparse
import os
from collections.abc import Iterator, Sequence
from functools import partial

from collectors.options import add_inventory
from facilities.inventory import Inventory, inventory_path, read_inventory
from facilities.process import run
from store.connection import connect, server
from store.errors import InputError
from store.migrations import require_current_schema
from store.newest_sensors import NewestReading, read_newest_sensors

SILENT = "nothing yet"


def main(argv: Sequence[str]) -> int:
    """Runs `p2i sensors` and returns its exit code: 0; 1 when a sensor that was asked for has said nothing; 2 after
    one line of error."""
    return run("collectors", partial(_sensors, _parser().parse_args(argv)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i sensors",
        description="The newest reading of every part of every sensor, one per line.",
        epilog="What came and could not be stored: p2i quarantine list. Exit code 1: one of them never said anything.",
    )
    parser.add_argument("sensors", nargs="*", metavar="CODE", help="only these sensors of sensors.toml")
    parser.add_argument("--feed", metavar="CODE", help="only the sensors of this feed")
    add_inventory(parser)
    return parser


def _sensors(arguments: argparse.Namespace) -> int:
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    wanted = _wanted(inventory, arguments.sensors, arguments.feed)
    with server() as dsn, connect(dsn, "sensors") as connection:
        require_current_schema(connection)
        newest = read_newest_sensors(connection, wanted)
    print("\n".join(_aligned(_cells(wanted, newest))))
    return 1 if set(wanted) - {one.sensor for one in newest} else 0


def _wanted(inventory: Inventory, codes: Sequence[str], feed: str | None) -> list[str]:
    """The codes asked for, in the order of the file. Raises InputError for a code that is not there."""
    for code in codes:
        if code not in inventory.sensors:
            raise InputError(f'{inventory.path / "sensors.toml"}: no sensor "{code}"')
    if feed is not None and feed not in inventory.feeds:
        raise InputError(f'{inventory.path / "feeds.toml"}: no feed "{feed}"')
    found = [
        code
        for code, sensor in inventory.sensors.items()
        if (not codes or code in codes) and (feed is None or sensor.feed == feed)
    ]
    if not found:
        raise InputError(f"{inventory.path / 'sensors.toml'}: no such sensor")
    return found


def _cells(wanted: Sequence[str], newest: Sequence[NewestReading]) -> Iterator[Sequence[str]]:
    for code in wanted:
        said = [one for one in newest if one.sensor == code]
        for one in said:
            yield code, one.channel or "-", one.quantity, _value(one), f"{one.measured_at:%Y-%m-%dT%H:%M:%SZ}"
        if not said:
            yield code, "-", SILENT


def _value(one: NewestReading) -> str:
    """The count exactly, the value to nine digits, or why there is none in brackets."""
    if one.counted is not None:
        return str(one.counted)
    return f"{one.value:.9g}" if one.value is not None else f"({one.reason})"


def _aligned(rows: Iterator[Sequence[str]]) -> Iterator[str]:
    table = list(rows)
    columns = range(max(len(row) for row in table))
    widths = [max(len(row[at]) for row in table if at < len(row)) for at in columns]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
