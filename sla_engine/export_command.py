"""`p2i export`: writes the files with which anyone recomputes a month, and the command that does it."""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import psycopg

from facilities.agreement import Agreement
from facilities.calendar import TZDB_VERSION, period
from facilities.instants import instant
from facilities.inventory import Inventory, inventory_path, read_inventory
from facilities.process import run
from sla_engine.due import epoch_seconds_of
from sla_engine.export import command_line, fact_files, readme
from sla_engine.from_store import read_facts
from sla_engine.scoring import scored_period
from store.connection import Connection, connect, server
from store.errors import InputError, P2IError
from store.intervals import Interval
from store.migrations import require_current_schema
from store.promises import read_exclusions, read_freezes, read_tickets
from store.registry import circuit_numbers
from store.rows import ScoreRow
from store.upkeep import read_dropped_before
from store.verdicts import read_scores

READINGS = ("circuit_interval", "probe", "circuit_state")


def main(argv: Sequence[str]) -> int:
    """Exports and prints the command to run. Returns 0; 2 after one line on stderr, with nothing written."""
    parser = argparse.ArgumentParser(
        prog="p2i export",
        description="Writes the files with which anyone recomputes a month with `p2i score`, and prints the command.",
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
    agreement = inventory.agreements[options.agreement]
    requested = _month(agreement, options.period)
    _refuse_used(options.out)
    try:
        with server() as dsn, connect(dsn, "export") as connection:
            require_current_schema(connection)
            connection.commit()
            now = epoch_seconds_of(datetime.now(UTC))
            gone_before = read_dropped_before(connection, READINGS, instant(now))
            connection.commit()
            starts_at = instant(requested.starts_at)
            gone = "" if gone_before is None or gone_before <= starts_at else _gone(gone_before)
            files, command = _read(connection, inventory, agreement, options.period, requested, now, gone)
    except psycopg.Error as error:
        raise P2IError(f"database: {(str(error).strip().splitlines() or ['no message'])[0]}") from error
    _write(options.out, files)
    if gone:
        print(f"p2i export: not complete: {gone}", file=sys.stderr)
    print(f"cd {shlex.quote(str(options.out))} && {command}")
    return 0


def _month(agreement: Agreement, text: str) -> Interval[int]:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text, re.ASCII):
        raise InputError(f'--period: "{text}" is not a month such as 2026-09')
    try:
        requested = period(text, agreement.time_zone)
        scored = scored_period(agreement, requested)
        for at in (scored.starts_at, scored.ends_at):
            instant(at)  # the files must be able to name it
    except InputError as error:
        raise InputError(f"--period: {error}") from None
    return requested


def _read(
    connection: Connection,
    inventory: Inventory,
    agreement: Agreement,
    month: str,
    requested: Interval[int],
    now: int,
    gone: str,
) -> tuple[dict[str, Iterable[str]], str]:
    """The files by name, the note last, and the command in it; everything as one moment of the store shows it."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        stored = _stored(connection, agreement, requested)
        as_of = _as_of(stored, requested, now)
        span = scored_period(agreement, requested)
        facts = read_facts(connection, agreement, span, circuit_numbers(connection), as_of=as_of)
        tickets = read_tickets(connection, facts.circuits)
        freezes = read_freezes(connection, {row.ticket for row in tickets})
        exclusions = read_exclusions(connection, facts.circuits)
    text = inventory.agreement_text(agreement.id).decode()
    facts_as_text = fact_files(facts, tickets, freezes, exclusions)
    command = command_line(month, facts_as_text, as_of)
    note = readme(
        inventory.labelled(f"Agreement {agreement.id}, {month}"),
        command,
        stored,
        made_with=f"p2i {version('p2i')} (zone data {TZDB_VERSION})",
        document_sha256="" if stored is None else _sha256(stored.document),
        agreement_sha256=_sha256(text),
        gone=gone,
    )
    named: dict[str, Iterable[str]] = {f"{name}.csv": pieces for name, pieces in facts_as_text.items()}
    return {"agreement.toml": [text], **named, "README.txt": [note]}, command


def _gone(before: datetime) -> str:
    return (
        f"readings before {before:%Y-%m-%dT%H:%M:%SZ} are dropped by age and stand in the archive alone;"
        " tickets, freezes and exclusions are all here"
    )


def _stored(connection: Connection, agreement: Agreement, requested: Interval[int]) -> ScoreRow | None:
    span = scored_period(agreement, requested)
    ends = instant(span.starts_at), instant(span.ends_at)
    rows = read_scores(connection, tenant=agreement.tenant, overlapping=ends)
    same = (row for row in rows if (row.agreement, row.period_starts_at, row.period_ends_at) == (agreement.id, *ends))
    return next(same, None)


def _as_of(stored: ScoreRow | None, requested: Interval[int], now: int) -> int | None:
    """What a running month was scored to, or would be scored to now; None for a month that had ended.

    The whole civil month decides, as it does for the engine, even where the agreement ends within it.
    """
    at = now if stored is None else epoch_seconds_of(stored.scored_to_at)
    return at if requested.contains(at) else None


def _refuse_used(folder: Path) -> None:
    try:
        if folder.exists() and any(folder.iterdir()):
            raise InputError(f"--out: {folder}: is not empty; files of two exports must not mix")
    except OSError as error:
        raise InputError(f"--out: {folder}: {error.strerror}") from error


def _write(folder: Path, files: dict[str, Iterable[str]]) -> None:
    """Writes the files in their order: where the note is, which comes last, the export is whole."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, pieces in files.items():
            with (folder / name).open("x", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
    except OSError as error:
        raise InputError(f"--out: {error.filename or folder}: {error.strerror}") from error


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
