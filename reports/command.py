"""`p2i statement`: writes the statement of one tenant and month as JSON and HTML."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg

from facilities.inventory import Inventory, inventory_path, read_inventory
from facilities.process import run
from reports.html import html
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.missing import missing_scores
from reports.published import Published, read_published
from reports.reading import newest_month, read_month, read_registers
from reports.statement import Json, Scored, statement
from reports.texts import scored_by
from store.connection import Connection, connect, server
from store.errors import InputError, P2IError
from store.migrations import require_current_schema
from store.rows import ScoreRow
from store.verdicts import read_unscored

LANGUAGES = {"fr": FRENCH, "en": ENGLISH}


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
    return parser


def _statement(arguments: argparse.Namespace) -> int:
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    if arguments.period is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", arguments.period, re.ASCII):
        raise InputError(f'--period: "{arguments.period}" is not a month such as 2026-09')
    try:
        with server() as dsn, connect(dsn, "reports") as connection:
            require_current_schema(connection)
            made = compose(
                connection,
                inventory,
                arguments.tenant,
                arguments.period,
                language=arguments.language,
                issued_at=datetime.now(UTC),
            )
    except psycopg.Error as error:
        raise P2IError(f"database: {(str(error).strip().splitlines() or ['no message'])[0]}") from error
    for file in write(made, Path(arguments.out)):
        print(file)
    return 0


def compose(
    connection: Connection,
    inventory: Inventory,
    tenant: str,
    month: str | None,
    *,
    language: str,
    issued_at: datetime,
) -> Json:
    """The statement of a tenant and month (the newest scored one when None) from the store.

    Raises InputError when the tenant is not in the inventory, nothing was scored, or an agreement's text is not the
    one it was scored by: the rules printed would not be those applied.
    """
    if tenant not in inventory.tenants:
        raise InputError(f'--tenant: no tenant "{tenant}" in {inventory.path}')
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        chosen = month or newest_month(connection, tenant)
        published = [] if chosen is None else read_published(connection, inventory, tenant, chosen)
        known = {one.row.agreement for one in published}
        drafts = [] if chosen is None else read_month(connection, tenant, chosen)
        drafts = [row for row in drafts if row.agreement not in known]
        if chosen is None or not (published or drafts):
            raise InputError(f'--period: nothing was scored for tenant "{tenant}"{f" in {chosen}" if chosen else ""}')
        scored = [_scored(connection, inventory, one.row, one) for one in published]
        scored += [_scored(connection, inventory, row) for row in drafts]
        scored.sort(key=lambda one: (one.row.agreement, one.row.period_starts_at))
        rows = [one.row for one in scored]
        failed = [row for row in read_unscored(connection) if row.agreement not in known]
        not_scored = missing_scores(inventory, tenant, chosen, rows, failed, issued_at)
    return statement(
        inventory.tenants[tenant],
        chosen,
        scored,
        not_scored,
        inventory=inventory,
        issued_at=issued_at,
        words=LANGUAGES[language],
    )


def write(made: Json, folder: Path) -> list[Path]:
    """Writes the statement as JSON and HTML into `folder` and returns the two files.

    Each version has files of its own. A final statement already there stays: the same one is left alone, a different
    one is refused.
    """
    name = f"{'DEMO-' if made['label'] else ''}statement-{made['tenant']['code']}-{made['month']}"
    if made["version"] is not None:
        name += f"-v{made['version']}"
    as_json, as_html = folder / f"{name}.json", folder / f"{name}.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if as_json.exists() and not _may_replace(as_json, made):
            return [as_json, as_html]
        # The JSON last: where it is, the page beside it is whole.
        _write_whole(as_html, html(made, LANGUAGES[made["language"]]))
        _write_whole(as_json, json.dumps(made, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise InputError(f"--out: {error.filename}: {error.strerror}") from error
    return [as_json, as_html]


def _write_whole(file: Path, text: str) -> None:
    """Under its name only when it is complete: half a statement would stand in the way of the next."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)


def _may_replace(file: Path, made: Json) -> bool:
    try:
        existing = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        existing = None
    if not isinstance(existing, dict) or existing.get("kind") != made["kind"]:
        raise InputError(f"{file}: is there and is not a statement")
    if existing["status"] != "final":
        return True
    if existing["parts_sha256"] == made["parts_sha256"]:
        return False
    raise InputError(f"{file}: a final statement is there and differs; a correction is a new document (another --out)")


def _scored(connection: Connection, inventory: Inventory, row: ScoreRow, published: Published | None = None) -> Scored:
    agreement = scored_by(connection, inventory, row)
    registers = read_registers(connection, agreement, row.period_starts_at, row.period_ends_at)
    return Scored(agreement, row, registers, published)


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise argparse.ArgumentTypeError(f'"{text}" is neither fr nor en')
    return text
