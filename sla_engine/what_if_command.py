"""`p2i what-if`: figure and credit before and after an exclusion is decided, from files or from the store."""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from facilities.process import run
from sla_engine.csv_decisions import read_named_exclusions
from sla_engine.csv_files import read_facts
from sla_engine.due import epoch_seconds_of
from sla_engine.fact_options import add_fact_options, asked_of_files, requested_period
from sla_engine.scoring import score
from sla_engine.stored_options import add_stored_options, add_subject_options, inventory_of_agreement, refuse_files
from sla_engine.what_if import Comparison, Named, circuits_of, supposed, with_exclusions
from sla_engine.what_if_document import what_if_json, what_if_text
from sla_engine.what_if_stored import Compared, stored_comparisons
from store.connection import connect, server
from store.errors import InputError
from store.migrations import require_current_schema

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
    add_subject_options(parser, period="a month, YYYY-MM; of files also START/END with offset")
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
    add_fact_options(parser, as_for="p2i score")
    add_stored_options(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser


def _what_if(options: argparse.Namespace) -> int:
    compared = _of_store(options) if options.stored else _of_files(options)
    if isinstance(sys.stdout, io.TextIOWrapper):  # the same bytes whatever the locale
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(what_if_json(compared) if options.format == "json" else what_if_text(compared))
    return 0


def _of_files(options: argparse.Namespace) -> Compared:
    asked = asked_of_files(options)
    agreement, as_of = asked.agreement, asked.as_of
    known = []
    if asked.files.exclusions is not None:
        known = [Named(*key, one) for key, one in read_named_exclusions(asked.files.exclusions).items()]
    changes, supposed_to_be = supposed(known, options.exclude, options.without, circuits_of(agreement))
    facts = read_facts(agreement, replace(asked.files, exclusions=None))
    before, after = (
        score(agreement, asked.period, with_exclusions(facts, named), as_of=as_of, whole_fee=asked.whole_fee)
        for named in (known, supposed_to_be)
    )
    comparison = Comparison(before, after, tuple(changes), tuple(known), tuple(supposed_to_be))
    return [(comparison, before.period.ends_at if as_of is None else as_of)]


def _of_store(options: argparse.Namespace) -> Compared:
    refuse_files(options, "as_of")
    if not _MONTH.fullmatch(options.period):
        raise InputError(f'--period: "{options.period}" is not a month such as 2026-09, which --stored needs')
    inventory = inventory_of_agreement(options)
    month = requested_period(options.period, inventory.agreements[options.agreement])
    with server() as dsn, connect(dsn, "what-if") as connection:
        require_current_schema(connection)
        connection.commit()
        return stored_comparisons(
            connection, inventory, options.agreement, month, options.exclude, options.without,
            now=epoch_seconds_of(datetime.now(UTC)),
        )  # fmt: skip
