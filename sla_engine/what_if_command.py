"""`p2i what-if`: figure and credit before and after an exclusion is decided, from files or from the store."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from facilities.agreement import Agreement
from facilities.agreement_toml import read_agreement
from facilities.calendar import period
from facilities.instants import epoch_seconds, instant
from facilities.inventory import inventory_path, read_inventory
from facilities.process import run
from sla_engine.csv_decisions import read_named_exclusions
from sla_engine.csv_files import FactFiles, read_facts
from sla_engine.due import epoch_seconds_of
from sla_engine.scoring import score, scored_period
from sla_engine.what_if import Comparison, Named, circuits_of, supposed, with_exclusions
from sla_engine.what_if_document import what_if_json, what_if_text
from sla_engine.what_if_stored import Compared, stored_comparisons
from store.connection import connect, server
from store.errors import InputError
from store.intervals import Interval
from store.migrations import require_current_schema

_FILES = ("intervals", "probes", "states", "tickets", "freezes", "exclusions")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


def main(argv: Sequence[str]) -> int:
    """Prints the comparison. Returns 0 whatever it says; 2 after one line on stderr, with nothing on stdout."""
    return run("sla_engine", partial(_what_if, _parser().parse_args(argv)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i what-if",
        description="What a month would be if an exclusion were accepted, or an accepted one were not. Writes nothing.",
        epilog="Files, period and --as-of are those of p2i score. docs/what-if.md has the traps with their numbers.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--agreement", metavar="FILE|ID", required=True, help="the agreement (TOML); with --stored its id"
    )
    parser.add_argument(
        "--period", metavar="PERIOD", required=True, help="a month, YYYY-MM; of files also START/END with offset"
    )
    parser.add_argument(
        "--exclude",
        metavar="WHAT",
        action="append",
        default=[],
        help="CIRCUIT,KIND,START,END[,ANNOUNCED], or the id of a proposed one; may be given several times",
    )
    parser.add_argument(
        "--without", metavar="ID", action="append", default=[], help="an accepted one; may be given several times"
    )
    for name in _FILES:
        parser.add_argument(f"--{name}", metavar="FILE", help=f"{name}, as for p2i score")
    parser.add_argument("--as-of", metavar="INSTANT", help="hide everything later, except exclusions")
    parser.add_argument("--stored", action="store_true", help="the facts of the store, not of files")
    parser.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser


def _what_if(options: argparse.Namespace) -> int:
    compared = _of_store(options) if options.stored else _of_files(options)
    if isinstance(sys.stdout, io.TextIOWrapper):  # the same bytes whatever the locale
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(what_if_json(compared) if options.format == "json" else what_if_text(compared))
    return 0


def _of_files(options: argparse.Namespace) -> Compared:
    agreement = read_agreement(options.agreement)
    requested, as_of = _period(agreement, options.period), _as_of(options.as_of)
    files = FactFiles(**{name: getattr(options, name) for name in _FILES if name != "exclusions"})
    known = []
    if options.exclusions is not None:
        known = [Named(*key, one) for key, one in read_named_exclusions(options.exclusions).items()]
    changes, supposed_to_be = supposed(known, options.exclude, options.without, circuits_of(agreement))
    facts, whole_fee = read_facts(agreement, files), "/" in options.period
    before, after = (
        score(agreement, requested, with_exclusions(facts, named), as_of=as_of, whole_fee=whole_fee)
        for named in (known, supposed_to_be)
    )
    comparison = Comparison(before, after, tuple(changes), tuple(known), tuple(supposed_to_be))
    return [(comparison, before.period.ends_at if as_of is None else as_of)]


def _of_store(options: argparse.Namespace) -> Compared:
    for name in (*_FILES, "as_of"):
        if getattr(options, name) is not None:
            raise InputError(f"--{name.replace('_', '-')}: not with --stored, which reads the store")
    if not _MONTH.fullmatch(options.period):
        raise InputError(f'--period: "{options.period}" is not a month such as 2026-09, which --stored needs')
    inventory = read_inventory(inventory_path(options.inventory, os.environ))
    if options.agreement not in inventory.agreements:
        raise InputError(f'--agreement: no agreement "{options.agreement}" in {inventory.path}')
    month = period(options.period, inventory.agreements[options.agreement].time_zone)
    with server() as dsn, connect(dsn, "what-if") as connection:
        require_current_schema(connection)
        connection.commit()
        return stored_comparisons(
            connection, inventory, options.agreement, month, options.exclude, options.without,
            now=epoch_seconds_of(datetime.now(UTC)),
        )  # fmt: skip


def _period(agreement: Agreement, text: str) -> Interval[int]:
    try:
        requested = period(text, agreement.time_zone)
        scored = scored_period(agreement, requested)
        for at in (scored.starts_at, scored.ends_at):
            instant(at)  # the document must be able to show it
    except InputError as error:
        raise InputError(f"--period: {error}") from None
    return requested


def _as_of(text: str | None) -> int | None:
    try:
        return None if text is None else epoch_seconds(text)
    except InputError as error:
        raise InputError(f"--as-of: {error}") from None
