"""`p2i export`: writes the files with which anyone recomputes a month, and the command that does it."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg

from facilities.agreement import Agreement
from facilities.calendar import period
from facilities.instants import instant
from facilities.inventory import inventory_path, read_inventory
from facilities.process import run
from sla_engine.due import epoch_seconds_of
from sla_engine.export_reading import read_exports
from sla_engine.scoring import scored_period
from sla_engine.segments import segments, whole_contract
from store.connection import connect, server
from store.errors import InputError, P2IError
from store.intervals import Interval
from store.migrations import require_current_schema


def main(argv: Sequence[str]) -> int:
    """Exports and prints the command to run. Returns 0; 2 after one line on stderr, with nothing written."""
    parser = argparse.ArgumentParser(
        prog="p2i export",
        description="Writes the files with which anyone recomputes a month with `p2i score`, and prints the command."
        " A month cut by an amendment is two segments: a folder each, by its first day, and a command each.",
    )
    parser.add_argument("--agreement", metavar="ID", required=True, help="the agreement's id")
    parser.add_argument("--period", metavar="YYYY-MM", required=True, help="a civil month of the agreement's time zone")
    parser.add_argument("--out", metavar="DIR", required=True, type=Path, help="folder for the files; new or empty")
    parser.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")
    return run("sla_engine", partial(_export, parser.parse_args(argv)))


def _export(options: argparse.Namespace) -> int:
    inventory = read_inventory(inventory_path(options.inventory, os.environ))
    if options.agreement not in inventory.agreements:
        raise InputError(f'--agreement: no agreement "{options.agreement}" in {inventory.path}')
    requested = _month(inventory.versions[options.agreement], options.period)
    _refuse_used(options.out)
    try:
        with server() as dsn, connect(dsn, "export") as connection:
            require_current_schema(connection)
            connection.commit()
            now = epoch_seconds_of(datetime.now(UTC))
            found = read_exports(connection, inventory, options.agreement, options.period, requested, now)
    except psycopg.Error as error:
        raise P2IError(f"database: {(str(error).strip().splitlines() or ['no message'])[0]}") from error
    for one in found:
        folder = options.out if len(found) == 1 else options.out / one.first_on
        _write(folder, one.files)
        if one.gone:
            print(f"p2i export: not complete: {one.gone}", file=sys.stderr)
        print(f"cd {shlex.quote(str(folder))} && {one.command}")
    return 0


def _month(versions: Sequence[Agreement], text: str) -> Interval[int]:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text, re.ASCII):
        raise InputError(f'--period: "{text}" is not a month such as 2026-09')
    try:
        requested = period(text, versions[0].time_zone)
        found = segments(versions, requested)
        for agreement in [one.agreement for one in found] or [whole_contract(versions)]:
            scored_period(agreement, requested)
        for at in (requested.starts_at, requested.ends_at):
            instant(at)  # the files must be able to name it
    except InputError as error:
        raise InputError(f"--period: {error}") from None
    return requested


def _refuse_used(folder: Path) -> None:
    try:
        if folder.exists() and any(folder.iterdir()):
            raise InputError(f"--out: {folder}: is not empty; files of two exports must not mix")
    except OSError as error:
        raise InputError(f"--out: {folder}: {error.strerror}") from error


def _write(folder: Path, files: Mapping[str, Iterable[str]]) -> None:
    """Writes the files in their order: where the note is, which comes last, the export is whole."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, pieces in files.items():
            with (folder / name).open("x", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
    except OSError as error:
        raise InputError(f"--out: {error.filename or folder}: {error.strerror}") from error
