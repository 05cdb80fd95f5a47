"""`p2i statement`: writes the statement of one tenant and month as JSON, HTML and PDF."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from importlib import resources
from pathlib import Path

import psycopg

from facilities.inventory import inventory_path, read_inventory
from facilities.process import run
from reports.composing import LANGUAGES, compose
from reports.files import FORMS, refuse_fewer, write_statement
from reports.key_folder import signing_key
from reports.manifest import write_manifest
from reports.signing import signed
from store.connection import connect, server
from store.errors import InputError, P2IError
from store.migrations import require_current_schema
from store.statements import read_statement

SCHEMA = "statement.schema.json"


def main(argv: Sequence[str]) -> int:
    """Runs `p2i statement` and returns its exit code: 0 with the names of the files on stdout, 2 after one line."""
    arguments = _parser().parse_args(argv)
    return run("reports", partial(_statement, arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i statement",
        description="Writes what a tenant was promised, what was measured and what is owed for one month.",
        epilog="Of what is published (p2i verdict) it is of the versions in force; each version has files of its own.",
    )
    parser.add_argument("--tenant", metavar="T", required=True, help="the tenant's code")
    parser.add_argument("--period", metavar="YYYY-MM", help="a civil month; default: the newest one scored")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder for the files; made when it is not there")
    parser.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")
    parser.add_argument(
        "--language",
        type=_language,
        default=os.environ.get("P2I_LANGUAGE", "fr"),
        metavar="fr|en",
        help="language of the statement (P2I_LANGUAGE; default fr)",
    )
    parser.add_argument(
        "--format",
        type=_forms,
        default=("json", "html", "pdf"),
        metavar="F[,F…]",
        help=f"of {', '.join(FORMS)} (ar.pdf: a summary in Arabic; csv, xlsx: every table, for a spreadsheet); "
        "default json,html,pdf; the JSON is always written",
    )
    parser.add_argument("--schema", action=_Schema, nargs=0, help="print the JSON Schema of the JSON file, and exit")
    return parser


class _Schema(argparse.Action):
    """Prints the schema whatever else is required: who reads statements has no tenant and no database."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(resources.files("reports").joinpath("schema", SCHEMA).read_text(encoding="utf-8"), end="")
        parser.exit()


def _statement(arguments: argparse.Namespace) -> int:
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    if arguments.period is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", arguments.period, re.ASCII):
        raise InputError(f'--period: "{arguments.period}" is not a month such as 2026-09')
    issued_at = datetime.now(UTC)
    try:
        with server() as dsn, connect(dsn, "reports") as connection:
            require_current_schema(connection)
            made = compose(
                connection,
                inventory,
                arguments.tenant,
                arguments.period,
                language=arguments.language,
                issued_at=issued_at,
            )
            issued = read_statement(connection, made["number"])
    except psycopg.Error as error:
        raise P2IError(f"database: {(str(error).strip().splitlines() or ['no message'])[0]}") from error
    out, keys = Path(arguments.out), os.environ.get("P2I_KEYS")
    folder = Path(keys) if keys else None
    if issued is None:
        key = signing_key(folder, issued_at)
        files = write_statement(made, out, arguments.format, sign=None if key is None else partial(signed, key=key))
        made = json.loads(files[-1].read_text(encoding="utf-8"))  # a final one that was there has stayed
    else:  # p2i closing issued it: there is one statement of that number, and these are forms of it
        made, key = json.loads(issued.document), signing_key(folder, issued.issued_at)
        refuse_fewer(out, made, arguments.format)
        files = write_statement(made, out, arguments.format)
    for file in (*files, write_manifest(out, made, files, key)):
        print(file)
    return 0


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise argparse.ArgumentTypeError(f'"{text}" is neither fr nor en')
    return text


def _forms(text: str) -> tuple[str, ...]:
    chosen = tuple(text.split(","))
    for one in chosen:
        if one not in FORMS:
            raise argparse.ArgumentTypeError(f'"{one}" is none of {", ".join(FORMS)}')
    return chosen
