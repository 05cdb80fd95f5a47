"""`p2i import`: takes in readings from a file: columns by a mapping, or the results of a measuring tool."""

import argparse
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from collectors.feeds import open_feeds
from collectors.import_look import wrong_file
from collectors.import_mapping import FORMATS, TABLES, ImportMapping, import_mapping
from collectors.importer import Outcome, import_file, import_key
from collectors.native_topic import CIRCUIT_KINDS
from collectors.options import add_inventory
from collectors.registration import registered
from collectors.sensor_file import refuse_subject, sensors_of
from collectors.sensor_rows import SensorMapping
from facilities.inventory import Inventory, inventory_path, read_inventory
from facilities.process import run
from store.connection import Connection, connect, server
from store.errors import InputError, StoreUnavailable
from store.imports import ImportKey, unfinished_import
from store.migrations import require_current_schema


def main(argv: Sequence[str]) -> int:
    """Runs `p2i import` and returns its exit code: 0, 1 when not one row could be used, 2 after one line of error."""
    parser = argparse.ArgumentParser(
        prog="p2i import",
        description="Imports readings from a file: CSV, Parquet, or results of RIPE Atlas, perfSONAR or iperf3. Run"
        " again after an interruption, it continues; run again after its end, it finds duplicates.",
        epilog="The mapping file and examples: docs/import.md.",
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument(
        "--mapping", metavar="M.toml", type=Path, help="what the columns are; may be left out for results of tools"
    )
    parser.add_argument("--format", choices=FORMATS, help="what the file is (default: what the mapping says, or csv)")
    subject = parser.add_mutually_exclusive_group()
    subject.add_argument("--circuit", metavar="CODE", help="the circuit all rows are about")
    subject.add_argument("--zone", metavar="CODE", help="the zone all rows are about (kind occupancy)")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would become of the rows of the whole file, and write nothing"
    )
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="import a file whose first rows are all refused for one reason: every row then goes to quarantine",
    )
    add_inventory(parser)
    return run("collectors", partial(_import, parser.parse_args(argv)))


def _import(arguments: argparse.Namespace) -> int:
    file: Path = arguments.file
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    text = _text(arguments)
    name = arguments.mapping.name if arguments.mapping else "--mapping"
    mapping = _about(import_mapping(name, text, arguments.format), arguments, inventory)
    try:
        about_file = file.stat()
        if not stat.S_ISREG(about_file.st_mode):  # a FIFO or a device may never end, and an import reads it twice
            raise InputError(f"{file}: not a regular file")
        subject = None if isinstance(mapping, SensorMapping) else mapping.subject
        key = import_key(file, f"{arguments.format or ''}{text}", subject)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from None
    try:
        with server() as dsn, connect(dsn, "import") as connection:
            require_current_schema(connection)
            outcome = _imported(connection, arguments, about_file.st_size, mapping, inventory, key)
    except psycopg.Error as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise StoreUnavailable(f"database: {first}; the same command, run again, continues") from error
    except KeyboardInterrupt:
        again = "nothing was written" if arguments.dry_run else "the same command continues where it stopped"
        print(f"{file.name}: interrupted; {again}", file=sys.stderr)
        return 130
    if outcome.continued_at is not None:
        print(f"{file.name}: an earlier import was interrupted; continued at {file.name}{outcome.continued_at}")
    print(f"{file.name}: {'dry run, nothing is written: ' if arguments.dry_run else ''}{outcome.text}")
    if outcome.refused and not arguments.dry_run:
        print(f'{file.name}: refused rows and their reasons are in quarantine, source "import"')
    return 1 if outcome.rows and not outcome.used else 0


def _imported(
    connection: Connection,
    arguments: argparse.Namespace,
    size: int,
    mapping: ImportMapping,
    inventory: Inventory,
    key: ImportKey,
) -> Outcome:
    """Looks at the first rows, unless told not to or they are written already, and takes the file in."""
    file: Path = arguments.file
    known = registered(connection, inventory)
    is_begun = unfinished_import(connection, key) is not None
    if not arguments.anyway and not arguments.dry_run and not is_begun:
        wrong = wrong_file(connection, file, mapping, known, datetime.now(UTC))
        if wrong is not None:
            raise InputError(f"{file.name}: {wrong.text}; nothing was written (--anyway imports it all the same)")
    if not arguments.dry_run:
        connection.commit()
    with _progress_bar(file.name, size) as advanced:
        outcome = import_file(
            connection, file, mapping, known, key, lambda: datetime.now(UTC), advanced, is_rehearsal=arguments.dry_run
        )
    connection.rollback()
    return outcome


def _text(arguments: argparse.Namespace) -> str:
    mapping: Path | None = arguments.mapping
    if mapping is None:
        if (arguments.format or "csv") in TABLES:
            raise InputError("--mapping: needed, to say what the columns are")
        return ""
    try:
        return mapping.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{mapping}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{mapping}: not UTF-8 at byte {error.start}") from None


def _about(mapping: ImportMapping, arguments: argparse.Namespace, inventory: Inventory) -> ImportMapping:
    """The mapping with the circuit or zone of the command line in it; the one it names must exist."""
    if isinstance(mapping, SensorMapping):
        refuse_subject(arguments.circuit, arguments.zone)
        sensors_of(mapping, open_feeds(inventory))
        return mapping
    about_circuit = mapping.kind in CIRCUIT_KINDS
    word, other = ("circuit", "zone") if about_circuit else ("zone", "circuit")
    given = getattr(arguments, word)
    if getattr(arguments, other):
        raise InputError(f"--{other}: {mapping.kind} are about a {word}")
    if given and mapping.subject_column:
        raise InputError(f'--{word}: the mapping takes it from column "{mapping.subject_column}"')
    subject = given or mapping.subject
    if subject is None and mapping.subject_column is None:
        raise InputError(f"--{word}: needed, for the mapping names neither {word} nor {word}_column")
    exist = inventory.circuits if about_circuit else inventory.zones
    if subject is not None and subject not in exist:
        raise InputError(f'--{word}: "{subject}" is not a {word} of {inventory.path}')
    for code in mapping.codes.values():
        if code not in exist:
            raise InputError(f'codes: "{code}" is not a {word} of {inventory.path}')
    return replace(mapping, subject=subject)


@contextmanager
def _progress_bar(name: str, size: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere; yields what is to be told the bytes done."""
    if not sys.stderr.isatty():
        yield lambda _bytes: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=size)
        yield lambda done: bar.update(task, completed=done)
